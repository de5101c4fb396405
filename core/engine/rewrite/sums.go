package rewrite

import (
	"slices"

	"github.com/seed391906a2/iss/core/graph"
)

// groupSums reorders sums with products in the bodies of loops into one chain,
// from left to right:
//
//	base    what does not depend on a state: if there is a product among it,
//	        all of it (that sum leaves the loop); else what is not broadcast
//	early   terms that are known before the products are
//	        products of what depends on a state
//	bias    what does not depend on a state, if there is no base
//	late    other terms
//
// so that all products accumulate onto one base.
func groupSums(g *graph.Graph) *graph.Graph {
	return copyGraph(g, &sumPass{users: findUsers(g), levels: map[graph.Value]int{}})
}

type sumPass struct {
	plain
	users  *users
	levels map[graph.Value]int // memo of level
}

// term is a signed summand, in the old graph.
type term struct {
	v     graph.Value
	minus bool
}

func (p *sumPass) rule(b *block, n *graph.Node, _ []graph.Value) graph.Value {
	if b.loop == nil || !isSum(n) || p.inner(n) {
		return graph.Value{}
	}
	var terms []term
	products := 0
	terms = p.flatten(terms, n, false)
	for _, t := range terms {
		if isProduct(t.v) {
			products++
		}
	}
	if products == 0 || len(terms) < 3 {
		return graph.Value{}
	}
	base, rest := p.order(b, n.At(0), terms)
	return b.sum(b.sum(graph.Value{}, base), rest)
}

func isSum(n *graph.Node) bool {
	o, ok := n.Op.(*graph.BinaryOp)
	return ok && (o.Kind == graph.AddOf || o.Kind == graph.SubOf)
}

func isProduct(v graph.Value) bool {
	_, ok := v.Node.Op.(*graph.MatMulOp)
	return ok
}

// inner reports whether a sum is read by one other sum only.
func (p *sumPass) inner(n *graph.Node) bool {
	u := p.users.of[n.At(0)]
	return !p.users.isOutput[n.At(0)] && len(u) == 1 && isSum(u[0])
}

func (p *sumPass) flatten(terms []term, n *graph.Node, minus bool) []term {
	for i, v := range n.In {
		m := minus != (i == 1 && n.Op.(*graph.BinaryOp).Kind == graph.SubOf)
		if isSum(v.Node) && p.inner(v.Node) {
			terms = p.flatten(terms, v.Node, m)
		} else {
			terms = append(terms, term{v, m})
		}
	}
	return terms
}

// order puts the terms of a sum into the groups of groupSums.
func (p *sumPass) order(b *block, total graph.Value, terms []term) (base, rest []term) {
	var early, products, bias, late []term
	free := false // a product that depends on no state
	level := 0
	for _, t := range terms {
		switch dep := b.dependent(b.vals[t.v]); {
		case !dep && isProduct(t.v):
			free = true
		case dep && isProduct(t.v):
			level = max(level, p.level(b, t.v.Node.In[0]))
		}
	}
	for _, t := range terms {
		whole := t.v.Shape().Equal(total.Shape())
		switch dep := b.dependent(b.vals[t.v]); {
		case !dep && (free || whole):
			base = append(base, t)
		case !dep:
			bias = append(bias, t)
		case isProduct(t.v):
			products = append(products, t)
		case whole && p.level(b, t.v) <= level:
			early = append(early, t)
		default:
			late = append(late, t)
		}
	}
	return productsFirst(base), slices.Concat(early, products, bias, late)
}

func productsFirst(terms []term) (out []term) {
	for _, t := range terms {
		if isProduct(t.v) {
			out = append(out, t)
		}
	}
	for _, t := range terms {
		if !isProduct(t.v) {
			out = append(out, t)
		}
	}
	return out
}

// level is the number of products that depend on a state on the way from the
// states to an old value.
func (p *sumPass) level(b *block, v graph.Value) (n int) {
	if !b.dependent(b.vals[v]) {
		return 0
	}
	if n, ok := p.levels[v]; ok {
		return n
	}
	for _, u := range v.Node.In {
		n = max(n, p.level(b, u))
	}
	if isProduct(v) {
		n++
	}
	p.levels[v] = n
	return n
}

// sum adds terms to v, or, if that is the zero Value, to the first of them
// that is not subtracted.
func (b *block) sum(v graph.Value, terms []term) graph.Value {
	if len(terms) == 0 {
		return v
	}
	first := -1
	if v.IsZero() {
		first = max(0, slices.IndexFunc(terms, func(t term) bool { return !t.minus }))
		v = b.vals[terms[first].v]
		if terms[first].minus {
			v = b.affine(b.to, v, -1, 0)
		}
	}
	for i, t := range terms {
		switch {
		case i == first:
		case t.minus:
			v = b.sub(b.to, v, b.vals[t.v])
		default:
			v = b.add(b.to, v, b.vals[t.v])
		}
	}
	return v
}
