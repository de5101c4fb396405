package kernel

import (
	"math"
	"unsafe"
)

// vmGo is VM in plain Go.
func vmGo(n int, code *Ins, count int, ptr **float32) {
	for i := range unsafe.Slice(code, count) {
		in := (*Ins)(unsafe.Add(unsafe.Pointer(code), uintptr(i)*unsafe.Sizeof(*code)))
		operand := func(k uint32) []float32 {
			return unsafe.Slice(*(**float32)(unsafe.Add(unsafe.Pointer(ptr), uintptr(k)*unsafe.Sizeof(*ptr))), n)
		}
		d := operand(in.D)
		switch in.Op.Args() {
		case 0:
			fillGo(d, in.Imm)
		case 1:
			unaryGo(in.Op, d, operand(in.A), in.Imm)
		case 2:
			binaryGo(in.Op, d, operand(in.A), operand(in.B))
		case 3:
			ternaryGo(in.Op, d, operand(in.A), operand(in.B), operand(in.C))
		}
	}
}

func fillGo(d []float32, x float32) {
	for i := range d {
		d[i] = x
	}
}

func mapGo(d, a []float32, f func(float32) float32) {
	for i, x := range a {
		d[i] = f(x)
	}
}

func unaryGo(op Op, d, a []float32, imm float32) {
	d = d[:len(a)]
	switch op {
	case OpCopy:
		copy(d, a)
	case OpSplat:
		fillGo(d, a[0])
	case OpNeg:
		for i, x := range a {
			d[i] = -x
		}
	case OpOneMinus:
		for i, x := range a {
			d[i] = 1 - x
		}
	case OpAddImm:
		for i, x := range a {
			d[i] = x + imm
		}
	case OpMulImm:
		for i, x := range a {
			d[i] = x * imm
		}
	case OpRelu:
		for i, x := range a {
			d[i] = max(x, 0)
		}
	case OpSqrt:
		for i, x := range a {
			d[i] = float32(math.Sqrt(float64(x)))
		}
	case OpSigmoid:
		mapGo(d, a, sigmoidScalar)
	case OpTanh:
		mapGo(d, a, tanhScalar)
	case OpExp:
		mapGo(d, a, expScalar)
	case OpLog:
		mapGo(d, a, logScalar)
	case OpRsqrt:
		mapGo(d, a, rsqrtScalar)
	}
}

func binaryGo(op Op, d, a, b []float32) {
	d, b = d[:len(a)], b[:len(a)]
	switch op {
	case OpAdd:
		for i, x := range a {
			d[i] = x + b[i]
		}
	case OpSub:
		for i, x := range a {
			d[i] = x - b[i]
		}
	case OpMul:
		for i, x := range a {
			d[i] = x * b[i]
		}
	case OpDiv:
		for i, x := range a {
			d[i] = x / b[i]
		}
	case OpMax:
		for i, x := range a {
			d[i] = max(x, b[i])
		}
	case OpMin:
		for i, x := range a {
			d[i] = min(x, b[i])
		}
	case OpDSigmoid:
		for i, x := range a {
			d[i] = x * (b[i] * (1 - b[i]))
		}
	case OpDTanh:
		for i, x := range a {
			d[i] = x * (1 - b[i]*b[i])
		}
	case OpDRelu:
		for i, x := range a {
			if !(b[i] > 0) {
				x = 0
			}
			d[i] = x
		}
	case OpGt:
		for i, x := range a {
			d[i] = truth(x > b[i])
		}
	case OpGe:
		for i, x := range a {
			d[i] = truth(x >= b[i])
		}
	}
}

func ternaryGo(op Op, d, a, b, c []float32) {
	d, b, c = d[:len(a)], b[:len(a)], c[:len(a)]
	switch op {
	case OpFma:
		for i, x := range a {
			d[i] = x + b[i]*c[i]
		}
	case OpFnma:
		for i, x := range a {
			d[i] = x - b[i]*c[i]
		}
	case OpSelect:
		for i, x := range a {
			if x != 0 {
				d[i] = b[i]
			} else {
				d[i] = c[i]
			}
		}
	}
}

func truth(b bool) float32 {
	if b {
		return 1
	}
	return 0
}
