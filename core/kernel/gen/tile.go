package main

import "fmt"

// gemmKernels writes the tiles of the matrix product and what packs for them.
func gemmKernels(a *asm) {
	for h := 1; h <= a.mr; h++ {
		tile(a, h, false)
	}
	for h := 1; h <= a.mr; h++ {
		tile(a, h, true)
	}
	copyNarrow(a)
	copyPanel(a)
	transpose(a)
}

// Registers of a tile: two for the row of B, two for elements of A in turn, the
// rest are sums, two a row.
const (
	tileB   = 0
	tileA   = 2
	tileSum = 4
)

// How far in front of the reads the prefetches go, bytes.
const (
	prefetchB = 2048
	prefetchA = 1024 // packed only: the rows of A in place are too many streams
)

// fetchRows is how many rows a tile needs to have the time to fetch a line of each
// row of another panel. Those of AVX2, of 6 rows at most, fetch nothing.
const fetchRows = 4

// tile writes C[h, cols] (+)= A[h, k]·B[k, 2 vectors] + bias, B a packed panel. A is
// read in place, by rows with stride lda, or packed as k columns of h. Low
// tiles keep several sets of sums, because one set is too few independent
// chains for the latency of the multiply-add. Higher ones fetch from ahead.
func tile(a *asm, h int, packed bool) {
	sets := 1
	if h < 4 {
		sets = []int{0, 4, 2, 2}[h]
	}
	unroll := 4
	if a.wide() && h > 8 {
		unroll = 2
	}
	sum := func(set, row, j int) string { return a.v(tileSum + 2*(set*h+row) + j) }
	a.text(tileName(h, packed)+sigTileHeight, "CX", "SI", "R8", "DI")
	element := func(r, u int) string { return mem(4*(u*h+r), "SI") }
	fetches := a.wide() && !packed && h >= fetchRows
	if fetches {
		a.args("", "", "", "", "", "", "", "", "", "R13")
	}
	if !packed {
		element = rowAddresses(a, h)
	}
	for r := range sets * h * 2 {
		a.zero(a.v(tileSum + r))
	}
	step := func(u int) {
		for j := range 2 {
			a.i("VMOVUPS", mem((2*u+j)*a.bytes, "DI"), a.v(tileB+j))
		}
		for line := 0; line < 2*a.bytes; line += 64 {
			a.i("PREFETCHT0", mem(2*u*a.bytes+line+prefetchB, "DI"))
		}
		if fetches {
			a.i("PREFETCHT1", mem(2*u*a.bytes, "R13"))
		}
		if packed {
			a.i("PREFETCHT0", mem(4*u*h+prefetchA, "SI"))
		}
		for r := range h {
			x := a.v(tileA + r%2)
			a.i("VBROADCASTSS", element(r, u), x)
			for j := range 2 {
				a.i("VFMADD231PS", a.v(tileB+j), x, sum(u%sets, r, j))
			}
		}
	}
	advance := func(n int) {
		switch {
		case packed:
			a.i("ADDQ", imm(4*n*h), "SI")
		default:
			a.i("ADDQ", imm(4*n), "SI")
			if h > 9 {
				a.i("ADDQ", imm(4*n), "R12")
			}
		}
		a.i("ADDQ", imm(2*a.bytes*n), "DI")
		if fetches {
			a.i("ADDQ", imm(2*a.bytes*n), "R13")
		}
	}
	countdown(a, unroll, step, advance)
	for set := 1; set < sets; set++ {
		for r := range h {
			for j := range 2 {
				a.i("VADDPS", sum(set, r, j), sum(0, r, j), sum(0, r, j))
			}
		}
	}
	storeTile(a, h, func(r, j int) string { return sum(0, r, j) })
}

// countdown writes a loop over CX steps, unroll of them at a time, then one by one.
func countdown(a *asm, unroll int, step, advance func(n int)) {
	a.i("MOVQ", "CX", "BX")
	a.i("SHRQ", imm(log2(unroll)), "BX")
	a.i("JZ", "rest")
	a.label("loop")
	for u := range unroll {
		step(u)
	}
	advance(unroll)
	a.i("DECQ", "BX")
	a.i("JNZ", "loop")
	a.label("rest")
	a.i("ANDQ", imm(unroll-1), "CX")
	a.i("JZ", "done")
	a.label("one")
	step(0)
	advance(1)
	a.i("DECQ", "CX")
	a.i("JNZ", "one")
	a.label("done")
}

// rowAddresses prepares index registers for h rows of A at SI with stride R8, and
// returns the address of element u of row r.
func rowAddresses(a *asm, h int) func(r, u int) string {
	a.i("SHLQ", "$2", "R8")
	if h > 3 {
		a.i("LEAQ", "(R8)(R8*2)", "R9")
	}
	if h > 5 {
		a.i("LEAQ", "(R8)(R8*4)", "R10")
	}
	if h > 7 {
		a.i("LEAQ", "(R9)(R8*4)", "R11")
	}
	if h > 9 {
		a.i("LEAQ", "(SI)(R8*8)", "R12")
		a.i("ADDQ", "R8", "R12")
	}
	index := []string{"", "(R8*1)", "(R8*2)", "(R9*1)", "(R8*4)", "(R10*1)", "(R9*2)", "(R11*1)", "(R8*8)"}
	return func(r, u int) string {
		if r < 9 {
			return mem(4*u, "SI") + index[r]
		}
		return mem(4*u, "R12") + index[r-9]
	}
}

// storeTile adds bias and the old C, as asked, and writes the tile; whole tiles
// without masks.
func storeTile(a *asm, h int, sum func(r, j int) string) {
	a.args("", "", "", "", "DX", "R8", "R9", "R10", "CX")
	a.i("SHLQ", "$2", "R8")
	a.i("CMPQ", "CX", imm(2*a.lanes()))
	a.i("JNE", "edge")
	for _, edge := range []bool{false, true} {
		name := map[bool]string{false: "Whole", true: "Edge"}[edge]
		if edge {
			a.label("edge")
			tileMasks(a)
		}
		at := func(j int, base string) string { return mem(j*a.bytes, base) }
		load := func(from string, j int, to string) {
			switch {
			case !edge:
				a.i("VMOVUPS", from, to)
			case a.wide():
				a.i("VMOVUPS.Z", from, fmt.Sprint("K", j+1), to)
			default:
				a.i("VMASKMOVPS", from, a.v(tileB+j), to)
			}
		}
		a.i("TESTQ", "R10", "R10")
		a.i("JZ", "noBias"+name)
		for j := range 2 {
			load(at(j, "R10"), j, a.v(tileA+j))
		}
		for r := range h {
			for j := range 2 {
				a.i("VADDPS", a.v(tileA+j), sum(r, j), sum(r, j))
			}
		}
		a.label("noBias" + name)
		a.i("TESTQ", "R9", "R9")
		a.i("JZ", "store"+name)
		a.i("MOVQ", "DX", "R11")
		for r := range h {
			for j := range 2 {
				load(at(j, "R11"), j, a.v(tileA+j))
				a.i("VADDPS", a.v(tileA+j), sum(r, j), sum(r, j))
			}
			a.i("ADDQ", "R8", "R11")
		}
		a.label("store" + name)
		for r := range h {
			for j := range 2 {
				switch {
				case !edge:
					a.i("VMOVUPS", sum(r, j), at(j, "DX"))
				case a.wide():
					a.i("VMOVUPS", sum(r, j), fmt.Sprint("K", j+1), at(j, "DX"))
				default:
					a.i("VMASKMOVPS", sum(r, j), a.v(tileB+j), at(j, "DX"))
				}
			}
			a.i("ADDQ", "R8", "DX")
		}
		a.ret()
	}
}

// tileMasks marks the first CX columns of a tile: in K1 and K2, or in the two
// registers of B, which is no longer needed.
func tileMasks(a *asm) {
	if a.wide() {
		a.i("MOVQ", "$-1", "R11")
		a.i("BZHIQ", "CX", "R11", "R11")
		a.i("KMOVW", "R11", "K1")
		a.i("SHRQ", "$16", "R11")
		a.i("KMOVW", "R11", "K2")
		return
	}
	// Vector j wants min(8, max(0, CX - 8j)) lanes.
	a.i("MOVQ", "$8", "R12")
	a.i("MOVQ", "CX", "R11")
	a.i("CMPQ", "R11", "R12")
	a.i("CMOVQGT", "R12", "R11")
	a.i("SUBQ", "R11", "CX")
	for j, count := range []string{"R11", "CX"} {
		a.i("SHLQ", "$2", count)
		a.i("LEAQ", "·lanes+32(SB)", "R12")
		a.i("SUBQ", count, "R12")
		a.i("VMOVUPS", "(R12)", a.v(tileB+j))
	}
}

func log2(n int) int {
	k := 0
	for ; n > 1; n >>= 1 {
		k++
	}
	return k
}
