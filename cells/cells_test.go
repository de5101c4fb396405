package cells_test

import (
	"strings"
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
	return layerOf(t, p, core.CellConfig{Input: in, Hidden: hidden, Options: []byte(options)})
}

func layerOf(t *testing.T, p core.CellPlugin, cfg core.CellConfig) (*graph.Graph, []string) {
	t.Helper()
	cell, err := p.New(cfg)
	require.NoError(t, err)
	in := cfg.Input
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
	{"lstm peepholes", `{"peepholes": true}`, cells.LSTM},
	{"lstm projection", `{"projection": 2, "forget_bias": 0}`, cells.LSTM},
	{"lstm peepholes and projection", `{"peepholes": true, "projection": 2}`, cells.LSTM},
	{"rnn tanh", `{}`, cells.RNN},
	{"rnn relu", `{"activation": "relu"}`, cells.RNN},
	{"gru", `{}`, cells.GRU},
	{"gru reset after", `{"reset": "after"}`, cells.GRU},
	{"rhn depth 1", `{"depth": 1}`, cells.RHN},
	{"rhn depth 3", `{"depth": 3, "t_bias": -1}`, cells.RHN},
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
		{"negative projection", cells.LSTM, core.CellConfig{Input: 3, Hidden: 3, Options: []byte(`{"projection": -1}`)}, "projection is -1"},
		{"unknown reset", cells.GRU, core.CellConfig{Input: 3, Hidden: 3, Options: []byte(`{"reset": "behind"}`)}, "known: after, before"},
		{"no depth", cells.RHN, core.CellConfig{Input: 3, Hidden: 3, Options: []byte(`{"depth": 0}`)}, "depth is 0"},
		{"unknown place", cells.RHN, core.CellConfig{Input: 3, Hidden: 3, Keep: map[string]float64{"hh": 0.5}}, "known: h, i; nearest is h"},
		{"no chance", cells.RHN, core.CellConfig{Input: 3, Hidden: 3, Keep: map[string]float64{"h": 0}}, "keep.h: 0 is not a chance to keep"},
		{"wrong type", cells.LSTM, core.CellConfig{Input: 3, Hidden: 3, Options: []byte(`{"forget_bias": "one"}`)}, "lstm: options"},
	} {
		_, err := c.p.New(c.cfg)
		assert.ErrorContains(t, err, c.want, c.name)
	}
}

// The output is as wide as the layer, but behind a projection.
func TestOutputSize(t *testing.T) {
	for _, v := range variants {
		want := 7
		if strings.Contains(v.name, "projection") {
			want = 2
		}
		cell, err := v.plugin.New(core.CellConfig{Input: 5, Hidden: 7, Options: []byte(v.options)})
		require.NoError(t, err)
		got, err := core.OutputSize(cell, 5)
		require.NoError(t, err)
		assert.Equal(t, want, got, v.name)
		_, err = core.OutputSize(cell, 6)
		assert.Error(t, err, "%s was made for 5 inputs", v.name)
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
