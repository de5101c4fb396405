package engine

import (
	"fmt"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/kernel"
)

// attendStep is a product over pairs of positions. Workers share the rows of
// the result; each row is a list of inner products, or a weighted sum of rows.
type attendStep struct {
	kind graph.AttendKind
	a, b view
	w    *view // of a score, or nil
	out  view

	left, right, weights, dst loc
}

func (s *attendStep) bind(n lengths) {
	s.left.bind(s.a, n)
	s.right.bind(s.b, n)
	s.dst.bind(s.out, n)
	if s.w != nil {
		s.weights.bind(*s.w, n)
	}
}

func (s *attendStep) run(x *worker) {
	a, b, dst := s.left.from(x), s.right.from(x), s.dst.from(x)
	var w []float32
	if s.w != nil {
		w = s.weights.from(x)
	}
	batch := s.dst.dims[1]
	lo, hi := x.share(s.dst.rows())
	for r := lo; r < hi; r++ {
		t, i := r/batch, r%batch
		row := dst[s.dst.row(r):][:s.dst.width()]
		from := b[i*s.right.stride[1]:]
		switch s.kind {
		case graph.ScoreOf:
			s.score(x, row, a[t*s.left.stride[0]+i*s.left.stride[1]:], from, w)
		case graph.MixOf:
			s.sum(row, a[t*s.left.stride[0]+i*s.left.stride[1]:], s.left.stride[2], from)
		case graph.CollectOf:
			s.sum(row, a[i*s.left.stride[1]+t*s.left.stride[2]:], s.left.stride[0], from)
		}
	}
}

// score compares the row a with the rows of b, a block of features at a time.
func (s *attendStep) score(x *worker, to, a, b, w []float32) {
	d := s.left.width()
	for k := 0; k == 0 || k < d; k += blockFloats {
		n := min(blockFloats, d-k)
		part := a[k : k+n]
		if w != nil {
			part = x.slots[:n]
			for i := range part {
				part[i] = a[k+i] * w[(k+i)*s.weights.stride[0]]
			}
		}
		kernel.RowDots(to, b[k:], s.right.stride[0], part, k > 0)
	}
}

// sum adds the rows of b up, each times its element of p, which lie gap apart.
func (s *attendStep) sum(to, p []float32, gap int, b []float32) {
	clear(to)
	for j := range s.right.dims[0] {
		kernel.Axpy(to, b[j*s.right.stride[0]:][:len(to)], p[j*gap])
	}
}

func (s *attendStep) about() (string, float64) {
	t, d := s.left.dims[0], s.right.width()
	if s.kind == graph.ScoreOf {
		d = s.left.width()
	}
	return fmt.Sprintf("%v: %d×%d positions of %d rows, %d features", s.kind, t, s.dst.count()/s.dst.dims[1]/max(1, t), s.dst.dims[1], d),
		2 * float64(s.left.rows()) * float64(s.right.dims[0]) * float64(d)
}
