package main

// dotRows is how many inner products one call of dots makes.
const dotRows = 4

// dots writes the inner products of x with four rows, which lie ld floats apart,
// in double precision: x is read and widened once, and the sums are enough
// independent chains for the latency of the multiply-add.
func dots(a *asm) {
	lanes := a.lanes() / 2
	a.text(sigDots, "CX", "DI", "SI", "R8", "R9")
	rows := []string{"R8", "R10", "R11", "R12"}
	for r := 1; r < dotRows; r++ {
		a.i("LEAQ", "("+rows[r-1]+")(R9*4)", rows[r])
	}
	a.mask("CX", "AX", "BX", lanes)
	sum := func(u, r int) string { return a.v(u*dotRows + r) }
	for u := range 2 * dotRows {
		a.zero(a.v(u))
	}
	a.loop(lanes, 2, func(units int, tail bool) {
		for u := range units {
			x := a.v(2 * dotRows)
			widen(a, idx(u*a.bytes/2, "SI"), x, tail)
			for r, row := range rows {
				y := a.v(2*dotRows + 1 + r)
				widen(a, idx(u*a.bytes/2, row), y, tail)
				a.i("VFMADD231PD", y, x, sum(u, r))
			}
		}
	})
	low := func(r int) string { return "X" + sum(0, r)[1:] }
	for r := range dotRows {
		s, t := sum(0, r), sum(1, r)
		a.i("VADDPD", t, s, s)
		if a.wide() {
			a.i("VEXTRACTF64X4", "$1", s, a.half(t))
			s, t = a.half(s), a.half(t)
			a.i("VADDPD", t, s, s)
		}
		a.i("VEXTRACTF128", "$1", s, "X"+t[1:])
		a.i("VADDPD", "X"+t[1:], low(r), low(r))
	}
	a.i("VHADDPD", low(1), low(0), low(0))
	a.i("VHADDPD", low(3), low(2), low(2))
	all := "Y" + low(0)[1:]
	a.i("VINSERTF128", "$1", low(2), all, all)
	a.i("VCVTPD2PSY", all, low(0))
	a.i("VMOVUPS", low(0), "(DI)")
	a.ret()
}
