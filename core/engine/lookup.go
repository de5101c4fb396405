package engine

import (
	"fmt"

	"github.com/seed391906a2/iss/core/kernel"
)

// lookupStep takes rows of a table.
type lookupStep struct {
	table, ids, out view

	t, id, dst loc
}

func (s *lookupStep) bind(n lengths) {
	s.t.bind(s.table, n)
	s.id.bind(s.ids, n)
	s.dst.bind(s.out, n)
}

func (s *lookupStep) run(x *worker) {
	table, dst, ids := s.t.from(x), s.dst.from(x), s.id.words[s.id.at(x):]
	n := s.dst.width()
	lo, hi := x.share(s.dst.rows())
	for r := lo; r < hi; r++ {
		copy(dst[s.dst.row(r):][:n], table[int(ids[s.id.element(r)])*s.t.stride[0]:][:n])
	}
}

func (s *lookupStep) about() (string, float64) {
	return fmt.Sprintf("look up %d rows of %d", s.dst.rows(), s.dst.width()), 0
}

// lookupGradStep adds rows up by their ids. The result is large and mostly
// zero: where it is alone in its memory, only the rows of the last run are
// cleared. Workers share the columns, so that rows meet in the order of ids.
type lookupGradStep struct {
	ids, g, out view
	whole       bool // clear everything at each run
	add         bool // clear nothing: what it is added to is there

	id, src, dst loc
	last         []int32 // ids of the last run
}

func (s *lookupGradStep) bind(n lengths) {
	s.id.bind(s.ids, n)
	s.src.bind(s.g, n)
	s.dst.bind(s.out, n)
}

func (s *lookupGradStep) run(x *worker) {
	src, dst, ids := s.src.from(x), s.dst.from(x), s.id.words[s.id.at(x):]
	lo, hi := x.share(s.dst.width())
	at := s.dst.stride[0]
	switch {
	case s.add:
	case s.whole:
		for r := range s.dst.dims[0] {
			clear(dst[r*at+lo : r*at+hi])
		}
	default:
		for _, id := range s.last {
			clear(dst[int(id)*at+lo : int(id)*at+hi])
		}
	}
	for r := range s.src.rows() {
		from := src[s.src.row(r):]
		id := int(ids[s.id.element(r)])
		kernel.Axpy(dst[id*at+lo:id*at+hi], from[lo:hi], 1)
	}
}

// remember notes the rows that are not zero now. It is called when no worker runs.
func (s *lookupGradStep) remember() {
	if s.whole || s.add {
		return
	}
	s.last = append(s.last[:0], s.id.words[s.id.off:][:s.id.count()]...)
}

// forget makes sure that the table is all zero, whatever lay in its memory.
func (s *lookupGradStep) forget() {
	if b := s.out.buf; b.placed && !s.whole && !s.add {
		clear(b.floats)
		s.last = s.last[:0]
	}
}

func (s *lookupGradStep) about() (string, float64) {
	what := ""
	if s.add {
		what = " in place"
	}
	return fmt.Sprintf("add %d rows of %d up%s", s.src.rows(), s.src.width(), what), float64(s.src.count())
}
