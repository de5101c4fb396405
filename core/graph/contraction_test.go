package graph_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/graph/graphtest"
)

// checkContracts changes indices one by one: what a result notices of other
// units, the contraction rule must have told.
func checkContracts(t *testing.T, c *opCase) {
	b := c.model(false)
	h, _ := graph.Clone(b.g)
	h.AddOutput("y", h.Nodes[b.y.Node.ID].At(b.y.Out))
	m := start[float64](t, b, h, 9)
	require.NoError(t, graphtest.CheckContractions(b.g, b.y, m, graph.Mode{Training: true, Seed: 5, Step: 2}))
}

// blind is a sum over features that does not say so.
type blind struct{ graph.ReduceOp }

func (blind) Contracts(*graph.Node) []graph.Contraction { return nil }

// misread names what is not there.
type misread struct {
	graph.UnaryOp
	rule func(n *graph.Node) graph.Contraction
}

func (m misread) Contracts(n *graph.Node) []graph.Contraction { return []graph.Contraction{m.rule(n)} }

func TestContractionFaults(t *testing.T) {
	sum := &blind{graph.ReduceOp{Kind: graph.SumOf, Axes: []int{-1}, Width: 4}}
	c := &opCase{name: "blind", in: []operand{floats(3, 4)}, build: opUnary(sum)}
	b := c.model(false)
	h, _ := graph.Clone(b.g)
	h.AddOutput("y", h.Nodes[b.y.Node.ID].At(b.y.Out))
	m := start[float64](t, b, h, 9)
	err := graphtest.CheckContractions(b.g, b.y, m, graph.Mode{})
	assert.EqualError(t, err, "index 0 of axis -1 of x0 changes the result at [0 0], which is another unit")

	for _, f := range []struct {
		says string
		rule func(n *graph.Node) graph.Contraction
	}{
		{"X is none of its operands", func(n *graph.Node) graph.Contraction { return graph.Contraction{X: n.At(0), Axis: -1} }},
		{"X, of shape 3×4, has no axis -3", func(n *graph.Node) graph.Contraction { return graph.Contraction{X: n.In[0], Axis: -3} }},
		{"has no axis 1", func(n *graph.Node) graph.Contraction {
			return graph.Contraction{X: n.In[0], Axis: 1, How: graph.AddedUp}
		}},
		{"no way 9", func(n *graph.Node) graph.Contraction { return graph.Contraction{X: n.In[0], Axis: -1, How: 9} }},
		{"W is none of its operands", func(n *graph.Node) graph.Contraction { return graph.Contraction{X: n.In[0], Axis: -1} }},
		{"axis -1 of X has length 4, axis -2 of W 3", func(n *graph.Node) graph.Contraction {
			return graph.Contraction{X: n.In[0], Axis: -1, W: n.In[0], Sum: -2}
		}},
	} {
		g, err := graph.Trace("misread", func(s *graph.Scope) {
			s.Output("y", emit(&misread{graph.UnaryOp{Kind: graph.TanhOf}, f.rule}, p(s.Sub("m"), "x", 3, 4)))
		})
		require.NoError(t, err)
		_, err = graph.Contractions(g)
		require.ErrorContains(t, err, "graph: tanh in m: its contraction rule: ")
		assert.ErrorContains(t, err, f.says)
	}
}
