package optim_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/core/kernel"
	"github.com/seed391906a2/iss/core/optim"
)

// By hand: λ = 0.5 on -2, 0, 3, -0; NaN stays.
func TestL1ByHand(t *testing.T) {
	team := kernel.NewTeam(1)
	defer team.Close()
	w := [][]float32{{-2, 0, 3, float32(math.Copysign(0, -1))}}
	g := [][]float32{{1, 1, 1, 1}}
	assert.Equal(t, 5.0, optim.L1(team, 0, w, g, 0.5))
	assert.Equal(t, []float32{0.5, 1, 1.5, 1}, g[0])
	optim.SoftThreshold(team, 0, w, 2)
	assert.Equal(t, []float32{0, 0, 1, 0}, w[0])
	w[0][1] = float32(math.NaN())
	assert.True(t, math.IsNaN(optim.L1(team, 0, w, g, 0.5)))
	optim.SoftThreshold(team, 0, w, 2)
	assert.True(t, math.IsNaN(float64(w[0][1])))
}

// The sub-gradient against differences of λ·Σ|w| in float64, away from 0, and
// SoftThreshold against the minimiser of ½(x−w)² + amount·|x|, for any number of
// workers and pieces that end anywhere.
func TestL1AgainstDifferences(t *testing.T) {
	const lambda, step, amount = 0.375, 1e-6, 0.25
	sizes := []int{1, 1<<14 + 3, 50}
	for workers := 1; workers <= 3; workers++ {
		team := kernel.NewTeam(workers)
		var w, g [][]float32
		want := 0.0
		for _, n := range sizes {
			x := make([]float32, n)
			for i := range x {
				x[i] = float32(i%13-6) / 8
				want += math.Abs(float64(x[i]))
			}
			w, g = append(w, x), append(g, make([]float32, n))
		}
		parts, abs := make([]float64, workers), make([]float64, workers)
		team.Run(func(worker int) {
			parts[worker] = optim.L1(team, worker, w, g, lambda)
			abs[worker] = optim.SumAbs(team, worker, w)
		})
		got, gotAbs := 0.0, 0.0
		for i := range parts {
			got, gotAbs = got+parts[i], gotAbs+abs[i]
		}
		assert.Equal(t, want, got)
		assert.Equal(t, want, gotAbs)
		before := make([][]float32, len(w))
		for k, x := range w {
			before[k] = append([]float32(nil), x...)
			for i, v := range x {
				v := float64(v)
				slope := lambda * (math.Abs(v+step) - math.Abs(v-step)) / (2 * step)
				require.InDelta(t, slope, float64(g[k][i]), 1e-9)
			}
		}
		team.Run(func(worker int) { optim.SoftThreshold(team, worker, w, amount) })
		for k, x := range w {
			for i, v := range x {
				best := func(x float64) float64 {
					d := x - float64(before[k][i])
					return d*d/2 + amount*math.Abs(x)
				}
				for _, d := range []float64{-0.01, 0.01} {
					require.Greater(t, best(float64(v)+d), best(float64(v)))
				}
			}
		}
		masks := [][]float32{nil, make([]float32, sizes[1]), nil}
		masks[1][7] = 1
		team.Run(func(worker int) {
			optim.Mask(team, worker, g, masks)
			optim.Threshold(team, worker, w, []float32{0, 0.3, 0})
		})
		for i, v := range g[1] {
			require.Equal(t, i == 7 && v != 0, v != 0)
		}
		assert.Equal(t, float32(-0.5), w[0][0])
		for i, v := range w[1] {
			require.True(t, v == 0 || math.Abs(float64(v)) >= 0.3, "%d: %g", i, v)
		}
		team.Close()
	}
}
