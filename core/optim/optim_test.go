package optim_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/seed391906a2/iss/core/kernel"
	"github.com/seed391906a2/iss/core/optim"
)

func TestSchedules(t *testing.T) {
	assert.Equal(t, 1.0, optim.Hold(3, 4, 0.5))
	assert.Equal(t, 0.5, optim.Hold(4, 4, 0.5))
	assert.Equal(t, 0.25, optim.Hold(5, 4, 0.5))
	assert.Equal(t, 1.0, optim.Every(17, 18, 0.1))
	assert.InDelta(t, 0.1, optim.Every(18, 18, 0.1), 1e-15)
	assert.InDelta(t, 0.001, optim.Every(54, 18, 0.1), 1e-15)
}

// Source: g · clip / max(‖g‖, clip).
func TestClipScale(t *testing.T) {
	assert.Equal(t, 1.0, optim.ClipScale(4.9, 5))
	assert.Equal(t, 1.0, optim.ClipScale(5, 5))
	assert.Equal(t, 0.5, optim.ClipScale(10, 5))
	assert.Equal(t, 1.0, optim.ClipScale(10, 0), "0 does not clip")
}

// With any number of workers, sum of squares, l2, step and threshold are those of one loop
// over all tensors, pieces that end anywhere included.
func TestStepAgainstLoop(t *testing.T) {
	sizes := []int{1, 7, 1 << 14, 3<<14 + 5}
	tau := []float32{0, 3, 2.5, 0}
	for _, workers := range []int{1, 2, 3} {
		team := kernel.NewTeam(workers)
		var w, g, want [][]float32
		sum, squares := 0.0, 0.0
		for k, n := range sizes {
			w, g, want = append(w, make([]float32, n)), append(g, make([]float32, n)), append(want, make([]float32, n))
			for i := range n {
				w[k][i], g[k][i] = float32(i%13)-6, float32(i%7)/8-0.25
				decayed := g[k][i] + 0.25*w[k][i]
				want[k][i] = w[k][i] - 0.5*decayed // exact: multiples of 1/16
				if math.Abs(float64(want[k][i])) < float64(tau[k]) {
					want[k][i] = 0
				}
				sum += float64(decayed) * float64(decayed)
				squares += float64(w[k][i]) * float64(w[k][i])
			}
		}
		part, decay := make([]float64, workers), make([]float64, workers)
		team.Run(func(worker int) {
			decay[worker] = optim.Decay(team, worker, w, g, 0.25)
			part[worker] = optim.SumSq(team, worker, g)
			optim.SGD(team, worker, w, g, 0.5, tau)
		})
		got, gotSquares := 0.0, 0.0
		for worker, p := range part {
			got, gotSquares = got+p, gotSquares+decay[worker]
		}
		assert.InEpsilon(t, sum, got, 1e-9)
		assert.InEpsilon(t, squares, gotSquares, 1e-9)
		assert.Equal(t, want, w, "%d workers", workers)
		assert.False(t, math.IsNaN(got))
		team.Close()
	}
}
