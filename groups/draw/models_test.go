package draw_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/cells"
	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/graph/graphtest"
	"github.com/seed391906a2/iss/core/nn"
	"github.com/seed391906a2/iss/groups"
)

// stack is a model of layers of a cell, each reading the one below, and a
// softmax over vocab labels.
func stack(t testing.TB, p core.CellPlugin, options string, keep map[string]float64, in, hidden, layers, vocab int) *groups.Derivation {
	t.Helper()
	g, err := graph.Trace(p.Name, func(s *graph.Scope) {
		x := s.Input("x", graph.Symbol("time"), graph.Symbol("batch"), graph.Fixed(in))
		for i := range layers {
			cell, err := p.New(core.CellConfig{Input: x.Shape().Last().Size, Hidden: hidden, Options: []byte(options), Keep: keep})
			require.NoError(t, err)
			label := fmt.Sprintf("cell_%d", i)
			x = nn.Recurrent(s.Layer(label, label), cell, x, graph.ScanConfig{}, false)
		}
		s.Output("logits", nn.Linear(s, "softmax", x, vocab))
	})
	require.NoError(t, err)
	d, err := groups.Derive(g)
	require.NoError(t, err)
	return d
}

// model is one of many that pictures are checked on.
type model struct {
	name string
	d    *groups.Derivation
}

// models are all cells in all forms, at sizes from a few units to those of
// the paper, and graphs that are like nobody's.
func models(t testing.TB) (out []model) {
	t.Helper()
	for _, c := range []struct {
		name, options string
		plugin        core.CellPlugin
		keep          map[string]float64
	}{
		{"lstm", `{}`, cells.LSTM, nil},
		{"lstm with peepholes and projection", `{"peepholes": true, "projection": 7}`, cells.LSTM, nil},
		{"rnn", `{}`, cells.RNN, nil},
		{"gru", `{}`, cells.GRU, nil},
		{"gru, reset after", `{"reset": "after"}`, cells.GRU, nil},
		{"rhn", `{}`, cells.RHN, nil},
		{"rhn with masks", `{"depth": 4}`, cells.RHN, map[string]float64{"i": 0.8, "h": 0.7}},
	} {
		for _, z := range [][3]int{{12, 12, 60}, {5, 31, 10000}, {100, 8, 30}} {
			out = append(out, model{fmt.Sprint(c.name, " ", z), stack(t, c.plugin, c.options, c.keep, z[0], z[1], 2, z[2])})
		}
	}
	out = append(out, model{"lstm 1500", stack(t, cells.LSTM, `{}`, nil, 1500, 1500, 2, 10000)})
	for _, c := range graphtest.Named() {
		d, err := groups.Derive(c.Graph)
		require.NoError(t, err)
		out = append(out, model{c.Name, d})
	}
	for seed := range uint64(12) {
		d, err := groups.Derive(graphtest.Random(rand.New(rand.NewPCG(seed, 5))).Graph)
		require.NoError(t, err)
		out = append(out, model{fmt.Sprint("random ", seed), d})
	}
	return out
}
