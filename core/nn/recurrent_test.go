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
	"github.com/seed391906a2/iss/core/rng"
	"github.com/seed391906a2/iss/groups"
)

func newCell(t *testing.T, p core.CellPlugin, in, hidden int, options string) core.Cell {
	t.Helper()
	c, err := p.New(core.CellConfig{Input: in, Hidden: hidden, Options: []byte(options)})
	require.NoError(t, err)
	return c
}

// A bidirectional layer is its two cells: forward, and forward over each row
// turned within its length; both are zero behind its end.
func TestBidirectional(t *testing.T) {
	const in, time, batch = 3, 5, 3
	g, err := graph.Trace("both", func(s *graph.Scope) {
		x := s.Input("x", graph.Symbol("time"), graph.Symbol("batch"), graph.Fixed(in))
		lengths := s.Ints("lengths", graph.Symbol("batch"))
		m := s.Layer("g0", "g0").WithInit(graph.Uniform{Scale: 0.5})
		both := nn.Bidirectional(m, newCell(t, cells.LSTM, in, 4, `{}`), newCell(t, cells.GRU, in, 2, `{}`), x, lengths, 1)
		fw := nn.Recurrent(m.Layer("fw", "alone"), newCell(t, cells.LSTM, in, 4, `{}`), x, graph.ScanConfig{Lengths: lengths}, false)
		bw := nn.Recurrent(m.Layer("bw", "alone"), newCell(t, cells.GRU, in, 2, `{}`), graph.Reverse(x, lengths), graph.ScanConfig{Lengths: lengths}, false)
		s.Output("got", both)
		s.Output("want", graph.Concat(-1, fw, graph.Reverse(bw, lengths)))
	})
	require.NoError(t, err)
	var names []string
	for _, p := range g.Params {
		names = append(names, p.Name)
	}
	assert.Equal(t, []string{
		"g0/fw/basic_lstm_cell/weights", "g0/fw/basic_lstm_cell/biases",
		"g0/bw/gru_cell/gates/weights", "g0/bw/gru_cell/gates/biases", "g0/bw/gru_cell/candidate/weights", "g0/bw/gru_cell/candidate/biases",
	}, names)

	m := interp.New[float64](g)
	require.NoError(t, m.Bind(graph.Binding{"time": time, "batch": batch}))
	for _, p := range g.Params {
		w := make([]float32, p.Size())
		p.Init.Fill(w, p.Shape, rng.New(3, p.Name))
		for i, v := range w {
			m.Param(p.Name)[i] = float64(v)
		}
	}
	r := rng.New(4, "x")
	for i := range m.Floats("x") {
		m.Floats("x")[i] = r.Uniform(-1, 1)
	}
	lengths := []int32{5, 2, 0}
	copy(m.Ints("lengths"), lengths)
	require.NoError(t, m.Run(graph.Mode{}))
	assert.Equal(t, m.Output("want"), m.Output("got"))
	for i, v := range m.Output("got") {
		step, row := i/6/batch, i/6%batch
		assert.Equal(t, int32(step) < lengths[row], v != 0, "step %d, row %d", step, row)
	}
}

// The directions are classes of their own, below the layer's.
func TestBidirectionalClasses(t *testing.T) {
	g, err := graph.Trace("both", func(s *graph.Scope) {
		x := s.Input("x", graph.Symbol("time"), graph.Symbol("batch"), graph.Fixed(3))
		y := nn.Bidirectional(s.Layer("g0", "g0"), newCell(t, cells.LSTM, 3, 4, `{}`), newCell(t, cells.LSTM, 3, 2, `{}`), x, graph.Value{}, 1)
		s.Output("logits", nn.Linear(s, "logits", y, 2))
	})
	require.NoError(t, err)
	d, err := groups.Derive(g)
	require.NoError(t, err)
	chosen, err := d.Select(nil)
	require.NoError(t, err)
	require.Len(t, chosen, 2)
	for i, want := range []struct {
		name  string
		units int
	}{{"g0/fw", 4}, {"g0/bw", 2}} {
		assert.Equal(t, want.name, chosen[i].Name)
		assert.Equal(t, want.units, chosen[i].Units)
	}
}

// Residual layers add what they read to what they put out.
func TestResidual(t *testing.T) {
	c := config(t, 9, 4, 4, 4)
	c.Residual = true
	g, err := nn.LanguageModel(c)
	require.NoError(t, err)
	d, err := groups.Derive(g)
	require.NoError(t, err)
	chosen, err := d.Select(nil)
	require.NoError(t, err)
	require.Len(t, chosen, 1, "embedding and both layers are one class")

	// With all recurrent weights zero the layers put out nothing, so the
	// softmax reads the embedding.
	m := interp.New[float64](g)
	require.NoError(t, m.Bind(graph.Binding{"time": 1, "batch": 1}))
	for i := range m.Param("Model/embedding") {
		m.Param("Model/embedding")[i] = float64(i)
	}
	m.Param("Model/softmax_w")[0] = 1 // logit 0 is unit 0 of the top
	m.Ints("x")[0] = 3
	require.NoError(t, m.Run(graph.Mode{}))
	assert.Equal(t, 12.0, m.Output("logits")[0])

	c = config(t, 9, 4, 4, 3)
	c.Residual = true
	_, err = nn.LanguageModel(c)
	assert.ErrorContains(t, err, "embedding's size (4); layer 1 has 3")
}

// A layer reads as many units as the one below puts out, projected or not.
func TestProjectedStack(t *testing.T) {
	c := nn.LMConfig{Vocab: 9, Embedding: 5, Hidden: []int{3, 3}, Scale: 0.1, Cells: []core.Cell{
		newCell(t, cells.LSTM, 5, 7, `{"projection": 3}`), newCell(t, cells.LSTM, 3, 7, `{"projection": 3}`),
	}}
	g, err := nn.LanguageModel(c)
	require.NoError(t, err)
	assert.Equal(t, []int{6, 28}, g.Param("Model/RNN/multi_rnn_cell/cell_1/lstm_cell/weights").Shape)
	assert.Equal(t, []int{3, 9}, g.Param("Model/softmax_w").Shape)
}

func TestNamesAndMasksFaults(t *testing.T) {
	for want, change := range map[string]func(*nn.LMConfig){
		"known: ptb, rhn":                 func(c *nn.LMConfig) { c.Names = "lstm" },
		"a cell settles its own":          func(c *nn.LMConfig) { c.Masks = map[string]string{"h": "step"} },
		"known: step, window, word":       func(c *nn.LMConfig) { c.Masks = map[string]string{"input": "never"} },
		"only the input has words":        func(c *nn.LMConfig) { c.Masks = map[string]string{"output": "word"} },
		"inner sizes 12 and 11 differ":    func(c *nn.LMConfig) { c.Cells[0] = newCell(t, cells.RNN, 5, 6, `{}`) },
		"0 is not a chance to keep in (0": func(c *nn.LMConfig) { c.Keep = map[string]float64{"input": 0} },
	} {
		c := config(t, 9, 6, 6)
		change(&c)
		_, err := nn.LanguageModel(c)
		assert.ErrorContains(t, err, want)
	}
}
