package kernel

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// product is a matrix product with its operands laid out with gaps between the
// rows, and the exact result. Gaps hold NaN: reading one spoils the result.
type product struct {
	Gemm
	want []float64
	size float64 // the largest Σ|a·b|: what rounding errors are measured by
}

type filler func(n int) []float32

// newProduct fills a product of the given size and orientation. gap floats lie
// between rows; off is where the first element starts, to unalign everything.
func newProduct(fill filler, m, n, k int, transA, transB, acc, bias bool, gap, off int) *product {
	p := &product{Gemm: Gemm{TransA: transA, TransB: transB, M: m, N: n, K: k, Acc: acc}}
	matrix := func(rows, cols int) ([]float32, int) {
		ld := cols + gap
		x := make([]float32, off+max(0, rows-1)*ld+cols)
		for i := range x {
			x[i] = float32(math.NaN())
		}
		for r := range rows {
			copy(x[off+r*ld:], fill(cols))
		}
		return x[off:], ld
	}
	rows, cols := swapIf(transA, m, k)
	p.A, p.LDA = matrix(rows, cols)
	rows, cols = swapIf(transB, k, n)
	p.B, p.LDB = matrix(rows, cols)
	p.C, p.LDC = matrix(m, n)
	if !acc {
		for r := range m {
			for j := range n {
				p.C[r*p.LDC+j] = float32(math.NaN()) // the old C must not count
			}
		}
	}
	if bias {
		p.Bias = fill(n)
	}
	p.reference()
	return p
}

func (p *product) reference() {
	p.want = make([]float64, p.M*p.N)
	for i := range p.M {
		for j := range p.N {
			var s, size float64
			if p.Acc {
				s = float64(p.C[i*p.LDC+j])
			}
			if p.Bias != nil {
				s += float64(p.Bias[j])
			}
			for q := range p.K {
				a, b := i*p.LDA+q, q*p.LDB+j
				if p.TransA {
					a = q*p.LDA + i
				}
				if p.TransB {
					b = j*p.LDB + q
				}
				x := float64(p.A[a]) * float64(p.B[b])
				s += x
				size += math.Abs(x)
			}
			p.want[i*p.N+j] = s
			p.size = max(p.size, size)
		}
	}
}

// check compares C with the reference and the gaps of C with NaN.
func (p *product) check(t *testing.T, c []float32, tolerance float64, name string) {
	for i := range p.M {
		for j := range p.N {
			got, want := float64(c[i*p.LDC+j]), p.want[i*p.N+j]
			if !(math.Abs(got-want) <= tolerance) {
				require.Failf(t, "wrong product", "%s: C[%d,%d] = %v, want %v ± %v", name, i, j, got, want, tolerance)
			}
		}
		if i < p.M-1 {
			for _, x := range c[i*p.LDC+p.N : (i+1)*p.LDC] {
				if x == x {
					require.Failf(t, "wrote outside", "%s: %g behind row %d", name, x, i)
				}
			}
		}
	}
}

// run computes the product by every way there is: unpacked, packed, and in place
// where A is not transposed.
func (p *product) run(t *testing.T, team *Team, tolerance float64) {
	name := fmt.Sprintf("%d×%d×%d transA=%v transB=%v acc=%v bias=%v", p.M, p.N, p.K, p.TransA, p.TransB, p.Acc, p.Bias != nil)
	packed := NewPacked(p.K, p.N)
	direct, viaPacked := p.Gemm, p.Gemm
	direct.C, viaPacked.C = clone(p.C), clone(p.C)
	viaPacked.B, viaPacked.Packed = nil, packed
	inPlace := clone(p.C)
	team.Reserve(direct)
	team.Reserve(viaPacked)
	team.Run(func(w int) {
		packed.Pack(w, team.N(), p.B, p.LDB, p.TransB)
		team.Barrier()
		team.Gemm(w, direct)
		team.Gemm(w, viaPacked)
		if !p.TransA {
			GemmPacked(w, team.N(), p.M, p.A, p.LDA, packed, inPlace, p.LDC, p.Acc, p.Bias)
		}
	})
	p.check(t, direct.C, tolerance, "Gemm "+name)
	if !p.TransA { // A was read in place, if it is narrow; packed it gives the same bits
		again := p.Gemm
		again.C = clone(p.C)
		never(func() { team.Run(func(w int) { team.Gemm(w, again) }) })
		for i, got := range again.C {
			if want := direct.C[i]; got != want && (got == got || want == want) {
				require.Failf(t, "packing A changes bits", "%s: element %d: %g, in place %g", name, i, got, want)
			}
		}
	}
	p.check(t, viaPacked.C, tolerance, "Gemm packed "+name)
	if !p.TransA {
		p.check(t, inPlace, tolerance, "GemmPacked "+name)
	}
}

// never runs f with no product narrow enough to read A in place.
func never(f func()) {
	before := narrow
	narrow = -1
	defer func() { narrow = before }()
	f()
}

func clone(x []float32) []float32 { return append([]float32(nil), x...) }

// Every height and width up to two tiles and a bit, with whole numbers, so that
// the result is exact.
func TestGemmSmallSizes(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		team := NewTeam(2)
		defer team.Close()
		r := newRand(1)
		fill := func(n int) []float32 { return integers(r, n) }
		s := shapes[active]
		ks := []int{0, 1, 2, 3, 4, 5, 7, 16, 17}
		step := 1
		if active == levelGeneric {
			step = 7 // gonum's loops have no edges of their own
		}
		for m := 0; m <= 2*s.mr+1; m += step {
			for n := 0; n <= 2*s.nr+1; n += step {
				x := m*7 + n
				newProduct(fill, m, n, ks[x%len(ks)], x%2 == 0, x/2%2 == 0, x/4%2 == 0, x/8%2 == 0, x%3, x%5).run(t, team, 0)
			}
		}
	})
}

// All combinations of the switches at sizes around the blocks, and with one column;
// with and without gaps between the rows.
func TestGemmSwitches(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		team := NewTeam(3)
		defer team.Close()
		r := newRand(2)
		fill := func(n int) []float32 { return integers(r, n) }
		s := shapes[active]
		for _, size := range [][3]int{{1, 1, 1}, {s.mr, s.nr, s.kc}, {s.mr + 3, s.nr - 1, s.kc + 1}, {3, s.nr + 5, 2*s.kc + 9}, {53, 17, 40}, {53, 1, 40}, {5*s.mr + 3, 1, s.kc + 9}} {
			for bits := range 32 {
				gap := 3 * (bits >> 4)
				newProduct(fill, size[0], size[1], size[2], bits&1 != 0, bits&2 != 0, bits&4 != 0, bits&8 != 0, gap, 1).run(t, team, 0)
			}
		}
	})
}

// Larger ones with random reals: each sum of k products may be off by k
// half units in the last place of Σ|a·b|.
func TestGemmLarge(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		team := NewTeam(2)
		defer team.Close()
		r := newRand(3)
		fill := func(n int) []float32 { return uniform(r, n, -1, 1) }
		for i, size := range [][3]int{{10, 373, 315}, {20, 100, 800}, {131, 41, 801}, {205, 95, 64}, {300, 64, 33}} {
			p := newProduct(fill, size[0], size[1], size[2], i%2 == 1, i%3 == 1, i%2 == 0, true, 0, 0)
			p.run(t, team, float64(p.K+2)*0x1p-24*p.size)
		}
	})
}

func TestGemmPropagatesNaN(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		team := NewTeam(1)
		defer team.Close()
		p := newProduct(func(n int) []float32 { return uniform(newRand(4), n, 1, 2) }, 5, 40, 9, false, false, false, false, 0, 0)
		p.B[3*p.LDB+33] = float32(math.NaN())
		p.A[2*p.LDA+1] = float32(math.Inf(1))
		team.Reserve(p.Gemm)
		team.Run(func(w int) { team.Gemm(w, p.Gemm) })
		for i := range p.M {
			for j := range p.N {
				x := p.C[i*p.LDC+j]
				switch {
				case j == 33:
					assert.True(t, x != x, "C[%d,%d] = %v, want NaN", i, j, x)
				case i == 2:
					assert.True(t, math.IsInf(float64(x), 1), "C[%d,%d] = %v, want +Inf", i, j, x)
				default:
					assert.InDelta(t, p.want[i*p.N+j], x, 1e-4)
				}
			}
		}
	})
}

func TestGemmMisuse(t *testing.T) {
	team := NewTeam(1)
	defer team.Close()
	x := make([]float32, 12)
	ok := Gemm{M: 2, N: 3, K: 2, A: x, LDA: 2, B: x, LDB: 3, C: make([]float32, 6), LDC: 3}
	team.Reserve(ok)
	with := func(change func(g *Gemm)) Gemm {
		g := ok
		change(&g)
		return g
	}
	for _, c := range []struct {
		name, text string
		g          Gemm
	}{
		{"short A", "kernel: A (2×2, row stride 9) has 10 floats, needs 11", with(func(g *Gemm) { g.A, g.LDA = x[:10], 9 })},
		{"narrow B", "kernel: B (2×3): row stride 2 is less than the 3 columns", with(func(g *Gemm) { g.LDB = 2 })},
		{"short C", "kernel: C (2×3, row stride 3) has 5 floats, needs 6", with(func(g *Gemm) { g.C = x[:5] })},
		{"short bias", "kernel: Bias has 2 floats, needs 3", with(func(g *Gemm) { g.Bias = x[:2] })},
		{"other packing", "kernel: op(B) is packed 3×3, the product wants 2×3", with(func(g *Gemm) { g.Packed = NewPacked(3, 3) })},
		{"other level", "kernel: the operand was packed for tiles of 5 columns, the kernels in use have " + fmt.Sprint(shapes[active].nr) + ": pack it again",
			with(func(g *Gemm) { g.Packed = NewPacked(2, 3); g.Packed.shape.nr = 5 })},
		{"negative", "kernel: A is -2×2: sizes must not be negative", with(func(g *Gemm) { g.M = -2 })},
		{"not reserved", "kernel: no room for a product of 2×5000 by 5000×1: call Reserve while planning",
			with(func(g *Gemm) {
				g.K, g.A, g.LDA, g.N, g.B, g.LDB = 5000, make([]float32, 10000), 5000, 1, make([]float32, 5000), 1
			})},
	} {
		t.Run(c.name, func(t *testing.T) {
			assert.PanicsWithError(t, c.text, func() { team.Run(func(w int) { team.Gemm(w, c.g) }) })
		})
	}
	assert.NotPanics(t, func() { team.Run(func(w int) { team.Gemm(w, ok) }) })
}
