package kernel

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// Nothing allocates in a training step.
func TestAllocations(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		team := NewTeam(2)
		defer team.Close()
		const m, k, n = 20, 900, 100
		r := newRand(1)
		a, b, c, bias := uniform(r, m*k, -1, 1), uniform(r, k*n, -1, 1), make([]float32, m*n), uniform(r, n, -1, 1)
		g := Gemm{M: m, N: n, K: k, A: a, LDA: k, B: b, LDB: n, C: c, LDC: n, Bias: bias}
		tn := Gemm{M: k, N: n, K: m, A: a, LDA: k, TransA: true, B: c, LDB: n, C: b, LDC: n}
		packed := NewPacked(k, n)
		team.Reserve(g)
		team.Reserve(tn)
		code := []Ins{{Op: OpSigmoid, D: 0, A: 0}, {Op: OpFma, D: 0, A: 0, B: 1, C: 2}}
		step := func(w int) {
			packed.Pack(w, team.N(), b, n, false)
			team.Barrier()
			GemmPacked(w, team.N(), m, a, k, packed, c, n, true, bias)
			team.Barrier()
			team.Gemm(w, g)
			team.Barrier()
			team.Gemm(w, tn)
			team.Barrier()
			if w > 0 {
				return
			}
			VM(n, code, []*float32{&c[0], &a[0], &b[0]})
			Axpy(c[:n], a[:n], 0.1)
			Scale(c, 0.9)
			Softmax(c[:n])
			SoftmaxXent(c[:n], 3, 0.1)
			Threshold(b, 1e-3)
			ColSum(bias, c, n, m, true)
			SqColSum(bias, c, n, m, true)
			SqRowSum(bias[:m], c, n, n, true)
			RowDots(bias[:m], c, n, a[:n], true)
			AddScaled(c, n, b, n, m, n, a[:m], bias)
			bias[0] = float32(LogSumExp(c) + SumSq(c) + Sum(c) + Dot(a[:n], bias))
		}
		assert.Zero(t, testing.AllocsPerRun(20, func() { team.Run(step) }))
	})
}
