package optim

import (
	"math"

	"github.com/seed391906a2/iss/core/kernel"
)

// Constants of Adam, as in TensorFlow and the paper.
const (
	adamBeta1 = 0.9
	adamBeta2 = 0.999
	adamEps   = 1e-8
)

// Adam moves weights by
//
//	m ← 0.9·m + 0.1·g,  v ← 0.999·v + 0.001·g²,  w ← w - rate·c·m/(√v + 1e-8)
//
// with c = √(1 - 0.999^t)/(1 - 0.9^t) and the gradients multiplied by scale
// first. ε stands outside the bias correction, as in TensorFlow 1.x; the paper
// has it inside. m and v [weights][elements] start at zero; step t counts from 1.
//
// All workers of a team call it together, and each moves its share. Where tau
// is not nil, elements of weights[i] that end below tau[i] in magnitude are set
// to zero.
//
// Source: Kingma, Ba, arXiv:1412.6980, end of section 2.
func Adam(t *kernel.Team, w int, weights, gradients, m, v [][]float32, rate, scale float64, step uint64, tau []float32) {
	n := float64(step)
	rate *= math.Sqrt(1-math.Pow(adamBeta2, n)) / (1 - math.Pow(adamBeta1, n))
	r, s := float32(rate), float32(scale)
	const a, b, eps = float32(1 - adamBeta1), float32(1 - adamBeta2), float32(adamEps)
	for i := range weights {
		each(t, w, len(weights[i]), func(lo, hi int) {
			x, g, m, v := weights[i][lo:hi], gradients[i][lo:hi], m[i][lo:hi], v[i][lo:hi]
			for k, d := range g {
				d *= s
				m[k] += a * (d - m[k])
				v[k] += b * (d*d - v[k])
				x[k] -= r * m[k] / (float32(math.Sqrt(float64(v[k]))) + eps)
			}
			if tau != nil && tau[i] > 0 {
				kernel.Threshold(x, tau[i])
			}
		})
	}
}

// Average moves averages towards weights, avg ← decay·avg + (1 - decay)·w. With a
// threshold tau[i] above 0, what is zero in weights[i] is zero in the
// average too: a weight that was set to zero stays so in what is tested. All
// workers of a team call it together, after the weights have moved.
//
// Source: Polyak, Juditsky, SIAM J. Control Optim. 30 (1992); TensorFlow's
// ExponentialMovingAverage.
func Average(t *kernel.Team, w int, averages, weights [][]float32, decay float64, tau []float32) {
	d := float32(1 - decay)
	for i := range weights {
		zeros := tau != nil && tau[i] > 0
		each(t, w, len(weights[i]), func(lo, hi int) {
			avg, x := averages[i][lo:hi], weights[i][lo:hi]
			for k, v := range x {
				if v == 0 && zeros {
					avg[k] = 0
					continue
				}
				avg[k] -= d * (avg[k] - v)
			}
		})
	}
}
