package rewrite

import "github.com/seed391906a2/iss/core/graph"

// pushSlices moves slices of the features towards their sources: an
// element-wise operation of which only slices are read is computed slice by
// slice, so that it has the widths that are used.
//
// A product stays whole, its slices are views (the packed gates of a cell),
// unless its slices part ways: one is needed by the next step and another is
// not, like dx and dh in [dx, dh] = dG·Wᵀ. Then each slice is a product with
// its own range of W.
func pushSlices(g *graph.Graph) *graph.Graph {
	return copyGraph(g, &slicePass{users: findUsers(g), fate: findFates(g), memo: map[graph.Value]ways{}})
}

type slicePass struct {
	plain
	users *users
	fate  *fates
	memo  map[graph.Value]ways
}

// ways says where the slices of a value go, if slices are all that is read of it.
type ways uint8

const (
	loopWay ways = 1 << iota // a slice that the next step needs
	freeWay                  // one that it does not need
	whole                    // something else than slices of the features is read
)

func (p *slicePass) rule(b *block, n *graph.Node, _ []graph.Value) graph.Value {
	if o, ok := n.Op.(*graph.SliceOp); ok && o.Axis == -1 {
		return p.pushed(b, o, n.In[0])
	}
	return graph.Value{}
}

// pushed is a slice of an old value.
func (p *slicePass) pushed(b *block, o *graph.SliceOp, v graph.Value) graph.Value {
	n := v.Node
	if !p.divides(v) {
		return b.value(b.to, o, b.vals[v])
	}
	if m, ok := n.Op.(*graph.MatMulOp); ok {
		axis := -1
		if m.Trans {
			axis = -2
		}
		w := b.value(b.to, &graph.SliceOp{Axis: axis, Start: o.Start, Step: o.Step, N: o.N}, b.vals[n.In[1]])
		return b.value(b.to, m, b.vals[n.In[0]], w)
	}
	in := make([]graph.Value, len(n.In))
	for i, u := range n.In {
		in[i] = b.vals[u]
		if spans(u, v) {
			in[i] = p.pushed(b, o, u)
		}
	}
	return b.value(b.to, n.Op, in...)
}

// spans reports whether an operand has the features of a result and is not
// repeated along them.
func spans(u, v graph.Value) bool {
	return u.Rank() > 0 && u.Shape().Last() == v.Shape().Last() && u.Shape().Last() != graph.Fixed(1)
}

// divides reports whether v is computed slice by slice.
func (p *slicePass) divides(v graph.Value) bool {
	ways := p.ways(v)
	if ways&whole != 0 {
		return false
	}
	parting := ways == loopWay|freeWay
	switch v.Node.Op.(type) {
	case *graph.MatMulOp:
		return parting
	case *graph.UnaryOp, *graph.BinaryOp, *graph.SelectOp:
		return parting || !p.packed(v)
	}
	return false
}

// ways says where the slices of v go.
func (p *slicePass) ways(v graph.Value) (ways ways) {
	if known, ok := p.memo[v]; ok {
		return known
	}
	if p.users.isOutput[v] {
		ways = whole
	}
	for _, u := range p.users.of[v] {
		switch o := u.Op.(type) {
		case *graph.SliceOp:
			switch {
			case o.Axis != -1:
				ways |= whole
			case p.fate.loop[u.At(0)]:
				ways |= loopWay
			default:
				ways |= freeWay
			}
		case *graph.UnaryOp, *graph.BinaryOp, *graph.SelectOp:
			if !spans(v, u.At(0)) {
				ways |= whole
			}
			ways |= p.ways(u.At(0))
		default:
			ways |= whole
		}
	}
	p.memo[v] = ways
	return ways
}

// packed reports whether v is a product or a sum of products and others: what
// a compiler accumulates in one place.
func (p *slicePass) packed(v graph.Value) bool {
	switch o := v.Node.Op.(type) {
	case *graph.MatMulOp:
		return true
	case *graph.BinaryOp:
		return (o.Kind == graph.AddOf || o.Kind == graph.SubOf) && (p.packed(v.Node.In[0]) || p.packed(v.Node.In[1]))
	}
	return false
}
