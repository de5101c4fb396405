package graph

import (
	"fmt"
	"math"

	"github.com/seed391906a2/iss/core/rng"
)

// Glorot draws uniformly from ±√(6/(fan in + fan out)). The fans of a matrix
// are its rows and columns; those of a filter [..., in, out] are in and out
// times its taps; those of a vector both its length, as TensorFlow has it.
//
// Source: Glorot, Bengio, AISTATS 2010, eq. 16.
type Glorot struct{}

// Fill implements Init.
func (Glorot) Fill(dst []float32, shape []int, r *rng.Stream) {
	Uniform{GlorotLimit(shape)}.Fill(dst, shape, r)
}

func (Glorot) String() string { return "Glorot uniform" }

// GlorotLimit is √(6/(fan in + fan out)) of a shape.
func GlorotLimit(shape []int) float64 {
	in, out, taps := 1, 1, 1
	if n := len(shape); n > 0 {
		in, out = shape[max(0, n-2)], shape[n-1]
		taps = product(shape[:max(0, n-2)])
	}
	return math.Sqrt(6 / float64(taps*(in+out)))
}

// Normal draws from the normal distribution with mean 0.
type Normal struct{ Deviation float64 }

// Fill implements Init.
func (n Normal) Fill(dst []float32, _ []int, r *rng.Stream) {
	for i := range dst {
		dst[i] = float32(n.Deviation * r.Normal())
	}
}

func (n Normal) String() string { return fmt.Sprintf("normal(0, %g)", n.Deviation) }
