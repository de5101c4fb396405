package bench

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/tensor"
	"github.com/seed391906a2/iss/groups"
	"github.com/seed391906a2/iss/tasks"
)

// Model is what is timed: inference, which computes its answers (all outputs in
// a model without a loss) and its carried states, or training.
type Model struct {
	Name     string
	Graph    *graph.Graph
	Terms    tasks.Terms                      // what answers, what layers are called; outputs nil: "logits"
	Tensors  map[string]tensor.Dense[float32] // nil: drawn as for a new model
	Binding  graph.Binding                    // of axes that differ from the options
	Training *Training                        // nil: inference
	Examples tasks.Batches                    // what it is fed in RunExamples
	Paper    tasks.PublishedTime              // what was published of it, if anything
}

// Training says how a model whose training is timed is trained: clipping, rate
// and group Lasso.
type Training struct {
	Config tasks.Config
	Groups []groups.Group
}

// Options are the protocol.
type Options struct {
	Batch, Steps int // streams side by side; time steps, and the length of any other axis
	Rounds       int // timed runs of each model
	// Least is for how long rounds go on at the least, though for no more than
	// 1000 of them: a few runs of a small model say little.
	Least   time.Duration
	Threads int // 0: all cores
	Seed    uint64
	Explain io.Writer // where each model's plan goes, with the time of its steps; nil: nowhere
	// Progress is called after each round of all models on examples, timed or
	// not, with how many are done and how many there are; nil: nobody asks.
	Progress func(done, rounds int)
}

// Paper is the protocol of the paper, with fewer rounds: it takes the mean of
// 1000 runs where this takes the median.
var Paper = Options{Batch: 10, Steps: 30, Rounds: 30, Least: time.Second, Seed: 1}

// Result is what was measured of a model.
type Result struct {
	Name     string    `json:"name"`
	Kind     Kind      `json:"kind"`
	Threads  int       `json:"threads"`
	Tokens   int       `json:"tokens"` // in a run, or a mean example
	Weights  int       `json:"weights"`
	MultAdds int       `json:"mult_adds"`  // of inference, per token or other step; of a mean example
	Time     Spread    `json:"ms"`         // milliseconds per run; of examples, each the median of its rounds
	Min      float64   `json:"min_ms"`     // of the fastest run
	Rounds   int       `json:"rounds"`     // that were timed
	GFLOPS   float64   `json:"gflops"`     // billions of operations a second at the median, a multiply-add being two; training counts three times the multiply-adds of inference
	Peak     float64   `json:"peak"`       // GFLOPS that these workers reached on multiply-adds alone, in the same minutes
	WeightGB float64   `json:"weight_gbs"` // GB of weights that products read a second
	Memory   int64     `json:"memory"`     // bytes the executor planned
	Allocs   float64   `json:"allocs"`     // on the heap, per run
	Paper    Published `json:"paper,omitzero"`

	Examples int     `json:"examples,omitempty"` // that it ran on, see RunExamples
	Mean     float64 `json:"mean_ms,omitempty"`  // of the examples
	Layers   []Layer `json:"layers,omitempty"`   // where the time goes, where it was explained or ran on examples
	Work     *Work   `json:"work,omitempty"`     // the same by kind of work
}

// Published is what was published of a model.
type Published struct {
	Row     string  `json:"row"`
	Weights string  `json:"weights"`
	MS      float64 `json:"ms"`
}

// Kind says what was timed.
type Kind string

// The kinds.
const (
	Inference Kind = "inference"
	Train     Kind = "train"
)

// Share is the part of the peak that was reached.
func (r *Result) Share() float64 { return r.GFLOPS / r.Peak }

// WordsPerSec is the number of tokens a second, of runs at the median, of
// examples in the mean.
func (r *Result) WordsPerSec() float64 { return float64(r.Tokens) / r.typical() * 1e3 }

// typical is the time that ratios are of, in milliseconds.
func (r *Result) typical() float64 {
	if r.Examples > 0 {
		return r.Mean
	}
	return r.Time.Median
}

// SpeedUp is how many times faster r is than the other.
func (r *Result) SpeedUp(other *Result) float64 { return other.typical() / r.typical() }

// Run times the models. It stops with ctx.Err() when ctx is done.
func Run(ctx context.Context, models []Model, o Options) (results []Result, err error) {
	if o.Batch < 1 || o.Steps < 1 || o.Rounds < 1 {
		return nil, fmt.Errorf("bench: batch %d, steps %d and rounds %d must all be at least 1", o.Batch, o.Steps, o.Rounds)
	}
	runners, end, err := newRunners(models, o)
	if err != nil {
		return nil, err
	}
	defer end()
	times := make([][]float64, len(models))
	begin := time.Now()
	for round := -warmup; round < o.Rounds || round < most && time.Since(begin) < o.Least; round++ {
		for i, r := range runners {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			start := time.Now()
			if err := r.run(); err != nil {
				return nil, fmt.Errorf("bench: %s: %w", models[i].Name, err)
			}
			if round >= 0 {
				times[i] = append(times[i], time.Since(start).Seconds()*1e3)
			}
			r.peak.measure(r.engine.Team())
		}
	}
	results = make([]Result, len(models))
	for i, m := range models {
		r := runners[i]
		q := r.result(m)
		q.Tokens, q.MultAdds = r.tokens, core.MultAdds(r.graph)
		q.Time, q.Min, q.Rounds = spread(times[i]), slices.Min(times[i]), len(times[i])
		if q.Allocs, err = r.allocs(); err == nil && o.Explain != nil {
			err = r.shares(m, &q, o.Explain)
		}
		if err != nil {
			return nil, fmt.Errorf("bench: %s: %w", m.Name, err)
		}
		q.GFLOPS = 2 * float64(r.passes()*core.MultAddsAt(r.graph, r.binding)) / q.Time.Median / 1e6
		q.WeightGB = float64(r.engine.WeightBytes()) / q.Time.Median / 1e6
		results[i] = q
	}
	return results, nil
}

// shares explains a result of runs on drawn inputs.
func (r *runner) shares(m Model, q *Result, w io.Writer) error {
	pieces, took, err := r.explain(m.Name, w, explained)
	if err != nil {
		return err
	}
	l, t := newLayering(m), newTally()
	q.Layers = l.layers([][]float64{l.split(pieces, took)}, []float64{q.Time.Median})
	t.add(pieces, took)
	q.Work = t.result(explained, largeProduct(r.engine.Team()))
	if err := writeLayers(w, q.Layers); err != nil {
		return err
	}
	return q.Work.Write(w, "a run")
}

const (
	warmup    = 2    // rounds that are not timed
	most      = 1000 // rounds, where Least would have more
	explained = 10   // rounds that a plan's steps are timed in
)

// String is the result in one line.
func (r *Result) String() string {
	s := fmt.Sprintf("%s, %d threads: %.3f ms (%.3f to %.3f, best %.3f; %d runs), %.1f GFLOPS of %.1f, %.0f %%; weights read %.1f GB/s; %.0f MB, %.0f allocations",
		r.Name, r.Threads, r.Time.Median, r.Time.Low, r.Time.High, r.Min, r.Rounds, r.GFLOPS, r.Peak, 100*r.Share(), r.WeightGB, float64(r.Memory)/1e6, r.Allocs)
	if r.Kind == Train {
		s += fmt.Sprintf("; %.0f words/s", r.WordsPerSec())
	}
	return s
}
