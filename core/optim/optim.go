// Package optim moves weights: learning-rate schedules, clipping by global
// norm, l2, plain stochastic gradient descent. It works on flat float32 slices and
// on the workers of a kernel.Team.
package optim

import (
	"math"

	"github.com/seed391906a2/iss/core/kernel"
)

// Hold is factor^max(epoch+1-hold, 0): the rate is held for hold epochs and
// then decays (Zaremba et al., arXiv:1409.2329). Epochs count from 0.
func Hold(epoch, hold int, factor float64) float64 {
	return math.Pow(factor, math.Max(float64(epoch+1-hold), 0))
}

// Every is factor^(epoch div every). Epochs count from 0.
func Every(epoch, every int, factor float64) float64 {
	return math.Pow(factor, float64(epoch/every))
}

// ClipScale is what gradients of the given global norm are multiplied by so
// that the norm is at most clip: clip / max(norm, clip). clip 0 does not clip.
func ClipScale(norm, clip float64) float64 {
	if clip <= 0 || norm <= clip {
		return 1
	}
	return clip / norm
}

// piece is how many elements a worker takes at a time.
const piece = 1 << 14

// SumSq is worker w's share of the sum of squares of several tensors, for all
// workers of a team together.
func SumSq(t *kernel.Team, w int, tensors [][]float32) (sum float64) {
	for _, x := range tensors {
		each(t, w, len(x), func(lo, hi int) { sum += kernel.SumSq(x[lo:hi]) })
	}
	return sum
}

// Decay adds lambda·w to the gradients of weights w, which is the gradient of
// the penalty ½·lambda·Σw². It returns worker w's share of Σw², for all workers
// of a team together; the shares are those of SumSq, so no barrier is needed
// between the two.
func Decay(t *kernel.Team, w int, weights, gradients [][]float32, lambda float64) (sum float64) {
	for i, x := range weights {
		each(t, w, len(x), func(lo, hi int) {
			kernel.Axpy(gradients[i][lo:hi], x[lo:hi], float32(lambda))
			sum += kernel.SumSq(x[lo:hi])
		})
	}
	return sum
}

// SGD moves weights by -rate·gradient; all workers of a team call it together,
// and each moves its share. Where tau is not nil, elements of weights[i] that end
// below tau[i] in magnitude are set to zero in the same pass.
func SGD(t *kernel.Team, w int, weights, gradients [][]float32, rate float64, tau []float32) {
	for i, x := range weights {
		each(t, w, len(x), func(lo, hi int) {
			kernel.Axpy(x[lo:hi], gradients[i][lo:hi], float32(-rate))
			if tau != nil && tau[i] > 0 {
				kernel.Threshold(x[lo:hi], tau[i])
			}
		})
	}
}

// each calls f on the parts of n elements that worker w owns.
func each(t *kernel.Team, w, n int, f func(lo, hi int)) {
	lo, hi := t.Share(w, n)
	for ; lo < hi; lo += piece {
		f(lo, min(lo+piece, hi))
	}
}
