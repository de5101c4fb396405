package sequences

import (
	"embed"
	"fmt"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/nn"
	"github.com/seed391906a2/iss/tasks"
)

// Task is the classification of sequences: each of them, some steps of some
// features, is of one class.
var Task = tasks.Task{
	Name:    "sequences",
	Doc:     "Classify sequences stored as .npy files (--data DIR), or drawn ones that need no data.",
	Source:  "github.com/seed391906a2/iss/examples/sequences",
	Terms:   terms,
	Presets: presets(),
	Open:    open,
	Trace:   trace,
}

var terms = tasks.Terms{
	Metrics: []tasks.Metric{{Name: "accuracy", Higher: true, Percent: true}},
	Items:   "sequences", Step: "step", Answers: []string{"logits"}, Judged: []string{"logits"},
}

// Names of what the data decide.
const (
	features = "features"
	classes  = "classes"
)

//go:embed presets/*.json
var documents embed.FS

func presets() []tasks.Preset {
	var out []tasks.Preset
	for _, p := range []tasks.Preset{
		{Name: "pulses", Doc: "A chaos-free network of 48 units learns which of two pulses came first, loses units, is cut and verified.", WithTwin: true},
		{Name: "pulses-dense", Doc: "The dense twin of pulses: the same, without group Lasso."},
	} {
		var err error
		if p.Document, err = documents.ReadFile("presets/" + p.Name + ".json"); err != nil {
			panic(err) // embedded
		}
		out = append(out, p)
	}
	return out
}

func open(cfg tasks.Config, cells *tasks.Cells) (tasks.Problem, error) {
	d, err := load(cfg)
	if err != nil {
		return nil, err
	}
	g, err := trace(cfg, cells, d.sizes)
	if err != nil {
		return nil, err
	}
	return newProblem(cfg, d, g), nil
}

// trace is the model: recurrent layers, the mean of the last one's outputs over
// a sequence's own steps, a softmax layer.
func trace(cfg tasks.Config, cells *tasks.Cells, sizes tasks.Sizes) (*graph.Graph, error) {
	if sizes == nil {
		d, err := load(cfg)
		if err != nil {
			return nil, err
		}
		sizes = d.sizes
	}
	if cfg.Model.Tied || cfg.Model.Residual || cfg.Model.Embedding != 0 {
		return nil, fmt.Errorf("sequences: model.tied, model.residual and model.embedding belong to language models; take them away")
	}
	stack, err := cfg.Model.Stack(cells, sizes[features], []string{"output"})
	if err != nil {
		return nil, err
	}
	keep := 1.0
	if k, ok := stack.Keep["output"]; ok {
		keep = k
	}
	return graph.Trace("sequence classifier", func(s *graph.Scope) {
		time, batch := graph.Symbol("time"), graph.Symbol("batch")
		x := s.Input("x", time, batch, graph.Fixed(sizes[features]))
		y, lengths := s.Ints("y", batch), s.Ints("lengths", batch)
		m := s.Sub("Model").WithInit(graph.Uniform{Scale: cfg.Model.InitScale})
		for i, cell := range stack.Cells {
			layer := m.Layer(fmt.Sprintf("cell_%d", i), fmt.Sprintf("cell_%d", i))
			x = nn.Recurrent(layer, cell, x, graph.ScanConfig{Lengths: lengths}, false)
			x = layer.Dropout("output", x, keep, graph.PerStep)
		}
		steps := graph.Sum(graph.Valid(lengths, time), -3) // [batch, 1]
		mean := graph.Div(graph.Sum(x, -3), steps)         // outputs behind the end are zero
		logits := nn.Linear(m, "softmax", mean, sizes[classes])
		nll := graph.CrossEntropy(logits, y)
		s.Output("loss", graph.Mean(nll, -1))
		s.Output("nll", nll)
		s.Output("logits", logits)
	})
}
