package engine

import (
	"slices"

	"github.com/seed391906a2/iss/core/graph"
)

// newBlock builds the nodes of g. Of its outputs only the wanted ones count.
func (p *planner) newBlock(g *graph.Graph, wanted []bool, parent *block, at *node) *block {
	b := &block{p: p, graph: g, parent: parent, scan: at, values: map[graph.Value]*value{}}
	if at != nil {
		b.loop = at.loop
	}
	b.need(wanted)
	b.absorb()
	for i, v := range g.Inputs {
		b.input(i, v)
	}
	for _, n := range g.Nodes {
		if b.needed[n] {
			b.build(n)
		}
	}
	for i, v := range g.Outputs {
		if wanted[i] {
			b.outs = append(b.outs, b.values[v])
		} else {
			b.outs = append(b.outs, nil)
		}
	}
	return b
}

// need counts the uses of values, through what is wanted of the block.
func (b *block) need(wanted []bool) {
	b.uses, b.needed = map[graph.Value]int{}, map[*graph.Node]bool{}
	for i, v := range b.graph.Outputs {
		if wanted[i] {
			b.uses[v]++
			b.needed[v.Node] = true
		}
	}
	for _, n := range slices.Backward(b.graph.Nodes) {
		if !b.needed[n] {
			continue
		}
		for _, v := range n.In {
			b.uses[v]++
			b.needed[v.Node] = true
		}
	}
}

// input makes the leaf of an input.
func (b *block) input(i int, v graph.Value) {
	op := v.Node.Op.(*graph.InputOp)
	n := node{kind: leaf, op: op, place: v.Node.Place}
	s := b.p.syms.shape(v.Shape())
	switch op.Role {
	case graph.Sequence, graph.Capture:
		n.source.outer = b.scan.in[i]
		n.source.seq = op.Role == graph.Sequence
		if u := n.source.outer.uniform(); u != nil {
			n.source = source{buf: b.p.buffer(&buffer{name: "constant", shape: s, uniform: u})}
		}
	case graph.Previous:
		n.source.state = b.scan.states[i-b.scan.op.(*graph.ScanOp).Seqs]
	default:
		n.source.buf = b.p.input(op, s)
	}
	w := b.node(n, s)
	w.ints = op.Kind == graph.Int
	b.values[v] = w
}

func (b *block) leaf(n *graph.Node, buf *buffer) *value {
	return b.node(node{kind: leaf, op: n.Op, place: n.Place, source: source{buf: buf}}, buf.shape)
}

// uniform is a leaf all of whose elements are one number.
func (b *block) uniform(n *graph.Node, u uniform) *value {
	return b.leaf(n, b.p.buffer(&buffer{name: "constant", shape: b.p.syms.shape(n.Shapes[0]), uniform: &u}))
}

// build makes the nodes for one operation.
func (b *block) build(n *graph.Node) {
	out := n.At(0)
	if c := b.chains[n]; c != nil {
		b.values[out] = b.chain(n, c)
		return
	}
	if b.absorbed[n] {
		return
	}
	s := b.p.syms.shape(n.Shapes[0])
	m := node{op: n.Op, place: n.Place, moved: n.Lifted, graph: n}
	for _, v := range n.In {
		m.in = append(m.in, b.values[v])
	}
	if len(m.in) > 0 {
		if u := m.in[0].uniform(); u != nil && b.spread(n, *u) {
			return
		}
	}
	switch op := n.Op.(type) {
	case *graph.InputOp:
		return
	case *graph.ParamOp:
		b.values[out] = b.leaf(n, b.p.param(op.P))
		return
	case *graph.FillOp:
		b.values[out] = b.uniform(n, uniform{op.Value, one})
		return
	case *graph.ConstOp:
		b.values[out] = b.constant(n, op)
		return
	case *graph.ScanOp:
		b.loops(n, op, m)
		return
	case *graph.CrossEntropyOp, *graph.CrossEntropyGradOp:
		if b.entropy(n, m) {
			return
		}
		m.kind = other
	case *graph.UnaryOp, *graph.BinaryOp, *graph.SelectOp:
		m.kind = elem
	case *graph.ConcatOp:
		m.kind, m.axis = join, op.Axis
	case *graph.ExpandOp:
		if !op.Mean {
			b.values[out] = b.see(m, s)
			return
		}
		m.kind, m.scale = elem, &uniform{1, b.repeats(n)}
	case *graph.ViewOp, *graph.SliceOp, *graph.ReshapeOp:
		b.values[out] = b.see(m, s)
		return
	default:
		m.kind = other
		m.move = arrange(op, n)
	}
	b.values[out] = b.node(m, s)
	at := b.values[out].def
	for i := 1; i < len(n.Shapes); i++ {
		at.out = append(at.out, &value{def: at, out: i, shape: b.p.syms.shape(n.Shapes[i])})
		b.values[n.At(i)] = at.out[i]
	}
	b.checkIDs(at)
}

// spread keeps what is made of one number by repeating and rearranging it one
// number, and scales it.
func (b *block) spread(n *graph.Node, u uniform) bool {
	switch op := n.Op.(type) {
	case *graph.ViewOp, *graph.SliceOp, *graph.ReshapeOp, *graph.GatherOp:
	case *graph.ExpandOp:
		if op.Mean {
			u.div = u.div.times(b.repeats(n))
		}
	case *graph.UnaryOp:
		if op.Kind != graph.AffineOf || op.B != 0 {
			return false
		}
		u.v *= op.A
	default:
		return false
	}
	b.values[n.At(0)] = b.uniform(n, u)
	return true
}

// repeats is how often an expansion repeats each element.
func (b *block) repeats(n *graph.Node) size {
	from, to := n.In[0].Shape(), n.Shapes[0]
	s := one
	for i := 1; i <= len(to); i++ {
		if d := to[len(to)-i]; i > len(from) || from[len(from)-i] != d {
			s = s.times(b.p.syms.size(d))
		}
	}
	return s
}

// constant is a literal tensor.
func (b *block) constant(n *graph.Node, op *graph.ConstOp) *value {
	s := b.p.syms.shape(n.Shapes[0])
	same := len(op.Data) > 0
	for _, x := range op.Data {
		same = same && x == op.Data[0]
	}
	if same {
		return b.uniform(n, uniform{op.Data[0], one})
	}
	buf := b.p.buffer(&buffer{name: "constant", shape: s, dense: true, constant: true})
	buf.allocate(nil)
	for i, x := range op.Data {
		buf.floats[i] = float32(x)
	}
	return b.leaf(n, buf)
}
