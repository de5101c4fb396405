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

func config(t *testing.T, vocab, embedding int, hidden ...int) nn.LMConfig {
	t.Helper()
	c := nn.LMConfig{Vocab: vocab, Embedding: embedding, Hidden: hidden, Scale: 0.1}
	in := embedding
	for _, h := range hidden {
		cell, err := cells.LSTM.New(core.CellConfig{Input: in, Hidden: h})
		require.NoError(t, err)
		c.Cells, in = append(c.Cells, cell), h
	}
	return c
}

// Names, order and shapes are those of the published code, on which group
// files and weights hang.
func TestPublishedNames(t *testing.T) {
	g, err := nn.LanguageModel(config(t, 50, 8, 6, 5))
	require.NoError(t, err)
	want := []struct {
		name, owner string
		shape       []int
	}{
		{"Model/embedding", "embedding", []int{50, 8}},
		{"Model/RNN/multi_rnn_cell/cell_0/basic_lstm_cell/weights", "cell_0", []int{14, 24}},
		{"Model/RNN/multi_rnn_cell/cell_0/basic_lstm_cell/biases", "cell_0", []int{24}},
		{"Model/RNN/multi_rnn_cell/cell_1/basic_lstm_cell/weights", "cell_1", []int{11, 20}},
		{"Model/RNN/multi_rnn_cell/cell_1/basic_lstm_cell/biases", "cell_1", []int{20}},
		{"Model/softmax_w", "softmax", []int{5, 50}},
		{"Model/softmax_b", "softmax", []int{50}},
	}
	require.Len(t, g.Params, len(want))
	for i, w := range want {
		p := g.Params[i]
		assert.Equal(t, w.name, p.Name)
		assert.Equal(t, w.shape, p.Shape, w.name)
		assert.Equal(t, w.owner, p.Owner, w.name)
	}
	// The LSTM's biases start at zero; softmax_b does not.
	assert.Equal(t, "constant 0", g.Params[2].Init.String())
	assert.Equal(t, "uniform(±0.1)", g.Params[6].Init.String())
}

// A tied softmax shares the embedding and has a bias of its own.
func TestTied(t *testing.T) {
	c := config(t, 50, 6, 5, 6)
	c.Tied = true
	g, err := nn.LanguageModel(c)
	require.NoError(t, err)
	assert.Nil(t, g.Param("Model/softmax_w"))
	assert.NotNil(t, g.Param("Model/softmax_b"))

	c = config(t, 50, 6, 5)
	c.Tied = true
	_, err = nn.LanguageModel(c)
	assert.ErrorContains(t, err, "last hidden size (5)")
	assert.ErrorContains(t, err, "embedding size (6)")
}

func TestLanguageModelFaults(t *testing.T) {
	c := config(t, 50, 6, 5)
	c.Keep = map[string]float64{"ouput": 0.5}
	_, err := nn.LanguageModel(c)
	assert.ErrorContains(t, err, "nearest is output")
	c.Keep = map[string]float64{"output": 0}
	_, err = nn.LanguageModel(c)
	assert.ErrorContains(t, err, "(0, 1]")
	c.Keep, c.Hidden = nil, []int{5, 5}
	_, err = nn.LanguageModel(c)
	assert.ErrorContains(t, err, "1 cells for 2 hidden sizes")
}

// Dropout is on the embedded input and on each layer's output, fresh for each
// time step, and nowhere on the recurrence; evaluation has none.
func TestDropoutPlaces(t *testing.T) {
	c := config(t, 50, 8, 6, 5)
	c.Keep = map[string]float64{"input": 0.5, "output": 0.7}
	g, err := nn.LanguageModel(c)
	require.NoError(t, err)
	sites := map[string]float64{}
	for _, n := range g.Nodes {
		if m, ok := n.Op.(*graph.MaskOp); ok {
			assert.Equal(t, graph.PerStep, m.Freq)
			sites[m.Site] = m.Keep
		}
		if s, ok := n.Op.(*graph.ScanOp); ok {
			for _, inner := range s.Body.Nodes {
				assert.NotContains(t, inner.Op.Name(), "mask")
			}
		}
	}
	assert.Equal(t, map[string]float64{
		"Model/input":                            0.5,
		"Model/RNN/multi_rnn_cell/cell_0/output": 0.7,
		"Model/RNN/multi_rnn_cell/cell_1/output": 0.7,
	}, sites)

	plain, err := nn.LanguageModel(config(t, 50, 8, 6, 5))
	require.NoError(t, err)
	loss := func(g *graph.Graph, mode graph.Mode) float64 {
		m := interp.New[float64](g)
		require.NoError(t, m.Bind(graph.Binding{"time": 3, "batch": 2}))
		for _, p := range g.Params {
			for i := range m.Param(p.Name) {
				m.Param(p.Name)[i] = float64(i%7-3) / 10
			}
		}
		copy(m.Ints("x"), []int32{1, 2, 3, 4, 5, 6})
		require.NoError(t, m.Run(mode))
		return m.Output("loss")[0]
	}
	assert.Equal(t, loss(plain, graph.Mode{}), loss(g, graph.Mode{}))
	assert.NotEqual(t, loss(g, graph.Mode{}), loss(g, graph.Mode{Training: true, Seed: 1}))
}
