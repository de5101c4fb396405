package kernel

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Whoever walks panels 3 to 5 over all blocks of the inner dimension finds each
// announced by the one before, and nothing announced behind the last.
func TestNextPanelIsTheOneReadNext(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		s := shapes[active]
		p := NewPacked(2*s.kc+5, 8*s.nr-3)
		var announced *float32
		for k0 := 0; k0 < p.K; k0 += s.kc {
			kc := min(s.kc, p.K-k0)
			for j := 3; j <= 5; j++ {
				here := p.panel(k0, kc, j)
				if announced != nil {
					require.Same(t, announced, here, "block at %d, panel %d", k0, j)
				}
				announced = p.next(k0, kc, j, 3, 5)
			}
		}
		assert.Same(t, p.panel(2*s.kc, 5, 5), announced)
	})
}

// Fetching early changes no bits, and no worker reaches outside the panels.
func TestFetchingEarlyChangesNoBits(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		r, s := newRand(9), shapes[active]
		m, k, n := 2*s.mr-1, s.kc+62, 5*s.nr+3
		a, b, p := uniform(r, m*k, -1, 1), uniform(r, k*n, -1, 1), NewPacked(k, n)
		p.Pack(0, 1, b, n, false)
		multiply := func(limit, workers int) []float32 {
			before := fromMemory
			fromMemory = limit
			defer func() { fromMemory = before }()
			c := make([]float32, m*n)
			for w := range workers {
				GemmPacked(w, workers, m, a, k, p, c, n, false, nil)
			}
			return c
		}
		want := multiply(p.Size()+1, 1)
		for workers := 1; workers <= 4; workers++ {
			assert.Equal(t, want, multiply(p.Size(), workers), "%d workers", workers)
		}
	})
}
