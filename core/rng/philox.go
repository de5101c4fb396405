// Package rng draws random numbers that are a function of what they are for,
// not of how many were drawn before. A Stream is named by a seed and a path, a
// dropout mask by seed, site, training step, time, row and unit:
//
//	r := rng.New(seed, "init/Model/embedding")
//	w := r.Uniform(-0.1, 0.1)
//
//	key := rng.NewMaskKey(seed, "cell_0/output")
//	key.Fill(mask, step, time, row, nil, 0.6)
//
// So both executors see the same masks in whatever order they ask for them, a
// run that is resumed goes on as if it had not stopped, and a model that lost
// units draws for the others what it would have drawn anyway. The same names
// give the same numbers on every machine and in every version; a test holds
// some of them.
//
// Source of the generator: Salmon, Moraes, Dror, Shaw, "Parallel random
// numbers: as easy as 1, 2, 3", SC 2011: Philox4x32 with 10 rounds.
package rng

// Constants of Philox4x32 (Salmon et al., table 2 and section 3.2).
const (
	mul0  = 0xD2511F53
	mul1  = 0xCD9E8D57
	weyl0 = 0x9E3779B9 // the golden ratio
	weyl1 = 0xBB67AE85 // √3 − 1
)

// Philox4x32 returns the four 32-bit words that ten rounds of the generator
// make of a 128-bit counter and a 64-bit key. Any two counters give words that
// are, as far as tests can tell, independent.
func Philox4x32(counter [4]uint32, key [2]uint32) [4]uint32 {
	w0, w1, w2, w3 := philox(counter[0], counter[1], counter[2], counter[3], key[0], key[1])
	return [4]uint32{w0, w1, w2, w3}
}

func philox(c0, c1, c2, c3, k0, k1 uint32) (uint32, uint32, uint32, uint32) {
	for range 10 {
		p0 := uint64(mul0) * uint64(c0)
		p1 := uint64(mul1) * uint64(c2)
		c0, c1, c2, c3 = uint32(p1>>32)^c1^k0, uint32(p1), uint32(p0>>32)^c3^k1, uint32(p0)
		k0 += weyl0
		k1 += weyl1
	}
	return c0, c1, c2, c3
}

// hash returns a 64-bit key for a seed and a name: FNV-1a over the kind of use,
// the eight bytes of the seed (lowest first) and the name, finished by mix so
// that similar names have unrelated keys.
func hash(kind byte, seed uint64, name string) uint64 {
	const offset, prime = 0xcbf29ce484222325, 0x100000001b3
	h := (offset ^ uint64(kind)) * prime
	for range 8 {
		h = (h ^ seed&0xff) * prime
		seed >>= 8
	}
	for i := range len(name) {
		h = (h ^ uint64(name[i])) * prime
	}
	return mix(h)
}

// mix is the finishing step of SplitMix64 (Steele, Lea, Flood, "Fast splittable
// pseudorandom number generators", OOPSLA 2014, variant 13 of D. Stafford): a
// bijection in which every bit of x changes about half of the result. mix(0)
// is 0.
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
