package onnx_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/cells"
	"github.com/seed391906a2/iss/core/onnx"
	"github.com/seed391906a2/iss/core/onnx/python"
)

// A layer that PyTorch has is one call of it in every way of running it, rows of
// different lengths too, and what it has not is a loop.
func TestLayersInPyTorch(t *testing.T) {
	for _, c := range []struct {
		kind  kind
		layer string // "": a loop
	}{
		{kind{cells.LSTM, `{}`, ""}, `nn.LSTM(3, 5)`},
		{kind{cells.LSTM, `{"peepholes": true}`, ""}, ""},
		{kind{cells.GRU, `{}`, ""}, ""},
		{kind{cells.GRU, `{"reset": "after"}`, ""}, `nn.GRU(3, 5)`},
		{kind{cells.RNN, `{"activation": "relu"}`, ""}, `nn.RNN(3, 5, nonlinearity="relu")`},
	} {
		for _, w := range ways {
			g := build(t, c.kind, w.reverse, w.lengths)
			e := of(t, caseOf(w.name, g), c.kind.claims())
			e.Options.Fits = python.Fits
			m, err := onnx.Export(e.Graph, e.Weights, e.Options)
			require.NoError(t, err)
			p, err := python.Torch.Program(m)
			require.NoError(t, err)
			if c.layer == "" {
				assert.Contains(t, p.Text, "for t in", "%s, %s", c.kind.options, w.name)
				continue
			}
			assert.Contains(t, p.Text, `self.layers["layer"] = `+c.layer, w.name)
			assert.NotContains(t, p.Text, "for t in", "%s, %s", c.layer, w.name)
		}
	}
}
