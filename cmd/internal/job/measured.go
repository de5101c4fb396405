package job

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/seed391906a2/iss/cmd/internal/model"
	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/tensor"
	"github.com/seed391906a2/iss/tasks"
	"github.com/seed391906a2/iss/tasks/bench"
	"github.com/seed391906a2/iss/tasks/train"
)

// Measured is a trained model and all that is known of it.
type Measured struct {
	Kind     string            `json:"kind"` // dense, sparse or compact
	Run      string            `json:"run"`
	Valid    tasks.Score       `json:"valid"`
	Test     tasks.Score       `json:"test"`
	Units    map[string][2]int `json:"units"` // by class: left, of
	Weights  int               `json:"weights"`
	MultAdds int               `json:"mult_adds"`            // per token or other step
	Time     *bench.Result     `json:"time,omitempty"`       // at inference, in the paper's protocol
	Peak     int64             `json:"peak_bytes,omitempty"` // train.Result.Peak, if it was trained now

	Stopped     string       `json:"stopped,omitempty"`     // why before the last epoch
	Thresholded *Thresholded `json:"thresholded,omitempty"` // at a τ above that of training, if one was asked for

	graph   *graph.Graph
	tensors map[string]tensor.Dense[float32]
}

func measured(kind, run string, g *graph.Graph, t map[string]tensor.Dense[float32]) *Measured {
	return &Measured{Kind: kind, Run: run, Weights: core.Weights(g), MultAdds: core.MultAdds(g), graph: g, tensors: t}
}

// outcome is what run.json keeps of a finished run.
type outcome struct {
	Valid   tasks.Score       `json:"valid"`
	Test    tasks.Score       `json:"test"`
	Units   map[string][2]int `json:"units,omitempty"`
	Steps   uint64            `json:"steps,omitempty"`
	Seconds float64           `json:"seconds,omitempty"`     // of training
	Speed   float64           `json:"words_per_s,omitempty"` // items a second
	Peak    int64             `json:"peak_bytes,omitempty"`  // of the process that trained to the end
	Stopped string            `json:"stopped,omitempty"`     // why before the last epoch
}

// resultMap is the result of a training for run.json; r is nil for a model
// that was not trained.
func resultMap(m *Measured, r *train.Result) map[string]any {
	o := outcome{Valid: m.Valid, Test: m.Test, Units: m.Units}
	if r != nil {
		o.Steps, o.Seconds, o.Speed, o.Peak, o.Stopped = r.Steps, r.Seconds, r.Speed, r.Peak, r.Stopped
	}
	text, err := json.Marshal(o)
	if err != nil {
		panic(err) // scores are finite
	}
	var out map[string]any
	if err := json.Unmarshal(text, &out); err != nil {
		panic(err)
	}
	return out
}

// fromRun is what a finished run says of itself.
func fromRun(m *model.Model) (*Measured, error) {
	text, err := json.Marshal(m.Run.Info().Result)
	if err != nil {
		return nil, fmt.Errorf("%s: the result in run.json: %w", m.Name, err)
	}
	var o outcome
	if err := json.Unmarshal(text, &o); err != nil {
		return nil, fmt.Errorf("%s: the result in run.json: %w", m.Name, err)
	}
	g, err := m.Graph()
	if err != nil {
		return nil, err
	}
	t, err := m.Tensors()
	if err != nil {
		return nil, err
	}
	out := measured("dense", m.Run.Dir(), g, t)
	out.Valid, out.Test, out.Units, out.Stopped = o.Valid, o.Test, o.Units, o.Stopped
	return out, nil
}

// Time measures all models in turns, in the paper's protocol.
func Time(ctx context.Context, models []*Measured, terms tasks.Terms, rounds, threads int) error {
	o := bench.Paper
	o.Rounds, o.Threads = rounds, threads
	in := make([]bench.Model, len(models))
	for i, m := range models {
		in[i] = bench.Model{Name: m.Kind, Graph: m.graph, Terms: terms, Tensors: m.tensors}
	}
	results, err := bench.Run(ctx, in, o)
	if err != nil {
		return err
	}
	for i := range results {
		models[i].Time = &results[i]
	}
	return nil
}
