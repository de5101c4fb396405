package kernel

import "unsafe"

// chunk is how many floats one assembler call handles at most, so that the
// garbage collector never waits long for a safe point.
const chunk = 1 << 16

func ptr(x []float32) *float32 { return unsafe.SliceData(x) }

// Axpy adds a·x to y. It also serves as the row addition of a scatter.
// Axpy panics if the lengths differ.
func Axpy(y, x []float32, a float32) {
	checkEqual("Axpy", len(y), len(x))
	for i := 0; i < len(y); i += chunk {
		axpy(min(chunk, len(y)-i), ptr(y[i:]), ptr(x[i:]), a)
	}
}

// Scale multiplies x by a.
func Scale(x []float32, a float32) {
	for i := 0; i < len(x); i += chunk {
		scale(min(chunk, len(x)-i), ptr(x[i:]), a)
	}
}

// Sum returns Σ x, added in double precision.
func Sum(x []float32) (s float64) {
	for i := 0; i < len(x); i += chunk {
		s += sum(min(chunk, len(x)-i), ptr(x[i:]))
	}
	return s
}

// SumSq returns Σ x², squared and added in double precision.
func SumSq(x []float32) (s float64) {
	for i := 0; i < len(x); i += chunk {
		s += sumSq(min(chunk, len(x)-i), ptr(x[i:]))
	}
	return s
}

// Dot returns Σ x·y, multiplied and added in double precision. It panics if the
// lengths differ.
func Dot(x, y []float32) (s float64) {
	checkEqual("Dot", len(x), len(y))
	for i := 0; i < len(x); i += chunk {
		s += dot(min(chunk, len(x)-i), ptr(x[i:]), ptr(y[i:]))
	}
	return s
}

// MaxOf returns the largest element of x, NaN if there is one, −Inf if x is empty.
func MaxOf(x []float32) float32 {
	m := negInf
	for i := 0; i < len(x); i += chunk {
		m = max(m, maxOf(min(chunk, len(x)-i), ptr(x[i:])))
	}
	return m
}

// Threshold sets every element with |x| < tau to zero and returns how many
// elements are zero now. NaN stays.
func Threshold(x []float32, tau float32) (zeros int) {
	for i := 0; i < len(x); i += chunk {
		zeros += threshold(min(chunk, len(x)-i), ptr(x[i:]), tau)
	}
	return zeros
}

func checkEqual(name string, a, b int) {
	if a != b {
		misuse("%s: lengths %d and %d differ", name, a, b)
	}
}
