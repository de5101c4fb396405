package train

import (
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/tasks"
)

// The search on known curves: the grid is measured whole, and the interval
// behind its last good value is halved.
func TestTauGrid(t *testing.T) {
	same := func(base, now tasks.Score) bool { return now.Loss <= base.Loss }
	for _, c := range []struct {
		name string
		good func(tau float64) bool
		want float64 // the largest good τ
		tell bool    // it is not on the grid but found by halving
	}{
		{"a border within a decade", func(tau float64) bool { return tau <= 3e-4 }, 3e-4, true},
		{"not monotone: bad between two good", func(tau float64) bool { return tau <= 1e-5 || tau > 5e-4 && tau <= 2e-3 }, 2e-3, true},
		{"nothing is good", func(float64) bool { return false }, 0, false},
		{"all is good", func(float64) bool { return true }, 1e-1, false},
	} {
		var asked []float64
		r, err := TauGrid{From: 1e-6, To: 1e-1, PerDecade: 2, Bisect: 12}.search(func(tau float64) (TauPoint, error) {
			asked = append(asked, tau)
			p := TauPoint{Tau: tau}
			if tau > 0 && !c.good(tau) {
				p.Score.Loss = 1
			}
			return p, nil
		}, same, nil)
		require.NoError(t, err, c.name)
		assert.Zero(t, asked[0], "the base comes first")
		assert.Len(t, asked[1:], len(r.Curve), c.name)
		assert.True(t, slices.IsSortedFunc(r.Curve, func(a, b TauPoint) int {
			if a.Tau < b.Tau {
				return -1
			}
			return 1
		}), c.name)
		if !c.tell {
			assert.Equal(t, c.want, r.Tau, c.name)
			assert.Len(t, r.Curve, 11, c.name)
			continue
		}
		assert.LessOrEqual(t, r.Tau, c.want, c.name)
		// Twelve halvings of half a decade.
		assert.Less(t, math.Log10(c.want/r.Tau), 0.5/4096*1.01, c.name)
		assert.Len(t, r.Curve, 11+12, c.name)
	}
}

func TestTauGridFaults(t *testing.T) {
	for _, g := range []TauGrid{
		{From: 0, To: 1, PerDecade: 1},
		{From: 1, To: 1, PerDecade: 1},
		{From: math.NaN(), To: 1, PerDecade: 1},
		{From: 1e-3, To: math.Inf(1), PerDecade: 1},
		{From: 1e-3, To: 1, PerDecade: 0},
		{From: 1e-3, To: 1, PerDecade: 1, Bisect: -1},
	} {
		_, err := TauSearch{Grid: g}.Run(t.Context())
		assert.ErrorContains(t, err, "train: ", "%+v", g)
	}
	stop := errors.New("stop")
	_, err := TauGrid{From: 1e-3, To: 1, PerDecade: 1}.search(func(float64) (TauPoint, error) { return TauPoint{}, stop }, nil, nil)
	assert.ErrorIs(t, err, stop)
}
