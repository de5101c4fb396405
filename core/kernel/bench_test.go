package kernel

import (
	"fmt"
	"testing"
)

// The sizes that matter: steps of the recurrent layers (batch × hidden × gates)
// and the softmax layer with its two gradients.
//
//	go test -run '^$' -bench . ./core/kernel
//	ISS_CPU=avx2 go test -run '^$' -bench Recurrent ./core/kernel

func BenchmarkRecurrent(b *testing.B) {
	for _, size := range [][3]int{{1, 373, 1492}, {10, 373, 1492}, {20, 200, 800}, {20, 650, 2600}, {10, 1500, 6000}, {20, 1500, 6000}, {1, 1500, 6000}} {
		eachTeam(b, fmt.Sprintf("%d×%d×%d", size[0], size[1], size[2]), func(b *testing.B, team *Team) {
			m, k, n := size[0], size[1], size[2]
			r := newRand(1)
			a, w, c, p := aligned(uniform(r, m*k, -1, 1)), uniform(r, k*n, -1, 1), Floats(m*n), NewPacked(k, n)
			team.Run(func(i int) { p.Pack(i, team.N(), w, n, false) })
			const steps = 20 // in one Run, as in a recurrent layer
			f := func(i int) {
				for range steps {
					GemmPacked(i, team.N(), m, a, k, p, c, n, false, nil)
					team.Barrier()
				}
			}
			for b.Loop() {
				team.Run(f)
			}
			gflops(b, steps*2*m*k*n)
		})
	}
}

func BenchmarkGemm(b *testing.B) {
	for _, g := range []Gemm{
		{M: 400, N: 10000, K: 200},
		{M: 200, N: 10000, K: 400, TransA: true},
		{M: 400, N: 200, K: 10000, TransB: true},
		{M: 700, N: 2600, K: 650},
		{M: 650, N: 2600, K: 700, TransA: true},
		{M: 700, N: 650, K: 2600, TransB: true},
		{M: 700, N: 6000, K: 1500},
	} {
		kind := map[bool]string{false: "N", true: "T"}
		eachTeam(b, fmt.Sprintf("%s%s/%d×%d×%d", kind[g.TransA], kind[g.TransB], g.M, g.K, g.N), func(b *testing.B, team *Team) {
			g, r := g, newRand(2)
			g.A, g.B, g.C = aligned(uniform(r, g.M*g.K, -1, 1)), aligned(uniform(r, g.K*g.N, -1, 1)), Floats(g.M*g.N)
			_, g.LDA = swapIf(g.TransA, g.M, g.K)
			_, g.LDB = swapIf(g.TransB, g.K, g.N)
			g.LDC = g.N
			team.Reserve(g)
			f := func(w int) { team.Gemm(w, g) }
			for b.Loop() {
				team.Run(f)
			}
			gflops(b, 2*g.M*g.N*g.K)
		})
	}
}

func BenchmarkPack(b *testing.B) {
	for _, trans := range []bool{false, true} {
		for _, size := range [][2]int{{200, 800}, {650, 2600}, {1500, 6000}} {
			eachTeam(b, fmt.Sprintf("%d×%d/trans=%v", size[0], size[1], trans), func(b *testing.B, team *Team) {
				k, n := size[0], size[1]
				_, ld := swapIf(trans, k, n)
				w, p := aligned(uniform(newRand(5), k*n, -1, 1)), NewPacked(k, n)
				f := func(i int) { p.Pack(i, team.N(), w, ld, trans) }
				for b.Loop() {
					team.Run(f)
				}
				b.ReportMetric(float64(4*k*n)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GB/s")
			})
		}
	}
}

func BenchmarkVM(b *testing.B) {
	const n = 512
	x := aligned(uniform(newRand(3), 4*n, -4, 4))
	ptr := []*float32{&x[0], &x[n], &x[2*n], &x[3*n]}
	for op := OpCopy; op < opCount; op++ {
		b.Run(op.String(), func(b *testing.B) {
			code := []Ins{{Op: op, D: 3, A: 0, B: 1, C: 2}}
			for b.Loop() {
				VM(n, code, ptr)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/element")
		})
	}
}

func BenchmarkVector(b *testing.B) {
	const n = 10000
	x, y := aligned(uniform(newRand(4), n, -4, 4)), Floats(n)
	for _, f := range []struct {
		name string
		call func()
	}{
		{"Axpy", func() { Axpy(y, x, 1e-9) }},
		{"Scale", func() { Scale(x, 1) }},
		{"Sum", func() { Sum(x) }},
		{"SumSq", func() { SumSq(x) }},
		{"Dot", func() { Dot(x, y) }},
		{"MaxOf", func() { MaxOf(x) }},
		{"LogSumExp", func() { LogSumExp(x) }},
		{"Softmax", func() { copy(y, x); Softmax(y) }},
		{"SoftmaxXent", func() { copy(y, x); SoftmaxXent(y, 17, 0.05) }},
		{"Threshold", func() { Threshold(x, 1e-4) }},
		{"ColSum", func() { ColSum(y[:100], x, 100, n/100, true) }},
		{"SqColSum", func() { SqColSum(y[:100], x, 100, n/100, true) }},
		{"SqRowSum", func() { SqRowSum(y[:100], x, 100, n/100, true) }},
		{"AddScaled", func() { AddScaled(y, 100, x, 100, n/100, 100, x[:100], x[:100]) }},
	} {
		b.Run(f.name, func(b *testing.B) {
			for b.Loop() {
				f.call()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/element")
		})
	}
}

func BenchmarkTeam(b *testing.B) {
	eachTeam(b, "Run", func(b *testing.B, team *Team) {
		f := func(int) {}
		for b.Loop() {
			team.Run(f)
		}
	})
	eachTeam(b, "Barrier", func(b *testing.B, team *Team) {
		team.Run(func(w int) {
			if w > 0 {
				for range b.N {
					team.Barrier()
				}
				return
			}
			b.ResetTimer()
			for range b.N {
				team.Barrier()
			}
		})
	})
}

// eachTeam runs a benchmark with one worker and with two.
func eachTeam(b *testing.B, name string, f func(b *testing.B, team *Team)) {
	for _, n := range []int{1, 2} {
		b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) {
			team := NewTeam(n)
			defer team.Close()
			f(b, team)
		})
	}
}

func gflops(b *testing.B, flops int) {
	b.ReportMetric(float64(flops)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOPS")
}

// aligned copies x into memory from Floats.
func aligned(x []float32) []float32 {
	y := Floats(len(x))
	copy(y, x)
	return y
}
