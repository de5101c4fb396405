package engine

import "github.com/seed391906a2/iss/core/graph"

// state is a recurrent state of a loop: one block of memory before and one
// after the step, or one for each step, so that "before" is "after" of the
// step before and nothing is copied.
type state struct {
	loop  *loop
	shape shape
	buf   *buffer
}

// loops builds a Scan and its body.
func (b *block) loops(n *graph.Node, op *graph.ScanOp, m node) {
	p := b.p
	l := &loop{parent: b.loop, time: p.syms.size(op.Time), reverse: op.Reverse}
	if l.parent != nil {
		l.level = l.parent.level + 1
	}
	p.depth = max(p.depth, l.level+1)
	m.kind, m.loop = scan, l
	for i := range op.States {
		st := &state{loop: l, shape: p.syms.shape(n.Shapes[i])}
		st.buf = p.buffer(&buffer{name: "state", shape: st.shape, turns: twoTurns, loop: l})
		m.states = append(m.states, st)
	}
	v := b.node(m, p.syms.shape(n.Shapes[0]))
	at := v.def
	wanted := make([]bool, len(op.Body.Outputs))
	at.out = make([]*value, len(wanted))
	for i := range wanted {
		used := b.uses[n.At(i)] > 0
		wanted[i] = used || i < op.States
		if used {
			at.out[i] = &value{def: at, out: i, shape: p.syms.shape(n.Shapes[i])}
			b.values[n.At(i)] = at.out[i]
		}
	}
	at.body = p.newBlock(op.Body, wanted, b, at)
}

// before is the state at the start of the step.
func (s *state) before() view { return s.around(0) }

// after is the state at the end of the step.
func (s *state) after() view { return s.around(1) }

func (s *state) around(shift int) view {
	v := s.buf.view()
	turn := s.buf.turn()
	if s.buf.turns == twoTurns {
		v.adv = append(v.adv, advance{loop: s.loop, stride: turn, ring: true, shift: shift})
		return v
	}
	v.adv = append(v.adv, advance{loop: s.loop, stride: turn})
	if s.loop.reverse {
		shift = 1 - shift
	}
	v.shift(turn.times(fixed(shift)))
	return v
}

// first is the state before the first step.
func (s *state) first() view {
	v := s.buf.view()
	if s.buf.turns == allTurns && s.loop.reverse {
		v.shift(s.buf.turn().times(s.loop.time))
	}
	return v
}

// final is the state after the last step.
func (s *state) final() view {
	v := s.buf.view()
	switch {
	case s.buf.turns == twoTurns:
		v.parity = append(v.parity, advance{loop: s.loop, stride: s.buf.turn()})
	case !s.loop.reverse:
		v.shift(s.buf.turn().times(s.loop.time))
	}
	return v
}
