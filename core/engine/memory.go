package engine

import "github.com/seed391906a2/iss/core/graph"

// settleMemory says which element-wise values are written to memory; the
// others stay in the scratch of their program.
func (b *block) settleMemory() {
	for _, n := range b.nodes {
		if n.kind != elem {
			continue
		}
		v := n.out[0]
		v.inMem = v.claim.how != nowhere || len(v.times) > 0 || v.isOut
		for _, u := range v.users {
			v.inMem = v.inMem || !(u.kind == elem && u.joins(v) && u.stage == n.stage)
		}
	}
}

// pin keeps the memory of what a reshape shows where it is: its readers were
// checked against that layout.
func (b *block) pin() {
	for _, n := range b.nodes {
		if _, ok := n.op.(*graph.ReshapeOp); ok && n.kind == alias {
			n.in[0].pin()
		}
	}
}

func (v *value) pin() {
	n := v.def
	switch {
	case n.kind == alias:
		n.in[0].pin()
	case n.kind == leaf && n.source.outer != nil:
		n.source.outer.pin()
	case n.kind == scan && v.out >= len(n.states):
		n.body.outs[v.out].pin()
	default:
		v.compact = true
	}
}

// takeOver lets element-wise results that need memory lie over an operand that
// dies with them: a slice of a product becomes the activation made of it.
func (b *block) takeOver() {
	taken := map[*value]bool{}
	for _, n := range b.nodes {
		if n.kind == join {
			b.takeOverWhole(n, taken)
		}
	}
	for _, n := range b.nodes {
		v := n.out[0]
		if n.kind != elem || !v.inMem || v.claim.how != nowhere || v.compact {
			continue
		}
		if k := b.dying(n, v, taken, 0); k != nil {
			taken[k] = true
			for _, l := range v.times {
				k.keep(l)
			}
			v.claim = claim{how: same, value: k}
		}
	}
}

// takeOverWhole lets a join take over a product part by part.
func (b *block) takeOverWhole(n *node, taken map[*value]bool) {
	v := n.out[0]
	if v.claim.how != nowhere || v.compact || n.axis != -1 {
		return
	}
	var whole *value
	var list []*value
	at := 0
	for _, p := range n.in {
		if p.def.kind != elem || p.claim.how != inJoin || p.claim.value != v {
			return
		}
		k := b.dying(p.def, p, taken, 0)
		if k == nil || k.def.part == nil || k.def.part.start != at || whole != nil && k.def.in[0] != whole {
			return
		}
		whole = k.def.in[0]
		at += p.shape.last().n
		list = append(list, k)
	}
	if !whole.shape.equal(v.shape) {
		return
	}
	for _, k := range list {
		taken[k] = true
	}
	for _, l := range v.times {
		whole.keep(l)
	}
	v.claim = claim{how: same, value: whole}
}

// depth of the operand tree in which a dying operand is looked for.
const dyingDepth = 3

// dying finds an operand below n whose memory v can have.
func (b *block) dying(n *node, v *value, taken map[*value]bool, depth int) *value {
	for _, k := range n.in {
		if k.def.block != b || len(k.users) != 1 || k.isOut || !k.shape.equal(v.shape) {
			continue
		}
		if !taken[k] && k.lastReader() {
			return k
		}
		if depth < dyingDepth && k.def.kind == elem && !k.inMem && k.def.stage == n.stage {
			if r := b.dying(k.def, v, taken, depth+1); r != nil {
				return r
			}
		}
	}
	return nil
}

// lastReader reports whether k, which has one reader, is the only view of its
// memory: a result of a step, or a range of one whose other readers read other
// ranges.
func (k *value) lastReader() bool {
	whole := k
	if k.def.kind == alias {
		if k.def.part == nil {
			return false
		}
		whole = k.def.in[0]
	}
	switch whole.def.kind {
	case prod:
	case other:
		if !whole.produced() {
			return false
		}
	default:
		return false
	}
	if c := whole.claim; whole.isOut || whole.compact || c.how != nowhere && !(c.how == same && c.value.def.kind == leaf) {
		return false
	}
	for _, u := range whole.users {
		if u == k.def || k == whole {
			continue
		}
		if u.kind != alias || u.part == nil || u.part.start < k.def.part.start+k.def.part.n && k.def.part.start < u.part.start+u.part.n {
			return false
		}
	}
	return true
}
