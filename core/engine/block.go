package engine

import (
	"slices"

	"github.com/seed391906a2/iss/core/graph"
)

// block is a graph being lowered: the outermost one or the body of a Scan.
type block struct {
	p        *planner
	graph    *graph.Graph
	parent   *block
	scan     *node // whose body it is
	loop     *loop
	nodes    []*node
	values   map[graph.Value]*value
	uses     map[graph.Value]int
	needed   map[*graph.Node]bool
	chains   map[*graph.Node]*chain
	absorbed map[*graph.Node]bool
	fused    map[*graph.Node]*fusion
	outs     []*value // of the outermost block: outputs; of a body: next states, then outputs (nil: nobody asks)
	packs    []*pack  // of what the loop captures
	code     code
}

// node appends a node with one result.
func (b *block) node(n node, s shape) *value {
	n.block = b
	m := &n
	b.nodes = append(b.nodes, m)
	for _, v := range n.in {
		m.level = max(m.level, v.height(b))
	}
	v := &value{def: m, shape: s}
	m.out = []*value{v}
	return v
}

// link finds the users of all values of the block, in the order of its nodes.
func (b *block) link() {
	for _, n := range b.nodes {
		for _, v := range n.out {
			if v != nil {
				v.users, v.isOut = nil, false
			}
		}
	}
	for _, n := range b.nodes {
		for _, v := range n.in {
			if v != nil {
				v.users = append(v.users, n)
			}
		}
	}
	for _, v := range b.outs {
		if v != nil {
			v.isOut = true
		}
	}
}

// settle puts the nodes in an order in which they can run, drops those that
// nobody reads, and links them.
func (b *block) settle() {
	live := map[*node]bool{}
	var order []*node
	var visit func(n *node)
	visit = func(n *node) {
		if live[n] {
			return
		}
		live[n] = true
		for _, v := range n.in {
			if v != nil {
				visit(v.def)
			}
		}
		order = append(order, n)
	}
	wanted := map[*node]bool{}
	var want func(n *node)
	want = func(n *node) {
		if wanted[n] {
			return
		}
		wanted[n] = true
		for _, v := range n.in {
			if v != nil {
				want(v.def)
			}
		}
	}
	for _, v := range b.outs {
		if v != nil {
			want(v.def)
		}
	}
	for _, n := range b.nodes {
		if wanted[n] {
			visit(n)
		}
	}
	b.nodes = order
	b.link()
}

// each calls f for the block and the bodies in it, outermost first.
func (b *block) each(f func(b *block)) {
	f(b)
	for _, n := range slices.Clone(b.nodes) {
		if n.body != nil {
			n.body.each(f)
		}
	}
}
