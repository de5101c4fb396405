package engine

import "fmt"

// reverseStep turns time round, each row within its length.
type reverseStep struct {
	in, out view
	lengths *view

	src, dst, len loc
	inner         loc // of one row of the batch at one time, source
	outer         loc // and result
	batch         int
	at, to        int // strides of the batch
}

func (s *reverseStep) bind(n lengths) {
	s.src.bind(s.in, n)
	s.dst.bind(s.out, n)
	first := 1
	s.batch = 1
	if s.lengths != nil {
		s.len.bind(*s.lengths, n)
		first, s.batch, s.at, s.to = 2, s.src.dims[1], s.src.stride[1], s.dst.stride[1]
	}
	for _, p := range [][2]*loc{{&s.inner, &s.src}, {&s.outer, &s.dst}} {
		l, m := p[0], p[1]
		l.dims, l.stride = append(l.dims[:0], m.dims[first:]...), append(l.stride[:0], m.stride[first:]...)
	}
}

func (s *reverseStep) run(x *worker) {
	src, dst := s.src.from(x), s.dst.from(x)
	time := s.src.dims[0]
	lo, hi := x.share(time)
	for t := lo; t < hi; t++ {
		for b := range s.batch {
			n := time
			if s.lengths != nil {
				n = min(max(0, int(s.len.words[s.len.at(x)+s.len.element(b)])), time)
			}
			from := t
			if t < n {
				from = n - 1 - t
			}
			a, d := from*s.src.stride[0]+b*s.at, t*s.dst.stride[0]+b*s.to
			for r := range s.inner.rows() {
				copyRow(dst[d+s.outer.row(r):], s.outer.gap(), src[a+s.inner.row(r):], s.inner.gap(), s.inner.width())
			}
		}
	}
}

func (s *reverseStep) about() (string, float64) {
	return fmt.Sprintf("reverse %d elements", s.dst.count()), 0
}

// validStep is 1 at times below a row's length and 0 behind.
type validStep struct {
	lengths, out view

	len, dst loc
}

func (s *validStep) bind(n lengths) {
	s.len.bind(s.lengths, n)
	s.dst.bind(s.out, n)
}

func (s *validStep) run(x *worker) {
	if x.w > 0 {
		return
	}
	dst, words := s.dst.from(x), s.len.words[s.len.at(x):]
	for t := range s.dst.dims[0] {
		for b := range s.dst.dims[1] {
			v := float32(0)
			if t < int(words[s.len.element(b)]) {
				v = 1
			}
			dst[t*s.dst.stride[0]+b*s.dst.stride[1]] = v
		}
	}
}

func (s *validStep) about() (string, float64) {
	return fmt.Sprintf("valid steps of %d rows", s.dst.dims[1]), 0
}
