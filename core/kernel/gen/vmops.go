package main

// operands of one operation on one vector: x the arguments (x[0..2], also
// scratch where the operation has fewer), t more scratch, k a mask register.
type operands struct {
	x, t []string
	k    string
}

// operation is one instruction of the vector machine. emit computes it and
// returns the register of the result; before runs once, ahead of the loop.
type operation struct {
	name   string
	args   int
	before func(a *asm)
	emit   func(a *asm, o operands) string
}

// scalar is the register that holds what is the same for every element.
func scalar(a *asm) string { return a.v(14) }

// loadImm broadcasts the constant of the instruction at R12.
func loadImm(a *asm) { a.i("VBROADCASTSS", "20(R12)", scalar(a)) }

// loadFirst broadcasts the first element of A.
func loadFirst(a *asm) { a.i("VBROADCASTSS", "(SI)", scalar(a)) }

// binary is x[0] op x[1]; assembler names its operands from the right.
func binary(op string) func(*asm, operands) string {
	return func(a *asm, o operands) string {
		a.i(op, o.x[1], o.x[0], o.x[0])
		return o.x[0]
	}
}

// withImm is x[0] op imm.
func withImm(op string) func(*asm, operands) string {
	return func(a *asm, o operands) string {
		a.i(op, scalar(a), o.x[0], o.x[0])
		return o.x[0]
	}
}

func fused(op string) func(*asm, operands) string {
	return func(a *asm, o operands) string {
		a.i(op, o.x[2], o.x[1], o.x[0])
		return o.x[0]
	}
}

// extreme is MIN or MAX, which return x[1] if either is NaN, mended to give NaN
// if x[0] is.
func extreme(op string) func(*asm, operands) string {
	return func(a *asm, o operands) string {
		a.i(op, o.x[1], o.x[0], o.t[0])
		if a.wide() {
			a.i("VCMPPS", "$3", o.x[0], o.x[0], o.k)
			a.i("VMOVAPS", o.x[0], o.k, o.t[0])
		} else {
			a.i("VCMPPS", "$3", o.x[0], o.x[0], o.t[1])
			a.i("VBLENDVPS", o.t[1], o.x[0], o.t[0], o.t[0])
		}
		return o.t[0]
	}
}

// comparison is 1 where x[0] op x[1], else 0.
func comparison(predicate string) func(*asm, operands) string {
	return func(a *asm, o operands) string {
		if a.wide() {
			a.i("VCMPPS", predicate, o.x[1], o.x[0], o.k)
			a.i("VBROADCASTSS.Z", address("one"), o.k, o.t[0])
		} else {
			a.i("VCMPPS", predicate, o.x[1], o.x[0], o.t[0])
			a.c("VANDPS", "one", o.t[0], o.t[0])
		}
		return o.t[0]
	}
}

// oneOp is 1 op x[0].
func oneOp(op string) func(*asm, operands) string {
	return func(a *asm, o operands) string {
		a.constant("one", o.t[0])
		a.i(op, o.x[0], o.t[0], o.t[0])
		return o.t[0]
	}
}

// operations lists the vector machine in the order of the Go constants.
var operations = []operation{
	{name: "copy", args: 1, emit: func(a *asm, o operands) string { return o.x[0] }},
	{name: "fill", before: loadImm, emit: func(a *asm, o operands) string { return scalar(a) }},
	{name: "splat", before: loadFirst, emit: func(a *asm, o operands) string { return scalar(a) }},
	{name: "add", args: 2, emit: binary("VADDPS")},
	{name: "sub", args: 2, emit: binary("VSUBPS")},
	{name: "mul", args: 2, emit: binary("VMULPS")},
	{name: "div", args: 2, emit: binary("VDIVPS")},
	{name: "max", args: 2, emit: extreme("VMAXPS")},
	{name: "min", args: 2, emit: extreme("VMINPS")},
	{name: "neg", args: 1, emit: func(a *asm, o operands) string {
		a.bitwiseC("VXOR", "sign", o.x[0], o.x[0])
		return o.x[0]
	}},
	{name: "oneminus", args: 1, emit: oneOp("VSUBPS")},
	{name: "addimm", args: 1, before: loadImm, emit: withImm("VADDPS")},
	{name: "mulimm", args: 1, before: loadImm, emit: withImm("VMULPS")},
	{name: "sigmoid", args: 1, emit: func(a *asm, o operands) string { return sigmoid(a, o.x[0], o.t, o.k) }},
	{name: "tanh", args: 1, emit: func(a *asm, o operands) string { return tanh(a, o.x[0], o.t) }},
	{name: "relu", args: 1, emit: func(a *asm, o operands) string {
		a.zero(o.t[0])
		a.i("VMAXPS", o.x[0], o.t[0], o.x[0]) // x stands first: NaN passes
		return o.x[0]
	}},
	{name: "exp", args: 1, emit: func(a *asm, o operands) string { return fullExp(a, o.x[0], o.t) }},
	{name: "log", args: 1, emit: func(a *asm, o operands) string { return log(a, o.x[0], o.t, o.k) }},
	{name: "sqrt", args: 1, emit: func(a *asm, o operands) string {
		a.i("VSQRTPS", o.x[0], o.x[0])
		return o.x[0]
	}},
	{name: "rsqrt", args: 1, emit: func(a *asm, o operands) string {
		a.i("VSQRTPS", o.x[0], o.x[0])
		return oneOp("VDIVPS")(a, o)
	}},
	{name: "fma", args: 3, emit: fused("VFMADD231PS")},
	{name: "fnma", args: 3, emit: fused("VFNMADD231PS")},
	{name: "dsigmoid", args: 2, emit: func(a *asm, o operands) string {
		a.constant("one", o.t[0])
		a.i("VSUBPS", o.x[1], o.t[0], o.t[0])
		a.i("VMULPS", o.x[1], o.t[0], o.t[0])
		a.i("VMULPS", o.t[0], o.x[0], o.x[0])
		return o.x[0]
	}},
	{name: "dtanh", args: 2, emit: func(a *asm, o operands) string {
		a.constant("one", o.t[0])
		a.i("VFNMADD231PS", o.x[1], o.x[1], o.t[0])
		a.i("VMULPS", o.t[0], o.x[0], o.x[0])
		return o.x[0]
	}},
	{name: "drelu", args: 2, emit: func(a *asm, o operands) string {
		a.zero(o.t[0])
		if a.wide() {
			a.i("VCMPPS", "$0x1e", o.t[0], o.x[1], o.k)
			a.i("VMOVAPS.Z", o.x[0], o.k, o.x[0])
		} else {
			a.i("VCMPPS", "$0x1e", o.t[0], o.x[1], o.t[0])
			a.i("VANDPS", o.t[0], o.x[0], o.x[0])
		}
		return o.x[0]
	}},
	{name: "gt", args: 2, emit: comparison("$0x1e")},
	{name: "ge", args: 2, emit: comparison("$0x1d")},
	{name: "select", args: 3, emit: func(a *asm, o operands) string {
		a.zero(o.t[0])
		if a.wide() {
			a.i("VCMPPS", "$4", o.t[0], o.x[0], o.k)
			a.i("VBLENDMPS", o.x[1], o.x[2], o.k, o.x[0])
		} else {
			a.i("VCMPPS", "$4", o.t[0], o.x[0], o.t[0])
			a.i("VBLENDVPS", o.t[0], o.x[1], o.x[2], o.x[0])
		}
		return o.x[0]
	}},
}
