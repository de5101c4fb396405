package groups_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/cells"
	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/core/graph"
	model "github.com/seed391906a2/iss/tasks/squad/bidaf"
)

// softmix is Σ_j softmax_j(scores)·v_j over the first axis of scores [j, …, 1]
// and v [j, …, n], which is dropped. It keeps the feature axis of v.
func softmix(scores, v graph.Value) graph.Value {
	e := graph.Exp(scores)
	return graph.Sum(graph.Mul(graph.Div(e, graph.Sum(e, -v.Rank())), v), -v.Rank())
}

// mixing has the shape of the gap in the published group file of BiDAF
// (derivation of groups, 5): an LSTM g1 reads p0, and a further LSTM g2 reads
// p0, g1, a mix a of g1 over positions, and g1·a.
func mixing(t testing.TB, n int) *graph.Graph {
	g, err := graph.Trace("mixing", func(s *graph.Scope) {
		time, batch := graph.Symbol("time"), graph.Symbol("batch")
		p0, y := s.Input("p0", time, batch, graph.Fixed(2*n)), s.Ints("y", time, batch)
		m := s.Sub("main")
		g1 := lstmLayer(m, "g1", n, p0)
		scores := graph.MatMul(graph.Concat(-1, g1, p0), m.Layer("logits1", "logits1").Param("weights", nil, 3*n, 1))
		a := graph.Expand(softmix(scores, g1), g1.Shape()...)
		g2 := lstmLayer(m, "g2", n, graph.Concat(-1, p0, g1, a, graph.Mul(g1, a)))
		tags := graph.MatMul(g2, m.Layer("logits2", "logits2").Param("weights", nil, n, 3))
		s.Output("loss", graph.Sum(graph.Mean(graph.CrossEntropy(tags, y), -1), -1))
	})
	require.NoError(t, err)
	return g
}

// bidaf is the published model with d hidden units in each direction.
func bidaf(t testing.TB, d int) *graph.Graph {
	c := model.Config{Words: 20, Chars: 20, WordDim: d, CharDim: 8, CharWidth: 16, CharFilters: d, CharTaps: 5, Highways: 2}
	for i, in := range model.Inputs(2*d, func(int) int { return 2 * d }) {
		cell, err := cells.LSTM.New(core.CellConfig{Input: in, Hidden: d})
		require.NoError(t, err)
		c.Layers[i] = model.Layer{Fw: cell, Bw: cell}
	}
	g, err := model.Trace(c)
	require.NoError(t, err)
	return g
}
