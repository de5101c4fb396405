package main

import "fmt"

// isa is an instruction set as far as the kernels care: its registers, and how
// it masks the tail of a vector.
type isa struct {
	name   string // in file names
	suffix string // of functions
	level  string // the Go constant
	reg    string // Y or Z
	bytes  int    // of a register
	mr     int    // rows of the highest tile
}

var (
	avx2   = isa{name: "avx2", suffix: "256", level: "levelAVX2", reg: "Y", bytes: 32, mr: 6}
	avx512 = isa{name: "avx512", suffix: "512", level: "levelAVX512", reg: "Z", bytes: 64, mr: 14}
)

func (s isa) wide() bool { return s.bytes == 64 }
func (s isa) lanes() int { return s.bytes / 4 }

// v returns vector register i.
func (s isa) v(i int) string { return fmt.Sprintf("%s%d", s.reg, i) }

// tailMask is where the lanes of the tail are marked: AVX-512 has mask
// registers, AVX2 gives a vector register away.
func (s isa) tailMask() string {
	if s.wide() {
		return "K1"
	}
	return s.v(15)
}

// half returns the register of half the width that r's lower half is: Z3 -> Y3.
func (s isa) half(r string) string {
	if s.wide() {
		return "Y" + r[1:]
	}
	return "X" + r[1:]
}

// load reads a vector, or its tail with zeros in the other lanes.
func (a *asm) load(from, to string, tail bool) {
	switch {
	case !tail:
		a.i("VMOVUPS", from, to)
	case a.wide():
		a.i("VMOVUPS.Z", from, "K1", to)
	default:
		a.i("VMASKMOVPS", from, a.tailMask(), to)
	}
}

// store writes a vector, or its tail.
func (a *asm) store(from, to string, tail bool) {
	switch {
	case !tail:
		a.i("VMOVUPS", from, to)
	case a.wide():
		a.i("VMOVUPS", from, "K1", to)
	default:
		a.i("VMASKMOVPS", from, a.tailMask(), to)
	}
}

// dropTail zeroes the lanes of r that are not in the tail.
func (a *asm) dropTail(r string) {
	if a.wide() {
		a.i("VMOVAPS.Z", r, "K1", r)
	} else {
		a.i("VANDPS", a.tailMask(), r, r)
	}
}

// mask makes the first count mod lanes lanes the tail, lanes being a power of two
// no larger than a vector has. It clobbers t1 and t2.
func (a *asm) mask(count, t1, t2 string, lanes int) {
	a.i("MOVQ", count, t1)
	a.i("ANDQ", imm(lanes-1), t1)
	if a.wide() {
		a.i("MOVQ", "$-1", t2)
		a.i("BZHIQ", t1, t2, t2)
		a.i("KMOVW", t2, "K1")
		return
	}
	a.i("LEAQ", "·lanes+32(SB)", t2)
	a.i("SHLQ", "$2", t1)
	a.i("SUBQ", t1, t2)
	a.i("VMOVUPS", "("+t2+")", a.tailMask())
}

// zero clears a vector register.
func (a *asm) zero(r string) {
	if a.wide() {
		a.i("VPXORD", r, r, r)
	} else {
		a.i("VXORPS", r, r, r)
	}
}

// c applies op with the constant as its memory operand.
func (a *asm) c(op, constant string, regs ...any) {
	if a.wide() {
		op += ".BCST"
	}
	a.i(op, append([]any{address(constant)}, regs...)...)
}

// constant loads a constant into a register.
func (a *asm) constant(name, r string) {
	if a.wide() {
		a.i("VBROADCASTSS", address(name), r)
	} else {
		a.i("VMOVUPS", address(name), r)
	}
}

// bitwise applies AND, OR or XOR ("VAND", ...) to floats.
func (a *asm) bitwise(op string, regs ...any) {
	if a.wide() {
		op = "VP" + op[1:] + "D"
	} else {
		op += "PS"
	}
	a.i(op, regs...)
}

// bitwiseC is bitwise with a constant.
func (a *asm) bitwiseC(op, name string, regs ...any) {
	if a.wide() {
		a.c("VP"+op[1:]+"D", name, regs...)
	} else {
		a.c(op+"PS", name, regs...)
	}
}
