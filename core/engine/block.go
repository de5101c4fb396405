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
			v.users = append(v.users, n)
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
	live := reach(b.outs)
	var order []*node
	placed := map[*node]bool{}
	var place func(n *node)
	place = func(n *node) {
		if placed[n] {
			return
		}
		placed[n] = true
		for _, v := range n.in {
			place(v.def)
		}
		order = append(order, n)
	}
	for _, n := range b.nodes {
		if live[n] {
			place(n)
		}
	}
	b.nodes = order
	b.link()
}

// reach is what the given values are made of.
func reach(from []*value) map[*node]bool {
	live := map[*node]bool{}
	var mark func(v *value)
	mark = func(v *value) {
		if v == nil || live[v.def] {
			return
		}
		live[v.def] = true
		for _, w := range v.def.in {
			mark(w)
		}
	}
	for _, v := range from {
		mark(v)
	}
	return live
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
