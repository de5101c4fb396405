package engine

import (
	"fmt"
	"math"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/kernel"
)

// reduceStep reduces axes to one element each. If the last axis stays, columns
// are added up; if it goes, rows are.
type reduceStep struct {
	op      *graph.ReduceOp
	axes    []bool // of the operand, from the front: goes
	divisor size   // of a mean
	in, out view

	src, dst loc
	kept     loc // leading axes that stay, of the operand
	gone     loc // and that go
	to       loc // axes that stay, of the result
	factor   float32
}

func (s *reduceStep) bind(n lengths) {
	s.src.bind(s.in, n)
	s.dst.bind(s.out, n)
	for _, l := range []*loc{&s.kept, &s.gone, &s.to} {
		l.dims, l.stride = l.dims[:0], l.stride[:0]
	}
	for k := 0; k < len(s.axes)-1; k++ {
		if s.axes[k] {
			s.gone.axis(&s.src, k)
		} else {
			s.kept.axis(&s.src, k)
			s.to.axis(&s.dst, k)
		}
	}
	s.factor = 1
	if s.op.Kind == graph.MeanOf {
		s.factor = 1 / float32(s.divisor.at(n))
	}
}

// axis appends axis k of m.
func (l *loc) axis(m *loc, k int) {
	l.dims, l.stride = append(l.dims, m.dims[k]), append(l.stride, m.stride[k])
}

func (l *loc) total() int {
	p := 1
	for _, d := range l.dims {
		p *= d
	}
	return p
}

func (s *reduceStep) run(x *worker) {
	src, dst := s.src.from(x), s.dst.from(x)
	if s.axes[len(s.axes)-1] {
		s.rows(x, src, dst)
	} else {
		s.columns(x, src, dst)
	}
}

// rows reduces the last axis and perhaps others.
func (s *reduceStep) rows(x *worker, src, dst []float32) {
	n, gone := s.src.width(), s.gone.total()
	lo, hi := x.share(s.kept.total())
	for i := lo; i < hi; i++ {
		from := src[s.kept.element(i):]
		sum, top := 0.0, float32(math.Inf(-1))
		for j := range gone {
			row := from[s.gone.element(j):][:n]
			if s.op.Kind == graph.LargestOf {
				top = max(top, kernel.MaxOf(row))
			} else {
				sum += kernel.Sum(row)
			}
		}
		if s.op.Kind == graph.LargestOf {
			dst[s.to.element(i)] = top
		} else {
			dst[s.to.element(i)] = float32(sum) * s.factor
		}
	}
}

// columns reduces leading axes; workers share the columns.
func (s *reduceStep) columns(x *worker, src, dst []float32) {
	lo, hi := x.share(s.src.width())
	if lo == hi {
		return
	}
	gone := s.gone.total()
	for i := range s.kept.total() {
		from, to := src[s.kept.element(i):], dst[s.to.element(i):][lo:hi]
		if s.op.Kind == graph.LargestOf {
			s.largest(x, from, to, gone, lo)
			continue
		}
		if rows, at, ok := s.gone.even(); ok {
			kernel.ColSum(to, from[lo:], at, rows, false)
		} else {
			clear(to)
			for j := range gone {
				kernel.Axpy(to, from[s.gone.element(j)+lo:][:hi-lo], 1)
			}
		}
		if s.op.Kind == graph.MeanOf {
			kernel.Scale(to, s.factor)
		}
	}
}

// even tells whether the axes are rows at one distance.
func (l *loc) even() (rows, at int, ok bool) {
	rows = 1
	for k := len(l.dims) - 1; k >= 0; k-- {
		if l.dims[k] == 1 {
			continue
		}
		if rows > 1 && l.stride[k] != at*rows {
			return 0, 0, false
		}
		if rows == 1 {
			at = l.stride[k]
		}
		rows *= l.dims[k]
	}
	if rows <= 1 {
		return rows, math.MaxInt32, true // one row: no distance matters
	}
	return rows, at, at > 0
}

func (s *reduceStep) largest(x *worker, from, to []float32, gone, lo int) {
	for i := range to {
		to[i] = float32(math.Inf(-1))
	}
	x.ins[0] = kernel.Ins{Op: kernel.OpMax, D: 0, A: 0, B: 1}
	for j := range gone {
		row := from[s.gone.element(j)+lo:][:len(to)]
		x.ptr[0], x.ptr[1] = &to[0], &row[0]
		kernel.VM(len(to), x.ins[:], x.ptr[:2])
	}
}

func (s *reduceStep) about() (string, float64) {
	return fmt.Sprintf("%v of %d to %d elements", s.op.Kind, s.src.count(), s.dst.count()), float64(s.src.count())
}
