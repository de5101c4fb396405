package nn

import (
	"fmt"

	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/core/graph"
)

// LMConfig describes a recurrent language model.
type LMConfig struct {
	Vocab     int
	Embedding int         // units of the embedded word
	Cells     []core.Cell // from the input up
	Hidden    []int       // output units of each layer
	Tied      bool        // the softmax uses the embedding, transposed
	Residual  bool        // each layer adds its input to its output
	Names     string      // whose variable names the model has, one of NameSets; "": ptb
	// Keep holds the chances to keep: "input" of the embedded word, "output"
	// of each layer's output. Masks says how often a place's mask is drawn
	// anew: "step" (also if it is not named), per step, row and unit (Zaremba
	// et al., arXiv:1409.2329); "window", per row and unit (Gal & Ghahramani,
	// arXiv:1512.05287); "word", at the input, per row and word type in the
	// window, for the whole vector.
	Keep  map[string]float64
	Masks map[string]string
	Scale float64 // weights start uniform in (-Scale, Scale)
}

// LanguageModel traces a language model in published names (see NameSets),
// by default Model/embedding, Model/RNN/multi_rnn_cell/cell_N/...,
// Model/softmax_w and Model/softmax_b. Inputs are the ids "x" and the targets
// "y" [time, batch] and the carried states; outputs are "loss" (summed over
// time, averaged over the batch, in nats), "nll" [time, batch], "logits"
// [time, batch, vocab] and the states. A contradiction in the configuration is
// an error.
func LanguageModel(c LMConfig) (*graph.Graph, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	names := nameSets[c.Names]
	return graph.Trace("language model", func(s *graph.Scope) {
		time, batch := graph.Symbol("time"), graph.Symbol("batch")
		ids, targets := s.Ints("x", time, batch), s.Ints("y", time, batch)
		m := s.Sub(names.model).WithInit(graph.Uniform{Scale: c.Scale})
		x := Embedding(m, "embedding", ids, c.Vocab, c.Embedding)
		x = c.dropInput(m, x, ids)
		for i, cell := range c.Cells {
			label := fmt.Sprintf(names.layer, i)
			layer := m.Sub(names.layers).Layer(label, label)
			y := Recurrent(layer, cell, x, graph.ScanConfig{}, true)
			y = layer.Dropout("output", y, chance(c.Keep, "output"), frequencies[c.Masks["output"]])
			if c.Residual {
				y = graph.Add(x, y)
			}
			x = y
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

// dropInput is dropout on the embedded words.
func (c LMConfig) dropInput(m *graph.Scope, x, ids graph.Value) graph.Value {
	f := frequencies[c.Masks["input"]]
	if f == graph.PerWord {
		return m.DropoutWords("input", x, ids, chance(c.Keep, "input"))
	}
	return m.Dropout("input", x, chance(c.Keep, "input"), f)
}

func (c LMConfig) check() error {
	if err := checkNames(c.Names); err != nil {
		return err
	}
	if _, _, err := Places(c.Keep, LanguagePlaces, nil); err != nil {
		return err
	}
	if err := checkMasks(c.Masks); err != nil {
		return err
	}
	if len(c.Cells) == 0 || len(c.Cells) != len(c.Hidden) {
		return fmt.Errorf("nn: %d cells for %d hidden sizes; a language model needs at least one of each", len(c.Cells), len(c.Hidden))
	}
	if top := c.Hidden[len(c.Hidden)-1]; c.Tied && top != c.Embedding {
		return fmt.Errorf("nn: model.tied: a tied softmax needs the last hidden size (%d) to be the embedding size (%d)", top, c.Embedding)
	}
	for i, n := range c.Hidden {
		if c.Residual && n != c.Embedding {
			return fmt.Errorf("nn: model.residual: each layer adds its input to its output, so all have the embedding's size (%d); layer %d has %d", c.Embedding, i, n)
		}
	}
	return nil
}
