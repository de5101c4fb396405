package graph_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/core/graph"
)

// What is traced is of the innermost layer around it, whether or not the layer
// has a name in the names of its parameters; cutting changes nothing in that.
func TestLayers(t *testing.T) {
	var places []string
	g, err := graph.Trace("layers", func(s *graph.Scope) {
		m := s.Sub("Model")
		x := s.Input("x", graph.Symbol("time"), graph.Symbol("batch"), graph.Fixed(2))
		in := graph.MatMul(x, m.Layer("", "first").Param("w", nil, 2, 3))
		deep := m.Layer("RNN/cell", "cell_0").Sub("gates")
		y, _ := graph.Scan(deep, graph.ScanConfig{}, []graph.Value{in}, []graph.Carry{{Name: "h", Init: s.Fill(0, graph.Symbol("batch"), graph.Fixed(3))}},
			func(s *graph.Scope, x, prev []graph.Value) (out, next []graph.Value) {
				h := graph.Tanh(graph.Add(x[0], prev[0]))
				return []graph.Value{h}, []graph.Value{h}
			})
		m.Sub("loss")
		z := graph.Sum(y[0], -1)
		s.Output("z", z)
		for _, v := range []graph.Value{in, y[0], z} {
			places = append(places, v.Node.Place)
		}
	})
	require.NoError(t, err)
	assert.Equal(t, []string{"Model/first", "Model/RNN/cell/gates", "Model/loss"}, places)
	require.NotNil(t, g.Param("Model/w"), "the layer is not in the parameter's name")
	part := graph.Subset(g, "z")
	for _, g := range []*graph.Graph{g, part} {
		for i, want := range []string{"first", "cell_0", ""} {
			assert.Equal(t, want, g.Layer(places[i]), places[i])
		}
		assert.Equal(t, "cell_0", g.Layer("Model/RNN/cell"))
		assert.Empty(t, g.Layer("Model/RNN/cellar"))
	}
}
