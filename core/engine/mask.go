package engine

import (
	"fmt"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/rng"
)

// maskStep draws a dropout mask: the bits that graph.DrawMask gives, rows shared
// by the workers. In evaluation it is filled with ones once.
type maskStep struct {
	op  *graph.MaskOp
	ids *view // of a mask drawn per word
	out view

	dst, id loc
	key     rng.MaskKey
	seed    uint64
	keyed   bool
	ones    bool
}

func (s *maskStep) bind(n lengths) {
	s.dst.bind(s.out, n)
	s.ones = false
	if s.ids != nil {
		s.id.bind(*s.ids, n)
	}
}

// prepare is called before a run, when no worker runs.
func (s *maskStep) prepare(m graph.Mode) {
	if m.Training && (!s.keyed || s.seed != m.Seed) {
		s.key, s.seed, s.keyed = rng.NewMaskKey(m.Seed, s.op.Site), m.Seed, true
	}
}

// remember is called after a run.
func (s *maskStep) remember(m graph.Mode) { s.ones = !m.Training }

func (s *maskStep) run(x *worker) {
	m := x.mode
	if !m.Training && s.ones {
		return
	}
	dst := s.dst.from(x)
	n, batch := s.dst.width(), s.dst.dims[len(s.dst.dims)-2]
	lo, hi := x.share(s.dst.rows())
	for r := lo; r < hi; r++ {
		row := dst[s.dst.row(r):][:n]
		if !m.Training {
			for i := range row {
				row[i] = 1
			}
			continue
		}
		time := uint32(r / batch)
		if s.ids != nil {
			time = uint32(s.id.words[s.id.at(x)+s.id.element(r)])
		}
		rng.FillMask(s.key, row, m.Step, time, uint32(r%batch), s.op.Units, s.op.Keep)
	}
}

func (s *maskStep) about() (string, float64) {
	return fmt.Sprintf("mask of %d×%d", s.dst.rows(), s.dst.width()), 0
}
