package engine

import "github.com/seed391906a2/iss/core/graph"

// see makes an alias, or a move where strides cannot say it.
func (b *block) see(m node, s shape) *value {
	strided := false
	switch op := m.op.(type) {
	case *graph.ExpandOp:
		m.see = func(v view) view { return v.expand(s) }
	case *graph.ViewOp:
		m.see = func(v view) view { return v.squeeze(s) }
	case *graph.SliceOp:
		m.see = func(v view) view { return v.slice(op.Axis, op.Start, op.Step, op.N) }
		strided = op.Axis == -1 && op.Step != 1 && op.N > 1
		if op.Axis == -1 && op.Step == 1 {
			m.part = &part{op.Start, op.N}
		}
	case *graph.ReshapeOp:
		m.see = func(v view) view {
			w, ok := v.reshape(op.From, op.To)
			if !ok {
				panic(internal("%s: the elements of %v do not lie close", op.Name(), v.shape))
			}
			return w
		}
		if op.From > 1 && !m.in[0].close() {
			m.in[0] = b.moved(m.in[0], m.place)
			m.in[0].close()
		}
	}
	m.kind = alias
	v := b.node(m, s)
	if strided {
		return b.moved(v, m.place)
	}
	return v
}

// moved is a copy of v with memory of its own.
func (b *block) moved(v *value, place string) *value {
	return b.node(node{kind: other, move: &arrangement{}, in: []*value{v}, place: place}, v.shape)
}

// close makes v's memory have no gaps between the last axes; false if it is
// not v's to decide.
func (v *value) close() bool {
	switch v.def.kind {
	case elem, prod, other:
		v.compact = true
		return true
	case leaf:
		if o := v.def.source.outer; o != nil {
			return o.close()
		}
		return true
	}
	return false
}
