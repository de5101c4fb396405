package rng

import (
	"fmt"
	"math"
	"math/bits"
)

// A Stream is an endless sequence of random numbers. It is cheap to make and
// is not safe for concurrent use.
type Stream struct {
	k0, k1 uint32
	block  uint64    // number of the next block of four words
	words  [4]uint32 // the block being used
	used   int       // how many of its words are used
	spare  float64   // second number of a pair from Normal
	paired bool      // whether there is one
}

// New returns the stream named by a seed and a path such as
// "init/Model/embedding". Streams of different names are unrelated.
func New(seed uint64, path string) *Stream {
	k := hash('s', seed, path)
	return &Stream{k0: uint32(k), k1: uint32(k >> 32), used: 4}
}

// Uint32 returns 32 random bits.
func (s *Stream) Uint32() uint32 {
	if s.used == len(s.words) {
		w0, w1, w2, w3 := philox(uint32(s.block), uint32(s.block>>32), 0, 0, s.k0, s.k1)
		s.words = [4]uint32{w0, w1, w2, w3}
		s.used = 0
		s.block++
	}
	w := s.words[s.used]
	s.used++
	return w
}

// Uint64 returns 64 random bits.
func (s *Stream) Uint64() uint64 {
	lo := uint64(s.Uint32())
	return uint64(s.Uint32())<<32 | lo
}

// Float64 returns a number in [0, 1), one of 2⁵³ that are equally far apart.
func (s *Stream) Float64() float64 { return float64(s.Uint64()>>11) * 0x1p-53 }

// Float32 returns a number in [0, 1), one of 2²⁴ that are equally far apart.
func (s *Stream) Float32() float32 { return float32(s.Uint32()>>8) * 0x1p-24 }

// Uniform returns a number in [lo, hi), or lo if they are equal. It panics if
// lo > hi or either is not finite.
func (s *Stream) Uniform(lo, hi float64) float64 {
	width := hi - lo
	if !(width >= 0) || math.IsInf(width, 1) {
		panic(fmt.Sprintf("rng: no uniform number from %v to %v", lo, hi))
	}
	// The conversion keeps compilers from fusing product and sum, which
	// would make the result depend on the machine. Rounding may reach hi.
	if x := lo + float64(width*s.Float64()); x < hi || width == 0 {
		return x
	}
	return math.Nextafter(hi, lo)
}

// Normal returns a number from the normal distribution of mean 0 and standard
// deviation 1, by Marsaglia's polar method.
//
// Source: Marsaglia, Bray, "A convenient method for generating normal
// variables", SIAM Review 6 (1964).
func (s *Stream) Normal() float64 {
	if s.paired {
		s.paired = false
		return s.spare
	}
	for {
		u := 2*s.Float64() - 1 // exact: all are multiples of 2⁻⁵²
		v := 2*s.Float64() - 1
		q := float64(u*u) + float64(v*v)
		if q >= 1 || q == 0 {
			continue
		}
		f := math.Sqrt(-2 * ln(q) / q)
		s.spare, s.paired = v*f, true
		return u * f
	}
}

// Intn returns a number in 0..n-1, all equally likely. It panics if n < 1.
//
// Source: Lemire, "Fast random integer generation in an interval", ACM TOMACS
// 29 (2019), on 64 bits.
func (s *Stream) Intn(n int) int {
	if n < 1 {
		panic(fmt.Sprintf("rng: no number below %d", n))
	}
	bound := uint64(n)
	hi, lo := bits.Mul64(s.Uint64(), bound)
	for lo < bound && lo < -bound%bound {
		hi, lo = bits.Mul64(s.Uint64(), bound)
	}
	return int(hi)
}

// Perm returns the numbers 0..n-1 in random order, all orders equally likely.
// It panics if n < 0.
func (s *Stream) Perm(n int) []int {
	p := make([]int, n)
	for i := range p {
		j := s.Intn(i + 1)
		p[i] = p[j]
		p[j] = i
	}
	return p
}

// ln returns the natural logarithm of a positive finite number, within two
// units in the last place. Unlike math.Log it uses operations that every
// machine rounds alike, so that streams do not differ between them.
func ln(x float64) float64 {
	const ln2 = 0.693147180559945309417232121458176568 // OEIS A002162
	m, e := math.Frexp(x)
	if m < math.Sqrt2/2 {
		m, e = 2*m, e-1
	}
	// ln m = 2·artanh(s) = 2(s + s³/3 + s⁵/5 + …), |s| <= 0.1716, so that
	// the first term left out is below 2⁻⁵³ of the sum.
	s := (m - 1) / (m + 1)
	z := float64(s * s)
	sum := 0.0
	for n := 21; n >= 3; n -= 2 {
		sum = float64(z * (1/float64(n) + sum))
	}
	return float64(float64(e)*ln2) + float64(2*s+float64(2*s*sum))
}
