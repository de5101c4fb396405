package engine

import (
	"fmt"
	"math"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/kernel"
)

// deviationStep is the reciprocal deviation of each row: 1/√(var + eps).
type deviationStep struct {
	op      *graph.RStdOp
	in, out view

	src, dst loc
}

func (s *deviationStep) bind(n lengths) {
	s.src.bind(s.in, n)
	s.dst.bind(s.out, n)
}

func (s *deviationStep) run(x *worker) {
	src, dst := s.src.from(x), s.dst.from(x)
	n, width := s.src.width(), float64(s.op.Width)
	lo, hi := x.share(s.src.rows())
	for r := lo; r < hi; r++ {
		row := src[s.src.row(r):][:n]
		mean, sum := 0.0, 0.0
		if s.op.Centred {
			mean = kernel.Sum(row) / width
			sum = x.squares(row, float32(mean))
		} else {
			sum = kernel.SumSq(row)
		}
		sum += (width - float64(n)) * mean * mean
		dst[s.dst.row(r)] = float32(1 / math.Sqrt(sum/width+s.op.Eps))
	}
}

// squares is Σ(row - mean)².
func (x *worker) squares(row []float32, mean float32) (sum float64) {
	x.ins[0] = kernel.Ins{Op: kernel.OpAddImm, D: 0, A: 1, Imm: -mean}
	for i := 0; i < len(row); i += blockFloats {
		part := row[i:min(i+blockFloats, len(row))]
		x.ptr[0], x.ptr[1] = &x.slots[0], &part[0]
		kernel.VM(len(part), x.ins[:], x.ptr[:2])
		sum += kernel.SumSq(x.slots[:len(part)])
	}
	return sum
}

func (s *deviationStep) about() (string, float64) {
	return fmt.Sprintf("deviation of %d rows of %d", s.src.rows(), s.src.width()), float64(3 * s.src.count())
}
