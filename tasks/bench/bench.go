package bench

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/tensor"
)

// Model is what is timed: its outputs named "logits" and its carried states
// are computed.
type Model struct {
	Name    string
	Graph   *graph.Graph
	Tensors map[string]tensor.Dense[float32] // nil: drawn as for a new model
}

// Options are the protocol.
type Options struct {
	Batch, Steps int // streams side by side, time steps
	Rounds       int // timed runs of each model
	// Least is for how long rounds go on at the least, though for no more than
	// 1000 of them: a few runs of a small model say little.
	Least   time.Duration
	Threads int // 0: all cores
	Seed    uint64
	Explain io.Writer // where each model's plan goes, with the time of its steps; nil: nowhere
}

// Paper is the protocol of the paper, with fewer rounds: it takes the mean of
// 1000 runs where this takes the median.
var Paper = Options{Batch: 10, Steps: 30, Rounds: 30, Least: time.Second, Seed: 1}

// Result is what was measured of a model.
type Result struct {
	Name     string  `json:"name"`
	Weights  int     `json:"weights"`
	MultAdds int     `json:"mult_adds"` // per token
	Time     Spread  `json:"ms"`        // milliseconds per batch
	Rounds   int     `json:"rounds"`    // that were timed
	GFLOPS   float64 `json:"gflops"`    // billions of operations a second at the median, a multiply-add being two
	Memory   int64   `json:"memory"`    // bytes the executor planned
}

// Run times the models. It stops with ctx.Err() when ctx is done.
func Run(ctx context.Context, models []Model, o Options) ([]Result, error) {
	if o.Batch < 1 || o.Steps < 1 || o.Rounds < 1 {
		return nil, fmt.Errorf("bench: batch %d, steps %d and rounds %d must all be at least 1", o.Batch, o.Steps, o.Rounds)
	}
	runners := make([]*runner, len(models))
	for i, m := range models {
		r, err := newRunner(m, o)
		if err != nil {
			return nil, fmt.Errorf("bench: %s: %w", m.Name, err)
		}
		defer r.close()
		runners[i] = r
	}
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
		}
	}
	results := make([]Result, len(models))
	for i, m := range models {
		if err := runners[i].explain(m.Name, o.Explain); err != nil {
			return nil, fmt.Errorf("bench: %s: %w", m.Name, err)
		}
		r := Result{Name: m.Name, Weights: core.Weights(m.Graph), Time: spread(times[i]), Rounds: len(times[i]), Memory: runners[i].engine.Memory()}
		r.MultAdds = core.MultAdds(runners[i].graph)
		r.GFLOPS = 2 * float64(r.MultAdds) * float64(o.Batch*o.Steps) / r.Time.Median / 1e6
		results[i] = r
	}
	return results, nil
}

const (
	warmup    = 2    // rounds that are not timed
	most      = 1000 // rounds, where Least would have more
	explained = 10   // rounds that a plan's steps are timed in
)
