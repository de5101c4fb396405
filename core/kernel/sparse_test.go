package kernel

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The sparse product is the dense one, for rows of all lengths up to two
// rounds of the loop and some large, for any number of workers.
func TestSparse(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(1, 2))
		for _, size := range [][2]int{{1, 1}, {3, 5}, {11, 9}, {40, 300}} {
			for _, keep := range []float64{0, 0.1, 0.5, 1} {
				for _, ld := range []int{Strip, 3 * Strip} {
					rows, cols := size[0], size[1]
					w, x := make([]float32, rows*cols), make([]float32, cols*ld)
					for i := range w {
						if r.Float64() < keep {
							w[i] = float32(r.NormFloat64())
						}
					}
					for i := range x {
						x[i] = float32(r.NormFloat64())
					}
					s := NewSparse(w, rows, cols)
					for workers := 1; workers <= 3; workers++ {
						y := make([]float32, rows*ld+1)
						for i := range y {
							y[i] = 7 // what was there before does not count
						}
						for k := range workers {
							s.Mul(k, workers, y, x, ld)
						}
						for i := range rows {
							for j := range ld {
								want, size := 0.0, 1.0
								for k := range cols {
									p := float64(w[i*cols+k]) * float64(x[k*ld+j])
									want, size = want+p, size+math.Abs(p)
								}
								require.InDelta(t, want, y[i*ld+j], 1e-6*size, "%d×%d, %g kept, row %d, column %d", rows, cols, keep, i, j)
							}
						}
						assert.EqualValues(t, 7, y[rows*ld], "nothing is written behind the end")
					}
				}
			}
		}
	})
	assert.Panics(t, func() { NewSparse([]float32{1}, 1, 1).Mul(0, 1, make([]float32, 8), make([]float32, 8), 8) })
	assert.Panics(t, func() { NewSparse([]float32{1}, 1, 2) })
}

func BenchmarkSparse(b *testing.B) {
	const rows, cols = 6000, 3000
	r := rand.New(rand.NewPCG(1, 2))
	w := make([]float32, rows*cols)
	for i := range w {
		if r.Float64() < 0.1 {
			w[i] = 1
		}
	}
	s := NewSparse(w, rows, cols)
	x, y := make([]float32, cols*Strip), make([]float32, rows*Strip)
	b.ReportAllocs()
	for b.Loop() {
		s.Mul(0, 1, y, x, Strip)
	}
	b.ReportMetric(float64(len(s.Val))*10*2*float64(b.N)/b.Elapsed().Seconds()/1e9, "useful-GFLOPS")
}
