package kernel

import "math"

// The scalar functions work in double precision, which costs nothing in plain
// Go and leaves only the last rounding.

// expLimit bounds the arguments of exp: e¹⁰⁴ is infinite in float32 and e⁻¹⁰⁴ zero.
const expLimit = 104

// expm1Parts returns n and q with exp(x) = 2ⁿ·(1 + q), |q| < 0.42, for |x| < 700.
// q is the Taylor polynomial of degree 8, relative error 5e-9.
func expm1Parts(x float64) (scale, q float64) {
	const round = 3 << 51 // adding it leaves a whole number in the low bits
	k := x*math.Log2E + round
	r := x - (k-round)*math.Ln2
	r2 := r * r
	p := (1.0/2 + r*(1.0/6)) + r2*((1.0/24+r*(1.0/120))+r2*((1.0/720+r*(1.0/5040))+r2*(1.0/40320)))
	return math.Float64frombits((math.Float64bits(k) + 1023) << 52), r + r2*p
}

// exp returns e^x for x already within float32's range.
func exp(x float64) float64 {
	s, q := expm1Parts(x)
	return s + s*q
}

// clamp limits x to ±expLimit. NaN passes, but the caller must not let it go on:
// its exponent bits are arithmetic here.
func clamp(x float32) float64 {
	switch {
	case x > expLimit:
		return expLimit
	case x < -expLimit:
		return -expLimit
	}
	return float64(x)
}

func expScalar(x float32) float32 {
	if x != x {
		return x
	}
	return float32(exp(clamp(x)))
}

func sigmoidScalar(x float32) float32 {
	if x != x {
		return x
	}
	return float32(1 / (1 + exp(clamp(-x))))
}

// tanhScalar is t/(t+2) with t = exp(2x) − 1, which keeps its relative accuracy
// near zero.
func tanhScalar(x float32) float32 {
	switch {
	case x > 20:
		return 1
	case x < -20:
		return -1
	case x == 0 || x != x:
		return x
	}
	s, q := expm1Parts(2 * float64(x))
	t := s*q + (s - 1)
	return float32(t / (t + 2))
}

func logScalar(x float32) float32 { return float32(math.Log(float64(x))) }

func rsqrtScalar(x float32) float32 { return 1 / float32(math.Sqrt(float64(x))) }
