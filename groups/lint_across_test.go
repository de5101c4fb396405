package groups_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/groups"
)

// A column of a divided axis is of a head and of a place in all heads. Alone in a
// group it could be a part of either; the one whose group lacks it is meant,
// in whichever order they stand.
func TestLintSplitOfDividedAxis(t *testing.T) {
	g, err := graph.Trace("heads", func(s *graph.Scope) {
		x := graph.MatMul(s.Input("x", graph.Symbol("batch"), graph.Fixed(3)), s.Param("make", nil, 3, 6))
		h := graph.Tanh(graph.Reshape(x, 1, 3, 2))
		s.Output("y", graph.MatMul(graph.Reshape(h, 2, 6), s.Param("read", nil, 6, 2)))
	})
	require.NoError(t, err)
	const (
		head  = `[{"var_name": "make", "axis": 0, "start": 1, "end": 2}, {"var_name": "read", "axis": 1, "start": 0, "end": 1}, {"var_name": "read", "axis": 1, "start": 1, "end": 2}]`
		place = `[{"var_name": "make", "axis": 0, "start": 0, "end": 1}, {"var_name": "make", "axis": 0, "start": 2, "end": 3}, {"var_name": "make", "axis": 0, "start": 4, "end": 5},
{"var_name": "read", "axis": 1, "start": 0, "end": 1}, {"var_name": "read", "axis": 1, "start": 2, "end": 3}, {"var_name": "read", "axis": 1, "start": 4, "end": 5}]`
		whole = `[{"var_name": "make", "axis": 0, "start": 0, "end": 1}, {"var_name": "make", "axis": 0, "start": 1, "end": 2}, {"var_name": "read", "axis": 1, "start": 0, "end": 1}, {"var_name": "read", "axis": 1, "start": 1, "end": 2}]`
		next  = `[{"var_name": "make", "axis": 0, "start": 2, "end": 3}, {"var_name": "make", "axis": 0, "start": 3, "end": 4}, {"var_name": "read", "axis": 1, "start": 2, "end": 3}, {"var_name": "read", "axis": 1, "start": 3, "end": 4}]`
		less  = `[{"var_name": "make", "axis": 0, "start": 0, "end": 1}, {"var_name": "make", "axis": 0, "start": 4, "end": 5},
{"var_name": "read", "axis": 1, "start": 0, "end": 1}, {"var_name": "read", "axis": 1, "start": 2, "end": 3}, {"var_name": "read", "axis": 1, "start": 4, "end": 5}]`
		first = `[{"var_name": "make", "axis": 0, "start": 0, "end": 1}]`
		third = `[{"var_name": "make", "axis": 0, "start": 2, "end": 3}]`
	)
	for _, c := range []struct{ name, groups, want string }{
		{"right", whole + "," + place, ""},
		{"of a head, behind", place + "," + head + "," + first, "split /groups/2"},
		{"of a head, before", first + "," + place + "," + head, "split /groups/2"},
		{"of a place", less + "," + next + "," + third, "split /groups/2"},
		{"of both, and lacking in neither", whole + "," + place + "," + first, "twice /groups/2, missed-owner /groups/2, missed-reader /groups/2"},
		{"a copy", whole + "," + place + "," + whole, "twice /groups/2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			assert.Equal(t, c.want, lintOf(t, g, c.groups))
		})
	}
}

// A column beside the one that is meant, of a larger class that another group
// holds: that the row next to it could be a column of that class, its axis
// flipped, does not make the group a copy of the other one.
func TestLintShiftedIntoLargerClass(t *testing.T) {
	g, err := graph.Trace("narrow", func(s *graph.Scope) {
		x := graph.MatMul(s.Input("x", graph.Symbol("batch"), graph.Fixed(3)), s.Param("make", nil, 3, 6))
		b := graph.Add(graph.Tanh(graph.MatMul(graph.Slice(x, -1, 0, 2, 1), s.Param("through", nil, 2, 4))), graph.Slice(x, -1, 2, 6, 1))
		s.Output("y", graph.MatMul(b, s.Param("read", nil, 4, 2)))
	})
	require.NoError(t, err)
	const (
		large = `[{"var_name": "make", "axis": 0, "start": 2, "end": 6}, {"var_name": "through", "axis": 0, "start": 0, "end": 4}, {"var_name": "read", "axis": 1, "start": 0, "end": 4}]`
		small = `[{"var_name": "make", "axis": 0, "start": 0, "end": 2}, {"var_name": "through", "axis": 1, "start": 0, "end": 2}]`
		moved = `[{"var_name": "make", "axis": 0, "start": 2, "end": 4}, {"var_name": "through", "axis": 1, "start": 0, "end": 2}]`
	)
	assert.Empty(t, lintOf(t, g, large+","+small))
	assert.Equal(t, "shifted /groups/1/0/start", lintOf(t, g, large+","+moved))
	assert.Equal(t, "shifted /groups/0/0/start", lintOf(t, g, moved+","+large))
}

// lintOf is what is found in groups of a file that is worse than a note.
func lintOf(t *testing.T, g *graph.Graph, list string) (found string) {
	s, err := groups.ParseSpec("hand.json", []byte(`{"groups": [`+list+`]}`))
	require.NoError(t, err)
	for _, f := range s.Lint(derive(t, g), nil) {
		if f.Severity == groups.Remark {
			continue
		}
		if found != "" {
			found += ", "
		}
		found += string(f.Kind) + " " + f.Fault.Pointer
	}
	return found
}
