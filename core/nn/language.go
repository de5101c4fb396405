package nn

import (
	"fmt"
	"maps"
	"slices"

	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/registry"
)

// LMConfig describes a recurrent language model.
type LMConfig struct {
	Vocab     int
	Embedding int         // units of the embedded word
	Cells     []core.Cell // from the input up
	Hidden    []int       // output units of each layer
	Tied      bool        // the softmax uses the embedding, transposed
	// Keep holds the chances to keep: "input" of the embedded word, "output"
	// of each layer's output. Both masks are fresh per step, row and unit
	// (Zaremba et al., arXiv:1409.2329).
	Keep  map[string]float64
	Scale float64 // weights start uniform in (-Scale, Scale)
}

// keepPlaces are the places of a language model that may have dropout.
var keepPlaces = []string{"input", "output"}

// LanguageModel traces a language model in the published names:
// Model/embedding, Model/RNN/multi_rnn_cell/cell_N/..., Model/softmax_w and
// Model/softmax_b. Inputs are the ids "x" and the targets "y" [time, batch]
// and the carried states; outputs are "loss" (summed over time, averaged over
// the batch, in nats), "nll" [time, batch], "logits" [time, batch, vocab] and
// the states. A contradiction in the configuration is an error.
func LanguageModel(c LMConfig) (*graph.Graph, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	return graph.Trace("language model", func(s *graph.Scope) {
		time, batch := graph.Symbol("time"), graph.Symbol("batch")
		ids, targets := s.Ints("x", time, batch), s.Ints("y", time, batch)
		m := s.Sub("Model").WithInit(graph.Uniform{Scale: c.Scale})
		x := Embedding(m, "embedding", ids, c.Vocab, c.Embedding)
		x = m.Dropout("input", x, c.keep("input"), graph.PerStep)
		rnn := m.Sub("RNN/multi_rnn_cell")
		for i, cell := range c.Cells {
			label := fmt.Sprintf("cell_%d", i)
			layer := rnn.Layer(label, label)
			x = Recurrent(layer, cell, x, graph.ScanConfig{}, true)
			x = layer.Dropout("output", x, c.keep("output"), graph.PerStep)
		}
		var logits graph.Value
		if c.Tied {
			logits = TiedSoftmax(m, "softmax", x, m.Layer("", "embedding").Param("embedding", nil, c.Vocab, c.Embedding))
		} else {
			logits = Linear(m, "softmax", x, c.Vocab)
		}
		nll := graph.CrossEntropy(logits, targets)
		s.Output("loss", graph.Sum(graph.Mean(nll, -1), -1))
		s.Output("nll", nll)
		s.Output("logits", logits)
	})
}

func (c LMConfig) keep(place string) float64 {
	if k, ok := c.Keep[place]; ok {
		return k
	}
	return 1
}

func (c LMConfig) check() error {
	for _, place := range slices.Sorted(maps.Keys(c.Keep)) {
		if !slices.Contains(keepPlaces, place) {
			return fmt.Errorf("nn: model.keep.%s: %w", place, registry.Unknown("place with dropout", place, keepPlaces))
		}
		if k := c.Keep[place]; !(k > 0 && k <= 1) {
			return fmt.Errorf("nn: model.keep.%s: %g is not a chance to keep in (0, 1]", place, k)
		}
	}
	if len(c.Cells) == 0 || len(c.Cells) != len(c.Hidden) {
		return fmt.Errorf("nn: %d cells for %d hidden sizes; a language model needs at least one of each", len(c.Cells), len(c.Hidden))
	}
	if top := c.Hidden[len(c.Hidden)-1]; c.Tied && top != c.Embedding {
		return fmt.Errorf("nn: model.tied: a tied softmax needs the last hidden size (%d) to be the embedding size (%d)", top, c.Embedding)
	}
	return nil
}
