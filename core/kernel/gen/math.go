package main

// Elementary functions over one vector. x is read and may be overwritten, t are
// scratch registers (four at least), k a mask register of AVX-512 that is free;
// the result is in the register returned. Operand order matters in MIN and MAX:
// of two operands of which one is NaN they return the first one written here,
// so x stands first and NaN passes.

// reduceExp leaves r = x − n·ln 2 in x and n, rounded to an integer, in n.
func reduceExp(a *asm, x, n string) {
	a.c("VMULPS", "log2e", x, n)
	if a.wide() {
		a.i("VRNDSCALEPS", "$0", n, n)
	} else {
		a.i("VROUNDPS", "$0", n, n)
	}
	a.c("VFNMADD231PS", "ln2Hi", n, x)
	a.c("VFNMADD231PS", "ln2Lo", n, x)
}

// expm1Reduced sets p = exp(r) − 1 = r + r²·P(r) for |r| ≤ ln 2 / 2.
func expm1Reduced(a *asm, r, p string) {
	a.constant("exp0", p)
	for _, c := range []string{"exp1", "exp2", "exp3", "exp4", "exp5"} {
		a.c("VFMADD213PS", c, r, p)
	}
	a.i("VMULPS", r, p, p)
	a.i("VFMADD213PS", r, r, p)
}

// limit sets x = min(x, high) and max(x, low), "" for none; NaN passes.
func limit(a *asm, x, tmp, low, high string) {
	if high != "" {
		a.constant(high, tmp)
		a.i("VMINPS", x, tmp, x)
	}
	if low != "" {
		a.constant(low, tmp)
		a.i("VMAXPS", x, tmp, x)
	}
}

// exp computes eˣ for x within [expMin, expMax]; beyond, the caller limits. Results
// below the normal numbers are rounded once, not flushed.
func exp(a *asm, x string, t []string) string {
	n, p := t[0], t[1]
	reduceExp(a, x, n)
	expm1Reduced(a, x, p)
	a.c("VADDPS", "one", p, p)
	if a.wide() {
		a.i("VSCALEFPS", n, p, p)
		return p
	}
	// 2ⁿ in two factors: n alone reaches from −150 to 129. The first factor
	// leaves a normal number, so only the second product rounds.
	a.i("VCVTPS2DQ", n, n)
	a.i("VPSRAD", "$1", n, x)
	a.i("VPSUBD", x, n, n)
	powerOfTwo(a, x)
	powerOfTwo(a, n)
	a.i("VMULPS", x, p, p)
	a.i("VMULPS", n, p, p)
	return p
}

// powerOfTwo turns integers n of −126..127 into floats 2ⁿ (AVX2).
func powerOfTwo(a *asm, n string) {
	a.c("VPADDD", "bias", n, n)
	a.i("VPSLLD", "$23", n, n)
}

func fullExp(a *asm, x string, t []string) string {
	limit(a, x, t[0], "expMin", "expMax")
	return exp(a, x, t)
}

// sigmoid is e/(1+e) for negative x and 1/(1+e) otherwise, e = exp(−|x|): no
// overflow, and full relative accuracy in both tails.
func sigmoid(a *asm, x string, t []string, k string) string {
	y := t[2]
	a.bitwiseC("VOR", "sign", x, y)
	limit(a, y, t[0], "expMin", "")
	e := exp(a, y, t)
	a.constant("one", t[0])
	if a.wide() {
		a.i("VPMOVD2M", x, k)
		a.i("VBLENDMPS", e, t[0], k, y)
	} else {
		a.i("VBLENDVPS", x, e, t[0], y)
	}
	a.i("VADDPS", e, t[0], e)
	a.i("VDIVPS", e, y, y)
	return y
}

// tanh is d/(d+2), d = exp(2|x|) − 1, with the sign of x. d = 2ⁿ·(eʳ−1) + (2ⁿ−1)
// keeps its relative accuracy near zero.
func tanh(a *asm, x string, t []string) string {
	y, n, p, s := t[2], t[0], t[1], t[3]
	a.bitwiseC("VAND", "magnitude", x, y)
	a.i("VADDPS", y, y, y)
	limit(a, y, n, "", "tanhMax")
	reduceExp(a, y, n)
	expm1Reduced(a, y, p)
	if a.wide() {
		a.constant("one", s)
		a.i("VSCALEFPS", n, s, s)
	} else {
		a.i("VCVTPS2DQ", n, s)
		powerOfTwo(a, s)
	}
	a.constant("one", n)
	a.i("VSUBPS", n, s, n)
	a.i("VFMADD213PS", n, s, p)
	a.c("VADDPS", "two", p, s)
	a.i("VDIVPS", s, p, p)
	a.bitwiseC("VAND", "sign", x, x)
	a.bitwise("VOR", x, p, p)
	return p
}

// log is ln m + e·ln 2 for x = m·2ᵉ with m in [√½, √2), denormal x included.
func log(a *asm, x string, t []string, k string) string {
	e, m, p := t[0], t[1], t[2]
	if a.wide() {
		a.i("VGETEXPPS", x, e)
		a.i("VGETMANTPS", "$8", x, m) // [1, 2), NaN if x < 0
		a.constant("sqrt2", p)
		a.i("VCMPPS", "$0x1e", p, m, k) // m > √2
		a.constant("half", p)
		a.i("VMULPS", p, m, k, m)
		a.constant("one", p)
		a.i("VADDPS", p, e, k, e)
	} else {
		splitFloat(a, x, e, m, p, t[3])
	}
	f, g := m, t[3] // f = m − 1
	a.constant("one", p)
	a.i("VSUBPS", p, m, f)
	a.constant("log0", p)
	for _, c := range []string{"log1", "log2", "log3", "log4", "log5", "log6", "log7", "log8"} {
		a.c("VFMADD213PS", c, f, p)
	}
	a.i("VMULPS", f, f, g)
	a.i("VMULPS", f, p, p)
	a.i("VMULPS", g, p, p)
	a.c("VFMADD231PS", "logLo", e, p)
	a.c("VFNMADD231PS", "half", g, p)
	a.i("VADDPS", f, p, p)
	a.c("VFMADD231PS", "logHi", e, p)
	if a.wide() {
		a.i("VFPCLASSPSZ", "$0x0e", x, k) // ±0 and +Inf, whose exponents are the result
		a.i("VMOVAPS", e, k, p)
		return p
	}
	a.zero(e)
	a.i("VCMPPS", "$0", e, x, m)
	a.constant("minusInf", g)
	a.i("VBLENDVPS", m, g, p, p)
	a.i("VCMPPS", "$9", e, x, m) // not x ≥ 0: all ones is a NaN
	a.bitwise("VOR", m, p, p)
	a.constant("inf", g)
	a.i("VCMPPS", "$0", g, x, m)
	a.i("VBLENDVPS", m, g, p, p)
	return p
}

// splitFloat is x = m·2ᵉ with m in [√½, √2) by integer arithmetic (AVX2).
func splitFloat(a *asm, x, e, m, tmp, spare string) {
	a.constant("minNormal", tmp)
	a.i("VCMPPS", "$1", tmp, x, tmp) // x < 2⁻¹²⁶: scale it up first
	a.c("VMULPS", "2^23", x, m)
	a.i("VBLENDVPS", tmp, m, x, m)
	a.c("VANDPS", "23", tmp, tmp)
	a.i("VPSRLD", "$23", m, e)
	a.c("VPSUBD", "bias", e, e)
	a.i("VCVTDQ2PS", e, e)
	a.i("VSUBPS", tmp, e, e)
	a.c("VANDPS", "fraction", m, m)
	a.c("VORPS", "one", m, m)
	a.constant("sqrt2", tmp)
	a.i("VCMPPS", "$0x1e", tmp, m, tmp) // m > √2
	a.c("VMULPS", "half", m, spare)
	a.i("VBLENDVPS", tmp, spare, m, m)
	a.c("VANDPS", "one", tmp, tmp)
	a.i("VADDPS", tmp, e, e)
}
