package rng

import (
	"fmt"
	"math"
)

// A MaskKey names the dropout masks of one site of a model under one seed.
type MaskKey uint64

// NewMaskKey returns the key of a site, named by its path in the model such as
// "cell_0/output". Make it once and keep it.
func NewMaskKey(seed uint64, site string) MaskKey { return MaskKey(hash('m', seed, site)) }

// Fill writes a row of a float32 mask; see FillMask.
func (k MaskKey) Fill(dst []float32, step uint64, time, row uint32, ids []int32, keep float64) {
	FillMask(k, dst, step, time, row, ids, keep)
}

// FillMask sets each element of dst to 1/keep with probability keep and to 0
// otherwise. Element i belongs to the unit ids[i], or to unit i if ids is nil;
// ids are those of the model before any unit was cut. Whether unit u is kept
// depends on key, step, time, row, u and keep alone, so it is the same in any
// precision, order and subset.
//
// Step is the training step, time the time step or, for masks drawn once per
// word type, the word's id (0 for masks drawn once per window), row the row in
// the batch.
//
// One call of Philox4x32-10 serves the units 4b..4b+3: its counter is (b, row,
// time, low half of step), its key is k xor mix(high half of step), and unit u
// is kept if word u mod 4 is less than keep·2³², rounded up.
//
// FillMask panics unless 0 < keep <= 1, if ids is neither nil nor as long as
// dst, or if an id is negative.
func FillMask[T ~float32 | ~float64](k MaskKey, dst []T, step uint64, time, row uint32, ids []int32, keep float64) {
	if !(keep > 0 && keep <= 1) {
		panic(fmt.Sprintf("rng: probability to keep is %v; it must be above 0 and at most 1", keep))
	}
	if ids != nil && len(ids) != len(dst) {
		panic(fmt.Sprintf("rng: %d unit ids for %d mask elements", len(ids), len(dst)))
	}
	if keep == 1 {
		for i := range dst {
			dst[i] = 1
		}
		return
	}
	key := uint64(k) ^ mix(step>>32)
	d := draw[T]{
		k0: uint32(key), k1: uint32(key >> 32), row: row, time: time, step: uint32(step),
		limit: threshold(keep), value: [2]T{0, T(1 / keep)},
	}
	if ids == nil {
		d.all(dst)
		return
	}
	d.some(dst, ids)
}

// set is the number of elements that vector instructions draw at a time.
const set = 16

// threshold returns keep·2³², rounded up. A word below it means kept.
func threshold(keep float64) uint64 {
	t := keep * (1 << 32)
	n := uint64(t)
	if float64(n) < t {
		n++
	}
	return n
}

type draw[T ~float32 | ~float64] struct {
	k0, k1, row, time, step uint32
	limit                   uint64
	value                   [2]T // of a dropped and of a kept unit
}

// all draws for the units 0, 1, 2, ...
func (d *draw[T]) all(dst []T) {
	b := uint32(0)
	if d32, ok := any(d).(*draw[float32]); ok && d.limit <= math.MaxUint32 {
		n := vectorAll(d32, any(dst).([]float32))
		b, dst = uint32(n/4), dst[n:]
	}
	for ; len(dst) >= 4; dst = dst[4:] {
		w0, w1, w2, w3 := philox(b, d.row, d.time, d.step, d.k0, d.k1)
		_ = dst[3]
		dst[0], dst[1], dst[2], dst[3] = d.of(w0), d.of(w1), d.of(w2), d.of(w3)
		b++
	}
	if len(dst) > 0 {
		w0, w1, w2, w3 := philox(b, d.row, d.time, d.step, d.k0, d.k1)
		words := [4]uint32{w0, w1, w2, w3}
		for i := range dst {
			dst[i] = d.of(words[i])
		}
	}
}

// some draws for the units given, reusing a block for neighbours.
func (d *draw[T]) some(dst []T, ids []int32) {
	if d32, ok := any(d).(*draw[float32]); ok && d.limit <= math.MaxUint32 && vectorSome(d32, any(dst).([]float32), ids) {
		return
	}
	var words [4]uint32
	have := int32(-1)
	for i, id := range ids {
		if id < 0 {
			negative(i, id)
		}
		if b := id >> 2; b != have {
			words[0], words[1], words[2], words[3] = philox(uint32(b), d.row, d.time, d.step, d.k0, d.k1)
			have = b
		}
		dst[i] = d.of(words[id&3])
	}
}

func negative(i int, id int32) {
	panic(fmt.Sprintf("rng: unit id %d at %d is negative", id, i))
}

// of returns the mask value for a word, without a branch.
func (d *draw[T]) of(w uint32) T {
	return d.value[(uint64(w)-d.limit)>>63]
}
