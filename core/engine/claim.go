package engine

// claims decides who writes where, users before the values that they use: next
// states go where the next step reads them, parts of joins into the join, the
// outputs of a step into what is made of them outside, and bases of products
// into the sum's memory. Whoever cannot lie where it is wanted is copied.
func (b *block) claims() {
	if b.loop != nil {
		b.claimStates()
		b.claimOutputs()
	}
	for i := len(b.nodes) - 1; i >= 0; i-- {
		switch n := b.nodes[i]; {
		case n.kind == join:
			b.claimParts(n)
		case n.base != nil:
			b.claimBase(n)
		}
	}
	b.settle()
}

// claimable reports whether v can be told where to lie.
func (v *value) claimable(b *block) bool {
	return v.def.block == b && v.claim.how == nowhere && !v.compact && (v.produced() || v.def.kind == join)
}

// place makes v, or a copy of it, lie at a claim and returns it.
func (b *block) place(v *value, c claim, able bool) *value {
	if !able || !v.claimable(b) {
		v = b.copy(v)
	}
	v.claim = c
	return v
}

func (b *block) copy(v *value) *value {
	return b.node(node{kind: elem, in: []*value{v}, place: v.def.place}, v.shape)
}

func (b *block) claimStates() {
	for i, st := range b.scan.states {
		c := claim{how: ofState, state: st}
		b.outs[i] = b.place(b.outs[i], c, true)
	}
}

// claimOutputs honours the places that the outputs have outside. Other outputs
// lie where the step leaves them, for all steps.
func (b *block) claimOutputs() {
	for i := len(b.scan.states); i < len(b.outs); i++ {
		if b.outs[i] == nil {
			continue
		}
		if out := b.scan.out[i]; out.claim.how != nowhere {
			b.outs[i] = b.place(b.outs[i], claim{how: atStep, value: out}, true)
		}
	}
}

func (b *block) claimParts(n *node) {
	at := 0
	for i, v := range n.in {
		c := claim{how: inJoin, value: n.out[0], axis: n.axis, start: at}
		at += v.shape[len(v.shape)+n.axis].n
		n.in[i] = b.placePart(v, c)
	}
}

// placePart places v in a join. Products need rows at one distance, which a
// join of the features or of the outermost axis leaves them.
func (b *block) placePart(v *value, c claim) *value {
	rows := c.axis == -1 || c.axis == -len(v.shape)
	if v.def.kind == scan && v.def.block == b && v.claim.how == nowhere && v.out >= len(v.def.states) {
		inner := v.def.body.outs[v.out]
		if inner.claimable(v.def.body) && inner.def.kind != join && !v.def.body.isState(inner) && rows {
			v.claim = c
			return v
		}
	}
	return b.place(v, c, rows || v.def.kind != prod)
}

// isState reports whether v is a next state of the loop.
func (b *block) isState(v *value) bool {
	for i := range b.scan.states {
		if b.outs[i] == v {
			return true
		}
	}
	return false
}

// claimBase lets the products add to their base in place: the base lies where
// the sum does or, if it is a sequence, the sum where the sequence does.
func (b *block) claimBase(n *node) {
	base, sum := n.base, n.out[0]
	if base.def.kind == leaf {
		if sum.claim.how == nowhere && !sum.compact {
			sum.claim = claim{how: same, value: base}
			return
		}
	} else if base.claimable(b) && !sum.compact {
		base.claim = claim{how: same, value: sum}
		return
	}
	n.replace(base, b.place(base, claim{how: same, value: sum}, false))
}

// replace puts another value in the place of an operand.
func (n *node) replace(old, v *value) {
	for i := range n.in {
		if n.in[i] == old {
			n.in[i] = v
		}
	}
	for i := range n.prods {
		if n.prods[i].a == old {
			n.prods[i].a = v
		}
		if n.prods[i].b == old {
			n.prods[i].b = v
		}
	}
	if n.base == old {
		n.base = v
	}
	if n.bias == old {
		n.bias = v
	}
}
