package main

import (
	"fmt"
	"math"
	"strings"
)

// values are the constants of the kernels. Each takes 32 bytes, repeated for
// AVX2, which has no broadcasting memory operands.
//
// exp: ln 2 split in two, so that n·ln2Hi is subtracted exactly by FMA; the
// polynomial is Cephes' (expf.c), as is that of log (logf.c), Moshier 1984-92.
var values = []struct {
	name string
	bits uint32
}{
	{"one", f32(1)}, {"two", f32(2)}, {"half", f32(0.5)},
	{"sign", 1 << 31}, {"magnitude", 1<<31 - 1},
	{"inf", f32(math.Inf(1))}, {"minusInf", f32(math.Inf(-1))},
	{"expMax", f32(89)}, {"expMin", f32(-104)}, {"tanhMax", f32(20)},
	{"log2e", f32(math.Log2E)}, {"ln2Hi", f32(math.Ln2)}, {"ln2Lo", f32(math.Ln2 - float64(float32(math.Ln2)))},
	{"exp0", f32(1.9875691500e-4)}, {"exp1", f32(1.3981999507e-3)}, {"exp2", f32(8.3334519073e-3)},
	{"exp3", f32(4.1665795894e-2)}, {"exp4", f32(1.6666665459e-1)}, {"exp5", f32(5.0000001201e-1)},
	{"bias", 127},
	{"log0", f32(7.0376836292e-2)}, {"log1", f32(-1.1514610310e-1)}, {"log2", f32(1.1676998740e-1)},
	{"log3", f32(-1.2420140846e-1)}, {"log4", f32(1.4249322787e-1)}, {"log5", f32(-1.6668057665e-1)},
	{"log6", f32(2.0000714765e-1)}, {"log7", f32(-2.4999993993e-1)}, {"log8", f32(3.3333331174e-1)},
	{"logHi", f32(0.693359375)}, {"logLo", f32(-2.12194440e-4)},
	{"sqrt2", f32(math.Sqrt2)}, {"minNormal", f32(0x1p-126)}, {"2^23", f32(1 << 23)}, {"23", f32(23)},
	{"fraction", 1<<23 - 1},
}

func f32(x float64) uint32 { return math.Float32bits(float32(x)) }

// address returns the memory operand that holds the constant.
func address(name string) string {
	for k, v := range values {
		if v.name == name {
			return fmt.Sprintf("·consts+%d(SB)", 32*k)
		}
	}
	panic("gen: no constant " + name)
}

// constants writes the table of constants and the one that AVX2 takes its lane
// masks from: eight lanes of ones, then eight of zeros.
func constants() string {
	var b strings.Builder
	b.WriteString(header + "#include \"textflag.h\"\n")
	for k, v := range values {
		fmt.Fprintf(&b, "\n// %s\n", v.name)
		for lane := range 8 {
			fmt.Fprintf(&b, "DATA ·consts+%d(SB)/4, $0x%08x\n", 32*k+4*lane, v.bits)
		}
	}
	fmt.Fprintf(&b, "GLOBL ·consts(SB), RODATA|NOPTR, $%d\n\n", 32*len(values))
	for lane := range 8 {
		fmt.Fprintf(&b, "DATA ·lanes+%d(SB)/4, $0xffffffff\n", 4*lane)
	}
	for lane := 8; lane < 16; lane++ {
		fmt.Fprintf(&b, "DATA ·lanes+%d(SB)/4, $0\n", 4*lane)
	}
	b.WriteString("GLOBL ·lanes(SB), RODATA|NOPTR, $64\n")
	return b.String()
}
