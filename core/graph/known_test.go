package graph_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/graph/graphtest"
	"github.com/seed391906a2/iss/core/interp"
)

// unitOf returns the places of the unit that index i of an axis of a parameter
// belongs to, as "parameter axis index".
func unitOf(t *testing.T, g *graph.Graph, param string, axis, i int) []string {
	atoms := graph.Index(g)
	p := g.Param(param)
	require.NotNil(t, p, param)
	of := atoms.Of(g.Leaf(p), axis, i)
	require.Len(t, of, 1, "factors of %s axis %d index %d", param, axis, i)
	return places(atoms.Carry(of[0]))
}

// The unit of a cell is what Wen et al. (ICLR 2018, section 3.1) call an ISS
// component: every row and column that must go with one hidden unit. Sizes are
// graphtest.Small: 7 words, 4 features, 5 units.
func TestUnitsOfCells(t *testing.T) {
	two := graphtest.Small
	two.Layers = 2
	const k = 2 // the unit that is looked at
	for _, c := range []struct {
		name  string
		model *graphtest.Case
		param string
		axis  int
		index int
		want  []string
	}{
		// Four gates of 5 columns; its own row behind 4 inputs; four biases; the softmax's row.
		{"LSTM", graphtest.LSTM(graphtest.Small), "RNN/cell_0/weights", 0, 4 + k, gates("RNN/cell_0", 4, 5, k,
			"RNN/cell_0/weights 0 6", "softmax_w 0 2")},
		{"LSTM, lower of two", graphtest.LSTM(two), "RNN/cell_0/weights", 1, k, gates("RNN/cell_0", 4, 5, k,
			"RNN/cell_0/weights 0 6", "RNN/cell_1/weights 0 2")},
		// The features of the embedding are units too.
		{"embedding", graphtest.LSTM(graphtest.Small), "embedding", 1, k, []string{"embedding 1 2", "RNN/cell_0/weights 0 2"}},
		{"GRU", graphtest.GRU(graphtest.Small), "softmax_w", 0, k, []string{
			"RNN/cell_0/gates_weights 0 6", "RNN/cell_0/gates_weights 1 2", "RNN/cell_0/gates_weights 1 7", "RNN/cell_0/gates_biases 0 2",
			"RNN/cell_0/gates_biases 0 7", "RNN/cell_0/candidate_weights 0 6", "RNN/cell_0/candidate_weights 1 2",
			"RNN/cell_0/candidate_biases 0 2", "softmax_w 0 2"}},
		// Reset behind the product: the state has a weight of its own.
		{"GRU, reset behind", graphtest.GRUAfter(graphtest.Small), "softmax_w", 0, k, []string{
			"RNN/cell_0/input_weights 1 2", "RNN/cell_0/input_weights 1 7", "RNN/cell_0/input_weights 1 12",
			"RNN/cell_0/input_biases 0 2", "RNN/cell_0/input_biases 0 7", "RNN/cell_0/input_biases 0 12",
			"RNN/cell_0/state_weights 1 2", "RNN/cell_0/state_weights 1 7", "RNN/cell_0/state_weights 1 12",
			"RNN/cell_0/state_biases 0 2", "RNN/cell_0/state_biases 0 7", "RNN/cell_0/state_biases 0 12",
			"RNN/cell_0/state_weights 0 2", "softmax_w 0 2"}},
		{"peephole", graphtest.Peephole(graphtest.Small), "RNN/cell_0/diagonal_o", 0, k, gates("RNN/cell_0", 4, 5, k,
			"RNN/cell_0/weights 0 6", "softmax_w 0 2", "RNN/cell_0/diagonal_i 0 2", "RNN/cell_0/diagonal_f 0 2", "RNN/cell_0/diagonal_o 0 2")},
		// A projection divides the cell's units from the state's.
		{"projection, cell", graphtest.Projection(graphtest.Small), "RNN/cell_0/projection", 0, k, gates("RNN/cell_0", 4, 5, k,
			"RNN/cell_0/projection 0 2")},
		{"projection, state", graphtest.Projection(graphtest.Small), "RNN/cell_0/projection", 1, k, []string{
			"RNN/cell_0/projection 1 2", "RNN/cell_0/weights 0 6", "softmax_w 0 2"}},
		// The tied table reads and makes the unit.
		{"tied", graphtest.Tied(graphtest.Small), "embedding", 1, k, []string{"embedding 1 2", "RNN/cell_0/weights 0 2"}},
		// All layers of a residual stack share their units.
		{"residual", graphtest.Residual(two), "embedding", 1, k, append(gates("RNN/cell_0", 4, 5, k, gates("RNN/cell_1", 4, 5, k)...),
			"RNN/cell_0/weights 0 2", "RNN/cell_0/weights 0 7", "RNN/cell_1/weights 0 2", "RNN/cell_1/weights 0 7", "embedding 1 2", "softmax_w 0 2")},
		// Gates are interleaved: columns 3k, 3k+1, 3k+2.
		{"odd", graphtest.Odd(graphtest.Small), "softmax_w", 0, k, []string{
			"RNN/cell_0/weights 1 6", "RNN/cell_0/weights 1 7", "RNN/cell_0/weights 1 8", "RNN/cell_0/biases 0 6", "RNN/cell_0/biases 0 7",
			"RNN/cell_0/biases 0 8", "RNN/cell_0/weights 0 6", "RNN/cell_0/inner 0 2", "softmax_w 0 2"}},
		{"odd, inner", graphtest.Odd(graphtest.Small), "RNN/cell_0/inner_diagonal", 0, 1, []string{
			"RNN/cell_0/inner 1 1", "RNN/cell_0/inner_diagonal 0 1", "RNN/cell_0/weights 0 10"}},
		{"normed", graphtest.Normed(graphtest.Small), "RNN/cell_0/gain", 0, k, []string{
			"RNN/cell_0/weights 0 6", "RNN/cell_0/weights 1 2", "RNN/cell_0/biases 0 2", "RNN/cell_0/scale 0 2", "RNN/cell_0/gain 0 2",
			"RNN/cell_0/shift 0 2", "softmax_w 0 2"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := unitOf(t, c.model.Graph, c.param, c.axis, c.index)
			if c.name == "tied" { // two classes meet in the table: its features are the cell's units
				assert.Contains(t, got, "RNN/cell_0/weights 0 7")
				assert.Contains(t, got, "RNN/cell_0/weights 1 2")
				assert.Contains(t, got, "RNN/cell_0/biases 0 2")
				c.want = append(c.want, "RNN/cell_0/weights 0 7", "RNN/cell_0/weights 1 2", "RNN/cell_0/biases 0 2")
			}
			slices.Sort(c.want)
			assert.Equal(t, c.want, got)
		})
	}
}

// gates are the columns and biases of unit k in a layer whose gates lie side
// by side, and more.
func gates(layer string, n, units, k int, more ...string) (list []string) {
	for g := range n {
		list = append(list, fmt.Sprint(layer, "/weights 1 ", g*units+k), fmt.Sprint(layer, "/biases 0 ", g*units+k))
	}
	return append(list, more...)
}

func TestPinsRolesAndReaders(t *testing.T) {
	g := graphtest.Normed(graphtest.Small).Graph
	atoms := graph.Index(g)
	vocabulary := atoms.Of(g.Leaf(g.Param("embedding")), 0, 3)[0]
	assert.Equal(t, []string{"the vocabulary of a look-up table"}, atoms.Pins(vocabulary))
	classes := atoms.Of(g.Leaf(g.Param("softmax_b")), 0, 3)[0]
	assert.Contains(t, atoms.Pins(classes), "the vocabulary or the labels of the loss")
	unit := atoms.Of(g.Leaf(g.Param("softmax_w")), 0, 3)[0]
	assert.Empty(t, atoms.Pins(unit))
	assert.Equal(t, []string{"cell_0/h"}, atoms.States(unit))
	kinds := map[graph.Contracting]int{}
	for _, r := range atoms.Readers(unit) {
		kinds[r.How]++
	}
	assert.Equal(t, map[graph.Contracting]int{graph.AddedUp: 2, graph.Averaged: 1}, kinds, "two deviations and a mean")
	weights := g.Param("RNN/cell_0/weights")
	assert.Equal(t, graph.Reads, atoms.Role(weights, 0))
	assert.Equal(t, graph.Makes, atoms.Role(weights, 1))
	assert.Equal(t, graph.Makes, atoms.Role(g.Param("RNN/cell_0/biases"), 0))
	assert.Zero(t, atoms.Role(&graph.Param{}, 0))
}

// Numbers worked out by hand, one model for all.
func TestNumbers(t *testing.T) {
	x := func(s *graph.Scope, v ...float64) graph.Value { return s.Const(v, len(v)) }
	for _, c := range []struct {
		name  string
		build func(s *graph.Scope) graph.Value
		want  []float64
	}{
		{"sigmoid", func(s *graph.Scope) graph.Value { return graph.Sigmoid(x(s, 0, math.Log(3))) }, []float64{0.5, 0.75}},
		{"relu", func(s *graph.Scope) graph.Value { return graph.Relu(x(s, -1, 0, 2)) }, []float64{0, 0, 2}},
		{"max", func(s *graph.Scope) graph.Value { return graph.Max(x(s, -1, 5), x(s, 3, 4)) }, []float64{3, 5}},
		{"greater", func(s *graph.Scope) graph.Value { return graph.Greater(x(s, 1, 2, 3), x(s, 2, 2, 2)) }, []float64{0, 0, 1}},
		{"select", func(s *graph.Scope) graph.Value { return graph.Select(x(s, 0, -1), x(s, 1, 2), x(s, 3, 4)) }, []float64{3, 2}},
		{"matmul", func(s *graph.Scope) graph.Value {
			return graph.MatMul(x(s, 1, 10), s.Const([]float64{1, 2, 3, 4}, 2, 2))
		}, []float64{31, 42}},
		{"matmul transposed", func(s *graph.Scope) graph.Value {
			return graph.MatMulT(x(s, 1, 10), s.Const([]float64{1, 2, 3, 4}, 2, 2))
		}, []float64{21, 43}},
		{"outer", func(s *graph.Scope) graph.Value { return graph.Outer(x(s, 1, 2), x(s, 3, 4)) }, []float64{3, 4, 6, 8}},
		{"slice", func(s *graph.Scope) graph.Value { return graph.Slice(x(s, 0, 1, 2, 3, 4, 5), -1, 1, 6, 2) }, []float64{1, 3, 5}},
		{"gather", func(s *graph.Scope) graph.Value { return graph.Gather(x(s, 5, 6, 7), -1, []int{2, 0, 2}) }, []float64{7, 5, 7}},
		{"scatter", func(s *graph.Scope) graph.Value {
			return emit(&graph.ScatterOp{Axis: -1, At: []int{2, 0, 2}, Size: 4}, x(s, 1, 2, 4))
		}, []float64{2, 0, 5, 0}},
		{"spread", func(s *graph.Scope) graph.Value {
			return emit(&graph.SpreadOp{Axis: -1, Start: 1, Step: 3, Size: 6}, x(s, 1, 2))
		}, []float64{0, 1, 0, 0, 2, 0}},
		{"largest", func(s *graph.Scope) graph.Value { return graph.Largest(x(s, -4, -2, -3), -1) }, []float64{-2}},
		{"mean", func(s *graph.Scope) graph.Value { return graph.Mean(x(s, 1, 2, 6), -1) }, []float64{3}},
		{"softmax", func(s *graph.Scope) graph.Value { return graph.Softmax(x(s, 1000, 1000+math.Log(3))) }, []float64{0.25, 0.75}},
		// μ = 2, var = 2/3 + 1/3.
		{"layer norm", func(s *graph.Scope) graph.Value {
			return graph.LayerNorm(x(s, 1, 2, 3), graph.Value{}, graph.Value{}, 1.0/3)
		}, []float64{-1, 0, 1}},
		// √((9+16)/2 + 12.5) = 5.
		{"RMS norm", func(s *graph.Scope) graph.Value { return graph.RMSNorm(x(s, 3, 4), graph.Value{}, 12.5) }, []float64{0.6, 0.8}},
		// Two silent units of four are gone: the mean still divides by 4.
		{"mean of what was wider", func(s *graph.Scope) graph.Value {
			return emit(&graph.ReduceOp{Kind: graph.MeanOf, Axes: []int{-1}, Width: 4}, x(s, 3, 5))
		}, []float64{2}},
		// 3, 5, 0, 0: μ = 2, var = (1+9+4+4)/4 = 4.5, and 4.5 - 0.5 = 4.
		{"deviation of what was wider", func(s *graph.Scope) graph.Value {
			return emit(&graph.RStdOp{Centred: true, Eps: -0.5, Width: 4}, x(s, 3, 5))
		}, []float64{0.5}},
	} {
		t.Run(c.name, func(t *testing.T) {
			g, err := graph.Trace(c.name, func(s *graph.Scope) { s.Output("y", c.build(s)) })
			require.NoError(t, err)
			m := interp.New[float64](g)
			require.NoError(t, m.Bind(nil))
			require.NoError(t, m.Run(graph.Mode{}))
			assert.InDeltaSlice(t, c.want, m.Output("y"), 1e-12)
		})
	}
}

func TestSubset(t *testing.T) {
	c := graphtest.LSTM(graphtest.Small)
	g := graph.Subset(c.Graph, "logits")
	assert.Equal(t, []string{"logits"}, g.Names)
	assert.Panics(t, func() { g.Input("y") }, "targets are not needed")
	want, got := loaded[float64](t, c, c.Graph, 1), interp.New[float64](g)
	require.NoError(t, got.Bind(c.Binding))
	for _, p := range g.Params {
		copy(got.Param(p.Name), want.Param(p.Name))
	}
	copy(got.Ints("x"), want.Ints("x"))
	copy(got.Floats("cell_0/h"), want.Floats("cell_0/h"))
	copy(got.Floats("cell_0/c"), want.Floats("cell_0/c"))
	require.NoError(t, want.Run(graph.Mode{}))
	require.NoError(t, got.Run(graph.Mode{}))
	assert.Equal(t, want.Output("logits"), got.Output("logits"))
	assert.Panics(t, func() { graph.Subset(c.Graph, "perplexity") })
}
