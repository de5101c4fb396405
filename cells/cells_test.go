package cells_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/cells"
	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/interp"
	"github.com/seed391906a2/iss/core/rng"
)

// layer is a model of one cell over [time, batch, in] whose loss is Σ y², with
// the gradient of everything.
func layer(t *testing.T, p core.CellPlugin, in, hidden int, options string) (*graph.Graph, []string) {
	t.Helper()
	cell, err := p.New(core.CellConfig{Input: in, Hidden: hidden, Options: []byte(options)})
	require.NoError(t, err)
	g, err := graph.Trace(p.Name, func(s *graph.Scope) {
		time, batch := graph.Symbol("time"), graph.Symbol("batch")
		x := s.Input("x", time, batch, graph.Fixed(in))
		var carries []graph.Carry
		for _, st := range cell.States() {
			carries = append(carries, graph.Carry{Name: st.Name, Init: s.Input(st.Name, batch, graph.Fixed(st.Size))})
		}
		ys, final := graph.Scan(s, graph.ScanConfig{}, []graph.Value{x}, carries,
			func(s *graph.Scope, x, prev []graph.Value) (out, next []graph.Value) {
				y, next := cell.Step(s, x[0], prev)
				return []graph.Value{y}, next
			})
		loss := graph.Sum(graph.Mul(ys[0], ys[0]), -3, -2, -1)
		for _, f := range final {
			loss = graph.Add(loss, graph.Sum(graph.Mul(f, f), -2, -1))
		}
		s.Output("y", ys[0])
		s.Output("loss", loss)
	})
	require.NoError(t, err)
	var wrt []graph.Value
	var names []string
	for _, p := range g.Params {
		wrt, names = append(wrt, g.Leaf(p)), append(names, p.Name)
	}
	for _, v := range g.Inputs {
		wrt, names = append(wrt, v), append(names, v.Node.Op.(*graph.InputOp).Label)
	}
	for i, d := range graph.Gradient(g, g.Output("loss"), wrt) {
		g.AddOutput("d/"+names[i], d)
	}
	return g, names
}

func machine(t *testing.T, g *graph.Graph, time, batch int) (*interp.Machine[float64], map[string][]float64) {
	t.Helper()
	m := interp.New[float64](g)
	require.NoError(t, m.Bind(graph.Binding{"time": time, "batch": batch}))
	at := map[string][]float64{}
	for _, p := range g.Params {
		at[p.Name] = m.Param(p.Name)
	}
	for _, v := range g.Inputs {
		name := v.Node.Op.(*graph.InputOp).Label
		at[name] = m.Floats(name)
	}
	for name, x := range at {
		r := rng.New(11, name)
		for i := range x {
			x[i] = r.Uniform(-0.8, 0.8)
		}
	}
	return m, at
}

// variants are the built-in cells in all their forms.
var variants = []struct {
	name, options string
	plugin        core.CellPlugin
}{
	{"lstm", `{}`, cells.LSTM},
	{"lstm without forget bias", `{"forget_bias": 0}`, cells.LSTM},
	{"rnn tanh", `{}`, cells.RNN},
	{"rnn relu", `{"activation": "relu"}`, cells.RNN},
}

// Gradients through four steps are those of central differences.
func TestGradients(t *testing.T) {
	for _, v := range variants {
		t.Run(v.name, func(t *testing.T) {
			g, names := layer(t, v.plugin, 3, 4, v.options)
			m, at := machine(t, g, 4, 2)
			require.NoError(t, m.Run(graph.Mode{}))
			got := map[string][]float64{}
			for _, name := range names {
				got[name] = append([]float64(nil), m.Output("d/"+name)...)
			}
			loss := func() float64 {
				require.NoError(t, m.Run(graph.Mode{}))
				return m.Output("loss")[0]
			}
			const h = 1e-6
			for _, name := range names {
				for i, x := range at[name] {
					at[name][i] = x + h
					up := loss()
					at[name][i] = x - h
					down := loss()
					at[name][i] = x
					require.InDelta(t, (up-down)/(2*h), got[name][i], 1e-7, "%s[%d]", name, i)
				}
			}
		})
	}
}

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// The LSTM is its equations, gate by gate, in the published storage order i, j, f, o.
func TestLSTMEquations(t *testing.T) {
	for _, forget := range []float64{0, 1} {
		options := `{"forget_bias": 0}`
		if forget == 1 {
			options = `{}`
		}
		const in, hidden = 3, 4
		g, _ := layer(t, cells.LSTM, in, hidden, options)
		m, at := machine(t, g, 1, 1)
		require.NoError(t, m.Run(graph.Mode{}))
		w, b := at["basic_lstm_cell/weights"], at["basic_lstm_cell/biases"]
		input := append(append([]float64(nil), at["x"]...), at["h"]...)
		for k := range hidden {
			gate := func(n int) float64 {
				z := b[n*hidden+k]
				for r, v := range input {
					z += v * w[r*4*hidden+n*hidden+k]
				}
				return z
			}
			c := sigmoid(gate(2)+forget)*at["c"][k] + sigmoid(gate(0))*math.Tanh(gate(1))
			assert.InDelta(t, sigmoid(gate(3))*math.Tanh(c), m.Output("y")[k], 1e-14, "forget bias %g, unit %d", forget, k)
		}
	}
}

// The vanilla network is its equation, for both activations.
func TestRNNEquation(t *testing.T) {
	for options, act := range map[string]func(float64) float64{
		`{}`:                     math.Tanh,
		`{"activation": "relu"}`: func(x float64) float64 { return math.Max(x, 0) },
	} {
		const in, hidden = 3, 4
		g, _ := layer(t, cells.RNN, in, hidden, options)
		m, at := machine(t, g, 1, 1)
		require.NoError(t, m.Run(graph.Mode{}))
		input := append(append([]float64(nil), at["x"]...), at["h"]...)
		for k := range hidden {
			z := at["basic_rnn_cell/biases"][k]
			for r, v := range input {
				z += v * at["basic_rnn_cell/weights"][r*hidden+k]
			}
			assert.InDelta(t, act(z), m.Output("y")[k], 1e-14, "%s, unit %d", options, k)
		}
	}
}

func TestCellFaults(t *testing.T) {
	for _, c := range []struct {
		name string
		p    core.CellPlugin
		cfg  core.CellConfig
		want string
	}{
		{"no units", cells.LSTM, core.CellConfig{Input: 3}, "hidden size 0"},
		{"no input", cells.RNN, core.CellConfig{Hidden: 3}, "input size 0"},
		{"unknown option", cells.LSTM, core.CellConfig{Input: 3, Hidden: 3, Options: []byte(`{"forgetbias": 1}`)}, "forgetbias"},
		{"unknown activation", cells.RNN, core.CellConfig{Input: 3, Hidden: 3, Options: []byte(`{"activation": "gelu"}`)}, "known: relu, tanh"},
		{"wrong type", cells.LSTM, core.CellConfig{Input: 3, Hidden: 3, Options: []byte(`{"forget_bias": "one"}`)}, "lstm: options"},
	} {
		_, err := c.p.New(c.cfg)
		assert.ErrorContains(t, err, c.want, c.name)
	}
}

// A name that is taken is told with both sources.
func TestCatalogue(t *testing.T) {
	other := cells.RNN
	other.Source = "somewhere else"
	_, err := cells.Catalogue(append(cells.All(), other)...)
	assert.ErrorContains(t, err, "somewhere else")
	c, err := cells.Catalogue(cells.All()...)
	require.NoError(t, err)
	_, err = c.Get("lstn")
	assert.ErrorContains(t, err, "nearest is lstm")
}
