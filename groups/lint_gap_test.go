package groups_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/groups"
)

// A file in the published style that misses the rows by which the output LSTM
// reads the attention mix: lint names rows, class, and the path through the mix.
func TestLintNamesTheGap(t *testing.T) {
	g := mixing(t, 10)
	d := derive(t, g)
	s, err := groups.ParseSpec("hand.json", []byte(`{
  "groups": [
    [
      {"var_name": "main/g1/basic_lstm_cell/weights", "multi": 1.0, "axis": 1, "start": 20, "end": 30},
      {"var_name": "main/g1/basic_lstm_cell/weights", "multi": 1.0, "axis": 0, "start": 0, "end": 10},
      {"var_name": "main/g1/basic_lstm_cell/weights", "multi": 1.0, "axis": 0, "start": 10, "end": 20},
      {"var_name": "main/g1/basic_lstm_cell/weights", "multi": 1.0, "axis": 0, "start": 20, "end": 30},
      {"var_name": "main/g1/basic_lstm_cell/weights", "multi": 1.0, "axis": 0, "start": 30, "end": 40},
      {"var_name": "main/logits1/weights", "multi": 1.0, "axis": 1, "start": 0, "end": 10},
      {"var_name": "main/g2/basic_lstm_cell/weights", "multi": 1.0, "axis": 1, "start": 20, "end": 30},
      {"var_name": "main/g2/basic_lstm_cell/weights", "multi": 1.0, "axis": 1, "start": 40, "end": 50}
    ]
  ]
}`))
	require.NoError(t, err)
	found := s.Lint(d, []*groups.Class{class(t, d, "g1")})
	require.Len(t, found, 1)
	f := found[0]
	assert.Equal(t, groups.Unsound, f.Severity)
	assert.Equal(t, groups.NoReader, f.Kind)
	assert.Equal(t, "g1", f.Class)
	assert.Equal(t, "hand.json:3:5 /groups/0: unsound: rows 30 to 39 of main/g2/basic_lstm_cell/weights read class g1 and are missing: they still do when the whole group is zero", f.Line())
	route := strings.Join(f.Route(), " <- ")
	assert.Regexp(t, `^matmul in main/g2 <- concat\(-1\) in main/g2 <- .*sum over \[-3\].* <- mul .*<- state g1/h$`, route, "through the mix and not by the product with its source")
	assert.Contains(t, f.Do, `add {"var_name": "main/g2/basic_lstm_cell/weights", "multi": 1.0, "axis": 1, "start": 30, "end": 40}`)
	_, err = s.Bind(g)
	assert.NoError(t, err, "it can be trained with")
}

// The file published for BiDAF: two classes lack 200 rows each, in both output
// LSTMs, and nothing else is wrong with it.
// Source: derivation of groups, 3 and 5: 3201 scalars where a unit has 4001.
func TestLintOfPublishedFile(t *testing.T) {
	d := derive(t, bidaf(t, 100))
	wanted := make([]*groups.Class, 0, 6)
	for _, name := range []string{"g0/fw", "g0/bw", "g1/fw", "g1/bw", "g2/fw", "g2/bw"} {
		wanted = append(wanted, class(t, d, name))
	}
	s := reference(t, "groups_hidden100.json")
	var got []string
	for _, f := range s.Lint(d, wanted) {
		require.Equal(t, groups.NoReader, f.Kind, f)
		size, _, _ := strings.Cut(f.Do, "\n")
		got = append(got, fmt.Sprintf("%s %s, %s", f.Fault.Pointer, f.Fault.Message[:strings.Index(f.Fault.Message, " and are")], size))
		assert.Regexp(t, `attention mix`, strings.Join(f.Route(), " <- "))
	}
	assert.Equal(t, []string{
		"/groups/2 rows 1000 to 1099 of main/g2/fw/basic_lstm_cell/weights read class g1/fw, a component has 3201 scalars, a unit of class g1/fw 4001",
		"/groups/2 rows 1000 to 1099 of main/g2/bw/basic_lstm_cell/weights read class g1/fw, a component has 3201 scalars, a unit of class g1/fw 4001",
		"/groups/3 rows 1100 to 1199 of main/g2/fw/basic_lstm_cell/weights read class g1/bw, a component has 3201 scalars, a unit of class g1/bw 4001",
		"/groups/3 rows 1100 to 1199 of main/g2/bw/basic_lstm_cell/weights read class g1/bw, a component has 3201 scalars, a unit of class g1/bw 4001",
	}, got)

	all, err := d.Select(nil)
	require.NoError(t, err)
	assert.Contains(t, text(s.Lint(d, all)), "/groups: note: class u1/fw is in no group: its 100 units are not penalised")
}

// The file published for the RHN has no findings.
func TestLintOfPublishedHighway(t *testing.T) {
	d := derive(t, highway(t, 10000, 830, 10))
	assert.Empty(t, text(reference(t, "groups_hidden830.json").Lint(d, first(t, d))))
}
