package engine

import "slices"

// mostParts is how many parts an element-wise operation is divided into at most.
const mostParts = 8

// divide computes element-wise operations part by part where their operands
// are joins or their readers want slices, so that both sides have the widths
// that are used and need not meet in memory: the gates of a packed product, the
// gradients that become one.
func (b *block) divide() {
	cuts := b.cuts()
	parts := map[*value][]*value{} // a divided value -> its parts
	for _, n := range slices.Clone(b.nodes) {
		if n.kind != elem || len(cuts[n.out[0]]) == 0 || len(cuts[n.out[0]]) >= mostParts {
			continue
		}
		v := n.out[0]
		var list []*value
		at := 0
		for _, end := range append(slices.Clone(cuts[v]), v.shape.last().n) {
			list = append(list, b.divided(n, part{at, end - at}, parts))
			at = end
		}
		parts[v] = list
		n.kind, n.axis, n.in, n.op, n.scale = join, -1, list, nil, nil
		b.redirect(v, list)
	}
	b.settle()
}

// cuts finds where element-wise values are divided: at the ends of slices that
// are read of them and of parts of joins that they read, and where values that
// they are computed with are.
func (b *block) cuts() map[*value][]int {
	cuts := map[*value][]int{}
	add := func(v *value, at ...int) (grown bool) {
		for _, c := range at {
			if i, has := slices.BinarySearch(cuts[v], c); !has && c > 0 && c < v.shape.last().n {
				cuts[v] = slices.Insert(cuts[v], i, c)
				grown = true
			}
		}
		return grown
	}
	for grown := true; grown; {
		grown = false
		for _, n := range b.nodes {
			if n.kind != elem || n.out[0].shape.last().syms != "" {
				continue
			}
			v := n.out[0]
			for _, u := range v.users {
				if u.kind == alias && u.part != nil {
					grown = add(v, u.part.start, u.part.start+u.part.n) || grown
				}
			}
			for _, w := range n.in {
				if !v.spans(w) {
					continue
				}
				switch {
				case w.def.kind == join && w.def.axis == -1:
					grown = add(v, w.def.ends()...) || grown
				case w.def.kind == elem:
					grown = add(v, cuts[w]...) || grown
					grown = add(w, cuts[v]...) || grown
				}
			}
		}
	}
	return cuts
}

// spans reports whether operand w has v's features and is not repeated along them.
func (v *value) spans(w *value) bool {
	return w.uniform() == nil && len(w.shape) > 0 && w.shape.last() == v.shape.last() && w.shape.last() != one
}

// ends are where the parts of a join of features end.
func (n *node) ends() []int {
	var list []int
	at := 0
	for _, v := range n.in {
		at += v.shape.last().n
		list = append(list, at)
	}
	return list
}

// divided is a range of element-wise n.
func (b *block) divided(n *node, r part, parts map[*value][]*value) *value {
	v := n.out[0]
	m := node{kind: elem, op: n.op, scale: n.scale, place: n.place}
	for _, w := range n.in {
		if v.spans(w) {
			w = b.rangeOf(w, r, parts)
		}
		m.in = append(m.in, w)
	}
	return b.node(m, append(slices.Clone(v.shape.lead()), fixed(r.n)))
}

// rangeOf is a range of a value: one of its parts, or a slice.
func (b *block) rangeOf(w *value, r part, parts map[*value][]*value) *value {
	list := parts[w]
	if w.def.kind == join && w.def.axis == -1 {
		list = w.def.in
	}
	at := 0
	for _, p := range list {
		if at == r.start && p.shape.last().n == r.n {
			return p
		}
		at += p.shape.last().n
	}
	if w.def.kind == alias && w.def.part != nil {
		r.start += w.def.part.start
		w = w.def.in[0]
	}
	return b.slice(w, r)
}

// slice is an alias for a range of w's features.
func (b *block) slice(w *value, r part) *value {
	see := func(v view) view { return v.slice(-1, r.start, 1, r.n) }
	m := node{kind: alias, in: []*value{w}, see: see, part: &r, place: w.def.place}
	return b.node(m, append(slices.Clone(w.shape.lead()), fixed(r.n)))
}

// redirect lets readers of slices of v read its parts.
func (b *block) redirect(v *value, list []*value) {
	for _, u := range v.users {
		if u.kind != alias || u.part == nil {
			continue
		}
		at := 0
		for _, p := range list {
			if u.part != nil && at == u.part.start && p.shape.last().n == u.part.n {
				for _, reader := range u.out[0].users {
					reader.replace(u.out[0], p)
				}
				u.in[0], u.part, u.see = p, nil, func(v view) view { return v }
			}
			at += p.shape.last().n
		}
	}
}
