package tasks

import (
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/tensor"
)

// Feed is the input side of a machine that is not there: memory for what a
// graph is fed. Batches load into it what another machine, or one of another
// precision, then takes.
type Feed struct {
	IntsOf   map[string][]int32
	FloatsOf map[string][]float32
}

var _ Inputs = (*Feed)(nil)

// NewFeed makes the inputs of a graph at a binding; carried states are not fed.
func NewFeed(g *graph.Graph, b graph.Binding) *Feed {
	f := &Feed{map[string][]int32{}, map[string][]float32{}}
	for _, v := range g.Inputs {
		switch in := v.Node.Op.(*graph.InputOp); {
		case in.Role != graph.Feed:
		case in.Kind == graph.Int:
			f.IntsOf[in.Label] = make([]int32, in.Shape.Size(b))
		default:
			f.FloatsOf[in.Label] = make([]float32, in.Shape.Size(b))
		}
	}
	return f
}

// Ints implements Inputs.
func (f *Feed) Ints(input string) []int32 { return f.IntsOf[input] }

// Floats implements Inputs.
func (f *Feed) Floats(input string) []float32 { return f.FloatsOf[input] }

// Give copies a feed to a machine that is bound alike.
func Give[T tensor.Float](f *Feed, m graph.Machine[T]) {
	for name, x := range f.IntsOf {
		copy(m.Ints(name), x)
	}
	for name, x := range f.FloatsOf {
		to := m.Floats(name)
		for i, v := range x {
			to[i] = T(v)
		}
	}
}
