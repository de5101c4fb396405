package groups_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/core/graph"
)

// mix is Σ_j softmax_j(x_j·w)·v_j over the positions of v [time, batch, n], the
// same at every position. It keeps the feature axis of v.
func mix(scores, v graph.Value) graph.Value {
	e := graph.Exp(scores)
	a := graph.Div(e, graph.Sum(e, -3))
	return graph.Expand(graph.Sum(graph.Mul(a, v), -3), v.Shape()...)
}

// mixing has the shape of the gap in the published group file of BiDAF
// (derivation of groups, 5): an LSTM g reads p0, and a further LSTM reads p0, g,
// a mix a of g over positions, and g·a.
func mixing(t testing.TB, n int) *graph.Graph {
	g, err := graph.Trace("mixing", func(s *graph.Scope) {
		time, batch := graph.Symbol("time"), graph.Symbol("batch")
		p0, y := s.Input("p0", time, batch, graph.Fixed(2*n)), s.Ints("y", time, batch)
		m := s.Sub("main")
		g := lstmLayer(m, "g1", n, p0)
		scores := graph.MatMul(graph.Concat(-1, g, p0), m.Layer("logits1", "logits1").Param("weights", nil, 3*n, 1))
		a := mix(scores, g)
		h := lstmLayer(m, "g2", n, graph.Concat(-1, p0, g, a, graph.Mul(g, a)))
		tags := graph.MatMul(h, m.Layer("logits2", "logits2").Param("weights", nil, n, 3))
		s.Output("loss", graph.Sum(graph.Mean(graph.CrossEntropy(tags, y), -1), -1))
	})
	require.NoError(t, err)
	return g
}

var _ = fmt.Sprint
