package main

import "fmt"

// vectorMachine writes the body of every operation, the table of them, and the
// loop that runs a program.
//
// Registers throughout: CX n; R12, R13 the next instruction and how many are
// left; R11 the pointer table; R10 the table of operations; DI, SI, DX, R8 the
// vectors D, A, B, C; AX the element; the tail mask as everywhere.
func vectorMachine(a *asm) {
	for _, op := range operations {
		fmt.Fprintf(&a.out, "\nTEXT ·vm%s%s(SB), NOSPLIT|NOFRAME, $0-0\n", op.name, a.suffix)
		body(a, op)
		a.i("RET")
	}
	a.out.WriteString("\n")
	for k, op := range operations {
		fmt.Fprintf(&a.out, "DATA ·vmtable%s+%d(SB)/8, $·vm%s%s(SB)\n", a.suffix, 8*k, op.name, a.suffix)
	}
	fmt.Fprintf(&a.out, "GLOBL ·vmtable%s(SB), NOPTR, $%d\n", a.suffix, 8*len(operations))

	a.fn = parse(sigVM)
	fmt.Fprintf(&a.out, "\n// func %s%s%s\n", a.fn.name, a.suffix, a.fn.rest)
	fmt.Fprintf(&a.out, "TEXT ·vm%s(SB), 0, $8-%d\n", a.suffix, a.fn.size)
	a.args("CX", "R12", "R13", "R11")
	a.mask("CX", "AX", "BX", a.lanes())
	a.i("LEAQ", fmt.Sprintf("·vmtable%s(SB)", a.suffix), "R10")
	a.label("next")
	for k, r := range []string{"DI", "SI", "DX", "R8"} {
		a.i("MOVL", mem(4+4*k, "R12"), r)
		a.i("MOVQ", "(R11)("+r+"*8)", r)
	}
	a.i("MOVL", "(R12)", "AX")
	a.i("MOVQ", "(R10)(AX*8)", "AX")
	a.i("CALL", "AX")
	a.i("ADDQ", "$24", "R12")
	a.i("DECQ", "R13")
	a.i("JNZ", "next")
	a.ret()
}

// body loops an operation over n elements: two vectors at a time, then one, then
// the masked tail. All operands are read before the result is written.
func body(a *asm, op operation) {
	if op.before != nil {
		op.before(a)
	}
	a.loop(a.lanes(), 2, func(units int, tail bool) {
		var sets [2]operands
		for u := range units {
			o := &sets[u]
			for k := range 3 {
				o.x = append(o.x, a.v(7*u+k))
			}
			for k := range 4 {
				o.t = append(o.t, a.v(7*u+3+k))
			}
			o.k = fmt.Sprint("K", 2+u)
			for k, base := range []string{"SI", "DX", "R8"}[:op.args] {
				a.load(idx(u*a.bytes, base), o.x[k], tail)
			}
		}
		for u := range units {
			a.store(op.emit(a, sets[u]), idx(u*a.bytes, "DI"), tail)
		}
	})
}

// loop writes a loop over CX elements, AX the current one: blocks of unroll
// vectors of lanes elements, then single vectors, then the tail. BX is used.
func (a *asm) loop(lanes, unroll int, body func(units int, tail bool)) {
	main, single, one, tail, done := a.fresh("main"), a.fresh("single"), a.fresh("one"), a.fresh("tail"), a.fresh("done")
	a.i("XORQ", "AX", "AX")
	a.i("MOVQ", "CX", "BX")
	a.i("ANDQ", imm(-lanes*unroll), "BX")
	a.i("JZ", single)
	a.label(main)
	body(unroll, false)
	a.i("ADDQ", imm(lanes*unroll), "AX")
	a.i("CMPQ", "AX", "BX")
	a.i("JLT", main)
	a.label(single)
	a.i("MOVQ", "CX", "BX")
	a.i("ANDQ", imm(-lanes), "BX")
	a.i("CMPQ", "AX", "BX")
	a.i("JGE", tail)
	a.label(one)
	body(1, false)
	a.i("ADDQ", imm(lanes), "AX")
	a.i("CMPQ", "AX", "BX")
	a.i("JLT", one)
	a.label(tail)
	a.i("CMPQ", "AX", "CX")
	a.i("JGE", done)
	body(1, true)
	a.label(done)
}
