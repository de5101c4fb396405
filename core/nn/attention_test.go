package nn_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/interp"
	"github.com/seed391906a2/iss/core/nn"
	"github.com/seed391906a2/iss/core/rng"
)

// run traces a block, fills parameters and float inputs with numbers drawn from
// their names, and runs it.
func run(t *testing.T, b graph.Binding, ints map[string][]int32, build func(s *graph.Scope)) *interp.Machine[float64] {
	t.Helper()
	g, err := graph.Trace("block", func(s *graph.Scope) { build(s.WithInit(graph.Uniform{Scale: 0.8})) })
	require.NoError(t, err)
	m := interp.New[float64](g)
	require.NoError(t, m.Bind(b))
	for _, p := range g.Params {
		uniform(m.Param(p.Name), p.Name)
	}
	for _, v := range g.Inputs {
		if op := v.Node.Op.(*graph.InputOp); op.Kind == graph.Float {
			uniform(m.Floats(op.Label), op.Label)
		} else {
			copy(m.Ints(op.Label), ints[op.Label])
		}
	}
	require.NoError(t, m.Run(graph.Mode{}))
	return m
}

func uniform(x []float64, name string) {
	r := rng.New(1, name)
	for i := range x {
		x[i] = r.Uniform(-1, 1)
	}
}

// softmaxOf is the softmax of the first n of some scores.
func softmaxOf(scores []float64, n int) []float64 {
	p, sum := make([]float64, len(scores)), 0.0
	for i := range n {
		p[i] = math.Exp(scores[i])
		sum += p[i]
	}
	for i := range p {
		p[i] /= sum
	}
	return p
}

// Attention in both directions is the formula with the pairs written out.
//
// Source: Seo et al., arXiv:1611.01603, section 2, 4.
func TestBiAttention(t *testing.T) {
	const context, question, batch, d = 4, 3, 2, 5
	lengths := map[string][]int32{"hl": {4, 2}, "ul": {1, 3}}
	m := run(t, graph.Binding{"context": context, "question": question, "batch": batch}, lengths, func(s *graph.Scope) {
		batch := graph.Symbol("batch")
		h := s.Input("h", graph.Symbol("context"), batch, graph.Fixed(d))
		u := s.Input("u", graph.Symbol("question"), batch, graph.Fixed(d))
		ua, ha := nn.BiAttention(s, h, u, s.Ints("hl", batch), s.Ints("ul", batch))
		s.Output("ua", ua)
		s.Output("ha", ha)
	})
	h, u, w, bias := m.Floats("h"), m.Floats("u"), m.Param("weights"), m.Param("biases")[0]
	for b := range batch {
		hl, ul := int(lengths["hl"][b]), int(lengths["ul"][b])
		best := make([]float64, context)
		for i := range context {
			scores := make([]float64, question)
			best[i] = math.Inf(-1)
			for j := range question {
				scores[j] = bias
				for k := range d {
					x, y := h[(i*batch+b)*d+k], u[(j*batch+b)*d+k]
					scores[j] += w[k]*x + w[d+k]*y + w[2*d+k]*x*y
				}
				if j < ul {
					best[i] = max(best[i], scores[j])
				}
			}
			p := softmaxOf(scores, ul)
			for k := range d {
				want := 0.0
				for j := range question {
					want += p[j] * u[(j*batch+b)*d+k]
				}
				assert.InDelta(t, want, m.Output("ua")[(i*batch+b)*d+k], 1e-12)
			}
		}
		p := softmaxOf(best, hl)
		for k := range d {
			want := 0.0
			for i := range context {
				want += p[i] * h[(i*batch+b)*d+k]
			}
			assert.InDelta(t, want, m.Output("ha")[b*d+k], 1e-12)
		}
	}
}

// The loss of a span is that of its two ends, and what lies behind the context
// has no share in it.
func TestSpan(t *testing.T) {
	const time, batch, n = 4, 2, 3
	ints := map[string][]int32{"lengths": {3, 4}, "first": {1, 0}, "last": {2, 3}}
	m := run(t, graph.Binding{"time": time, "batch": batch}, ints, func(s *graph.Scope) {
		batch := graph.Symbol("batch")
		x := s.Input("x", graph.Symbol("time"), batch, graph.Fixed(n))
		lengths := s.Ints("lengths", batch)
		start, end := nn.Span(s.Sub("a"), x, lengths), nn.Span(s.Sub("b"), x, lengths)
		s.Output("loss", nn.SpanLoss(start, end, s.Ints("first", graph.Fixed(1), batch), s.Ints("last", graph.Fixed(1), batch)))
	})
	for b := range batch {
		want := 0.0
		for _, end := range []struct{ name, at string }{{"a", "first"}, {"b", "last"}} {
			scores := make([]float64, time)
			for i := range time {
				scores[i] = m.Param(end.name + "/biases")[0]
				for k := range n {
					scores[i] += m.Param(end.name + "/weights")[k] * m.Floats("x")[(i*batch+b)*n+k]
				}
			}
			want -= math.Log(softmaxOf(scores, int(ints["lengths"][b]))[ints[end.at][b]])
		}
		assert.InDelta(t, want, m.Output("loss")[b], 1e-12)
	}
}

// A convolution over characters is its loops; a filter is stored as TensorFlow
// stores it.
func TestCharConv(t *testing.T) {
	const words, batch, width, dim, taps, filters = 2, 2, 6, 3, 4, 5
	m := run(t, graph.Binding{"time": words, "batch": batch}, nil, func(s *graph.Scope) {
		x := s.Input("x", graph.Symbol("time"), graph.Symbol("batch"), graph.Fixed(width), graph.Fixed(dim))
		s.Output("y", nn.CharConv(s, x, taps, filters))
	})
	x, filter, bias := m.Floats("x"), m.Param("filter"), m.Param("bias")
	zeros := 0
	for word := range words * batch {
		for f := range filters {
			want := 0.0 // of the relu
			for at := range width - taps + 1 {
				sum := bias[f]
				for k := range taps {
					for c := range dim {
						sum += x[(word*width+at+k)*dim+c] * filter[(k*dim+c)*filters+f]
					}
				}
				want = max(want, sum)
			}
			if want == 0 {
				zeros++
			}
			assert.InDelta(t, want, m.Output("y")[word*filters+f], 1e-12)
		}
	}
	assert.Less(t, zeros, words*batch*filters)
}

// A highway layer is its equation.
func TestHighwayLayers(t *testing.T) {
	const n = 4
	m := run(t, graph.Binding{"time": 1, "batch": 1}, nil, func(s *graph.Scope) {
		s.Output("y", nn.Highway(s, s.Input("x", graph.Symbol("time"), graph.Symbol("batch"), graph.Fixed(n)), 2))
	})
	x := m.Floats("x")
	for _, layer := range []string{"layer_0/", "layer_1/"} {
		linear := func(part string, i int) float64 {
			sum := m.Param(layer + part + "/biases")[i]
			for k := range n {
				sum += x[k] * m.Param(layer + part + "/weights")[k*n+i]
			}
			return sum
		}
		y := make([]float64, n)
		for i := range n {
			gate := 1 / (1 + math.Exp(-linear("gate", i)))
			y[i] = gate*max(0, linear("trans", i)) + (1-gate)*x[i]
		}
		x = y
	}
	assert.InDeltaSlice(t, x, m.Output("y"), 1e-12)
}
