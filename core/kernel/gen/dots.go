package main

// dotRows is how many inner products one call of dots makes.
const dotRows = 4

// dots writes the inner products of x with four rows, which lie ld floats apart:
// x is read once, and the sums are enough independent chains for the latency of
// the multiply-add.
func dots(a *asm) {
	a.text(sigDots, "CX", "DI", "SI", "R8", "R9")
	rows := []string{"R8", "R10", "R11", "R12"}
	for r := 1; r < dotRows; r++ {
		a.i("LEAQ", "("+rows[r-1]+")(R9*4)", rows[r])
	}
	a.mask("CX", "AX", "BX", a.lanes())
	sum := func(u, r int) string { return a.v(u*dotRows + r) }
	for u := range 2 * dotRows {
		a.zero(a.v(u))
	}
	a.loop(a.lanes(), 2, func(units int, tail bool) {
		for u := range units {
			x, y := a.v(2*dotRows+2*u), a.v(2*dotRows+2*u+1)
			a.load(idx(u*a.bytes, "SI"), x, tail)
			for r, row := range rows {
				if !tail {
					a.i("VFMADD231PS", idx(u*a.bytes, row), x, sum(u, r))
					continue
				}
				a.load(idx(u*a.bytes, row), y, tail)
				a.i("VFMADD231PS", y, x, sum(u, r))
			}
		}
	})
	lanes := func(r int) string { return "X" + sum(0, r)[1:] }
	for r := range dotRows {
		s, t := sum(0, r), sum(1, r)
		a.i("VADDPS", t, s, s)
		if a.wide() {
			a.i("VEXTRACTF64X4", "$1", s, a.half(t))
			s, t = a.half(s), a.half(t)
			a.i("VADDPS", t, s, s)
		}
		a.i("VEXTRACTF128", "$1", s, "X"+t[1:])
		a.i("VADDPS", "X"+t[1:], lanes(r), lanes(r))
	}
	a.i("VHADDPS", lanes(1), lanes(0), lanes(0))
	a.i("VHADDPS", lanes(3), lanes(2), lanes(2))
	a.i("VHADDPS", lanes(2), lanes(0), lanes(0))
	a.i("VMOVUPS", lanes(0), "(DI)")
	a.ret()
}
