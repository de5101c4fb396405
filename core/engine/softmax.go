package engine

import (
	"fmt"

	"github.com/seed391906a2/iss/core/kernel"
)

// softmaxStep is exp(x)/Σexp(x) of each row.
type softmaxStep struct {
	in, out view

	src, dst loc
}

func (s *softmaxStep) bind(n lengths) {
	s.src.bind(s.in, n)
	s.dst.bind(s.out, n)
}

func (s *softmaxStep) run(x *worker) {
	src, dst := s.src.from(x), s.dst.from(x)
	n := s.dst.width()
	lo, hi := x.share(s.dst.rows())
	for r := lo; r < hi; r++ {
		row := dst[s.dst.row(r):][:n]
		copy(row, src[s.src.row(r):][:n])
		kernel.Softmax(row)
	}
}

func (s *softmaxStep) about() (string, float64) {
	return fmt.Sprintf("softmax of %d rows of %d", s.dst.rows(), s.dst.width()), 0
}

// entropyStep is the cross-entropy of each row, its gradient, or both.
type entropyStep struct {
	logits, targets view
	loss            *view // one number a row
	grad            *view
	factor          view // of the gradient, one number a row
	there           bool // the gradient replaces the logits

	src, dst, id, nll, scale loc
}

func (s *entropyStep) bind(n lengths) {
	s.src.bind(s.logits, n)
	s.id.bind(s.targets, n)
	if s.loss != nil {
		s.nll.bind(*s.loss, n)
	}
	if s.grad != nil {
		s.dst.bind(*s.grad, n)
		s.scale.bind(s.factor, n)
	}
}

func (s *entropyStep) run(x *worker) {
	src, ids := s.src.from(x), s.id.words[s.id.at(x):]
	var dst, nll, scale []float32
	if s.grad != nil {
		dst, scale = s.dst.from(x), s.scale.from(x)
	}
	if s.loss != nil {
		nll = s.nll.from(x)
	}
	n := s.src.width()
	lo, hi := x.share(s.src.rows())
	for r := lo; r < hi; r++ {
		row, target := src[s.src.row(r):][:n], int(ids[s.id.element(r)])
		var loss float64
		if s.grad != nil {
			if to := dst[s.dst.row(r):][:n]; !s.there {
				copy(to, row)
				row = to
			}
			loss = kernel.SoftmaxXent(row, target, scale[s.scale.element(r)])
		} else {
			loss = kernel.LogSumExp(row) - float64(row[target])
		}
		if s.loss != nil {
			nll[s.nll.element(r)] = float32(loss)
		}
	}
}

func (s *entropyStep) about() (string, float64) {
	what := "cross-entropy"
	switch {
	case s.loss == nil:
		what = "cross-entropy gradient"
	case s.grad != nil:
		what = "cross-entropy and gradient"
	}
	return fmt.Sprintf("%s of %d rows of %d", what, s.src.rows(), s.src.width()), 0
}
