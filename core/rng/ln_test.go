package rng

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// The portable logarithm is that of the standard library to two units in the
// last place.
func TestLn(t *testing.T) {
	s := New(3, "ln")
	check := func(x float64) {
		want := math.Log(x)
		ulp := math.Nextafter(math.Abs(want), math.Inf(1)) - math.Abs(want)
		require.InDelta(t, want, ln(x), 2*ulp, "x = %v", x)
	}
	for range 100_000 {
		check(s.Float64() + 0x1p-60)
		check(math.Ldexp(1+s.Float64(), s.Intn(2000)-1000))
	}
	for _, x := range []float64{1, 0.5, 2, math.Sqrt2 / 2, math.Nextafter(1, 0), math.Nextafter(1, 2), 0x1p-1022, math.MaxFloat64} {
		check(x)
	}
}
