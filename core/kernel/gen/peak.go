package main

// fmaChains is how many sums multiplyAdds adds to in turn: more than the four
// cycles of a multiply-add times the two that start in one.
const fmaChains = 12

// multiplyAdds does nothing but multiply-adds of registers, n rounds of one for
// each chain: what the processor can do at most.
func multiplyAdds(a *asm) {
	a.text(sigMultiplyAdds, "CX")
	for u := range fmaChains + 1 {
		a.zero(a.v(u))
	}
	again := a.fresh("again")
	a.label(again)
	for u := range fmaChains {
		a.i("VFMADD231PS", a.v(fmaChains), a.v(fmaChains), a.v(u))
	}
	a.i("DECQ", "CX")
	a.i("JNZ", again)
	a.ret()
}
