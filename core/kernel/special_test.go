package kernel

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// plain are kernels beside what they mean, in double precision, on two vectors
// of one length; x may be the same memory as y. A matrix is x over y over x.
var plain = []struct {
	name   string
	kernel func(x, y []float32) []float32
	means  func(x, y []float64) []float64
}{
	{"Axpy",
		func(x, y []float32) []float32 { Axpy(y, x, 0.5); return y },
		func(x, y []float64) []float64 { return both(x, y, func(a, b float64) float64 { return b + 0.5*a }) }},
	{"Scale",
		func(x, _ []float32) []float32 { Scale(x, -2); return x },
		func(x, _ []float64) []float64 { return both(x, x, func(a, _ float64) float64 { return -2 * a }) }},
	{"Sum",
		func(x, _ []float32) []float32 { return []float32{float32(Sum(x))} },
		func(x, _ []float64) []float64 { return total(x) }},
	{"SumSq",
		func(x, _ []float32) []float32 { return []float32{float32(SumSq(x))} },
		func(x, _ []float64) []float64 {
			return total(both(x, x, func(a, b float64) float64 { return a * b }))
		}},
	{"Dot",
		func(x, y []float32) []float32 { return []float32{float32(Dot(x, y))} },
		func(x, y []float64) []float64 {
			return total(both(x, y, func(a, b float64) float64 { return a * b }))
		}},
	{"ColSum",
		func(x, y []float32) []float32 {
			s := make([]float32, len(x))
			ColSum(s, stack(x, y), len(x), 3, false)
			return s
		},
		func(x, y []float64) []float64 { return both(x, y, func(a, b float64) float64 { return a + b + a }) }},
	{"SqColSum",
		func(x, y []float32) []float32 {
			s := make([]float32, len(x))
			SqColSum(s, stack(x, y), len(x), 3, false)
			return s
		},
		func(x, y []float64) []float64 {
			return both(x, y, func(a, b float64) float64 { return a*a + b*b + a*a })
		}},
	{"SqRowSum",
		func(x, y []float32) []float32 {
			s := make([]float32, 3)
			SqRowSum(s, stack(x, y), len(x), len(x), false)
			return s
		},
		func(x, y []float64) []float64 {
			square := func(v []float64) float64 {
				return total(both(v, v, func(a, b float64) float64 { return a * b }))[0]
			}
			return []float64{square(x), square(y), square(x)}
		}},
	{"RowDots",
		func(x, y []float32) []float32 {
			s := make([]float32, 5)
			RowDots(s, slices.Concat(x, y, x, y, x), len(x), y, false)
			return s
		},
		func(x, y []float64) []float64 {
			product := func(a, b float64) float64 { return a * b }
			a, b := total(both(x, y, product))[0], total(both(y, y, product))[0]
			return []float64{a, b, a, b, a}
		}},
	{"AddScaled",
		func(x, y []float32) []float32 {
			colc := make([]float32, len(x))
			for j := range colc {
				colc[j] = 0.25
			}
			AddScaled(y, len(y), x, len(x), 1, len(x), []float32{0.5}, colc)
			return y
		},
		func(x, y []float64) []float64 { return both(x, y, func(a, b float64) float64 { return b + 0.75*a }) }},
}

func both(x, y []float64, f func(a, b float64) float64) []float64 {
	out := make([]float64, len(x))
	for i := range x {
		out[i] = f(x[i], y[i])
	}
	return out
}

func total(x []float64) []float64 {
	s := 0.0
	for _, v := range x {
		s += v
	}
	return []float64{s}
}

func stack(x, y []float32) []float32 { return slices.Concat(x, y, x) }

func widen(x []float32) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = float64(v)
	}
	return out
}

// NaN and infinities reach the results that they belong to and no others, at
// every remainder of every loop, unaligned, with operands apart or one memory.
func TestSpecialValuesAndAliases(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	eachLevel(t, func(t *testing.T) {
		for _, n := range append(slices.Clone(lengths()[1:70]), chunk+1) {
			r := newRand(uint64(n))
			off := n % 7
			x, y := uniform(r, off+n, -2, 2)[off:], uniform(r, off+n+1, -2, 2)[off+1:]
			for _, special := range [][2]float32{{1, 1}, {nan, 1}, {inf, 1}, {-inf, 1}, {inf, -inf}, {inf, nan}} {
				for _, at := range []int{0, n / 3, n - 1} {
					a, b := clone(x), clone(y)
					a[at], b[n-1-at] = special[0], special[1]
					for _, k := range plain {
						checkPlain(t, k.name, k.means(widen(a), widen(b)), k.kernel(apart(a, off), apart(b, off+1)))
						one := apart(a, off)
						checkPlain(t, k.name+", one memory", k.means(widen(a), widen(a)), k.kernel(one, one))
					}
				}
			}
		}
	})
}

// apart is a copy that starts off floats behind an aligned place.
func apart(x []float32, off int) []float32 {
	y := Floats(off + len(x))[off:]
	copy(y, x)
	return y
}

func checkPlain(t *testing.T, name string, want []float64, got []float32) {
	t.Helper()
	if len(got) != len(want) {
		require.Len(t, got, len(want), name)
	}
	for i, w := range want {
		g := float64(got[i])
		ok := math.Abs(g-w) <= 1e-5*(1+math.Abs(w))
		if math.IsNaN(w) {
			ok = math.IsNaN(g)
		} else if math.IsInf(w, 0) {
			ok = g == w
		}
		if !ok {
			require.Failf(t, "differs", "%s[%d] of %d: got %g, want %g", name, i, len(want), g, w)
		}
	}
}
