package engine

import "slices"

// claim says where a value must lie because somebody wants it there.
type claim struct {
	how   how
	value *value // inJoin: the join; same: whose memory; atStep: all steps, outside
	axis  int    // inJoin
	start int    // inJoin
	state *state // ofState
}

type how uint8

const (
	nowhere how = iota // memory of its own
	inJoin             // a range of a join
	same               // the memory of another value
	ofState            // a state after the step
	atStep             // the present step of a Scan's output
)

// view is where the value lies. Until place has run it may still change.
func (v *value) view() view {
	n := v.def
	switch n.kind {
	case leaf:
		return n.source.view(n.block)
	case alias:
		return n.see(n.in[0].view())
	case scan:
		if v.out < len(n.states) {
			return n.states[v.out].final()
		}
		if v.claim.how == nowhere {
			return n.body.outs[v.out].view().leave(n.loop)
		}
	}
	switch c := v.claim; c.how {
	case inJoin:
		return c.value.view().slice(c.axis, c.start, 1, v.shape[len(v.shape)+c.axis].n)
	case same:
		return c.value.view()
	case ofState:
		return c.state.after()
	case atStep:
		return c.value.view().enter(n.block.loop)
	}
	if v.buf == nil {
		v.buf = n.block.p.buffer(&buffer{name: n.String(), shape: v.shape, scratch: true})
	}
	v.buf.times = v.times
	v.buf.used = v.buf.used || n.block.p.placed
	return v.buf.view()
}

func (s source) view(b *block) view {
	switch {
	case s.state != nil:
		return s.state.before()
	case s.seq:
		return s.outer.view().enter(b.loop)
	case s.outer != nil:
		return s.outer.view()
	}
	return s.buf.view()
}

// keep makes the memory behind v last for all steps of a loop.
func (v *value) keep(l *loop) {
	n := v.def
	if !n.block.loop.within(l) {
		return
	}
	switch n.kind {
	case leaf:
		switch {
		case n.source.state != nil:
			n.source.state.keep(l)
		case n.source.outer != nil:
			n.source.outer.keep(l)
		}
		return
	case alias:
		n.in[0].keep(l)
		return
	case scan:
		if v.out < len(n.states) {
			n.states[v.out].keep(l)
			return
		}
		if v.claim.how == nowhere {
			n.body.outs[v.out].keep(l)
			return
		}
	}
	switch c := v.claim; c.how {
	case inJoin, same, atStep:
		c.value.keep(l)
	case ofState:
		c.state.keep(l)
	case nowhere:
		v.times = with(v.times, l)
	}
}

func (s *state) keep(l *loop) {
	if l == s.loop {
		s.buf.turns = allTurns
	} else {
		s.buf.times = with(s.buf.times, l)
	}
}

// with adds a loop to a list, outermost first.
func with(list []*loop, l *loop) []*loop {
	if slices.Contains(list, l) {
		return list
	}
	list = append(slices.Clone(list), l)
	slices.SortFunc(list, func(a, b *loop) int { return a.level - b.level })
	return list
}
