package main

import (
	"fmt"
	"strings"
)

// The hand-fused step of an LSTM, package fused: everything between the loads
// of a vector and its stores stays in registers, as in the cell kernels of other
// engines. It is there to measure what the vector machine costs, and nothing
// else uses it.
//
// Registers throughout: CX n, R11 the table of vectors, SI the one in hand, AX
// the element.
const (
	sigForward     = "forward(n int, p **float32)"
	sigForwardKeep = "forwardKeep(n int, p **float32)"
	sigBackward    = "backward(n int, p **float32)"
)

// fusedFiles are the files of package fused, by their names.
func fusedFiles() map[string]string {
	files := map[string]string{"consts_amd64.s": constants(), "kernels_amd64.go": declareFused()}
	for _, s := range []isa{avx2, avx512} {
		a := newAsm(s)
		fusedForward(a, sigForward, false)
		fusedForward(a, sigForwardKeep, true)
		fusedBackward(a)
		files[fmt.Sprintf("lstm_%s_amd64.s", s.name)] = a.String()
	}
	return files
}

// fuser reads and writes vectors of the table, for one or two units at once.
type fuser struct {
	*asm
	units int
	tail  bool
}

// reg is register k of unit u.
func (f *fuser) reg(u, k int) string { return f.v(7*u + k) }

func (f *fuser) spare(u int) []string {
	return []string{f.reg(u, 1), f.reg(u, 2), f.reg(u, 3), f.reg(u, 4)}
}

// at is where unit u of vector k of the table lies, whose address is loaded anew
// for the first.
func (f *fuser) at(k, u int) string {
	if u == 0 {
		f.i("MOVQ", mem(8*k, "R11"), "SI")
	}
	return idx(u*f.bytes, "SI")
}

func (f *fuser) read(k, reg int) {
	for u := range f.units {
		f.load(f.at(k, u), f.reg(u, reg), f.tail)
	}
}

func (f *fuser) write(reg func(u int) string, k int) {
	for u := range f.units {
		f.store(reg(u), f.at(k, u), f.tail)
	}
}

// each applies op to registers of every unit; operands as the assembler has them.
func (f *fuser) each(op string, regs ...int) {
	for u := range f.units {
		var args []any
		for _, k := range regs {
			args = append(args, f.reg(u, k))
		}
		f.i(op, args...)
	}
}

// sigmoid leaves the sigmoid of register 0 in register 3 and, if keep, in vector k.
func (f *fuser) sigmoid(keep bool, k int) {
	for u := range f.units {
		sigmoid(f.asm, f.reg(u, 0), f.spare(u), fmt.Sprint("K", 2+u))
	}
	if keep {
		f.write(func(u int) string { return f.reg(u, 3) }, k)
	}
}

// tanh leaves the tanh of register 0 in register 2 and, if keep, in vector k.
func (f *fuser) tanh(keep bool, k int) {
	for u := range f.units {
		tanh(f.asm, f.reg(u, 0), f.spare(u))
	}
	if keep {
		f.write(func(u int) string { return f.reg(u, 2) }, k)
	}
}

// fusedForward is c' = σ(f)·c + σ(i)·tanh(j), h = σ(o)·tanh(c'), activations kept
// for the way back or not. The table: i, j, f, o, c, c', h, then σ(i), tanh(j),
// σ(f), σ(o), tanh(c').
func fusedForward(a *asm, sig string, keep bool) {
	a.text(sig, "CX", "R11")
	a.mask("CX", "AX", "BX", a.lanes())
	a.loop(a.lanes(), 2, func(units int, tail bool) {
		f := &fuser{a, units, tail}
		f.read(2, 0)
		f.sigmoid(keep, 9)
		f.read(4, 5)
		f.each("VMULPS", 3, 5, 5)
		f.read(0, 0)
		f.sigmoid(keep, 7)
		f.each("VMOVAPS", 3, 6)
		f.read(1, 0)
		f.tanh(keep, 8)
		f.each("VFMADD231PS", 2, 6, 5)
		f.write(func(u int) string { return f.reg(u, 5) }, 5)
		f.read(3, 0)
		f.sigmoid(keep, 10)
		f.each("VMOVAPS", 3, 6)
		f.each("VMOVAPS", 5, 0)
		f.tanh(keep, 11)
		f.each("VMULPS", 2, 6, 6)
		f.write(func(u int) string { return f.reg(u, 6) }, 6)
	})
	a.ret()
}

// fusedBackward is the derivative of fusedForward. The table: the two parts of
// dh, σ(o), tanh(c'), dc', σ(i), tanh(j), σ(f), c; then the results do, dj, di,
// df, dc.
func fusedBackward(a *asm) {
	a.text(sigBackward, "CX", "R11")
	a.mask("CX", "AX", "BX", a.lanes())
	a.loop(a.lanes(), 2, func(units int, tail bool) {
		f := &fuser{a, units, tail}
		write := func(reg, k int) { f.write(func(u int) string { return f.reg(u, reg) }, k) }
		one := func(k int) {
			for u := range units {
				a.constant("one", f.reg(u, k))
			}
		}
		slope := func(y int) { // register 5 = y·(1 − y)
			one(5)
			f.each("VSUBPS", y, 5, 5)
			f.each("VMULPS", y, 5, 5)
		}
		f.read(0, 0)
		f.read(1, 1)
		f.each("VADDPS", 1, 0, 0) // dh
		f.read(2, 1)
		f.read(3, 2)
		f.each("VMULPS", 1, 0, 3)
		one(4)
		f.each("VFNMADD231PS", 2, 2, 4)
		f.each("VMULPS", 4, 3, 3)
		f.each("VMULPS", 2, 0, 4)
		slope(1)
		f.each("VMULPS", 5, 4, 4)
		f.read(4, 0)
		f.each("VADDPS", 0, 3, 3) // dc'
		write(4, 9)
		f.read(5, 0)
		f.read(6, 1)
		f.each("VMULPS", 0, 3, 4)
		one(5)
		f.each("VFNMADD231PS", 1, 1, 5)
		f.each("VMULPS", 5, 4, 4)
		write(4, 10)
		f.each("VMULPS", 1, 3, 4)
		slope(0)
		f.each("VMULPS", 5, 4, 4)
		write(4, 11)
		f.read(7, 0)
		f.read(8, 1)
		f.each("VMULPS", 1, 3, 4)
		slope(0)
		f.each("VMULPS", 5, 4, 4)
		write(4, 12)
		f.each("VMULPS", 0, 3, 4)
		write(4, 13)
	})
	a.ret()
}

func declareFused() string {
	var b strings.Builder
	b.WriteString(header + "package fused\n")
	for _, sig := range []string{sigForward, sigForwardKeep, sigBackward} {
		f := parse(sig)
		for _, s := range []isa{avx512, avx2} {
			declare(&b, f.name+s.suffix+f.rest)
		}
		fmt.Fprintf(&b, "\nfunc %s {\n\tif wide {\n\t\t%s\n\t} else {\n\t\t%s\n\t}\n}\n", sig, f.call(f.name+avx512.suffix), f.call(f.name+avx2.suffix))
	}
	return b.String()
}
