package main

// reduction writes Σ x, Σ x² or Σ x·y in double precision: half as many elements
// a vector, converted as they are read.
func reduction(a *asm, sig string, vectors int) {
	lanes := a.lanes() / 2
	a.text(sig, []string{"CX", "SI", "DI"}[:1+vectors]...)
	a.mask("CX", "AX", "BX", lanes)
	for u := range 4 {
		a.zero(a.v(u))
	}
	a.loop(lanes, 4, func(units int, tail bool) {
		for u := range units {
			x, y := a.v(4+2*u), a.v(5+2*u)
			widen(a, idx(u*a.bytes/2, "SI"), x, tail)
			switch {
			case sig == sigSum:
				a.i("VADDPD", x, a.v(u), a.v(u))
			case vectors == 1:
				a.i("VFMADD231PD", x, x, a.v(u))
			default:
				widen(a, idx(u*a.bytes/2, "DI"), y, tail)
				a.i("VFMADD231PD", x, y, a.v(u))
			}
		}
	})
	sumLanes(a, []string{a.v(0), a.v(1), a.v(2), a.v(3)}, a.v(4))
}

// widen reads half a vector of floats as doubles.
func widen(a *asm, from, to string, tail bool) {
	switch {
	case !tail:
		a.i("VCVTPS2PD", from, to)
	case a.wide():
		a.i("VCVTPS2PD.Z", from, "K1", to)
	default:
		half := a.half(to)
		a.i("VMASKMOVPS", from, a.half(a.tailMask()), half)
		a.i("VCVTPS2PD", half, to)
	}
}

// sumLanes adds up doubles over registers and lanes, returns the sum from the
// function and ends it.
func sumLanes(a *asm, sums []string, tmp string) {
	for len(sums) > 1 {
		last := sums[len(sums)-1]
		sums = sums[:len(sums)-1]
		a.i("VADDPD", last, sums[0], sums[0])
	}
	s := sums[0]
	if a.wide() {
		a.i("VEXTRACTF64X4", "$1", s, a.half(tmp))
		s, tmp = a.half(s), a.half(tmp)
		a.i("VADDPD", tmp, s, s)
	}
	sx, tx := "X"+s[1:], "X"+tmp[1:]
	a.i("VEXTRACTF128", "$1", s, tx)
	a.i("VADDPD", tx, sx, sx)
	a.i("VUNPCKHPD", sx, sx, tx)
	a.i("VADDSD", tx, sx, sx)
	a.i("VMOVSD", sx, a.arg("ret"))
	a.ret()
}

// maxOf keeps, beside the largest element, whether a NaN has been seen.
func maxOf(a *asm) {
	a.text(sigMaxOf, "CX", "SI")
	a.mask("CX", "AX", "BX", a.lanes())
	const units = 4
	top := func(u int) string { return a.v(u) }
	nan := a.v(8)
	for u := range units {
		a.constant("minusInf", top(u))
	}
	if a.wide() {
		a.i("KXORW", "K3", "K3", "K3")
	} else {
		a.zero(nan)
		a.constant("minusInf", a.v(9))
	}
	a.loop(a.lanes(), units, func(units int, tail bool) {
		for u := range units {
			x := a.v(4 + u)
			a.load(idx(u*a.bytes, "SI"), x, tail)
			switch {
			case a.wide() && tail:
				a.i("VMAXPS", x, top(u), "K1", top(u))
			case tail:
				a.i("VBLENDVPS", a.tailMask(), x, a.v(9), x)
				a.i("VMAXPS", x, top(u), top(u))
			default:
				a.i("VMAXPS", x, top(u), top(u))
			}
			// Lanes outside the tail hold 0 or −Inf: never NaN.
			if a.wide() {
				a.i("VCMPPS", "$3", x, x, "K2")
				a.i("KORW", "K2", "K3", "K3")
			} else {
				a.i("VCMPPS", "$3", x, x, x)
				a.i("VORPS", x, nan, nan)
			}
		}
	})
	if a.wide() {
		a.i("KMOVW", "K3", "R9")
	} else {
		a.i("VMOVMSKPS", nan, "R9")
	}
	a.i("TESTL", "R9", "R9")
	a.i("JNZ", "nan")
	for u := 1; u < units; u++ {
		a.i("VMAXPS", top(u), top(0), top(0))
	}
	s, t := top(0), a.v(4)
	if a.wide() {
		a.i("VEXTRACTF64X4", "$1", s, a.half(t))
		s, t = a.half(s), a.half(t)
		a.i("VMAXPS", t, s, s)
	}
	sx, tx := "X"+s[1:], "X"+t[1:]
	a.i("VEXTRACTF128", "$1", s, tx)
	a.i("VMAXPS", tx, sx, sx)
	for _, order := range []string{"$0x4e", "$0xb1"} {
		a.i("VPERMILPS", order, sx, tx)
		a.i("VMAXPS", tx, sx, sx)
	}
	a.i("VMOVSS", sx, a.arg("ret"))
	a.ret()
	a.label("nan")
	a.i("MOVL", "$0x7fc00000", "R9")
	a.i("MOVL", "R9", a.arg("ret"))
	a.ret()
}

// expSums writes Σ exp(x − m) in double precision; if store, x becomes exp(x − m).
func expSums(a *asm, sig string, store bool) {
	a.text(sig, "CX", "SI")
	broadcast(a, "m", scalar(a))
	a.mask("CX", "AX", "BX", a.lanes())
	sum := func(k int) string { return a.v(10 + k) }
	for k := range 4 {
		a.zero(sum(k))
	}
	a.loop(a.lanes(), 2, func(units int, tail bool) {
		for u := range units {
			x, t := a.v(5*u), []string{a.v(5*u + 1), a.v(5*u + 2)}
			a.load(idx(u*a.bytes, "SI"), x, tail)
			a.i("VSUBPS", scalar(a), x, x)
			e := fullExp(a, x, t)
			if store {
				a.store(e, idx(u*a.bytes, "SI"), tail)
			}
			if tail {
				a.dropTail(e)
			}
			low, high := a.v(5*u+3), a.v(5*u+4)
			a.i("VCVTPS2PD", a.half(e), low)
			if a.wide() {
				a.i("VEXTRACTF64X4", "$1", e, a.half(high))
			} else {
				a.i("VEXTRACTF128", "$1", e, a.half(high))
			}
			a.i("VCVTPS2PD", a.half(high), high)
			a.i("VADDPD", low, sum(2*u), sum(2*u))
			a.i("VADDPD", high, sum(2*u+1), sum(2*u+1))
		}
	})
	sumLanes(a, []string{sum(0), sum(1), sum(2), sum(3)}, a.v(0))
}
