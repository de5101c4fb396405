package bench

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"time"

	"github.com/seed391906a2/iss/core/kernel"
)

// GemmSize is the product of a recurrent layer: a batch of [x, h] with the
// weights of four gates, x being as wide as h.
type GemmSize struct {
	Hidden int `json:"hidden"`
	Batch  int `json:"batch"`
}

// PaperGemms are products of the paper's models: the stacked LSTM of 1500 units
// in its protocol, and the medium and small LSTM in their training batches.
var PaperGemms = []GemmSize{{1500, 10}, {650, 20}, {200, 20}}

// PaperSparsities are shares of zeros like those of the paper's figure 1.
var PaperSparsities = []float64{0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.975, 0.99}

// GemmPoint compares, at one share of zeros, random ones in compressed sparse
// rows with as many in rows and columns that are removed. Times are in
// milliseconds.
type GemmPoint struct {
	Sparsity   float64 `json:"sparsity"`
	Removed    int     `json:"removed"` // hidden units: 2k columns and 4k rows
	Sparse     Spread  `json:"sparse_ms"`
	Structured Spread  `json:"structured_ms"`
}

// GemmResult is figure 1 of the paper for one size.
type GemmResult struct {
	GemmSize
	Threads int         `json:"threads"`
	Dense   Spread      `json:"dense_ms"`
	Points  []GemmPoint `json:"points"`
}

// Gemm times figure 1 of Wen et al. (ICLR 2018): the product of a layer's
// weights, [4H × 2H], with a batch; the same with zeros at random places, which
// only a sparse format can leave out; and with k units removed, 2k columns and
// 4k rows, which leaves a smaller dense product. Weights are packed, or
// compressed, beforehand, as they are in inference. All take turns; medians of
// rounds of the options.
func Gemm(ctx context.Context, size GemmSize, sparsities []float64, o Options) (*GemmResult, error) {
	if size.Hidden < 2 || size.Batch < 1 || o.Rounds < 1 {
		return nil, fmt.Errorf("bench: hidden size %d, batch %d and rounds %d are no product to time", size.Hidden, size.Batch, o.Rounds)
	}
	for _, s := range sparsities {
		if !(s > 0 && s < 1) {
			return nil, fmt.Errorf("bench: %g is no share of zeros between 0 and 1", s)
		}
	}
	threads := o.Threads
	if threads == 0 {
		threads = runtime.GOMAXPROCS(0)
	}
	team := kernel.NewTeam(threads)
	defer team.Close()
	in, out := 2*size.Hidden, 4*size.Hidden
	w := kernel.Floats(in * out)
	r := rand.New(rand.NewPCG(o.Seed, 1))
	for i := range w {
		w[i] = float32(r.NormFloat64())
	}
	p := &gemms{team: team, batch: size.Batch}
	p.dense(w, in, out)
	result := &GemmResult{GemmSize: size, Threads: team.N()}
	for _, s := range sparsities {
		p.random(w, in, out, s, r)
		k := int(math.Round(float64(size.Hidden) * (1 - math.Sqrt(1-s))))
		k = min(k, size.Hidden-1)
		p.dense(w, in-2*k, out-4*k)
		result.Points = append(result.Points, GemmPoint{Sparsity: s, Removed: k})
	}
	times := make([][]float64, len(p.runs))
	begin := time.Now()
	for round := -warmup; round < o.Rounds || round < most && time.Since(begin) < o.Least; round++ {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		for i, run := range p.runs {
			start := time.Now()
			for range repeats {
				team.Run(run)
			}
			if round >= 0 {
				times[i] = append(times[i], time.Since(start).Seconds()*1e3/repeats)
			}
		}
	}
	result.Dense = spread(times[0])
	for i := range result.Points {
		result.Points[i].Sparse, result.Points[i].Structured = spread(times[1+2*i]), spread(times[2+2*i])
	}
	return result, nil
}

// repeats is how often a product is run on end: in a model, too, a step's
// weights are those of the last one.
const repeats = 4

// gemms are products that are timed, each one run of a team.
type gemms struct {
	team  *kernel.Team
	batch int
	runs  []func(w int)
}

// dense adds the product with the first rows and columns of w.
func (p *gemms) dense(w []float32, in, out int) {
	packed := kernel.NewPacked(in, out)
	p.team.Run(func(i int) { packed.Pack(i, p.team.N(), w, out, false) })
	x, y := kernel.Floats(p.batch*in), kernel.Floats(p.batch*out)
	p.fill(x)
	p.runs = append(p.runs, func(i int) { kernel.GemmPacked(i, p.team.N(), p.batch, x, in, packed, y, out, false, nil) })
}

// random adds the product with zeros at random places in the transpose of w.
func (p *gemms) random(w []float32, in, out int, sparsity float64, r *rand.Rand) {
	t := make([]float32, len(w))
	for i, v := range w {
		if r.Float64() >= sparsity {
			t[i%out*in+i/out] = v
		}
	}
	s := kernel.NewSparse(t, out, in)
	ld := (p.batch + kernel.Strip - 1) / kernel.Strip * kernel.Strip
	x, y := kernel.Floats(in*ld), kernel.Floats(out*ld)
	p.fill(x)
	p.runs = append(p.runs, func(i int) { s.Mul(i, p.team.N(), y, x, ld) })
}

func (p *gemms) fill(x []float32) {
	for i := range x {
		x[i] = float32(i%7) - 3
	}
}

// Speedups are how many times faster than the dense product a point is.
func (r *GemmResult) Speedups(p GemmPoint) (sparse, structured float64) {
	return r.Dense.Median / p.Sparse.Median, r.Dense.Median / p.Structured.Median
}

// Pays is the share of zeros from which on the sparse format is faster than the
// dense product, between the points measured; ok is false if it never is or
// always was.
func (r *GemmResult) Pays() (sparsity float64, ok bool) {
	for i := len(r.Points) - 1; i > 0; i-- {
		lo, hi := r.Points[i-1], r.Points[i]
		a, _ := r.Speedups(lo)
		b, _ := r.Speedups(hi)
		if a < 1 && b >= 1 {
			return lo.Sparsity + (1-a)/(b-a)*(hi.Sparsity-lo.Sparsity), true
		}
	}
	return 0, false
}
