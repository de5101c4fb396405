package bench

import (
	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/core/graph"
)

// Stranger is a cell that nobody uses and for which nothing was tuned: it shows
// what a cell of one's own costs. It is the minimal gated unit of Zhou et al.
// (arXiv:1603.09420), whose one gate is f, with two more gates, p on the
// candidate and q on the output:
//
//	[f, p, q] = σ([x, h]·W_g + b_g)
//	c  = tanh([x, f∘h]·W_c + b_c)
//	h' = h − f∘(h − p∘c)
//	y  = q∘tanh(h')
var Stranger = core.CellPlugin{
	Name:   "stranger",
	Doc:    "A minimal gated unit with two more gates, to measure what a cell costs that nothing was tuned for.",
	Source: "Zhou et al., arXiv:1603.09420, changed",
	New: func(c core.CellConfig) (core.Cell, error) {
		return &stranger{c.Input, c.Hidden}, nil
	},
}

type stranger struct{ in, hidden int }

var _ core.Cell = (*stranger)(nil)

func (c *stranger) States() []core.State { return []core.State{{Name: "h", Size: c.hidden}} }

func (c *stranger) Step(s *graph.Scope, x graph.Value, prev []graph.Value) (graph.Value, []graph.Value) {
	h := prev[0]
	gates := graph.Split(graph.Sigmoid(graph.Add(
		graph.MatMul(graph.Concat(-1, x, h), s.Param("gates/weights", nil, c.in+c.hidden, 3*c.hidden)),
		s.Param("gates/biases", graph.Constant{}, 3*c.hidden))), 3)
	f, p, q := gates[0], gates[1], gates[2]
	cand := graph.Tanh(graph.Add(
		graph.MatMul(graph.Concat(-1, x, graph.Mul(f, h)), s.Param("candidate/weights", nil, c.in+c.hidden, c.hidden)),
		s.Param("candidate/biases", graph.Constant{}, c.hidden)))
	h = graph.Sub(h, graph.Mul(f, graph.Sub(h, graph.Mul(p, cand))))
	return graph.Mul(q, graph.Tanh(h)), []graph.Value{h}
}
