package rewrite

import (
	"slices"

	"github.com/seed391906a2/iss/core/graph"
)

// Lifting: an operation of a body, which works on one time step, becomes one
// over all steps, by one more leading axis. Axes count from the end, so most
// operations stay as they are.

// liftable reports whether a node of the body means the same with a leading
// time axis.
func (m *mover) liftable(n *graph.Node) bool {
	fixed := func(i int) bool { return m.change[n.In[i]] == never }
	switch n.Op.(type) {
	case *graph.UnaryOp, *graph.BinaryOp, *graph.SelectOp, *graph.ConcatOp, *graph.SliceOp, *graph.SpreadOp, *graph.GatherOp,
		*graph.ScatterOp, *graph.ReshapeOp, *graph.ViewOp, *graph.ExpandOp, *graph.ReduceOp, *graph.RStdOp, *graph.SoftmaxOp:
		return true
	case *graph.MatMulOp: // one weight for all steps
		return fixed(1)
	case *graph.LookupOp:
		return fixed(0)
	case *graph.CrossEntropyOp, *graph.CrossEntropyGradOp:
		return !fixed(1)
	}
	return false // sums over the leading axes, loops, operations on time
}

// lifted is a value of the old body at all time steps, [time, ...], in the
// graph around the Scan.
func (m *mover) lifted(v graph.Value) graph.Value {
	if w, ok := m.memo[v]; ok {
		return w
	}
	w := m.lift(v)
	m.memo[v] = w
	return w
}

func (m *mover) lift(v graph.Value) graph.Value {
	if m.change[v] == never {
		return m.l.repeat(m.vals[v])
	}
	n := v.Node
	if _, ok := n.Op.(*graph.InputOp); ok {
		return m.near(m.l.parent, m.vals[m.n.In[slices.Index(m.op.Body.Inputs, v)]])
	}
	in := make([]graph.Value, len(n.In))
	for i, u := range n.In {
		in[i] = m.operand(n, i, u)
	}
	op := n.Op
	if l, ok := op.(graph.Lifter); ok {
		op = l.Lift(m.op.Time)
	}
	return m.value(m.l.parent, op, in...)
}

// operand is what a lifted operation reads: what never changes as it is where
// it broadcasts, everything else with its time axis in front of the axes of
// the result.
func (m *mover) operand(n *graph.Node, i int, u graph.Value) graph.Value {
	switch n.Op.(type) {
	case *graph.BinaryOp, *graph.SelectOp, *graph.ExpandOp:
		if m.change[u] == never {
			return m.vals[u]
		}
		v := m.lifted(u)
		shape := graph.Shape{m.op.Time}
		for range n.At(0).Rank() - u.Rank() {
			shape = append(shape, graph.Fixed(1))
		}
		return m.value(m.l.parent, &graph.ViewOp{Shape: append(shape, u.Shape()...)}, v)
	case *graph.MatMulOp, *graph.LookupOp:
		if m.change[u] == never && (i == 1) == isProduct(n.At(0)) {
			return m.vals[u]
		}
	}
	return m.lifted(u)
}
