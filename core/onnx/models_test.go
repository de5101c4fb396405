package onnx_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/cells"
	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/graph/graphtest"
	"github.com/seed391906a2/iss/core/interp"
	"github.com/seed391906a2/iss/core/nn"
	"github.com/seed391906a2/iss/core/onnx"
	"github.com/seed391906a2/iss/core/onnx/onnxtest"
	"github.com/seed391906a2/iss/core/onnx/python"
)

// of makes a case for export of one of graphtest, with all its outputs.
func of(t *testing.T, c *graphtest.Case, claims []*core.Operator) *onnxtest.Case {
	t.Helper()
	m := interp.New[float32](c.Graph)
	require.NoError(t, graphtest.Load(c, m, 11), c.Name)
	var outputs []string
	for _, name := range c.Graph.Names {
		carried := false
		for _, v := range c.Graph.Inputs {
			carried = carried || v.Node.Op.(*graph.InputOp).Label == name
		}
		if !carried {
			outputs = append(outputs, name)
		}
	}
	return onnxtest.New(t, c.Name, c.Graph, m, c.Binding, outputs, claims)
}

// caseOf is a graph of cells_test as a case.
func caseOf(name string, g *graph.Graph) *graphtest.Case {
	return &graphtest.Case{Name: name, Graph: g, Binding: bound}
}

// both are a model and what is left of it when random units are cut out.
func both(t *testing.T, c *graphtest.Case, claims []*core.Operator) []*onnxtest.Case {
	t.Helper()
	r := rand.New(rand.NewPCG(uint64(len(c.Name)), 9))
	return []*onnxtest.Case{of(t, c, claims), of(t, graphtest.Cut(r, c), claims)}
}

func languageModel(t *testing.T, k kind) *graphtest.Case {
	t.Helper()
	c := nn.LMConfig{Vocab: 9, Embedding: 6, Scale: 0.3, Keep: map[string]float64{"input": 0.5, "output": 0.5}, Masks: map[string]string{"input": "word", "output": "window"}}
	in := c.Embedding
	for range 2 {
		keep := map[string]float64{}
		for _, place := range k.plugin.Keep {
			keep[place] = 0.5
		}
		cell, err := k.plugin.New(core.CellConfig{Input: in, Hidden: 6, Options: []byte(k.options), Keep: keep})
		require.NoError(t, err)
		in, err = core.OutputSize(cell, in)
		require.NoError(t, err)
		c.Cells, c.Hidden = append(c.Cells, cell), append(c.Hidden, in)
	}
	g, err := nn.LanguageModel(c)
	require.NoError(t, err)
	name := fmt.Sprint("language model of ", k.plugin.Name, " ", k.options)
	return &graphtest.Case{Name: name, Graph: g, Binding: bound, Limits: map[string]int{"x": 9, "y": 9}}
}

func bidirectional(t *testing.T, k kind, lengths bool) *graphtest.Case {
	t.Helper()
	cell, err := k.plugin.New(core.CellConfig{Input: in, Hidden: hidden, Options: []byte(k.options)})
	require.NoError(t, err)
	g, err := graph.Trace("bidirectional", func(s *graph.Scope) {
		time, rows := graph.Symbol("time"), graph.Symbol("batch")
		x := s.Input("x", time, rows, graph.Fixed(in))
		var n graph.Value
		if lengths {
			n = s.Ints("lengths", rows)
		}
		y := nn.Bidirectional(s.Layer("g0", "g0"), cell, cell, x, n, 0.8)
		s.Output("tags", nn.Linear(s, "tags", y, 4))
	})
	require.NoError(t, err)
	return &graphtest.Case{Name: fmt.Sprint(k.plugin.Name, k.options, " both ways, lengths: ", lengths), Graph: g, Binding: bound}
}

// twice runs one layer over two sequences.
func twice(t *testing.T) *graphtest.Case {
	t.Helper()
	cell, err := cells.LSTM.New(core.CellConfig{Input: in, Hidden: hidden})
	require.NoError(t, err)
	g, err := graph.Trace("twice", func(s *graph.Scope) {
		time, rows := graph.Symbol("time"), graph.Symbol("batch")
		layer := s.Layer("shared", "shared")
		for _, name := range []string{"x", "y"} {
			s.Output("of "+name, nn.Recurrent(layer, cell, s.Input(name, time, rows, graph.Fixed(in)), graph.ScanConfig{}, false))
		}
	})
	require.NoError(t, err)
	return &graphtest.Case{Name: "a layer that is run twice", Graph: g, Binding: bound}
}

// ones are of no account in a product with something of its shape, and in
// nothing else.
func ones(t *testing.T) *graphtest.Case {
	t.Helper()
	g, err := graph.Trace("ones", func(s *graph.Scope) {
		time, rows, n := graph.Symbol("time"), graph.Symbol("batch"), graph.Fixed(4)
		x := s.Input("x", time, rows, n)
		b := s.Param("b", nil, 4)
		one := s.Fill(1, n)
		s.Output("sum", graph.Add(x, one))
		s.Output("difference", graph.Sub(one, graph.Mul(one, x)))
		s.Output("largest", graph.Max(x, s.Fill(1)))
		s.Output("spread", graph.Mul(b, s.Fill(1, time, rows, n)))
		s.Output("mask", graph.Add(s.Dropout("m", x, 0.5, graph.PerWindow), s.Dropout("n", s.Fill(1, time, rows, n), 0.5, graph.PerStep)))
		outs, _ := graph.Scan(s, graph.ScanConfig{}, []graph.Value{x, s.Fill(1, time, rows, n)}, []graph.Carry{{Name: "h", Init: s.Fill(1, rows, n)}},
			func(s *graph.Scope, x, prev []graph.Value) (out, next []graph.Value) {
				h := graph.Mul(graph.Add(graph.Mul(x[0], x[1]), x[1]), prev[0])
				return []graph.Value{h, one}, []graph.Value{h}
			})
		s.Output("steps", outs[0])
		s.Output("captured", outs[1])
	})
	require.NoError(t, err)
	return &graphtest.Case{Name: "ones", Graph: g, Binding: bound}
}

// Models of all cells, dense and compact, compute elsewhere what they compute
// here; and so do layers of norms, odd sizes, tied weights and random models.
func TestModels(t *testing.T) {
	var cases []*onnxtest.Case
	for _, k := range kinds(t) {
		cases = append(cases, both(t, languageModel(t, k), k.claims())...)
		if k.plugin.Name == "lstm" || k.operator == "" || k.options != `{}` {
			for _, lengths := range []bool{false, true} {
				cases = append(cases, both(t, bidirectional(t, k, lengths), k.claims())...)
			}
		}
	}
	for _, c := range graphtest.Named() {
		cases = append(cases, both(t, c, nil)...)
	}
	cases = append(cases, of(t, ones(t), nil))
	cases = append(cases, both(t, twice(t), kind{cells.LSTM, `{}`, ""}.claims())...)
	made := 0
	for seed := range 24 {
		c := graphtest.Random(rand.New(rand.NewPCG(uint64(seed), 1)))
		m, err := onnx.Export(c.Graph, of(t, c, nil).Weights, onnx.Options{Outputs: of(t, c, nil).Options.Outputs})
		if err != nil { // it has an operation of gradients
			assert.ErrorContains(t, err, "no emission", c.Name)
			continue
		}
		require.NotEmpty(t, m.Nodes)
		made++
		cases = append(cases, both(t, c, nil)...)
	}
	require.Greater(t, made, 5, "random models can be exported")
	onnxtest.Check(t, cases, 5e-6)
}

// A layer that is run twice is one layer, with its weights once.
func TestSharedLayers(t *testing.T) {
	c := of(t, twice(t), kind{cells.LSTM, `{}`, ""}.claims())
	m, err := onnx.Export(c.Graph, c.Weights, c.Options)
	require.NoError(t, err)
	names := map[string]bool{}
	for _, w := range m.Weights {
		assert.False(t, names[w.Name], w.Name)
		names[w.Name] = true
	}
	assert.Len(t, m.Layers, 1)
	p, err := python.Torch.Program(m)
	require.NoError(t, err)
	assert.Equal(t, 1, strings.Count(p.Text, "= nn.LSTM("), p.Text)
}

// What is left of the layers are operators with fewer units.
func TestCompactLayersAreOperators(t *testing.T) {
	k := kind{cells.LSTM, `{}`, "LSTM"}
	for i, c := range both(t, languageModel(t, k), k.claims()) {
		m, err := onnx.Export(c.Graph, c.Weights, c.Options)
		require.NoError(t, err)
		require.Len(t, m.Layers, 2)
		for _, l := range m.Layers {
			assert.NotNil(t, l.Operator, "%s: %s", c.Name, l.Reason)
		}
		for _, n := range m.Nodes {
			if n.Op == "LSTM" {
				assert.Equal(t, i == 0, n.Attributes["hidden_size"] == int64(6), "%v", n.Attributes)
			}
		}
	}
}
