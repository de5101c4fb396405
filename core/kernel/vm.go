package kernel

import "unsafe"

// VM runs code, instruction by instruction, over n floats at each pointer: an
// operand is ptr[in.A][0:n]. A result may be written over an operand of the
// same instruction that starts at the same address; vectors that overlap in
// any other way give garbage. Blocks of about 512 floats keep everything in
// the first-level cache.
//
// Each Op states the largest error over all float32, denormal ones included; sqrt
// and the single operations of arithmetic are correctly rounded. fma, fnma,
// dsigmoid and dtanh round in between or not, as the level has it. NaN and
// infinities pass as in the exact functions.
//
// The operands are not checked here: an index outside ptr or a pointer to fewer
// than n floats corrupts memory. Check the code once, with Check.
func VM(n int, code []Ins, ptr []*float32) {
	if n <= 0 || len(code) == 0 {
		return
	}
	vm(n, unsafe.SliceData(code), len(code), unsafe.SliceData(ptr))
}
