package groups_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/groups"
)

// softmix is Σ_j softmax_j(scores)·v_j over the first axis of scores [j, …, 1]
// and v [j, …, n], which is dropped. It keeps the feature axis of v.
func softmix(scores, v graph.Value) graph.Value {
	e := graph.Exp(scores)
	return graph.Sum(graph.Mul(graph.Div(e, graph.Sum(e, -v.Rank())), v), -v.Rank())
}

// mixing has the shape of the gap in the published group file of BiDAF
// (derivation of groups, 5): an LSTM g1 reads p0, and a further LSTM g2 reads
// p0, g1, a mix a of g1 over positions, and g1·a.
func mixing(t testing.TB, n int) *graph.Graph {
	g, err := graph.Trace("mixing", func(s *graph.Scope) {
		time, batch := graph.Symbol("time"), graph.Symbol("batch")
		p0, y := s.Input("p0", time, batch, graph.Fixed(2*n)), s.Ints("y", time, batch)
		m := s.Sub("main")
		g1 := lstmLayer(m, "g1", n, p0)
		scores := graph.MatMul(graph.Concat(-1, g1, p0), m.Layer("logits1", "logits1").Param("weights", nil, 3*n, 1))
		a := graph.Expand(softmix(scores, g1), g1.Shape()...)
		g2 := lstmLayer(m, "g2", n, graph.Concat(-1, p0, g1, a, graph.Mul(g1, a)))
		tags := graph.MatMul(g2, m.Layer("logits2", "logits2").Param("weights", nil, n, 3))
		s.Output("loss", graph.Sum(graph.Mean(graph.CrossEntropy(tags, y), -1), -1))
	})
	require.NoError(t, err)
	return g
}

// bidaf is the network of Seo et al. (arXiv:1611.01603) as Wen et al.'s public
// code has it, from the highway layers on: contextual LSTMs that question and
// context share, attention in both directions, modelling and output LSTMs, with
// the published variable names and d hidden units in each direction.
func bidaf(t testing.TB, d int) *graph.Graph {
	g, err := graph.Trace("bidaf", func(s *graph.Scope) {
		batch := graph.Symbol("batch")
		context := s.Input("context", graph.Symbol("context"), batch, graph.Fixed(2*d))
		question := s.Input("question", graph.Symbol("question"), batch, graph.Fixed(2*d))
		prepro, main := s.Sub("prepro"), s.Sub("main")
		u, h := both(prepro, "u1", d, question), both(prepro, "u1", d, context)

		attention := main.Layer("p0/bi_attention", "bi_attention")
		none := attention.Fill(0, batch, graph.Fixed(1))
		out, _ := graph.Scan(attention, graph.ScanConfig{}, []graph.Value{h}, []graph.Carry{{Name: "none", Init: none}},
			func(s *graph.Scope, x, prev []graph.Value) (out, next []graph.Value) {
				at := graph.Expand(x[0], u.Shape()...)
				scores := graph.MatMul(graph.Concat(-1, at, u, graph.Mul(at, u)), s.Param("u_logits/first/weights", nil, 6*d, 1))
				return []graph.Value{softmix(scores, u), graph.Largest(scores, -3)}, prev
			})
		ua, most := out[0], out[1]
		ha := graph.Expand(softmix(most, h), h.Shape()...)
		p0 := graph.Concat(-1, h, ua, graph.Mul(h, ua), graph.Mul(h, ha))

		g1 := both(main, "g1", d, both(main, "g0", d, p0))
		logits := func(name string, g graph.Value) graph.Value {
			l := main.Layer(name, name)
			return graph.Add(graph.MatMul(graph.Concat(-1, g, p0), l.Param("first/weights", nil, 10*d, 1)), l.Param("first/biases", nil, 1))
		}
		start := logits("logits1", g1)
		a1 := graph.Expand(softmix(start, g1), g1.Shape()...)
		g2 := both(main, "g2", d, graph.Concat(-1, p0, g1, a1, graph.Mul(g1, a1)))
		s.Output("start", start)
		s.Output("end", logits("logits2", g2))
	})
	require.NoError(t, err)
	return g
}

// both is an LSTM in each direction, from zero states.
func both(s *graph.Scope, name string, n int, x graph.Value) graph.Value {
	var out []graph.Value
	for _, way := range []string{"fw", "bw"} {
		layer := s.Layer(name+"/"+way, name+"/"+way)
		zero := layer.Fill(0, graph.Symbol("batch"), graph.Fixed(n))
		h, _ := graph.Scan(layer, graph.ScanConfig{Reverse: way == "bw"}, []graph.Value{x}, []graph.Carry{{Name: "c", Init: zero}, {Name: "h", Init: zero}}, lstmStep(n))
		out = append(out, h[0])
	}
	return graph.Concat(-1, out...)
}

// Sizes of one component. Source: derivation of groups, 3.
func TestQuestionAnswering(t *testing.T) {
	g := bidaf(t, 100)
	d := derive(t, g)
	for _, c := range []struct {
		class string
		want  groups.Counts
	}{
		{"u1/fw", groups.Counts{Multiset: 8011, Distinct: 8007, Biases: 4}},
		{"u1/bw", groups.Counts{Multiset: 8011, Distinct: 8007, Biases: 4}},
		{"g0/fw", groups.Counts{Multiset: 4800, Distinct: 4796, Biases: 4}},
		{"g0/bw", groups.Counts{Multiset: 4800, Distinct: 4796, Biases: 4}},
		{"g1/fw", groups.Counts{Multiset: 4001, Distinct: 3997, Biases: 4}},
		{"g1/bw", groups.Counts{Multiset: 4001, Distinct: 3997, Biases: 4}},
		{"g2/fw", groups.Counts{Multiset: 6401, Distinct: 6397, Biases: 4}},
		{"g2/bw", groups.Counts{Multiset: 6401, Distinct: 6397, Biases: 4}},
	} {
		assert.Equal(t, c.want, groups.Count(g, class(t, d, c.class).Group()), c.class)
	}
}
