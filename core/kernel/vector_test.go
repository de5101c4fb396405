package kernel

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// lengths covers every remainder of every loop, and more than one chunk.
func lengths() []int {
	var n []int
	for k := range 140 {
		n = append(n, k)
	}
	return append(n, 1000, chunk, chunk+1, 2*chunk+77)
}

// eachLength runs f on every level at every length, on fresh numbers that start
// unaligned.
func eachLength(t *testing.T, f func(t *testing.T, x, y []float32)) {
	eachLevel(t, func(t *testing.T) {
		for _, n := range lengths() {
			r := newRand(uint64(n))
			off := n % 7
			f(t, uniform(r, off+n, -2, 2)[off:], uniform(r, off+n, -2, 2)[off:])
		}
	})
}

func TestAxpy(t *testing.T) {
	eachLength(t, func(t *testing.T, x, y []float32) {
		got := clone(y)
		Axpy(got, x, 0.7)
		for i := range x {
			a, b := float64(float32(0.7))*float64(x[i]), float64(y[i])
			within(t, a+b, got[i], 0x1p-23*(math.Abs(a)+math.Abs(b)), "n %d, element %d", len(x), i)
		}
	})
}

func TestScale(t *testing.T) {
	eachLength(t, func(t *testing.T, x, _ []float32) {
		got := clone(x)
		Scale(got, -1.3)
		for i := range x {
			within(t, float64(x[i]*-1.3), got[i], 0, "n %d, element %d", len(x), i)
		}
	})
}

func TestSums(t *testing.T) {
	eachLength(t, func(t *testing.T, x, y []float32) {
		var s, sq, dot, abs float64
		for i := range x {
			a, b := float64(x[i]), float64(y[i])
			s += a
			sq += a * a
			dot += a * b
			abs += max(math.Abs(a), a*a, math.Abs(a*b))
		}
		tolerance := 0x1p-52 * float64(len(x)) * abs // double precision, in another order
		require.InDelta(t, s, Sum(x), tolerance, "Sum, n %d", len(x))
		require.InDelta(t, sq, SumSq(x), tolerance, "SumSq, n %d", len(x))
		require.InDelta(t, dot, Dot(x, y), tolerance, "Dot, n %d", len(x))
	})
}

func TestMaxOf(t *testing.T) {
	nan := float32(math.NaN())
	eachLength(t, func(t *testing.T, x, _ []float32) {
		for i := range x {
			x[i] -= 5 // all negative: a stray zero would win
		}
		want := negInf
		for _, v := range x {
			want = max(want, v)
		}
		require.Equal(t, want, MaxOf(x), "n %d", len(x))
		for _, i := range []int{0, len(x) / 3, len(x) - 1} {
			if len(x) == 0 {
				continue
			}
			old := x[i]
			x[i] = 3
			require.Equal(t, float32(3), MaxOf(x), "n %d, largest at %d", len(x), i)
			x[i] = nan
			got := MaxOf(x)
			require.True(t, got != got, "n %d, NaN at %d: got %g", len(x), i, got)
			x[i] = old
		}
	})
}

func TestThreshold(t *testing.T) {
	nan := float32(math.NaN())
	eachLength(t, func(t *testing.T, x, _ []float32) {
		for i := range x {
			if i%5 == 0 {
				x[i] = 0
			}
		}
		if len(x) > 8 {
			x[1], x[2], x[3], x[4] = 0.5, -0.5, nan, float32(math.Copysign(0, -1))
		}
		got, want := clone(x), clone(x)
		zeros := 0
		for i, v := range want {
			if math.Abs(float64(v)) < 0.5 {
				want[i] = 0
			}
			if want[i] == 0 {
				zeros++
			}
		}
		require.Equal(t, zeros, Threshold(got, 0.5), "n %d", len(x))
		for i := range want {
			if want[i] == want[i] || got[i] == got[i] { // not both NaN
				within(t, float64(want[i]), got[i], 0, "n %d, element %d", len(x), i)
			}
		}
		require.Equal(t, zeros, Threshold(got, 0), "a second time changes nothing")
	})
}

func TestVectorMisuse(t *testing.T) {
	x, y := make([]float32, 3), make([]float32, 4)
	for _, c := range []struct {
		text string
		call func()
	}{
		{"kernel: Axpy: lengths 3 and 4 differ", func() { Axpy(x, y, 1) }},
		{"kernel: Dot: lengths 3 and 4 differ", func() { Dot(x, y) }},
		{"kernel: SoftmaxXent: target 3, but there are 3 logits", func() { SoftmaxXent(x, 3, 1) }},
		{"kernel: SoftmaxXent: target -1, but there are 3 logits", func() { SoftmaxXent(x, -1, 1) }},
		{"kernel: ColSum: x (2×3, row stride 3) has 4 floats, needs 6", func() { ColSum(x, y, 3, 2, false) }},
		{"kernel: SqRowSum: x (3×2, row stride 2) has 4 floats, needs 6", func() { SqRowSum(x, y, 2, 2, false) }},
		{"kernel: AddScaled: w (1×4, row stride 4) has 3 floats, needs 4", func() { AddScaled(y, 4, x, 4, 1, 4, x, nil) }},
		{"kernel: AddScaled: colc has 3 floats, needs 4", func() { AddScaled(y, 4, y, 4, 1, 4, x, x) }},
		{"kernel: Floats(-1): the size must not be negative", func() { Floats(-1) }},
		{"kernel: NewPacked(-1, 2): sizes must not be negative", func() { NewPacked(-1, 2) }},
	} {
		t.Run(c.text, func(t *testing.T) { assert.PanicsWithError(t, c.text, c.call) })
	}
}

// Softmax and its relatives, on logits of several ranges.
func TestSoftmax(t *testing.T) {
	eachLength(t, func(t *testing.T, x, _ []float32) {
		n := len(x)
		for i := range x {
			x[i] *= []float32{1, 10, 50}[n%3]
		}
		top, sum := math.Inf(-1), 0.0
		for _, v := range x {
			top = max(top, float64(v))
		}
		for _, v := range x {
			sum += math.Exp(float64(v) - top)
		}
		if n == 0 {
			require.Equal(t, math.Inf(-1), LogSumExp(x))
			Softmax(x)
			return
		}
		lse := top + math.Log(sum)
		require.InDelta(t, lse, LogSumExp(x), 1e-7*(1+math.Abs(lse)), "LogSumExp, n %d", n)
		p, g := clone(x), clone(x)
		Softmax(p)
		target := n / 2
		nll := SoftmaxXent(g, target, 0.05)
		require.InDelta(t, lse-float64(x[target]), nll, 1e-6*(1+math.Abs(lse)), "nll, n %d", n)
		for i := range x {
			want := math.Exp(float64(x[i]) - lse)
			// x − max is rounded to float32 before exp.
			relative := 5e-7 + 0x1p-24*(top-float64(x[i]))
			within(t, want, p[i], relative*want+0x1p-148, "Softmax, n %d, element %d", n, i)
			want *= 0.05
			tolerance := relative*want + 0x1p-148
			if i == target {
				want -= 0.05
				tolerance += 1e-8
			}
			within(t, want, g[i], tolerance, "SoftmaxXent, n %d, element %d", n, i)
		}
	})
}

func TestSoftmaxSpecialValues(t *testing.T) {
	inf, nan := float32(math.Inf(1)), float32(math.NaN())
	eachLevel(t, func(t *testing.T) {
		assert.Equal(t, math.Inf(-1), LogSumExp([]float32{-inf, -inf}))
		assert.Equal(t, math.Inf(1), LogSumExp([]float32{1, inf}))
		assert.True(t, math.IsNaN(LogSumExp([]float32{1, nan, 2})))
		for _, x := range [][]float32{{1, nan, 2}, {1, inf, 2}, {-inf, -inf}} {
			name := fmt.Sprint(x)
			Softmax(x)
			for _, v := range x {
				assert.True(t, v != v, "softmax of %s: got %g, want NaN", name, v)
			}
		}
		x := []float32{-inf, 0, 0}
		Softmax(x)
		assert.Equal(t, []float32{0, 0.5, 0.5}, x, "masked entries are 0")
		y := []float32{1e30, 0, 0}
		assert.Equal(t, float64(float32(1e30)), SoftmaxXent(y, 1, 1))
		assert.Equal(t, []float32{1, -1, 0}, y)
	})
}
