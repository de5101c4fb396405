package groups_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/groups"
	"github.com/seed391906a2/iss/schemas"
)

// rewritten is what comes back when a file is written and read.
func rewritten(t testing.TB, s *groups.Spec) *groups.Spec {
	var b bytes.Buffer
	n, err := s.WriteTo(&b)
	require.NoError(t, err)
	assert.EqualValues(t, b.Len(), n)
	back, err := groups.ParseSpec("written", b.Bytes())
	require.NoError(t, err, b.String())
	return back
}

// Property 6: what is derived comes back from JSON, and binds to the classes it came from.
func TestSpecRoundTrip(t *testing.T) {
	for _, c := range cases(60) {
		t.Run(c.Name, func(t *testing.T) {
			d := derive(t, c.Graph)
			var chosen []*groups.Class
			for _, k := range d.Classes {
				if !k.Pinned() && len(k.Entries) > 0 {
					chosen = append(chosen, k)
				}
			}
			if len(chosen) == 0 {
				return
			}
			s := d.Spec(chosen)
			back := rewritten(t, s)
			assert.True(t, groups.EqualSpecs(s, back))
			bound, err := back.Bind(c.Graph)
			require.NoError(t, err)
			if len(bound) == len(chosen) { // no class in disorder that was written in parts
				for i, g := range bound {
					assert.Equal(t, chosen[i].Units, g.Units)
					assert.Equal(t, chosen[i].Entries, g.Entries, chosen[i].Name)
				}
			}
			for i := range s.Groups { // a missing group is noticed
				less := *s
				less.Groups = append(append([]groups.SpecGroup(nil), s.Groups[:i]...), s.Groups[i+1:]...)
				assert.False(t, groups.EqualSpecs(s, &less))
			}
		})
	}
}

func TestPublishedForm(t *testing.T) {
	d := derive(t, stacked(t, 10, 3, 3))
	chosen, err := d.Select(nil)
	require.NoError(t, err)
	var b bytes.Buffer
	_, err = d.Spec(chosen).WriteTo(&b)
	require.NoError(t, err)
	assert.Equal(t, `{
  "groups": [
    [
      {"var_name": "Model/RNN/multi_rnn_cell/cell_0/basic_lstm_cell/weights", "multi": 1.0, "axis": 1, "start": 3, "end": 6},
      {"var_name": "Model/RNN/multi_rnn_cell/cell_0/basic_lstm_cell/weights", "multi": 1.0, "axis": 0, "start": 0, "end": 3},
      {"var_name": "Model/RNN/multi_rnn_cell/cell_0/basic_lstm_cell/weights", "multi": 1.0, "axis": 0, "start": 3, "end": 6},
      {"var_name": "Model/RNN/multi_rnn_cell/cell_0/basic_lstm_cell/weights", "multi": 1.0, "axis": 0, "start": 6, "end": 9},
      {"var_name": "Model/RNN/multi_rnn_cell/cell_0/basic_lstm_cell/weights", "multi": 1.0, "axis": 0, "start": 9, "end": 12},
      {"var_name": "Model/softmax_w", "multi": 1.0, "axis": 1, "start": 0, "end": 3}
    ]
  ]
}
`, b.String())
}

// Both shapes of a group, all extensions, and what they mean.
func TestExtensions(t *testing.T) {
	const text = `{
  "comments": ["read and dropped"],
  "groups": [
    {"name": "mine", "class": "cell_0", "multi": 2.5, "entries": [
      {"var_name": "Model/softmax_w", "axis": 1, "start": 0, "end": 6, "step": 2},
      {"var_name": "Model/softmax_w", "multi": 0.5, "axis": 0, "indices": [4, 0, 9]}
    ]},
    [{"var_name": "Model/filter", "along": 2, "start": 0, "end": 4}]
  ]
}`
	s, err := groups.ParseSpec("f.json", []byte(text))
	require.NoError(t, err)
	want := []groups.SpecEntry{
		{Entry: groups.Entry{Var: "Model/softmax_w", Axis: 0, Start: 0, Step: 2, Multi: 1}, Count: 3},
		{Entry: groups.Entry{Var: "Model/softmax_w", Axis: 1, Indices: []int{4, 0, 9}, Multi: 0.5}, Count: 3},
	}
	for i, e := range s.Groups[0].Entries {
		assert.Equal(t, want[i].Entry, e.Entry)
		assert.Equal(t, want[i].Count, e.Count)
	}
	assert.True(t, s.Groups[1].Entries[0].Along)
	assert.Equal(t, 2, s.Groups[1].Entries[0].Axis)
	assert.Equal(t, 2.5, s.Groups[0].Multi)
	assert.True(t, groups.EqualSpecs(s, rewritten(t, s)))

	g, err := graph.Trace("m", func(s *graph.Scope) {
		m := s.Sub("Model")
		x := graph.MatMul(s.Input("x", graph.Symbol("batch"), graph.Fixed(6)), m.Param("softmax_w", nil, 6, 10))
		s.Output("y", graph.Sum(graph.Mul(graph.Sum(x, -1), graph.Sum(m.Param("filter", nil, 2, 3, 4), -1, -2, -3)), -1))
	})
	require.NoError(t, err)
	_, err = s.Bind(g)
	require.Error(t, err, "the class is not there")
	s.Groups[0].Class = ""
	bound, err := s.Bind(g)
	require.NoError(t, err)
	assert.Equal(t, "mine", bound[0].Name)
	assert.Equal(t, 3, bound[0].Units)
	assert.Equal(t, []int{4, 0, 9}, bound[0].Entries[1].Indices)
	assert.Equal(t, 4, bound[1].Units)
	assert.Equal(t, groups.Counts{Multiset: 6, Distinct: 6}, groups.Count(g, bound[1]))
}

func TestEqualSpecs(t *testing.T) {
	parse := func(text string) *groups.Spec {
		s, err := groups.ParseSpec("s", []byte(text))
		require.NoError(t, err)
		return s
	}
	base := `{"groups": [[{"var_name": "a", "axis": 1, "start": 0, "end": 4}, {"var_name": "b", "axis": 0, "start": 2, "end": 6}], [{"var_name": "c", "axis": 0, "start": 0, "end": 2}]]}`
	for _, c := range []struct {
		name, text string
		equal      bool
	}{
		{"other order", `{"groups": [[{"var_name": "c", "axis": 0, "start": 0, "end": 2}], [{"var_name": "b", "axis": 0, "start": 2, "end": 6}, {"var_name": "a", "axis": 1, "start": 0, "end": 4}]]}`, true},
		{"named, indices, along", `{"groups": [{"name": "n", "entries": [{"var_name": "a", "along": 0, "indices": [0, 1, 2, 3]}, {"var_name": "b", "multi": 1, "axis": 0, "start": 2, "end": 6, "step": 1}]}, [{"var_name": "c", "axis": 0, "start": 0, "end": 2}]]}`, true},
		{"other axis", strings.Replace(base, `"axis": 1`, `"axis": 0`, 1), false},
		{"other start", strings.Replace(base, `"start": 2`, `"start": 1`, 1), false},
		{"other multiplier", strings.Replace(base, `"var_name": "a"`, `"var_name": "a", "multi": 2`, 1), false},
		{"one group", `{"groups": [[{"var_name": "a", "axis": 1, "start": 0, "end": 4}, {"var_name": "b", "axis": 0, "start": 2, "end": 6}, {"var_name": "c", "axis": 0, "start": 0, "end": 2}]]}`, false},
		{"other version", `{"version": 2, "groups": [{"class": "a"}]}`, false},
	} {
		t.Run(c.name, func(t *testing.T) { assert.Equal(t, c.equal, groups.EqualSpecs(parse(base), parse(c.text))) })
	}
	two := parse(`{"version": 2, "groups": [{"class": "a"}, {"class": "b", "lambda_multi": 2}]}`)
	assert.True(t, groups.EqualSpecs(two, rewritten(t, two)))
	assert.False(t, groups.EqualSpecs(two, parse(`{"version": 2, "groups": [{"class": "a"}, {"class": "b"}]}`)))
}

func TestVersion2(t *testing.T) {
	g := stacked(t, 20, 4, 4, 6)
	s, err := groups.ParseSpec("two.json", []byte(`{"version": 2, "groups": [{"class": "cell_1", "lambda_multi": 2}, {"class": "embedding"}]}`))
	require.NoError(t, err)
	bound, err := s.Bind(g)
	require.NoError(t, err)
	d := derive(t, g)
	want := class(t, d, "cell_1").Group()
	want.Multi = 2
	assert.Equal(t, []groups.Group{want, class(t, d, "embedding").Group()}, bound)
}

func TestParseFaults(t *testing.T) {
	_, err := groups.ParseSpec("bad.json", []byte(`{
  "groups": [
    [{"var_nam": "a", "axis": 1, "start": 0, "end": 4}],
    {"entries": [{"var_name": "a", "axis": 2, "start": -1, "end": 4}]}
  ]
}`))
	var faults schemas.Faults
	require.ErrorAs(t, err, &faults)
	text := err.Error()
	assert.Contains(t, text, "bad.json:3:7 /groups/0/0/var_nam: no such field; nearest is \"var_name\"")
	assert.Contains(t, text, "bad.json:4:44 /groups/1/entries/0/axis")
	assert.Contains(t, text, "/groups/1/entries/0/start")
}

// Every fault against a model at once, each at its place.
func TestBindFaults(t *testing.T) {
	const text = `{
  "groups": [
    [
      {"var_name": "Model/softmax_v", "axis": 1, "start": 0, "end": 4},
      {"var_name": "Model/softmax_w", "axis": 1, "start": 0, "end": 5},
      {"var_name": "Model/softmax_b", "along": 0, "start": 0, "end": 4}
    ],
    {"class": "cell_3", "entries": [
      {"var_name": "Model/embedding", "axis": 0, "start": 0, "end": 4},
      {"var_name": "Model/softmax_w", "axis": 1, "start": 1, "end": 4},
      {"var_name": "Model/embedding", "axis": 0, "start": 0, "end": 4},
      {"var_name": "Model/softmax_w", "axis": 1, "start": 3, "end": 3},
      {"var_name": "Model/softmax_w", "axis": 1, "indices": [1, 2, 4]},
      {"var_name": "Model/softmax_w", "along": 2, "start": 0, "end": 4}
    ]}
  ]
}`
	g := stacked(t, 20, 4, 4)
	s, err := groups.ParseSpec("f.json", []byte(text))
	require.NoError(t, err)
	_, err = s.Bind(g)
	var faults schemas.Faults
	require.ErrorAs(t, err, &faults)
	assert.Equal(t, []string{
		`f.json:4:20 /groups/0/0/var_name: no variable "Model/softmax_v"; nearest is "Model/softmax_w"; list them with: iss show`,
		`f.json:5:69 /groups/0/1/end: the range ends at 5, but axis 0 of Model/softmax_w has 4`,
		`f.json:6:20 /groups/0/2/var_name: Model/softmax_b has shape [20]; a bias follows its units and is in no group, so leave the entry out`,
		`f.json:8:15 /groups/1/class: no class "cell_3"; nearest is "cell_0"; list them with: iss groups show`,
		`f.json:10:7 /groups/1/entries/1: 3 units, but the first entry of the group has 4; all entries of a group have one for each unit`,
		`f.json:11:7 /groups/1/entries/2: index 0 of axis 1 of Model/embedding is in entry 0 of the group already, for the same unit`,
		`f.json:12:69 /groups/1/entries/3/end: the range ends at 3, not behind its start 3`,
		`f.json:13:61 /groups/1/entries/4/indices: index 4 at position 2, but axis 0 of Model/softmax_w has 4`,
		`f.json:14:48 /groups/1/entries/5/along: Model/softmax_w has 2 axes, so there is no axis 2`,
	}, strings.Split(err.Error(), "\n"))

	d := derive(t, stacked(t, 20, 4, 5))
	chosen, err := d.Select(nil)
	require.NoError(t, err)
	_, err = d.Spec(chosen).Bind(g)
	assert.ErrorContains(t, err, "/groups/0/0/end: the range ends at 9, but axis 0 of "+cell0+"weights has 8", "a file that was never written has no positions")

	for _, c := range []struct{ name, text, err string }{
		{"unknown class", `{"version": 2, "groups": [{"class": "cel_0"}]}`, `v.json:1:37 /groups/0/class: no class "cel_0"; nearest is "cell_0"; list them with: iss groups show`},
		{"pinned class", `{"version": 2, "groups": [{"class": "softmax"}]}`, "cannot lose units: its size is fixed by the vocabulary or the labels of the loss"},
		{"twice", `{"version": 2, "groups": [{"class": "cell_0"}, {"class": "cell_0"}]}`, `v.json:1:58 /groups/1/class: class "cell_0" is there twice, first in group 0`},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, err := groups.ParseSpec("v.json", []byte(c.text))
			require.NoError(t, err)
			_, err = s.Bind(g)
			assert.ErrorContains(t, err, c.err)
		})
	}
}
