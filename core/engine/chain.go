package engine

import (
	"slices"

	"github.com/seed391906a2/iss/core/graph"
)

// chain is a sum with matrix products in it, as the graph has it: a tree of
// additions in which only the sum itself has other users.
type chain struct {
	products []*graph.Node
	terms    []graph.Value // what else is added
}

// absorb finds the chains of the block. An addition or a product that has one
// user, an addition, and the shape of the sum belongs to that user's chain.
func (b *block) absorb() {
	b.chains, b.absorbed = map[*graph.Node]*chain{}, map[*graph.Node]bool{}
	for _, n := range slices.Backward(b.graph.Nodes) {
		if !b.needed[n] || b.absorbed[n] {
			continue
		}
		c := &chain{}
		var inner []*graph.Node
		switch {
		case isProduct(n):
			c.products = []*graph.Node{n}
		case isSum(n):
			inner = b.collect(n, n, c)
		}
		if len(c.products) == 0 {
			continue
		}
		b.chains[n] = c
		for _, m := range append(inner, c.products...) {
			b.absorbed[m] = m != n
		}
	}
}

// collect walks the additions below n and returns them.
func (b *block) collect(root, n *graph.Node, c *chain) (inner []*graph.Node) {
	for _, v := range n.In {
		own := b.uses[v] == 1 && v.Shape().Equal(root.Shapes[0])
		switch {
		case own && isSum(v.Node):
			inner = append(append(inner, v.Node), b.collect(root, v.Node, c)...)
		case own && isProduct(v.Node):
			c.products = append(c.products, v.Node)
		default:
			c.terms = append(c.terms, v)
		}
	}
	return inner
}

func isSum(n *graph.Node) bool {
	op, ok := n.Op.(*graph.BinaryOp)
	return ok && op.Kind == graph.AddOf
}

func isProduct(n *graph.Node) bool {
	switch n.Op.(type) {
	case *graph.MatMulOp, *graph.OuterOp:
		return true
	}
	return false
}

// chain makes the nodes of a chain: the products, a bias and a base that they
// are added to in place, and additions for the rest.
func (b *block) chain(n *graph.Node, c *chain) *value {
	s := b.p.syms.shape(n.Shapes[0])
	m := node{kind: prod, place: n.Place, moved: n.Lifted}
	level := 0
	for _, g := range c.products {
		q := product{a: b.values[g.In[0]], b: b.values[g.In[1]]}
		if op, ok := g.Op.(*graph.MatMulOp); ok {
			q.trans = op.Trans
		} else {
			q.outer = true
		}
		m.prods = append(m.prods, q)
		m.in = append(m.in, q.a, q.b)
		level = max(level, q.a.height(b), q.b.height(b))
	}
	var early, rest []*value
	for _, t := range c.terms {
		v := b.values[t]
		switch {
		case m.bias == nil && v.uniform() == nil && v.shape.isRowOf(s):
			m.bias = v
		case v.shape.equal(s) && v.uniform() == nil && v.height(b) <= level:
			early = append(early, v)
		default:
			rest = append(rest, v)
		}
	}
	m.base, early = b.baseOf(n, early, s)
	rest = append(early, rest...)
	for _, v := range []*value{m.bias, m.base} {
		if v != nil {
			m.in = append(m.in, v)
		}
	}
	sum := b.node(m, s)
	for _, v := range rest {
		if table, ok := v.def.op.(*graph.LookupGradOp); ok && b.solely(v) {
			sum = b.addUp(table, v.def, sum)
			continue
		}
		sum = b.add(sum, v, n.Place)
	}
	return sum
}

// baseOf chooses what the products are added to among the terms that are there
// before them, and returns the others. Where a program reads the sum it can
// add terms itself, so the base must cost nothing; where none does, as with a
// next state, all terms are added up before the products.
func (b *block) baseOf(n *graph.Node, early []*value, s shape) (base *value, rest []*value) {
	if len(early) == 0 {
		return nil, nil
	}
	if b.loop == nil || b.readByPrograms(n.At(0)) || len(early) == 1 && b.free(early[0]) {
		for i, v := range early {
			if b.free(v) {
				return v, slices.Delete(early, i, i+1)
			}
		}
		return nil, early
	}
	if len(early) == 1 {
		return b.copy(early[0]), nil
	}
	base = early[0]
	for _, v := range early[1:] {
		base = b.add(base, v, n.Place)
	}
	return base, nil
}

func (b *block) add(v, w *value, place string) *value {
	return b.node(node{kind: elem, op: &graph.BinaryOp{Kind: graph.AddOf}, in: []*value{v, w}, place: place}, v.shape)
}

// readByPrograms reports whether an element-wise operation reads v.
func (b *block) readByPrograms(v graph.Value) bool {
	for _, n := range b.graph.Nodes {
		switch n.Op.(type) {
		case *graph.UnaryOp, *graph.BinaryOp, *graph.SelectOp, *graph.SliceOp:
			if b.needed[n] && slices.Contains(n.In, v) {
				return true
			}
		}
	}
	return false
}

// addUp adds the gradient of a table to a sum in place, row by row, instead of
// as a matrix that is mostly zero: the table is a softmax layer's weights too.
func (b *block) addUp(op *graph.LookupGradOp, n *node, sum *value) *value {
	in := append(slices.Clone(n.in), sum)
	return b.node(node{kind: other, op: op, in: in, base: sum, place: n.place}, sum.shape)
}

// height is how many steps must have run in b before v is there, at least.
func (v *value) height(b *block) int {
	if v.def.block != b {
		return 0
	}
	h := v.def.level
	if v.def.kind == prod || v.def.kind == other || v.def.kind == scan {
		h++
	}
	return h
}

// free reports whether v's memory may become that of a sum to which v is
// added: the sum is v's only user and v is written by a step, or v is a
// sequence that is written by a step and read by this loop alone.
func (b *block) free(v *value) bool {
	if v.def.block != b || v.compact || !b.solely(v) {
		return false
	}
	if o := v.def.source.outer; v.def.kind == leaf && o != nil && v.def.source.seq {
		return o.produced() && !o.compact && o.def.block.solely(o)
	}
	return v.produced()
}

// solely reports whether the graph value behind v has one use.
func (b *block) solely(v *value) bool {
	for g, w := range b.values {
		if w == v {
			return b.uses[g] == 1
		}
	}
	return false
}
