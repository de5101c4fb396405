package kernel

import (
	"math"
	"unsafe"
)

func axpyGo(n int, y, x *float32, a float32) {
	ys, xs := unsafe.Slice(y, n), unsafe.Slice(x, n)
	for i, v := range xs {
		ys[i] += a * v
	}
}

func scaleGo(n int, x *float32, a float32) {
	for i, xs := 0, unsafe.Slice(x, n); i < len(xs); i++ {
		xs[i] *= a
	}
}

func addScaledGo(n int, y, w, colc *float32, a float32) {
	ys, ws, cs := unsafe.Slice(y, n), unsafe.Slice(w, n), unsafe.Slice(colc, n)
	for i, v := range ws {
		ys[i] += v * (a + cs[i])
	}
}

func sumGo(n int, x *float32) float64 {
	var s [4]float64
	xs := unsafe.Slice(x, n)
	for ; len(xs) >= 4; xs = xs[4:] {
		s[0] += float64(xs[0])
		s[1] += float64(xs[1])
		s[2] += float64(xs[2])
		s[3] += float64(xs[3])
	}
	for _, v := range xs {
		s[0] += float64(v)
	}
	return s[0] + s[1] + (s[2] + s[3])
}

func sumSqGo(n int, x *float32) float64 { return dotGo(n, x, x) }

func dotGo(n int, x, y *float32) float64 {
	var s [4]float64
	xs, ys := unsafe.Slice(x, n), unsafe.Slice(y, n)
	for ; len(xs) >= 4 && len(ys) >= 4; xs, ys = xs[4:], ys[4:] {
		s[0] += float64(xs[0]) * float64(ys[0])
		s[1] += float64(xs[1]) * float64(ys[1])
		s[2] += float64(xs[2]) * float64(ys[2])
		s[3] += float64(xs[3]) * float64(ys[3])
	}
	for i, v := range xs {
		s[0] += float64(v) * float64(ys[i])
	}
	return s[0] + s[1] + (s[2] + s[3])
}

// dotsGo sets four elements of dst to the inner products of x with rows of a.
func dotsGo(n int, dst, x, a *float32, ld int) {
	for r, rows := 0, unsafe.Slice(a, (dotRows-1)*ld+n); r < dotRows; r++ {
		unsafe.Slice(dst, dotRows)[r] = float32(dotGo(n, x, ptr(rows[r*ld:])))
	}
}

func maxOfGo(n int, x *float32) float32 {
	m := negInf
	for _, v := range unsafe.Slice(x, n) {
		m = max(m, v)
	}
	return m
}

// expSumGo sets x = exp(x − m) and returns the sum.
func expSumGo(n int, x *float32, m float32) (s float64) {
	xs := unsafe.Slice(x, n)
	for i, v := range xs {
		e := expScalar(v - m)
		xs[i] = e
		s += float64(e)
	}
	return s
}

// sumExpGo returns Σ exp(x − m) and leaves x alone.
func sumExpGo(n int, x *float32, m float32) (s float64) {
	for _, v := range unsafe.Slice(x, n) {
		s += float64(expScalar(v - m))
	}
	return s
}

func thresholdGo(n int, x *float32, tau float32) (zeros int) {
	xs := unsafe.Slice(x, n)
	for i, v := range xs {
		if float32(math.Abs(float64(v))) < tau {
			xs[i], v = 0, 0
		}
		if v == 0 {
			zeros++
		}
	}
	return zeros
}

func colSumGo(n int, dst, x *float32, ld, rows int) {
	for r := range rows {
		axpyGo(n, dst, at(x, r*ld), 1)
	}
}

func sqColSumGo(n int, dst, x *float32, ld, rows int) {
	d := unsafe.Slice(dst, n)
	for r := range rows {
		for j, v := range unsafe.Slice(at(x, r*ld), n) {
			d[j] += v * v
		}
	}
}
