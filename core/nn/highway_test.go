package nn_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/cells"
	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/interp"
	"github.com/seed391906a2/iss/core/nn"
)

// highway is a recurrent highway language model of width 4 and depth 2 with
// dropout in all places.
func highway(t *testing.T) *graph.Graph {
	t.Helper()
	keep, own, err := nn.Places(map[string]float64{"input": 0.75, "i": 0.25, "h": 0.6, "output": 0.5}, nn.LanguagePlaces, cells.RHN.Keep)
	require.NoError(t, err)
	cell, err := cells.RHN.New(core.CellConfig{Input: 4, Hidden: 4, Options: []byte(`{"depth": 2}`), Keep: own})
	require.NoError(t, err)
	g, err := nn.LanguageModel(nn.LMConfig{
		Vocab: 9, Embedding: 4, Hidden: []int{4}, Cells: []core.Cell{cell}, Tied: true, Names: "rhn",
		Keep: keep, Masks: map[string]string{"input": "word", "output": "window"}, Scale: 0.04,
	})
	require.NoError(t, err)
	return g
}

// Names, shapes and initial values are those of the published recurrent
// highway network.
func TestHighwayNames(t *testing.T) {
	want := []struct {
		name, owner, init string
		shape             []int
	}{
		{"model/embedding", "embedding", "uniform(±0.04)", []int{9, 4}},
		{"model/RHN0/h_0/Linear/Matrix", "RHN0", "uniform(±0.04)", []int{8, 4}},
		{"model/RHN0/h_0/Linear/Bias", "RHN0", "uniform(±0.04)", []int{4}},
		{"model/RHN0/t_0/Linear/Matrix", "RHN0", "uniform(±0.04)", []int{8, 4}},
		{"model/RHN0/t_0/Linear/Bias", "RHN0", "constant -2", []int{4}},
		{"model/RHN0/h_1/Linear/Matrix", "RHN0", "uniform(±0.04)", []int{4, 4}},
		{"model/RHN0/h_1/Linear/Bias", "RHN0", "uniform(±0.04)", []int{4}},
		{"model/RHN0/t_1/Linear/Matrix", "RHN0", "uniform(±0.04)", []int{4, 4}},
		{"model/RHN0/t_1/Linear/Bias", "RHN0", "constant -2", []int{4}},
		{"model/softmax_b", "softmax", "uniform(±0.04)", []int{9}},
	}
	g := highway(t)
	require.Len(t, g.Params, len(want))
	for i, w := range want {
		p := g.Params[i]
		assert.Equal(t, w.name, p.Name)
		assert.Equal(t, w.owner, p.Owner, w.name)
		assert.Equal(t, w.shape, p.Shape, w.name)
		assert.Equal(t, w.init, p.Init.String(), w.name)
	}
	assert.Equal(t, "RHN0", nn.LayerClass("rhn", 0))
	assert.Equal(t, "cell_1", nn.LayerClass("", 1))
}

// Masks are drawn as often as published: per word type at the input, per
// window at the output and in the step, where H and T and all depths share one.
func TestHighwayMasks(t *testing.T) {
	g := highway(t)
	type mask struct {
		freq graph.Frequency
		keep float64
	}
	got := map[string]mask{}
	for _, n := range g.Nodes {
		if m, ok := n.Op.(*graph.MaskOp); ok {
			require.NotContains(t, got, m.Site, "one mask a place")
			got[m.Site] = mask{m.Freq, m.Keep}
		}
	}
	assert.Equal(t, map[string]mask{
		"model/input":       {graph.PerWord, 0.75},
		"model/RHN0/i":      {graph.PerWindow, 0.25},
		"model/RHN0/h":      {graph.PerWindow, 0.6},
		"model/RHN0/output": {graph.PerWindow, 0.5},
	}, got)
}

// All occurrences of a word in a row's window share their fate; evaluation
// drops nothing.
func TestWordsAreDroppedWhole(t *testing.T) {
	cell, err := cells.RNN.New(core.CellConfig{Input: 3, Hidden: 3})
	require.NoError(t, err)
	g, err := nn.LanguageModel(nn.LMConfig{
		Vocab: 9, Embedding: 3, Hidden: []int{3}, Cells: []core.Cell{cell}, Scale: 0.1,
		Keep: map[string]float64{"input": 0.5}, Masks: map[string]string{"input": "word"},
	})
	require.NoError(t, err)
	for _, n := range g.Nodes {
		if _, ok := n.Op.(*graph.MaskOp); ok {
			g.AddOutput("mask", n.At(0))
		}
	}
	m := interp.New[float64](g)
	const time, batch = 8, 2
	require.NoError(t, m.Bind(graph.Binding{"time": time, "batch": batch}))
	for i := range m.Ints("x") {
		m.Ints("x")[i] = int32(i/batch) % 4 // every word twice in both rows
	}
	require.NoError(t, m.Run(graph.Mode{Training: true, Seed: 2}))
	mask := m.Output("mask")
	require.Len(t, mask, time*batch)
	for i := range time * batch / 2 {
		assert.Equal(t, mask[i], mask[i+time*batch/2], "the word's other place")
	}
	assert.Contains(t, mask, 0.0)
	assert.Contains(t, mask, 2.0)
}

func TestPlaces(t *testing.T) {
	for _, c := range []struct {
		name, place string
		keep        float64
		cell        []string
		want        string
	}{
		{"unknown", "oputput", 0.5, []string{"h", "i"}, "known: h, i, input, output; nearest is output"},
		{"of another cell", "h", 0.5, nil, "known: input, output"},
		{"no chance", "h", 1.5, []string{"h"}, "1.5 is not a chance to keep in (0, 1]"},
		{"of both", "h", 1, []string{"output"}, "as the model calls one of its own"},
	} {
		_, _, err := nn.Places(map[string]float64{c.place: c.keep}, nn.LanguagePlaces, c.cell)
		assert.ErrorContains(t, err, c.want, c.name)
	}
}
