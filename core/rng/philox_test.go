package rng_test

import (
	"math"
	"math/bits"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/core/rng"
)

// Source: the known-answer vectors of the authors' library Random123 (file
// kat_vectors, lines "philox4x32 10"); the third has the digits of π as
// counter and key.
func TestPhiloxKnownAnswers(t *testing.T) {
	const all = math.MaxUint32
	tests := []struct {
		name    string
		counter [4]uint32
		key     [2]uint32
		want    [4]uint32
	}{
		{"zeros", [4]uint32{}, [2]uint32{}, [4]uint32{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
		{"ones", [4]uint32{all, all, all, all}, [2]uint32{all, all}, [4]uint32{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
		{"digits of π", [4]uint32{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, [2]uint32{0xa4093822, 0x299f31d0},
			[4]uint32{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			assert.Equal(t, tt.want, rng.Philox4x32(tt.counter, tt.key))
		})
	}
}

// Changing one bit of counter or key changes half of the result: of 128 bits
// 64, with a standard deviation of 5.7; the mean over 64 counters stays within
// five standard errors (0.7) of it.
func TestPhiloxAvalanche(t *testing.T) {
	for bit := range 6 * 32 {
		flipped := 0
		for n := range uint32(64) {
			counter, key := [4]uint32{n, 7 * n, 1, 2}, [2]uint32{3, n}
			before := rng.Philox4x32(counter, key)
			if bit < 128 {
				counter[bit/32] ^= 1 << (bit % 32)
			} else {
				key[bit/32-4] ^= 1 << (bit % 32)
			}
			after := rng.Philox4x32(counter, key)
			for i := range before {
				flipped += bits.OnesCount32(before[i] ^ after[i])
			}
		}
		require.InDelta(t, 64, float64(flipped)/64, 5*0.71, "bit %d", bit)
	}
}
