package rng_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/seed391906a2/iss/core/rng"
)

const draws = 100_000

// The numbers of a name never change: models are identified by their seed.
// Source: this package when it was first written; the first word of
// New(1, "a") follows from Philox4x32 by hand in TestStreamIsPhilox.
func TestStreamGolden(t *testing.T) {
	s := rng.New(1, "init/Model/embedding")
	assert.Equal(t, uint32(0xb1378437), s.Uint32())
	assert.Equal(t, uint64(0x7d5f87716b9fc447), s.Uint64())
	assert.Equal(t, 0.5628781221915499, s.Float64())
	assert.Equal(t, float32(0.62949103), s.Float32())
	assert.Equal(t, -0.01600025949406268, s.Uniform(-0.04, 0.04))
	assert.Equal(t, [2]float64{-1.6805963132990696, 1.152751239122637}, [2]float64{s.Normal(), s.Normal()})
	assert.Equal(t, 6702, s.Intn(10_000))
	assert.Equal(t, []int{5, 0, 2, 3, 4, 7, 6, 1}, s.Perm(8))
}

// A stream's words are those of Philox4x32-10 at counters 0, 1, 2, ... under a
// key that is FNV-1a of 's', the seed and the path, finished as SplitMix64 is.
func TestStreamIsPhilox(t *testing.T) {
	h := uint64(0xcbf29ce484222325)
	for _, b := range []byte("s\x01\x00\x00\x00\x00\x00\x00\x80a") {
		h = (h ^ uint64(b)) * 0x100000001b3
	}
	h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
	h = (h ^ h>>27) * 0x94d049bb133111eb
	h ^= h >> 31
	s := rng.New(1|1<<63, "a")
	for block := range uint32(3) {
		for _, want := range rng.Philox4x32([4]uint32{block}, [2]uint32{uint32(h), uint32(h >> 32)}) {
			require.Equal(t, want, s.Uint32())
		}
	}
}

func TestStreamsDifferByName(t *testing.T) {
	seen := make(map[uint64]string)
	for seed := range uint64(20) {
		for _, path := range []string{"", "a", "b", "ab", "ba", "a/b", "\x00"} {
			name := fmt.Sprintf("%d %q", seed, path)
			first := rng.New(seed, path).Uint64()
			require.Empty(t, seen[first], name)
			seen[first] = name
			require.Equal(t, first, rng.New(seed, path).Uint64())
		}
	}
}

// Kolmogorov-Smirnov distances of 100000 draws stay below 0.00617, which one
// honest test in a thousand exceeds (1.95/√n); the seeds are fixed.
func TestDistributions(t *testing.T) {
	tests := []struct {
		name string
		draw func(*rng.Stream) float64
		cdf  func(float64) float64
	}{
		{"Float64", (*rng.Stream).Float64, distuv.Uniform{Min: 0, Max: 1}.CDF},
		{"Float32", func(s *rng.Stream) float64 { return float64(s.Float32()) }, distuv.Uniform{Min: 0, Max: 1}.CDF},
		{"Uniform", func(s *rng.Stream) float64 { return s.Uniform(-3, 1) }, distuv.Uniform{Min: -3, Max: 1}.CDF},
		{"Normal", (*rng.Stream).Normal, distuv.Normal{Mu: 0, Sigma: 1}.CDF},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := rng.New(7, "distribution")
			x := make([]float64, draws)
			for i := range x {
				x[i] = tt.draw(s)
			}
			// Neighbours are uncorrelated: within 4/√n.
			assert.InDelta(t, 0, stat.Correlation(x[:draws-1], x[1:], nil), 4/math.Sqrt(draws))
			slices.Sort(x)
			distance := 0.0
			for i, v := range x {
				p := tt.cdf(v)
				distance = max(distance, math.Abs(p-float64(i)/draws), math.Abs(p-float64(i+1)/draws))
			}
			assert.Less(t, distance, 1.95/math.Sqrt(draws))
		})
	}
}

// χ² of 100000 draws over 10 bins and over the 24 orders of 4 items stays below
// the value that one honest test in a thousand exceeds.
func TestIntnAndPermAreEven(t *testing.T) {
	s := rng.New(8, "even")
	bins := make([]float64, 10)
	for range draws {
		bins[s.Intn(len(bins))]++
	}
	assert.Less(t, chiSquare(bins), distuv.ChiSquared{K: 9}.Quantile(0.999))

	orders := make(map[[4]int]int)
	for range draws {
		orders[[4]int(s.Perm(4))]++
	}
	require.Len(t, orders, 24)
	var counts []float64
	for _, n := range orders {
		counts = append(counts, float64(n))
	}
	assert.Less(t, chiSquare(counts), distuv.ChiSquared{K: 23}.Quantile(0.999))
}

func chiSquare(bins []float64) float64 {
	even := make([]float64, len(bins))
	for i := range even {
		even[i] = draws / float64(len(bins))
	}
	return stat.ChiSquare(bins, even)
}

func TestRanges(t *testing.T) {
	s := rng.New(9, "ranges")
	for range 1000 {
		assert.Zero(t, s.Intn(1))
		assert.Equal(t, 2.5, s.Uniform(2.5, 2.5))
		// An interval of two floats: hi itself never comes.
		assert.Equal(t, 1.0, s.Uniform(1, math.Nextafter(1, 2)))
		n := s.Intn(math.MaxInt)
		assert.True(t, n >= 0)
	}
	assert.Empty(t, s.Perm(0))
	p := s.Perm(100)
	slices.Sort(p)
	for i, v := range p {
		assert.Equal(t, i, v)
	}
}

func TestPanics(t *testing.T) {
	s := rng.New(1, "")
	assert.PanicsWithValue(t, "rng: no number below 0", func() { s.Intn(0) })
	assert.PanicsWithValue(t, "rng: no uniform number from 1 to 0", func() { s.Uniform(1, 0) })
	assert.PanicsWithValue(t, "rng: no uniform number from 0 to +Inf", func() { s.Uniform(0, math.Inf(1)) })
	assert.PanicsWithValue(t, "rng: no uniform number from NaN to 0", func() { s.Uniform(math.NaN(), 0) })
}
