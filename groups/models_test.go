package groups_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/graph/graphtest"
	"github.com/seed391906a2/iss/core/tensor"
	"github.com/seed391906a2/iss/groups"
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

// tensors fills the parameters of a graph with numbers drawn from seed.
func tensors(g *graph.Graph, seed uint64) map[string]tensor.Dense[float32] {
	r := rand.New(rand.NewPCG(seed, 1))
	out := map[string]tensor.Dense[float32]{}
	for _, p := range g.Params {
		d := tensor.New[float32](p.Shape...)
		scale := 0.5
		if len(p.Shape) > 1 {
			scale = min(0.6, math.Sqrt(3/float64(max(1, p.Shape[0]))))
		}
		graphtest.Uniform(r, d.Data, scale)
		out[p.Name] = d
	}
	return out
}

// read makes tensors readable by name.
func read(ts map[string]tensor.Dense[float32]) func(string) []float32 {
	return func(name string) []float32 { return ts[name].Data }
}

// batches makes windows of input for a case, drawn from seed.
func batches(c *graphtest.Case, windows int, seed uint64) []groups.Batch {
	r := rand.New(rand.NewPCG(seed, 2))
	var out []groups.Batch
	for range windows {
		b := groups.Batch{Binding: c.Binding, Ints: map[string][]int32{}, Floats: map[string][]float32{}}
		for _, v := range c.Graph.Inputs {
			op := v.Node.Op.(*graph.InputOp)
			n := v.Shape().Size(c.Binding)
			switch {
			case op.Role == graph.Carried:
			case op.Kind == graph.Float:
				x := make([]float32, n)
				graphtest.Uniform(r, x, 1)
				b.Floats[op.Label] = x
			default:
				limit, ok := c.Limits[op.Label]
				if !ok {
					limit = c.Binding["time"] + 1
				}
				ids := make([]int32, n)
				for i := range ids {
					ids[i] = int32(r.IntN(limit))
				}
				b.Ints[op.Label] = ids
			}
		}
		out = append(out, b)
	}
	return out
}

// language is how the models of this file are fed.
func language(g *graph.Graph, vocab int) *graphtest.Case {
	return &graphtest.Case{Name: g.Name, Graph: g, Binding: graph.Binding{"time": 4, "batch": 3}, Limits: map[string]int{"x": vocab, "y": vocab}}
}

// cases are the named models and some random ones.
func cases(random int) []*graphtest.Case {
	out := graphtest.Named()
	for seed := range uint64(random) {
		c := graphtest.Random(rand.New(rand.NewPCG(seed, 7)))
		c.Name = fmt.Sprint("random ", seed)
		out = append(out, c)
	}
	return out
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

// clear zeroes the entries of one unit of a group, with followers if asked.
func clearUnit(g *graph.Graph, ts map[string]tensor.Dense[float32], entries []groups.Entry, k int) {
	for _, e := range entries {
		each(g, e, k, func(i int) { ts[e.Var].Data[i] = 0 })
	}
}

// each calls f for every scalar that an entry gives unit k.
func each(g *graph.Graph, e groups.Entry, k int, f func(i int)) {
	shape := g.Param(e.Var).Shape
	inner := 1
	for _, n := range shape[e.Axis+1:] {
		inner *= n
	}
	for i := range g.Param(e.Var).Size() {
		if i/inner%shape[e.Axis] == e.Index(k) {
			f(i)
		}
	}
}
