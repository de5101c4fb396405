package kernel

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// reference is an operation in double precision. The error allowed is in units of
// the last place of the value: 0.501 is correct rounding. Where terms cancel,
// the unit is that of scale, which also bounds everything in between: where it
// leaves float32, fused and separate rounding rightly differ.
type reference struct {
	value func(a, b, c, imm float64) float64
	scale func(a, b, c float64) float64
	ulps  float64
}

var vmReference = map[Op]reference{
	OpCopy:     {value: func(a, b, c, imm float64) float64 { return a }},
	OpFill:     {value: func(a, b, c, imm float64) float64 { return imm }},
	OpAdd:      {value: func(a, b, c, imm float64) float64 { return a + b }, ulps: 0.501},
	OpSub:      {value: func(a, b, c, imm float64) float64 { return a - b }, ulps: 0.501},
	OpMul:      {value: func(a, b, c, imm float64) float64 { return a * b }, ulps: 0.501},
	OpDiv:      {value: func(a, b, c, imm float64) float64 { return a / b }, ulps: 0.501},
	OpMax:      {value: func(a, b, c, imm float64) float64 { return max(a, b) }},
	OpMin:      {value: func(a, b, c, imm float64) float64 { return min(a, b) }},
	OpNeg:      {value: func(a, b, c, imm float64) float64 { return -a }},
	OpOneMinus: {value: func(a, b, c, imm float64) float64 { return 1 - a }, ulps: 0.501},
	OpAddImm:   {value: func(a, b, c, imm float64) float64 { return a + imm }, ulps: 0.501},
	OpMulImm:   {value: func(a, b, c, imm float64) float64 { return a * imm }, ulps: 0.501},
	OpSigmoid:  {value: func(a, b, c, imm float64) float64 { return exactSigmoid(a) }, ulps: 2.5},
	OpTanh:     {value: func(a, b, c, imm float64) float64 { return math.Tanh(a) }, ulps: 2.5},
	OpRelu: {value: func(a, b, c, imm float64) float64 {
		if a < 0 {
			return 0
		}
		return a
	}},
	OpExp:   {value: func(a, b, c, imm float64) float64 { return math.Exp(a) }, ulps: 1},
	OpLog:   {value: func(a, b, c, imm float64) float64 { return math.Log(a) }, ulps: 1},
	OpSqrt:  {value: func(a, b, c, imm float64) float64 { return math.Sqrt(a) }, ulps: 0.501},
	OpRsqrt: {value: func(a, b, c, imm float64) float64 { return 1 / math.Sqrt(a) }, ulps: 1.5},
	OpFma:   {value: func(a, b, c, imm float64) float64 { return a + b*c }, scale: sumScale, ulps: 1.01},
	OpFnma:  {value: func(a, b, c, imm float64) float64 { return a - b*c }, scale: sumScale, ulps: 1.01},
	OpDSigmoid: {value: func(a, b, c, imm float64) float64 { return a * (b * (1 - b)) },
		scale: func(a, b, c float64) float64 { return math.Abs(a) * (math.Abs(b) + b*b) }, ulps: 3},
	OpDTanh: {value: func(a, b, c, imm float64) float64 { return a * (1 - b*b) },
		scale: func(a, b, c float64) float64 { return math.Abs(a) * max(1, b*b) }, ulps: 2},
	OpDRelu: {value: func(a, b, c, imm float64) float64 {
		if b > 0 {
			return a
		}
		return 0
	}},
	OpGt: {value: func(a, b, c, imm float64) float64 { return float64(truth(a > b)) }},
	OpGe: {value: func(a, b, c, imm float64) float64 { return float64(truth(a >= b)) }},
	OpSelect: {value: func(a, b, c, imm float64) float64 {
		if a != 0 {
			return b
		}
		return c
	}},
}

func sumScale(a, b, c float64) float64 { return math.Abs(a) + math.Abs(b*c) }

func exactSigmoid(x float64) float64 {
	if x < 0 {
		return math.Exp(x) / (1 + math.Exp(x))
	}
	return 1 / (1 + math.Exp(-x))
}

var specials = []float32{
	float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1)), 0, float32(math.Copysign(0, -1)), 1, -1,
	0x1p-149, -0x1p-149, 0x1p-126, math.MaxFloat32, -math.MaxFloat32, 88, 89, -87.5, -103, -104, 9, 20, 1e-20, 0.6931472,
}

// vmInput mixes ordinary numbers with special ones.
func vmInput(seed uint64, n int, special bool) []float32 {
	r := newRand(seed)
	x := uniform(r, n, -3, 3)
	for i := range x {
		if special && r.IntN(2) == 0 {
			x[i] = specials[r.IntN(len(specials))]
		}
	}
	return x
}

// Every operation, at every length up to two unrolled loops and a tail, at every
// alignment, with the result on top of each operand or apart, and with special
// values among the operands.
func TestVM(t *testing.T) {
	require.Len(t, vmReference, int(opCount)-1, "every operation but splat has a reference")
	eachLevel(t, func(t *testing.T) {
		for op := OpCopy; op < opCount; op++ {
			if op == OpSplat {
				continue
			}
			t.Run(op.String(), func(t *testing.T) {
				for n := 1; n <= 70; n++ {
					for alias := 0; alias <= op.Args(); alias++ {
						checkVM(t, op, n, alias, n%3 != 0)
					}
				}
				checkVM(t, op, 1000, 0, false)
			})
		}
	})
}

// checkVM runs one operation. alias 0 writes apart, k writes over operand k.
func checkVM(t *testing.T, op Op, n, alias int, special bool) {
	const guard = float32(77)
	off := n % 5
	var in [3][]float32
	buffers := make([][]float32, 4)
	for k := range buffers {
		buffers[k] = make([]float32, off+n+20)
		for i := range buffers[k] {
			buffers[k][i] = guard
		}
	}
	for k := range in {
		in[k] = vmInput(uint64(100*n+10*k+alias), n, special)
		copy(buffers[k][off:], in[k])
	}
	d := uint32(3)
	if alias > 0 {
		d = uint32(alias - 1)
	}
	var ptr []*float32
	for _, b := range buffers {
		ptr = append(ptr, &b[off])
	}
	const imm = 1.7
	VM(n, []Ins{{Op: op, D: d, A: 0, B: 1, C: 2, Imm: imm}}, ptr)

	ref := vmReference[op]
	for i := range n {
		a, b, c := float64(in[0][i]), float64(in[1][i]), float64(in[2][i])
		got, want := buffers[d][off+i], ref.value(a, b, c, float64(float32(imm)))
		if !ref.agrees(got, want, a, b, c) {
			require.Failf(t, "wrong value", "%v, n %d, alias %d, element %d: a=%g b=%g c=%g: got %g, want %g", op, n, alias, i, a, b, c, got, want)
		}
	}
	for k, x := range buffers {
		for i := range x {
			if (i < off || i >= off+n) && x[i] != guard {
				require.Failf(t, "wrote outside", "%v, n %d: vector %d at %d: %g", op, n, k, i-off, x[i])
			}
		}
	}
}

func (ref reference) agrees(got float32, want, a, b, c float64) bool {
	if ref.scale == nil {
		return ulps(got, want) <= ref.ulps
	}
	scale := ref.scale(a, b, c)
	if a != a || b != b || want != want {
		return got != got
	}
	if !(scale <= math.MaxFloat32/2) || math.Abs(b) > math.MaxFloat32/2 || b*b > math.MaxFloat32 {
		return true // overflow on the way
	}
	_, e := math.Frexp(scale)
	return math.Abs(float64(got)-want) <= ref.ulps*math.Ldexp(1, max(e-24, -149))
}

func TestVMSplat(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		for n := 1; n <= 70; n++ {
			x := uniform(newRand(uint64(n)), n, -1, 1)
			d := make([]float32, n+1)
			first := x[0]
			code := []Ins{{Op: OpSplat, D: 1, A: 0}, {Op: OpSplat, D: 0, A: 0}}
			VM(n, code, []*float32{&x[0], &d[0]})
			for i := range n {
				require.Equal(t, first, d[i])
				require.Equal(t, first, x[i])
			}
			require.Zero(t, d[n])
		}
	})
}

func TestVMSignedZero(t *testing.T) {
	minus := float32(math.Copysign(0, -1))
	eachLevel(t, func(t *testing.T) {
		for _, c := range []struct {
			op       Op
			in, want float32
		}{{OpCopy, minus, minus}, {OpNeg, 0, minus}, {OpNeg, minus, 0}, {OpTanh, minus, minus}, {OpTanh, 0, 0}, {OpSqrt, minus, minus}, {OpMulImm, minus, minus}} {
			x := []float32{c.in}
			VM(1, []Ins{{Op: c.op, Imm: 3}}, []*float32{&x[0]})
			assert.Equal(t, math.Signbit(float64(c.want)), math.Signbit(float64(x[0])), "%v of %g", c.op, c.in)
		}
	})
}

// A program of several instructions: the LSTM's state update, c = f·c + i·u.
func TestVMProgram(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		const n = 100
		r := newRand(9)
		var v [6][]float32
		var ptr []*float32
		for k := range v {
			v[k] = uniform(r, n, -2, 2)
			ptr = append(ptr, &v[k][0])
		}
		i, f, o, u, c := clone(v[0]), clone(v[1]), clone(v[2]), clone(v[3]), clone(v[4])
		VM(n, []Ins{
			{Op: OpSigmoid, D: 0, A: 0}, {Op: OpAddImm, D: 1, A: 1, Imm: 1}, {Op: OpSigmoid, D: 1, A: 1},
			{Op: OpSigmoid, D: 2, A: 2}, {Op: OpTanh, D: 3, A: 3}, {Op: OpMul, D: 4, A: 4, B: 1},
			{Op: OpFma, D: 4, A: 4, B: 0, C: 3}, {Op: OpTanh, D: 5, A: 4}, {Op: OpMul, D: 5, A: 5, B: 2},
		}, ptr)
		for k := range n {
			want := exactSigmoid(float64(f[k])+1)*float64(c[k]) + exactSigmoid(float64(i[k]))*math.Tanh(float64(u[k]))
			assert.InDelta(t, want, v[4][k], 1e-6)
			assert.InDelta(t, exactSigmoid(float64(o[k]))*math.Tanh(want), v[5][k], 1e-6)
		}
	})
}

func TestVMNothing(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		x := []float32{5}
		VM(0, []Ins{{Op: OpFill}}, []*float32{&x[0]})
		VM(1, nil, []*float32{&x[0]})
		assert.Equal(t, float32(5), x[0])
	})
}

func TestCheck(t *testing.T) {
	assert.NoError(t, Check([]Ins{{Op: OpSelect, D: 3, A: 2, B: 1}}, 4))
	err := Check([]Ins{{Op: OpAdd, D: 4, A: 2}, {Op: 99}}, 4)
	assert.EqualError(t, err, "kernel: instruction 0 (add): operand 4, but there are 4 pointers\n"+
		fmt.Sprintf("kernel: instruction 1: no operation 99; there are %d", opCount))
	assert.Equal(t, "op99", Op(99).String())
}
