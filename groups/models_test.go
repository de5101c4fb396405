package groups_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/graph/graphtest"
	"github.com/seed391906a2/iss/groups"
	"github.com/seed391906a2/iss/groups/grouptest"
)

// stacked is the stacked LSTM of Zaremba et al. (arXiv:1409.2329) with the
// variable names of its public TensorFlow code, hidden units by layer.
func stacked(t testing.TB, vocab, embedding int, hidden ...int) *graph.Graph {
	g, err := graph.Trace("ptb", func(s *graph.Scope) {
		time, batch := graph.Symbol("time"), graph.Symbol("batch")
		x, y := s.Ints("x", time, batch), s.Ints("y", time, batch)
		m := s.Sub("Model")
		h := graph.Lookup(m.Layer("", "embedding").Param("embedding", nil, vocab, embedding), x)
		for i, n := range hidden {
			h = lstmLayer(m.Sub("RNN/multi_rnn_cell"), fmt.Sprint("cell_", i), n, m.Dropout(fmt.Sprint("in", i), h, 0.6, graph.PerStep))
		}
		out := m.Layer("", "softmax")
		logits := graph.Add(graph.MatMul(h, out.Param("softmax_w", nil, hidden[len(hidden)-1], vocab)), out.Param("softmax_b", nil, vocab))
		s.Output("loss", graph.Sum(graph.Mean(graph.CrossEntropy(logits, y), -1), -1))
		s.Output("logits", logits)
	})
	require.NoError(t, err)
	return g
}

func lstmLayer(s *graph.Scope, label string, n int, x graph.Value) graph.Value {
	layer := s.Layer(label, label)
	batch := graph.Symbol("batch")
	c0, h0 := layer.State(label+"/c", 0, batch, graph.Fixed(n)), layer.State(label+"/h", 0, batch, graph.Fixed(n))
	out, final := graph.Scan(layer, graph.ScanConfig{}, []graph.Value{x}, []graph.Carry{{Name: "c", Init: c0}, {Name: "h", Init: h0}}, lstmStep(n))
	layer.Output(label+"/c", final[0])
	layer.Output(label+"/h", final[1])
	return out[0]
}

// lstmStep is a step of n units with TensorFlow's gate order i, j, f, o.
func lstmStep(n int) func(s *graph.Scope, x, prev []graph.Value) (out, next []graph.Value) {
	return func(s *graph.Scope, x, prev []graph.Value) (out, next []graph.Value) {
		in := graph.Concat(-1, x[0], prev[1])
		w := s.Param("basic_lstm_cell/weights", nil, in.Shape().Last().Size, 4*n)
		z := graph.Split(graph.Add(graph.MatMul(in, w), s.Param("basic_lstm_cell/biases", nil, 4*n)), 4)
		c := graph.Add(graph.Mul(graph.Sigmoid(z[2]), prev[0]), graph.Mul(graph.Sigmoid(z[0]), graph.Tanh(z[1])))
		h := graph.Mul(graph.Sigmoid(z[3]), graph.Tanh(c))
		return []graph.Value{h}, []graph.Value{c, h}
	}
}

// highway is the recurrent highway network of Zilly et al. (arXiv:1607.03474)
// with a tied softmax and the variable names of Wen et al.'s public code.
func highway(t testing.TB, vocab, width, depth int) *graph.Graph {
	g, err := graph.Trace("rhn", func(s *graph.Scope) {
		time, batch := graph.Symbol("time"), graph.Symbol("batch")
		x, y := s.Ints("x", time, batch), s.Ints("y", time, batch)
		m := s.Sub("model")
		table := m.Layer("", "embedding").Param("embedding", nil, vocab, width)
		layer := m.Layer("RHN0", "RHN0")
		h0 := layer.State("RHN0/s", 0, batch, graph.Fixed(width))
		out, final := graph.Scan(layer, graph.ScanConfig{}, []graph.Value{graph.Lookup(table, x)}, []graph.Carry{{Name: "s", Init: h0}},
			func(s *graph.Scope, x, prev []graph.Value) (out, next []graph.Value) {
				h := prev[0]
				for d := range depth {
					in := h
					if d == 0 {
						in = graph.Concat(-1, x[0], h)
					}
					linear := func(name string) graph.Value {
						l := s.Sub(fmt.Sprintf("%s_%d/Linear", name, d))
						return graph.Add(graph.MatMul(in, l.Param("Matrix", nil, in.Shape().Last().Size, width)), l.Param("Bias", nil, width))
					}
					gate := graph.Sigmoid(linear("t"))
					h = graph.Add(graph.Mul(graph.Sub(graph.Tanh(linear("h")), h), gate), h)
				}
				return []graph.Value{h}, []graph.Value{h}
			})
		layer.Output("RHN0/s", final[0])
		logits := graph.Add(graph.MatMulT(out[0], table), m.Layer("", "softmax").Param("softmax_b", nil, vocab))
		s.Output("loss", graph.Sum(graph.Mean(graph.CrossEntropy(logits, y), -1), -1))
		s.Output("logits", logits)
	})
	require.NoError(t, err)
	return g
}

// language is how the models of this file are fed.
func language(g *graph.Graph, vocab int) *graphtest.Case {
	return &graphtest.Case{Name: g.Name, Graph: g, Binding: graph.Binding{"time": 4, "batch": 3}, Limits: map[string]int{"x": vocab, "y": vocab}}
}

// cases are the named models and some random ones.
func cases(n int) []*graphtest.Case {
	out := graphtest.Named()
	for seed := range uint64(n) {
		out = append(out, random(seed))
	}
	return out
}

func random(seed uint64) *graphtest.Case {
	c := graphtest.Random(rand.New(rand.NewPCG(seed, 7)))
	c.Name = fmt.Sprint("random ", seed)
	return c
}

func derive(t testing.TB, g *graph.Graph) *groups.Derivation {
	d, err := groups.Derive(g)
	require.NoError(t, err)
	return d
}

func class(t testing.TB, d *groups.Derivation, name string) *groups.Class {
	c, err := d.Class(name)
	require.NoError(t, err)
	return c
}

// What grouptest has, under shorter names.
var (
	tensors     = grouptest.Weights
	read        = grouptest.Read
	batches     = grouptest.Batches
	each        = grouptest.Each
	clearUnit   = grouptest.Clear
	interpreter = grouptest.Interpreter
)
