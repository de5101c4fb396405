package rng

import (
	"math"
	"os"

	"golang.org/x/sys/cpu"
)

// vector says whether whole sets are drawn by maskAVX2. ISS_CPU=generic turns
// that off, as it does in core/kernel; the masks are the same.
var vector = cpu.X86.HasAVX2 && os.Getenv("ISS_CPU") != "generic"

// setup is what maskAVX2 reads besides its arguments; it knows the offsets.
type setup struct {
	keys      [10][2]uint32 // of each round
	mul       [2]uint32
	row, time uint32
	step      uint32
	last      uint32 // the largest word that means kept
	value     uint32 // bits of the value of a kept unit
	_         uint32
	lanes     [4]uint64 // 0, 1, 2, 3
	four      uint64
}

//go:noescape
func maskAVX2(dst *float32, sets int, block uint32, s *setup)

// prepare fills s for drawing with d.
func (s *setup) prepare(d *draw[float32]) {
	k0, k1 := d.k0, d.k1
	for r := range s.keys {
		s.keys[r] = [2]uint32{k0, k1}
		k0 += weyl0
		k1 += weyl1
	}
	s.mul = [2]uint32{mul0, mul1}
	s.row, s.time, s.step = d.row, d.time, d.step
	s.last = uint32(d.limit - 1)
	s.value = math.Float32bits(d.value[1])
	s.lanes = [4]uint64{0, 1, 2, 3}
	s.four = 4
}

// vectorAll draws for as many of the units 0, 1, 2, ... as it can and returns
// their number, a multiple of 4.
func vectorAll(d *draw[float32], dst []float32) int {
	sets := len(dst) / set
	if !vector || sets == 0 {
		return 0
	}
	var s setup
	s.prepare(d)
	maskAVX2(&dst[0], sets, 0, &s)
	return sets * set
}

// vectorSome draws for the units given by drawing whole windows of units and
// picking from them. It reports whether it did: units far apart are drawn
// faster one by one.
func vectorSome(d *draw[float32], dst []float32, ids []int32) bool {
	const window = 64
	if !vector || len(ids) < window || int64(ids[len(ids)-1])-int64(ids[0]) > 8*int64(len(ids)) {
		return false
	}
	var s setup
	s.prepare(d)
	var drawn [window]float32
	have := int32(-1)
	for i, id := range ids {
		if id < 0 {
			negative(i, id)
		}
		if w := id / window; w != have {
			maskAVX2(&drawn[0], window/set, uint32(w*window/4), &s)
			have = w
		}
		dst[i] = drawn[id%window]
	}
	return true
}
