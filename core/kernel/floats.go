package kernel

import "unsafe"

// Slack is how many floats of spare capacity lie behind every buffer.
const Slack = 64

const (
	lineFloats = 16      // a cache line
	hugeBytes  = 4 << 20 // from here on ask for huge pages
)

// Floats returns n zeroed floats that start on a 64-byte boundary and have 64
// floats of spare capacity behind them. It is ordinary memory of the Go heap;
// large buffers ask Linux for huge pages. Floats panics if n is negative.
func Floats(n int) []float32 {
	if n < 0 {
		misuse("Floats(%d): the size must not be negative", n)
	}
	x := make([]float32, n+Slack+lineFloats)
	off := int(-uintptr(unsafe.Pointer(&x[0]))/4) & (lineFloats - 1)
	if 4*len(x) >= hugeBytes {
		adviseHuge(unsafe.Slice((*byte)(unsafe.Pointer(&x[0])), 4*len(x)))
	}
	return x[off : off+n : off+n+Slack]
}

// at returns the address i floats behind p.
func at(p *float32, i int) *float32 {
	return (*float32)(unsafe.Add(unsafe.Pointer(p), 4*i))
}
