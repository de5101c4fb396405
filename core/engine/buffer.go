package engine

import "github.com/seed391906a2/iss/core/kernel"

// buffer is memory for one value, or for several that share it. It is laid
// out as [turns][steps of loops...][shape], row by row.
type buffer struct {
	name  string
	shape shape
	dense bool    // rows follow each other without padding
	ints  bool    // holds int32
	times []*loop // loops for all of whose steps there is room, outermost first
	turns turns
	loop  *loop // of turns

	param    bool     // the values of a parameter
	input    bool     // of an input
	constant bool     // never written
	uniform  *uniform // one number that stands for all elements
	scratch  bool     // of a value, which may turn out to need no memory
	used     bool     // it does need it
	output   bool     // a result lies in it, or a part of one
	borrowed bool     // it lies where Borrow says

	placed      bool // in the arena, from start on
	start, most int  // floats

	floats []float32
	words  []int32
	fed    size // of an input: its length
	bound  int  // and the present one
}

// turns says how many blocks a recurrent state has.
type turns uint8

const (
	noTurns  turns = iota
	twoTurns       // one before and one after the step, in turn
	allTurns       // one for each step and one more
)

// uniform is a number that all elements of a value share: v divided by the
// product of some lengths.
type uniform struct {
	v   float64
	div size
}

func (u uniform) at(n lengths) float32 {
	if u.div == one {
		return float32(u.v)
	}
	return float32(u.v) / float32(u.div.at(n))
}

// rowPad keeps the rows of wide values apart: strides are multiples of a cache
// line but not of 2 KiB, where the rows of a tile would share one cache set.
func rowPad(n int) int {
	const line, page, narrow = 16, 512, 64
	if n < narrow {
		return n
	}
	s := (n + line - 1) / line * line
	if s%page == 0 {
		s += line
	}
	return s
}

// strides of the shape, and the floats one block takes.
func (b *buffer) strides() ([]size, size) {
	n := len(b.shape)
	s := make([]size, n)
	at := one
	for i := n - 1; i >= 0; i-- {
		s[i] = at
		w := b.shape[i]
		if i == n-1 && !b.dense && n > 1 && w.syms == "" && b.shape[n-2].syms != "" {
			w = fixed(rowPad(w.n))
		}
		at = at.times(w)
	}
	return s, at
}

// view of the whole buffer; inside loops it moves with them.
func (b *buffer) view() view {
	if b.uniform != nil {
		return view{buf: b, shape: b.shape, stride: make([]size, len(b.shape))}
	}
	s, at := b.strides()
	v := view{buf: b, shape: b.shape, stride: s}
	for i := len(b.times) - 1; i >= 0; i-- {
		v.adv = append(v.adv, advance{loop: b.times[i], stride: at})
		at = at.times(b.times[i].time)
	}
	return v
}

// turn is the distance from one turn to the next.
func (b *buffer) turn() size {
	_, at := b.strides()
	for _, l := range b.times {
		at = at.times(l.time)
	}
	return at
}

// length is the number of elements under a binding.
func (b *buffer) length(n lengths) int {
	if b.uniform != nil {
		return 1
	}
	at := b.turn().at(n)
	switch b.turns {
	case twoTurns:
		at = times(at, 2)
	case allTurns:
		at = times(at, min(b.loop.time.at(n), immense)+1)
	}
	return at
}

// needless reports whether the buffer is of a value that turned out to need none.
func (b *buffer) needless() bool { return b.scratch && !b.used }

// apart reports whether the memory is the engine's own, as of what must stay
// while others of its arena run.
func (b *buffer) apart() bool {
	return b.param || b.constant || b.uniform != nil || b.ints || b.output || b.input
}

// allocate takes memory for what is not in the arena.
func (b *buffer) allocate(most lengths) {
	if b.floats != nil || b.words != nil || b.placed || b.borrowed || b.needless() {
		return
	}
	if b.ints {
		b.words = make([]int32, b.length(most))
	} else {
		b.floats = kernel.Floats(b.length(most))
	}
}
