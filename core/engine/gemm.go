package engine

import (
	"fmt"
	"strings"

	"github.com/seed391906a2/iss/core/kernel"
)

// productStep is a sum of matrix products, with a bias and a base in place.
// The parts are added one after the other; every worker owns the same tiles in
// each of them, so no barrier lies between.
type productStep struct {
	parts  []factorPair
	dst    view
	bias   *view
	add    bool // the base lies in dst
	inLoop bool
	direct bool // a is read in place, by every worker for its own tiles

	to, from loc // result and bias, bound
}

// fewRows is how many rows are too few for packing them to pay.
const fewRows = 64

// factorPair is one product of a sum.
type factorPair struct {
	a, b         view
	trans, outer bool
	packed       *kernel.Packed
	k            size // terms of the inner sum

	left, right loc
	g           kernel.Gemm
}

func (b *block) product(n *node) step {
	s := &productStep{dst: n.out[0].view(), add: n.base != nil, inLoop: b.loop != nil}
	if !s.dst.matrix() {
		panic(internal("%v: its result does not lie as a matrix", n))
	}
	if n.bias != nil {
		v := n.bias.view()
		s.bias = &v
	}
	for _, q := range n.prods {
		f := factorPair{a: q.a.view(), b: q.b.view(), trans: q.trans, outer: q.outer, k: q.a.shape.last()}
		if q.outer {
			f.k = q.a.shape.lead().count()
		} else {
			f.packed = b.pack(f.b, q, n.place)
		}
		s.parts = append(s.parts, f)
	}
	return s
}

// largest are the products at the largest lengths, in size.
func (s *productStep) largest(most lengths) (list []kernel.Gemm) {
	m, n := s.dst.shape.rows(most), s.dst.shape.last().at(most)
	for i := range s.parts {
		list = append(list, kernel.Gemm{M: m, N: n, K: s.parts[i].k.at(most), Packed: s.parts[i].packed})
	}
	return list
}

func (s *productStep) bind(n lengths) {
	s.to.bind(s.dst, n)
	if s.bias != nil {
		s.from.bind(*s.bias, n)
	}
	m, cols := s.dst.shape.rows(n), s.dst.shape.last().at(n)
	s.direct = s.inLoop || m <= fewRows
	for i := range s.parts {
		f := &s.parts[i]
		f.left.bind(f.a, n)
		f.right.bind(f.b, n)
		f.g = kernel.Gemm{
			TransA: f.outer, TransB: f.trans, M: m, N: cols, K: f.k.at(n), Packed: f.packed,
			LDA: distance(f.a, n), LDB: distance(f.b, n), LDC: distance(s.dst, n), Acc: s.add || i > 0,
		}
	}
}

// distance of a matrix's rows, under a binding.
func distance(v view, n lengths) int {
	return max(v.rowStride().at(n), v.shape.last().at(n), 1)
}

func (s *productStep) run(x *worker) {
	c := s.to.from(x)
	var bias []float32
	if s.bias != nil {
		bias = s.from.from(x)
	}
	for i := range s.parts {
		f := &s.parts[i]
		a := f.left.from(x)
		if f.packed != nil && s.direct {
			kernel.GemmPacked(x.w, x.n, f.g.M, a, f.g.LDA, f.packed, c, f.g.LDC, f.g.Acc, bias)
		} else {
			g := f.g
			g.A, g.C, g.Bias = a, c, bias
			if f.packed == nil {
				g.B = f.right.from(x)
			}
			x.team.Gemm(x.w, g)
		}
		bias = nil
	}
}

func (s *productStep) flops() (sum float64) {
	for i := range s.parts {
		g := &s.parts[i].g
		sum += 2 * float64(g.M) * float64(g.N) * float64(g.K)
	}
	return sum
}

func (s *productStep) about() (string, float64) {
	var b strings.Builder
	for i := range s.parts {
		g := &s.parts[i].g
		if i > 0 || s.add {
			b.WriteString(" + ")
		}
		fmt.Fprintf(&b, "%d×%d·%d×%d", g.M, g.K, g.K, g.N)
		if s.parts[i].packed != nil {
			b.WriteString(" packed")
		}
	}
	if s.bias != nil {
		b.WriteString(" + bias")
	}
	what := "product "
	if s.parts[0].outer {
		what = "product over rows "
	}
	return what + strings.TrimPrefix(b.String(), " "), s.flops()
}
