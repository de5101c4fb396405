package groups_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/graph/graphtest"
	"github.com/seed391906a2/iss/groups"
)

func constants(t *testing.T, d *groups.Derivation, ts dense, name string) groups.ClassConstants {
	list, err := groups.Constants(d, read(ts))
	require.NoError(t, err)
	for _, c := range list {
		if c.Class.Name == name {
			return c
		}
	}
	require.FailNow(t, "no class", name)
	return groups.ClassConstants{}
}

// A gate whose column is zero is its bias alone, and is told with the weights
// that make it, before a cut and after it.
func TestConstantGates(t *testing.T) {
	g := stacked(t, 20, 4, 5, 6)
	d, ts := derive(t, g), tensors(g, 1)
	assert.Empty(t, constants(t, d, ts, "cell_0").Gates)
	c := class(t, d, "cell_0")
	clearUnit(g, ts, c.Entries[3:4], 1) // f, the third of i, j, f, o
	clearUnit(g, ts, c.Entries[3:4], 4)
	clearUnit(g, ts, c.Entries[1:2], 4) // i
	got := constants(t, d, ts, "cell_0")
	assert.Equal(t, []groups.ConstantGate{
		{Function: "sigmoid", Made: cell0 + "weights columns 10 to 14", Units: []int{1, 4}, Of: 5},
		{Function: "sigmoid", Made: cell0 + "weights columns 0 to 4", Units: []int{4}, Of: 5},
	}, got.Gates)
	assert.Empty(t, got.Units, "a unit with other gates speaks")
	assert.Empty(t, got.Silent)
	assert.Empty(t, constants(t, d, ts, "cell_1").Gates)

	small, err := groups.Compact(g, ts, nil, map[string][]int{"cell_0": {1, 2, 4}})
	require.NoError(t, err)
	got = constants(t, derive(t, small.Graph), small.Tensors, "cell_0")
	assert.Equal(t, []groups.ConstantGate{
		{Function: "sigmoid", Made: cell0 + "weights columns 6 to 8", Units: []int{1, 4}, Of: 3},
		{Function: "sigmoid", Made: cell0 + "weights columns 0 to 2", Units: []int{4}, Of: 3},
	}, got.Gates)
}

// Columns that read only what is constant itself make a constant gate, too.
func TestGatesThatReadConstants(t *testing.T) {
	g := stacked(t, 20, 4, 5)
	d, ts := derive(t, g), tensors(g, 1)
	e := class(t, d, "embedding")
	for i := range 20 {
		ts["Model/embedding"].Data[i*4+2] = 0.25 // the same for all words
	}
	w := ts[cell0+"weights"]
	for row := range 9 {
		if row != 2 {
			w.Data[row*20+3] = 0 // gate i of unit 3 reads feature 2 alone
		}
	}
	got := constants(t, d, ts, "cell_0")
	require.Len(t, got.Gates, 1)
	assert.Equal(t, []int{3}, got.Gates[0].Units)
	got = constants(t, d, ts, "embedding")
	assert.Equal(t, []int{2}, got.Units, "a feed-forward constant")
	assert.Equal(t, 4, e.Units)
}

// Units whose columns are all zero say what their biases say, and are silent
// if these are zero too: then they are certified.
func TestConstantUnits(t *testing.T) {
	for _, c := range []*graphtest.Case{graphtest.RNN(graphtest.Small), graphtest.LSTM(graphtest.Small), graphtest.GRU(graphtest.Small), graphtest.GRUAfter(graphtest.Small), graphtest.RHN(graphtest.Small)} {
		t.Run(c.Name, func(t *testing.T) {
			d, ts := derive(t, c.Graph), tensors(c.Graph, 1)
			k := class(t, d, "cell_0")
			for _, e := range k.Entries {
				if d.Atoms.Role(c.Graph.Param(e.Var), e.Axis)&graph.Makes != 0 {
					clearUnit(c.Graph, ts, []groups.Entry{e}, 1)
					clearUnit(c.Graph, ts, []groups.Entry{e}, 3)
				}
			}
			clearUnit(c.Graph, ts, k.Followers, 3)
			got := constants(t, d, ts, "cell_0")
			assert.Equal(t, []int{1}, got.Units)
			assert.Equal(t, []int{3}, got.Silent)
			for _, g := range got.Gates {
				assert.Equal(t, []int{1, 3}, g.Units, "%s of %s", g.Function, g.Made)
				assert.NotEmpty(t, g.Made)
			}
			assert.NotEmpty(t, got.Gates)
			cert, err := groups.Certify(d, nil, read(ts))
			require.NoError(t, err)
			assert.NotContains(t, cert.Keep()["cell_0"], 3, "the silent one goes")
			assert.Contains(t, cert.Keep()["cell_0"], 1, "the other one speaks")
		})
	}
}
