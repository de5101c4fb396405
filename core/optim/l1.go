package optim

import (
	"math"

	"github.com/seed391906a2/iss/core/kernel"
)

// L1 adds lambda·sign(w) to the gradients of weights w, a sub-gradient of the
// penalty lambda·Σ|w|: sign(0) is 0, as in the published code. It returns worker w's
// share of Σ|w|, for all workers of a team together; the shares are those of
// SumSq.
func L1(t *kernel.Team, w int, weights, gradients [][]float32, lambda float64) (sum float64) {
	size := math.Float32bits(float32(lambda))
	for i, x := range weights {
		each(t, w, len(x), func(lo, hi int) {
			g := gradients[i][lo:hi]
			for j, v := range x[lo:hi] {
				if v != 0 {
					bits := math.Float32bits(v)
					g[j] += math.Float32frombits(bits&signBit | size)
					sum += float64(math.Float32frombits(bits &^ signBit))
				}
			}
		})
	}
	return sum
}

const signBit = 1 << 31

// SumAbs is worker w's share of Σ|w|.
func SumAbs(t *kernel.Team, w int, weights [][]float32) (sum float64) {
	for _, x := range weights {
		each(t, w, len(x), func(lo, hi int) {
			for _, v := range x[lo:hi] {
				sum += math.Abs(float64(v))
			}
		})
	}
	return sum
}

// SoftThreshold moves weights towards zero by amount, those that are nearer to
// exactly zero: the proximal step of amount·Σ|w|.
func SoftThreshold(t *kernel.Team, w int, weights [][]float32, amount float64) {
	a := float32(amount)
	for _, x := range weights {
		each(t, w, len(x), func(lo, hi int) {
			part := x[lo:hi]
			for j, v := range part {
				switch {
				case v > a:
					part[j] = v - a
				case v < -a:
					part[j] = v + a
				case v == v: // what is no number stays one that is none
					part[j] = 0
				}
			}
		})
	}
}

// Threshold sets elements of weights[i] below tau[i] in magnitude to zero.
func Threshold(t *kernel.Team, w int, weights [][]float32, tau []float32) {
	for i, x := range weights {
		if tau[i] > 0 {
			each(t, w, len(x), func(lo, hi int) { kernel.Threshold(x[lo:hi], tau[i]) })
		}
	}
}

// Mask sets gradients to zero where the mask is: those weights stay. masks[i]
// nil masks nothing.
func Mask(t *kernel.Team, w int, gradients, masks [][]float32) {
	for i, m := range masks {
		if m == nil {
			continue
		}
		each(t, w, len(m), func(lo, hi int) {
			g := gradients[i][lo:hi]
			for j, v := range m[lo:hi] {
				if v == 0 {
					g[j] = 0
				}
			}
		})
	}
}
