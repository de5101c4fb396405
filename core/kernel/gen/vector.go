package main

// vectorKernels writes the functions of rows and columns.
func vectorKernels(a *asm) {
	axpy(a)
	scale(a)
	addScaled(a)
	reduction(a, sigSum, 1)
	reduction(a, sigSumSq, 1)
	reduction(a, sigDot, 2)
	dots(a)
	maxOf(a)
	expSums(a, sigExpSum, true)
	expSums(a, sigSumExp, false)
	threshold(a)
	columnSums(a, sigColSum, false)
	columnSums(a, sigSqColSum, true)
	multiplyAdds(a)
	sparseRow(a)
}

// broadcast loads a float argument into all lanes of r.
func broadcast(a *asm, arg, r string) { a.i("VBROADCASTSS", a.arg(arg), r) }

func axpy(a *asm) {
	a.text(sigAxpy, "CX", "DI", "SI")
	broadcast(a, "a", scalar(a))
	a.mask("CX", "AX", "BX", a.lanes())
	a.loop(a.lanes(), 4, func(units int, tail bool) {
		for u := range units {
			x, y := a.v(2*u), a.v(2*u+1)
			a.load(idx(u*a.bytes, "SI"), x, tail)
			a.load(idx(u*a.bytes, "DI"), y, tail)
			a.i("VFMADD231PS", x, scalar(a), y)
			a.store(y, idx(u*a.bytes, "DI"), tail)
		}
	})
	a.ret()
}

func scale(a *asm) {
	a.text(sigScale, "CX", "SI")
	broadcast(a, "a", scalar(a))
	a.mask("CX", "AX", "BX", a.lanes())
	a.loop(a.lanes(), 4, func(units int, tail bool) {
		for u := range units {
			a.load(idx(u*a.bytes, "SI"), a.v(u), tail)
			a.i("VMULPS", scalar(a), a.v(u), a.v(u))
			a.store(a.v(u), idx(u*a.bytes, "SI"), tail)
		}
	})
	a.ret()
}

func addScaled(a *asm) {
	a.text(sigAddScaled, "CX", "DI", "SI", "DX")
	broadcast(a, "a", scalar(a))
	a.mask("CX", "AX", "BX", a.lanes())
	a.loop(a.lanes(), 2, func(units int, tail bool) {
		for u := range units {
			g, w, c := a.v(3*u), a.v(3*u+1), a.v(3*u+2)
			a.load(idx(u*a.bytes, "DX"), c, tail)
			a.load(idx(u*a.bytes, "SI"), w, tail)
			a.load(idx(u*a.bytes, "DI"), g, tail)
			a.i("VADDPS", scalar(a), c, c)
			a.i("VFMADD231PS", w, c, g)
			a.store(g, idx(u*a.bytes, "DI"), tail)
		}
	})
	a.ret()
}

// threshold zeroes what is below tau in magnitude and counts the zeros.
func threshold(a *asm) {
	a.text(sigThreshold, "CX", "SI")
	broadcast(a, "tau", scalar(a))
	a.mask("CX", "AX", "BX", a.lanes())
	a.i("XORQ", "R9", "R9")
	zero := a.v(13)
	a.zero(zero)
	a.loop(a.lanes(), 2, func(units int, tail bool) {
		for u := range units {
			x, t := a.v(2*u), a.v(2*u+1)
			a.load(idx(u*a.bytes, "SI"), x, tail)
			a.bitwiseC("VAND", "magnitude", x, t)
			if a.wide() {
				a.i("VCMPPS", "$5", scalar(a), t, "K2") // not |x| < tau
				a.i("VMOVAPS.Z", x, "K2", x)
				a.store(x, idx(u*a.bytes, "SI"), tail)
				if tail {
					a.i("VCMPPS", "$0", zero, x, "K1", "K2")
				} else {
					a.i("VCMPPS", "$0", zero, x, "K2")
				}
				a.i("KMOVW", "K2", "R10")
			} else {
				a.i("VCMPPS", "$5", scalar(a), t, t)
				a.i("VANDPS", t, x, x)
				a.store(x, idx(u*a.bytes, "SI"), tail)
				a.i("VCMPPS", "$0", zero, x, x)
				if tail {
					a.dropTail(x)
				}
				a.i("VMOVMSKPS", x, "R10")
			}
			a.i("POPCNTL", "R10", "R10")
			a.i("ADDQ", "R10", "R9")
		}
	})
	a.i("MOVQ", "R9", a.arg("ret"))
	a.ret()
}

// columnSums adds the columns of a matrix, or of their squares, to dst: strips
// of four vectors, one, and the tail, each down all rows.
func columnSums(a *asm, sig string, square bool) {
	a.text(sig, "CX", "DI", "SI", "R8", "R9")
	a.i("SHLQ", "$2", "R8")
	a.mask("CX", "AX", "BX", a.lanes())
	a.loop(a.lanes(), 4, func(units int, tail bool) {
		row := a.fresh("row")
		sum := func(u int) string { return a.v(2 * u) }
		for u := range units {
			a.load(idx(u*a.bytes, "DI"), sum(u), tail)
		}
		a.i("LEAQ", "(SI)(AX*4)", "R11")
		a.i("MOVQ", "R9", "R10")
		a.label(row)
		for u := range units {
			x := a.v(2*u + 1)
			a.load(mem(u*a.bytes, "R11"), x, tail)
			if square {
				a.i("VFMADD231PS", x, x, sum(u))
			} else {
				a.i("VADDPS", x, sum(u), sum(u))
			}
		}
		a.i("ADDQ", "R8", "R11")
		a.i("DECQ", "R10")
		a.i("JNZ", row)
		for u := range units {
			a.store(sum(u), idx(u*a.bytes, "DI"), tail)
		}
	})
	a.ret()
}
