package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// forceLevel switches all kernels to one level until the test ends.
func forceLevel(t testing.TB, l level) {
	old := active
	active = l
	t.Cleanup(func() { active = old })
}

// eachLevel runs a test once on every level this processor has.
func eachLevel(t *testing.T, f func(t *testing.T)) {
	for l := levelGeneric; l <= bestLevel(); l++ {
		t.Run(l.String(), func(t *testing.T) {
			forceLevel(t, l)
			f(t)
		})
	}
}

// newRand returns the generator of a test; seeds are written where it is called.
func newRand(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0x155)) }

// uniform returns n floats in [lo, hi).
func uniform(r *rand.Rand, n int, lo, hi float64) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(lo + (hi-lo)*r.Float64())
	}
	return x
}

// integers returns n small whole numbers, whose products and sums are exact in
// float32 in any order.
func integers(r *rand.Rand, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(r.IntN(9) - 4)
	}
	return x
}

// ulps returns the distance of got from want in units of want's last place in
// float32; 0 if both are NaN or the same infinity.
func ulps(got float32, want float64) float64 {
	w := float32(want)
	if math.IsNaN(want) || math.IsInf(float64(w), 0) || math.IsInf(float64(got), 0) || got != got {
		if got == w || got != got && w != w {
			return 0
		}
		return math.Inf(1)
	}
	_, e := math.Frexp(math.Abs(want))
	return math.Abs(float64(got)-want) / math.Ldexp(1, max(e-24, -149))
}

// within requires got = want ± tolerance: require.InDelta, but quick where it holds.
func within(t *testing.T, want float64, got float32, tolerance float64, format string, args ...any) {
	if !(math.Abs(float64(got)-want) <= tolerance) {
		require.Failf(t, "outside the tolerance", "%s: got %g, want %g ± %g", fmt.Sprintf(format, args...), got, want, tolerance)
	}
}
