package main

// stripFloats is the width of the strip of a sparse product, at every level.
const stripFloats = 16

// sparseRow is a row of a sparse matrix times a strip of a dense one: four
// elements in turn, each into sums of its own, then the rest one by one.
func sparseRow(a *asm) {
	a.text(sigSparseRow, "CX", "DI", "SI", "DX", "R8", "R9")
	a.i("SHLQ", "$2", "R9")
	parts := stripFloats / a.lanes()
	sum := func(u, p int) string { return a.v(u*parts + p) }
	for u := range 4 * parts {
		a.zero(a.v(u))
	}
	element := func(u int) {
		at, v := []string{"R10", "R11", "R12", "R13"}[u], a.v(4*parts+u)
		a.i("MOVLQSX", mem(4*u, "SI"), at)
		a.i("IMULQ", "R9", at)
		a.i("VBROADCASTSS", mem(4*u, "DX"), v)
		for p := range parts {
			a.i("VFMADD231PS", mem(p*a.bytes, "R8")+"("+at+"*1)", v, sum(u, p))
		}
	}
	again, rest, one, end := a.fresh("four"), a.fresh("rest"), a.fresh("one"), a.fresh("end")
	a.i("SUBQ", "$4", "CX")
	a.i("JLT", rest)
	a.label(again)
	for u := range 4 {
		element(u)
	}
	a.i("ADDQ", "$16", "SI")
	a.i("ADDQ", "$16", "DX")
	a.i("SUBQ", "$4", "CX")
	a.i("JGE", again)
	a.label(rest)
	a.i("ADDQ", "$4", "CX")
	a.i("JZ", end)
	a.label(one)
	element(0)
	a.i("ADDQ", "$4", "SI")
	a.i("ADDQ", "$4", "DX")
	a.i("DECQ", "CX")
	a.i("JNZ", one)
	a.label(end)
	for p := range parts {
		a.i("VADDPS", sum(1, p), sum(0, p), sum(0, p))
		a.i("VADDPS", sum(3, p), sum(2, p), sum(2, p))
		a.i("VADDPS", sum(2, p), sum(0, p), sum(0, p))
		a.i("VMOVUPS", sum(0, p), mem(p*a.bytes, "DI"))
	}
	a.ret()
}
