package bench

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/seed391906a2/iss/core/engine"
	"github.com/seed391906a2/iss/core/kernel"
)

// Work is where the time of measured runs goes by what is done in it.
type Work struct {
	LargeProduct float64     `json:"large_product_gflops"` // that the same workers reach on one large product
	Kinds        []WorkShare `json:"kinds"`                // the most first
}

// WorkShare is the part of a kind of work.
type WorkShare struct {
	Kind   string  `json:"kind"`
	MS     float64 `json:"ms"` // of a mean run
	Share  float64 `json:"share"`
	GFLOPS float64 `json:"gflops,omitempty"`
}

// What the kinds of work are called that Piece.Work does not name.
const (
	largeProducts = "large products"
	smallProducts = "small products"
	outsidePlan   = "outside the plan"
)

// large is from how many operations on a product is large: a million
// multiply-adds, about 10 µs of a worker. The products in the loops of a small
// batch are smaller.
const large = 2e6

// tally adds runs up.
type tally struct {
	ns, flops map[string]float64
	total     float64
}

func newTally() *tally { return &tally{ns: map[string]float64{}, flops: map[string]float64{}} }

// add counts the pieces of runs that took so many milliseconds together.
func (t *tally) add(pieces []engine.Piece, took float64) {
	rest := took * 1e6
	for _, p := range pieces {
		kind := string(p.Work)
		if p.Work == engine.Product {
			kind = smallProducts
			if p.FLOPs >= large*float64(p.Runs) {
				kind = largeProducts
			}
		}
		t.ns[kind] += float64(p.Time)
		t.flops[kind] += p.FLOPs
		rest -= float64(p.Time)
	}
	t.ns[outsidePlan] += max(0, rest)
	t.total += took * 1e6
}

// result is the mean of so many runs.
func (t *tally) result(runs int, largeProduct float64) *Work {
	w := &Work{LargeProduct: largeProduct}
	for kind, ns := range t.ns {
		if ns > 0 {
			w.Kinds = append(w.Kinds, WorkShare{kind, ns / 1e6 / float64(runs), ns / t.total, t.flops[kind] / ns})
		}
	}
	slices.SortFunc(w.Kinds, func(a, b WorkShare) int {
		return cmp.Or(cmp.Compare(b.MS, a.MS), strings.Compare(a.Kind, b.Kind))
	})
	return w
}

// Write writes a line for each kind, the share of runs of what is named.
func (w *Work) Write(to io.Writer, what string) error {
	var b strings.Builder
	fmt.Fprintf(&b, "the time of %s, against the %.1f GFLOPS of a product of %d×%d·%d×%d:\n",
		what, w.LargeProduct, productSize, productSize, productSize, productSize)
	for _, k := range w.Kinds {
		fmt.Fprintf(&b, "  %s %.3f ms, %.1f %%", k.Kind, k.MS, 100*k.Share)
		if k.Kind == largeProducts || k.Kind == smallProducts || k.Kind == string(engine.Attention) {
			fmt.Fprintf(&b, ", %.1f GFLOPS, %.0f %% of it", k.GFLOPS, 100*k.GFLOPS/w.LargeProduct)
		}
		b.WriteByte('\n')
	}
	_, err := io.WriteString(to, b.String())
	return err
}

// productSize is the size of the large product.
const productSize = 1024

// largeProduct is what a team reaches, in GFLOPS, on a product so large that
// reading its operands and packing them is nothing beside it, weights packed
// ahead: the best of a few tries, the first of which is not counted.
func largeProduct(team *kernel.Team) (best float64) {
	const n, tries = productSize, 5
	a, b, c := kernel.Floats(n*n), kernel.Floats(n*n), kernel.Floats(n*n)
	for i := range a {
		a[i], b[i] = float32(i%7)-3, float32(i%5)-2
	}
	packed := kernel.NewPacked(n, n)
	team.Run(func(w int) { packed.Pack(w, team.N(), b, n, false) })
	g := kernel.Gemm{M: n, N: n, K: n, A: a, LDA: n, Packed: packed, C: c, LDC: n}
	team.Reserve(g)
	for i := range tries {
		took := timed(func() { team.Run(func(w int) { team.Gemm(w, g) }) })
		if i > 0 {
			best = max(best, 2*n*n*n/took/1e6)
		}
	}
	return best
}
