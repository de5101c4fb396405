package main

import "fmt"

// copyNarrow copies rows of cols floats, one vector at most, stride ld to ds.
func copyNarrow(a *asm) {
	a.text(sigCopyNarrow, "DI", "R9", "SI", "R8", "R10", "CX")
	a.i("TESTQ", "R10", "R10")
	a.i("JLE", "end")
	a.i("SHLQ", "$2", "R8")
	a.i("SHLQ", "$2", "R9")
	blockMask(a, "CX", 15)
	a.label("row")
	a.load("(SI)", a.v(0), true)
	a.store(a.v(0), "(DI)", true)
	a.i("ADDQ", "R8", "SI")
	a.i("ADDQ", "R9", "DI")
	a.i("DECQ", "R10")
	a.i("JNZ", "row")
	a.label("end")
	a.ret()
}

// copyPanel writes rows of cols floats to rows of nr = 2 vectors, the rest zero.
func copyPanel(a *asm) {
	a.text(sigCopyPanel, "DI", "", "SI", "R8", "R9", "CX")
	a.i("TESTQ", "R9", "R9")
	a.i("JLE", "end")
	a.i("SHLQ", "$2", "R8")
	a.i("CMPQ", "CX", imm(2*a.lanes()))
	a.i("JNE", "edge")
	for _, edge := range []bool{false, true} {
		if edge {
			a.label("edge")
			tileMasks(a)
		}
		loop := a.fresh("row")
		a.label(loop)
		for j := range 2 {
			x, from := a.v(4+j), mem(j*a.bytes, "SI")
			switch {
			case !edge:
				a.i("VMOVUPS", from, x)
			case a.wide():
				a.i("VMOVUPS.Z", from, fmt.Sprint("K", j+1), x)
			default:
				a.i("VMASKMOVPS", from, a.v(tileB+j), x)
			}
			a.i("VMOVUPS", x, mem(j*a.bytes, "DI"))
		}
		a.i("ADDQ", "R8", "SI")
		a.i("ADDQ", imm(2*a.bytes), "DI")
		a.i("DECQ", "R9")
		a.i("JNZ", loop)
		if !edge {
			a.ret()
		}
	}
	a.label("end")
	a.ret()
}

// transpose writes dst[c·ds + r] = src[r·ld + c] in square blocks of lanes×lanes:
// load by rows, shuffle, store by columns, with masks at the edges.
func transpose(a *asm) {
	n := a.lanes()
	// DI dst, R8 its stride; SI src, R9 its stride; R10 rows, CX columns left.
	a.text(sigTranspose, "DI", "R8", "SI", "R9", "R10", "")
	a.i("SHLQ", "$2", "R8")
	a.i("SHLQ", "$2", "R9")
	a.label("rows")
	a.i("TESTQ", "R10", "R10")
	a.i("JLE", "end")
	a.i("MOVQ", a.arg("cols"), "CX")
	a.i("MOVQ", "SI", "R11") // source of the block
	a.i("MOVQ", "DI", "R12") // destination of the block
	a.label("block")
	a.i("TESTQ", "CX", "CX")
	a.i("JLE", "nextRows")
	a.i("MOVQ", "R11", "AX")
	a.i("CMPQ", "CX", imm(n))
	a.i("JLT", "loadEdge")
	a.i("CMPQ", "R10", imm(n))
	a.i("JLT", "loadEdge")
	for r := range n {
		if r > 0 {
			a.i("ADDQ", "R9", "AX")
		}
		a.i("VMOVUPS", "(AX)", a.v(r))
	}
	a.i("JMP", "shuffle")
	a.label("loadEdge")
	for r := range n {
		a.zero(a.v(r))
	}
	blockMask(a, "CX", n-1)
	for r := range n {
		if r > 0 {
			a.i("CMPQ", "R10", imm(r))
			a.i("JLE", "shuffle")
			a.i("ADDQ", "R9", "AX")
		}
		maskedLoad(a, "(AX)", r, n-1)
	}
	a.label("shuffle")
	out := shuffle(a)
	a.i("MOVQ", "R12", "AX")
	a.i("CMPQ", "CX", imm(n))
	a.i("JLT", "storeEdge")
	a.i("CMPQ", "R10", imm(n))
	a.i("JLT", "storeEdge")
	for c := range n {
		if c > 0 {
			a.i("ADDQ", "R8", "AX")
		}
		a.i("VMOVUPS", out(c), "(AX)")
	}
	a.i("JMP", "nextBlock")
	a.label("storeEdge")
	blockMask(a, "R10", 0)
	for c := range n {
		if c > 0 {
			a.i("CMPQ", "CX", imm(c))
			a.i("JLE", "nextBlock")
			a.i("ADDQ", "R8", "AX")
		}
		if a.wide() {
			a.i("VMOVUPS", out(c), "K1", "(AX)")
		} else {
			a.i("VMASKMOVPS", out(c), a.v(0), "(AX)")
		}
	}
	a.label("nextBlock")
	a.i("ADDQ", imm(a.bytes), "R11")
	a.i("MOVQ", "R8", "AX")
	a.i("SHLQ", imm(log2(n)), "AX")
	a.i("ADDQ", "AX", "R12")
	a.i("SUBQ", imm(n), "CX")
	a.i("JMP", "block")
	a.label("nextRows")
	a.i("MOVQ", "R9", "AX")
	a.i("SHLQ", imm(log2(n)), "AX")
	a.i("ADDQ", "AX", "SI")
	a.i("ADDQ", imm(a.bytes), "DI")
	a.i("SUBQ", imm(n), "R10")
	a.i("JMP", "rows")
	a.label("end")
	a.ret()
}

// blockMask marks the first min(count, lanes) lanes, in K1 or in register r.
func blockMask(a *asm, count string, r int) {
	n := a.lanes()
	a.i("MOVQ", imm(n), "DX")
	a.i("CMPQ", count, "DX")
	a.i("CMOVQLT", count, "DX")
	if a.wide() {
		a.i("MOVQ", "$-1", "BX")
		a.i("BZHIQ", "DX", "BX", "BX")
		a.i("KMOVW", "BX", "K1")
		return
	}
	a.i("SHLQ", "$2", "DX")
	a.i("LEAQ", "·lanes+32(SB)", "BX")
	a.i("SUBQ", "DX", "BX")
	a.i("VMOVUPS", "(BX)", a.v(r))
}

// maskedLoad loads row r of a block. For AVX2 the mask sits in the register of the
// last row, which is loaded last and so may overwrite it.
func maskedLoad(a *asm, from string, r, mask int) {
	if a.wide() {
		a.i("VMOVUPS.Z", from, "K1", a.v(r))
	} else {
		a.i("VMASKMOVPS", from, a.v(mask), a.v(r))
	}
}

// shuffle transposes the block in registers 0..lanes-1 and returns where its
// columns are.
func shuffle(a *asm) func(c int) string {
	n := a.lanes()
	for p := 0; p < n; p += 2 { // pairs of rows
		a.i("VUNPCKLPS", a.v(p+1), a.v(p), a.v(n+p))
		a.i("VUNPCKHPS", a.v(p+1), a.v(p), a.v(n+p+1))
	}
	for q := 0; q < n; q += 4 { // fours: each 128-bit lane is a transposed 4×4
		for k := range 2 {
			a.i("VUNPCKLPD", a.v(n+q+2+k), a.v(n+q+k), a.v(q+2*k))
			a.i("VUNPCKHPD", a.v(n+q+2+k), a.v(n+q+k), a.v(q+2*k+1))
		}
	}
	if !a.wide() {
		for c := range 4 {
			a.i("VPERM2F128", "$0x20", a.v(4+c), a.v(c), a.v(8+c))
			a.i("VPERM2F128", "$0x31", a.v(4+c), a.v(c), a.v(12+c))
		}
		return func(c int) string { return a.v(8 + c) }
	}
	for c := range 4 { // column c of every lane, row groups in c, 4+c, 8+c, 12+c
		g := func(k int) string { return a.v(4*k + c) }
		a.i("VSHUFF32X4", "$0x88", g(1), g(0), a.v(16))
		a.i("VSHUFF32X4", "$0xdd", g(1), g(0), a.v(17))
		a.i("VSHUFF32X4", "$0x88", g(3), g(2), a.v(18))
		a.i("VSHUFF32X4", "$0xdd", g(3), g(2), a.v(19))
		a.i("VSHUFF32X4", "$0x88", a.v(18), a.v(16), g(0))
		a.i("VSHUFF32X4", "$0xdd", a.v(18), a.v(16), g(2))
		a.i("VSHUFF32X4", "$0x88", a.v(19), a.v(17), g(1))
		a.i("VSHUFF32X4", "$0xdd", a.v(19), a.v(17), g(3))
	}
	return func(c int) string { return a.v(c) }
}
