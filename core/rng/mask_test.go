package rng_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/seed391906a2/iss/core/rng"
)

// Masks never change either. Source: this package when it was first written;
// TestMaskIsPhilox derives them anew.
func TestMaskGolden(t *testing.T) {
	mask := make([]float32, 24)
	rng.NewMaskKey(1, "cell_0/output").Fill(mask, 5, 3, 2, nil, 0.5)
	assert.Equal(t, []float32{2, 0, 2, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 2, 2, 0, 0, 2}, mask)
}

// The documented use of counter and key, step by step.
func TestMaskIsPhilox(t *testing.T) {
	mix := func(h uint64) uint64 {
		h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
		h = (h ^ h>>27) * 0x94d049bb133111eb
		return h ^ h>>31
	}
	h := uint64(0xcbf29ce484222325)
	for _, b := range []byte("m\x02\x00\x00\x00\x00\x00\x00\x00site") {
		h = (h ^ uint64(b)) * 0x100000001b3
	}
	step := uint64(6)<<32 | 5
	key := mix(h) ^ mix(6)
	const keep = 0.3
	mask := make([]float64, 11)
	rng.FillMask(rng.NewMaskKey(2, "site"), mask, step, 3, 4, nil, keep)
	for u, got := range mask {
		words := rng.Philox4x32([4]uint32{uint32(u / 4), 4, 3, 5}, [2]uint32{uint32(key), uint32(key >> 32)})
		want := 0.0
		if float64(words[u%4]) < keep*(1<<32) {
			want = 1 / keep
		}
		assert.Equal(t, want, got, "unit %d", u)
	}
}

// What a unit draws depends neither on the other units nor on the precision.
func TestMaskOfSomeUnits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		key := rng.NewMaskKey(rapid.Uint64().Draw(t, "seed"), rapid.String().Draw(t, "site"))
		step, time, row := rapid.Uint64().Draw(t, "step"), rapid.Uint32().Draw(t, "time"), rapid.Uint32().Draw(t, "row")
		keep := rapid.Float64Range(1e-6, 1).Draw(t, "keep")
		n := rapid.IntRange(1, 40).Draw(t, "units")
		ids := rapid.SliceOf(rapid.Int32Range(0, int32(n-1))).Draw(t, "ids")

		full := make([]float64, n)
		rng.FillMask(key, full, step, time, row, nil, keep)
		some := make([]float64, len(ids))
		if len(ids) > 0 {
			rng.FillMask(key, some, step, time, row, ids, keep)
		}
		single := make([]float32, n)
		key.Fill(single, step, time, row, nil, keep)
		for i, id := range ids {
			require.Equal(t, full[id], some[i])
		}
		for u := range full {
			require.Contains(t, []float64{0, 1 / keep}, full[u])
			require.Equal(t, float32(full[u]), single[u])
		}
	})
}

// Vector instructions, where there are any, draw what plain Go draws (masks of
// float64): for every length, for units close together, far apart, repeated and
// out of order.
func TestVectorMasks(t *testing.T) {
	r := rng.New(5, "vector")
	for n := range 200 {
		key := rng.NewMaskKey(uint64(n), "site")
		step, time, row := r.Uint64(), r.Uint32(), r.Uint32()
		keep := r.Uniform(1e-3, 1)
		first, spread := r.Intn(1<<20), 1+r.Intn(12)
		sorted := make([]int32, n)
		for i := range sorted {
			sorted[i] = int32(first + i*spread)
		}
		shuffled := make([]int32, n)
		for i, p := range r.Perm(n) {
			shuffled[i] = sorted[p]
		}
		if n > 1 {
			shuffled[0] = shuffled[n-1]
		}
		last := make([]int32, n)
		for i := range last {
			last[i] = int32(math.MaxInt32 - n + 1 + i)
		}
		for name, ids := range map[string][]int32{"all": nil, "sorted": sorted, "shuffled": shuffled, "last": last} {
			plain := make([]float64, n)
			rng.FillMask(key, plain, step, time, row, ids, keep)
			fast := make([]float32, n+1)
			fast[n] = 7
			key.Fill(fast[:n], step, time, row, ids, keep)
			for i := range plain {
				require.Equal(t, float32(plain[i]), fast[i], "%s of %d: %d", name, n, i)
			}
			require.Equal(t, float32(7), fast[n], "nothing is written behind the mask")
		}
	}
	// The largest threshold that is not 2³².
	nearly := make([]float32, 64)
	rng.NewMaskKey(1, "").Fill(nearly, 0, 0, 0, nil, 1-0x1p-32)
	assert.NotContains(t, nearly, float32(0))
}

// Keys, steps, times and rows that differ in one thing have masks that agree as
// often as chance does.
func TestMasksAreUnrelated(t *testing.T) {
	const n = 10_000
	draw := func(seed uint64, site string, step uint64, time, row uint32) []float32 {
		mask := make([]float32, n)
		rng.NewMaskKey(seed, site).Fill(mask, step, time, row, nil, 0.5)
		return mask
	}
	base := draw(1, "a", 1, 1, 1)
	for name, other := range map[string][]float32{
		"seed": draw(2, "a", 1, 1, 1), "site": draw(1, "b", 1, 1, 1), "step": draw(1, "a", 2, 1, 1),
		"high half of step": draw(1, "a", 1|1<<32, 1, 1), "time": draw(1, "a", 1, 2, 1), "row": draw(1, "a", 1, 1, 2),
		"time and row swapped": draw(1, "a", 2, 1, 1), "stream of that name": draw(1, "aa", 1, 1, 1),
	} {
		agree := 0
		for i := range base {
			if base[i] == other[i] {
				agree++
			}
		}
		assert.InDelta(t, n/2, agree, 4*math.Sqrt(n)/2, name)
	}
	assert.Equal(t, base, draw(1, "a", 1, 1, 1))
}

func TestMaskKeepsItsShare(t *testing.T) {
	const n = 200_000
	for _, keep := range []float64{0.05, 0.35, 0.6, 0.999} {
		t.Run(fmt.Sprint(keep), func(t *testing.T) {
			mask := make([]float64, n)
			rng.FillMask(rng.NewMaskKey(4, "share"), mask, 9, 0, 0, nil, keep)
			sum := 0.0
			for _, v := range mask {
				sum += v
			}
			// The mean of the mask is 1; its variance (1-keep)/keep a unit.
			assert.InDelta(t, 1, sum/n, 4*math.Sqrt((1-keep)/keep/n))
		})
	}
}

func TestMaskEdges(t *testing.T) {
	key := rng.NewMaskKey(1, "edges")
	mask := []float32{7, 7, 7, 7, 7}
	key.Fill(mask, 1, 1, 1, nil, 1)
	assert.Equal(t, []float32{1, 1, 1, 1, 1}, mask)
	key.Fill(mask, 1, 1, 1, nil, math.SmallestNonzeroFloat64)
	assert.Equal(t, []float32{0, 0, 0, 0, 0}, mask)
	key.Fill(nil, 1, 1, 1, nil, 0.5)

	for _, keep := range []float64{0, -0.5, 1.5, math.NaN(), math.Inf(1)} {
		assert.PanicsWithValue(t, fmt.Sprintf("rng: probability to keep is %v; it must be above 0 and at most 1", keep),
			func() { key.Fill(mask, 1, 1, 1, nil, keep) })
	}
	assert.PanicsWithValue(t, "rng: 1 unit ids for 5 mask elements", func() { key.Fill(mask, 1, 1, 1, []int32{0}, 0.5) })
	assert.PanicsWithValue(t, "rng: unit id -1 at 1 is negative", func() { key.Fill(mask[:2], 1, 1, 1, []int32{0, -1}, 0.5) })
}

func BenchmarkMask(b *testing.B) {
	const units = 650 // the medium PTB model
	key := rng.NewMaskKey(1, "cell_0/output")
	mask := make([]float32, units)
	ids := make([]int32, units)
	for i := range ids {
		ids[i] = int32(3 * i)
	}
	bench := func(name string, ids []int32) {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(4 * units)
			for i := 0; b.Loop(); i++ {
				key.Fill(mask, uint64(i), 1, 2, ids, 0.5)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/units, "ns/unit")
		})
	}
	bench("all", nil)
	bench("every third", ids)
}
