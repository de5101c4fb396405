package engine_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/graph/graphtest"
)

// form is something of x [rows..., 6], with results [rows..., m], that random
// models make seldom or never.
type form struct {
	name string
	of   func(s *graph.Scope, x graph.Value) graph.Value
}

func node(op graph.Op, in ...graph.Value) graph.Value {
	return graph.Emit(in[0].Graph(), op, in...).At(0)
}
func heads(x graph.Value, n int) graph.Value { return graph.Reshape(x, 1, n, 6/n) }
func flat(x graph.Value) graph.Value {
	s := x.Shape()
	return graph.Reshape(x, 2, s[len(s)-1].Size*s[len(s)-2].Size)
}

var forms = []form{
	{"slice of heads", func(s *graph.Scope, x graph.Value) graph.Value { return flat(graph.Slice(heads(x, 3), -2, 1, 3, 1)) }},
	{"slice of heads with a step", func(s *graph.Scope, x graph.Value) graph.Value { return flat(graph.Slice(heads(x, 3), -2, 0, 3, 2)) }},
	{"slices that overlap", func(s *graph.Scope, x graph.Value) graph.Value {
		return graph.Mul(graph.Slice(x, -1, 0, 4, 1), graph.Slice(x, -1, 2, 6, 1))
	}},
	{"slices that leave gaps", func(s *graph.Scope, x graph.Value) graph.Value {
		z := graph.MatMul(x, s.Param("w", nil, 6, 9))
		return graph.Mul(graph.Sigmoid(graph.Slice(z, -1, 0, 3, 1)), graph.Tanh(graph.Slice(z, -1, 5, 8, 1)))
	}},
	{"gather of heads", func(s *graph.Scope, x graph.Value) graph.Value {
		return flat(graph.Gather(heads(x, 3), -2, []int{2, 0, 2, 1}))
	}},
	{"scatter of heads", func(s *graph.Scope, x graph.Value) graph.Value {
		return flat(node(&graph.ScatterOp{Axis: -2, At: []int{3, 0, 3}, Size: 4}, heads(x, 3)))
	}},
	{"spread of heads", func(s *graph.Scope, x graph.Value) graph.Value {
		return flat(node(&graph.SpreadOp{Axis: -2, Start: 1, Step: 2, Size: 7}, heads(x, 3)))
	}},
	{"concat of heads", func(s *graph.Scope, x graph.Value) graph.Value {
		p := heads(x, 2)
		return flat(graph.Concat(-2, p, graph.Tanh(p), p))
	}},
	{"concat of one value", func(s *graph.Scope, x graph.Value) graph.Value {
		y := graph.Sigmoid(x)
		return graph.MatMul(graph.Concat(-1, y, y, x, y), s.Param("w", nil, 24, 4))
	}},
	{"concat of many", func(s *graph.Scope, x graph.Value) graph.Value {
		parts := []graph.Value{x}
		for i := range 20 {
			parts = append(parts, graph.Tanh(graph.Affine(graph.Slice(x, -1, i%3, 6, 2), 1, float64(i)/10)))
		}
		return graph.Concat(-1, parts...)
	}},
	{"more values than slots", func(s *graph.Scope, x graph.Value) graph.Value {
		var v []graph.Value
		for i := range 40 {
			v = append(v, graph.Sigmoid(graph.Affine(x, 1, float64(i)/20)))
		}
		sum := v[0]
		for i := range v {
			sum = graph.Add(graph.Mul(v[len(v)-1-i], v[i]), graph.Affine(sum, 0.5, 0))
		}
		return sum
	}},
	{"a long chain", func(s *graph.Scope, x graph.Value) graph.Value {
		for range 60 {
			x = graph.Tanh(graph.Affine(graph.Mul(x, x), -1.5, 0.75))
		}
		return x
	}},
	{"reshape across axes", func(s *graph.Scope, x graph.Value) graph.Value {
		return flat(graph.Reshape(heads(x, 2), 2, 3, 2))
	}},
	{"largest of heads", func(s *graph.Scope, x graph.Value) graph.Value {
		p := heads(x, 3)
		return graph.Concat(-1, graph.Largest(p, -1), graph.Largest(p, -2))
	}},
	{"mean, cut", func(s *graph.Scope, x graph.Value) graph.Value {
		p := heads(x, 3)
		return flat(graph.Mul(p, node(&graph.ReduceOp{Kind: graph.MeanOf, Axes: []int{-2}, Width: 5}, p)))
	}},
	{"norm of heads", func(s *graph.Scope, x graph.Value) graph.Value {
		return flat(graph.LayerNorm(heads(x, 2), s.Param("g", nil, 3), s.Param("b", nil, 3), 0.02))
	}},
	{"norm, cut", func(s *graph.Scope, x graph.Value) graph.Value {
		p := heads(x, 2)
		return flat(graph.Mul(p, node(&graph.RStdOp{Centred: true, Eps: 0.02, Width: 5}, p)))
	}},
	{"softmax of heads", func(s *graph.Scope, x graph.Value) graph.Value { return flat(graph.Softmax(heads(x, 2))) }},
	{"product of a vector", func(s *graph.Scope, x graph.Value) graph.Value {
		return graph.Mul(x, graph.Tanh(graph.MatMul(s.Param("v", nil, 5), s.Param("w", nil, 5, 6))))
	}},
	{"product of heads transposed", func(s *graph.Scope, x graph.Value) graph.Value {
		return flat(graph.MatMulT(heads(x, 3), s.Param("w", nil, 4, 2)))
	}},
	{"one number", func(s *graph.Scope, x graph.Value) graph.Value {
		return graph.Add(graph.Mul(x, s.Param("a", nil)), s.Param("b", nil, 1))
	}},
	{"slices of a bias", func(s *graph.Scope, x graph.Value) graph.Value {
		b := s.Param("b", nil, 12)
		y := graph.Add(graph.MatMul(x, s.Param("w", nil, 6, 6)), graph.Slice(b, -1, 0, 6, 1))
		return graph.Mul(graph.Tanh(y), graph.Add(graph.MatMul(y, s.Param("v", nil, 6, 6)), graph.Slice(b, -1, 1, 12, 2)))
	}},
	{"a bias twice", func(s *graph.Scope, x graph.Value) graph.Value {
		b := s.Param("b", nil, 6)
		y := graph.Tanh(graph.Add(graph.MatMul(x, s.Param("w", nil, 6, 6)), b))
		return graph.Add(graph.Add(graph.MatMul(y, s.Param("v", nil, 6, 6)), b), b)
	}},
	{"a bias that is computed", func(s *graph.Scope, x graph.Value) graph.Value {
		return graph.Add(graph.MatMul(x, s.Param("w", nil, 6, 4)), graph.Exp(s.Param("b", nil, 4)))
	}},
	{"overlapping parts of a weight", func(s *graph.Scope, x graph.Value) graph.Value {
		w := s.Param("w", nil, 9, 5)
		y := graph.MatMul(x, graph.Slice(w, -2, 0, 6, 1))
		return graph.Add(y, graph.MatMul(graph.Tanh(x), graph.Slice(w, -2, 3, 9, 1)))
	}},
	{"every other row of a weight", func(s *graph.Scope, x graph.Value) graph.Value {
		return graph.MatMul(x, graph.Slice(s.Param("w", nil, 12, 5), -2, 1, 12, 2))
	}},
	{"every other column of a weight", func(s *graph.Scope, x graph.Value) graph.Value {
		return graph.MatMul(x, graph.Slice(s.Param("w", nil, 6, 9), -1, 0, 9, 2))
	}},
	{"gathered rows of a weight", func(s *graph.Scope, x graph.Value) graph.Value {
		return graph.MatMul(x, graph.Gather(s.Param("w", nil, 4, 5), -2, []int{3, 1, 1, 0, 2, 3}))
	}},
	{"a weight and its transpose", func(s *graph.Scope, x graph.Value) graph.Value {
		w := s.Param("w", nil, 6, 6)
		return graph.MatMulT(graph.Tanh(graph.MatMul(x, w)), w)
	}},
	{"a weight masked", func(s *graph.Scope, x graph.Value) graph.Value {
		w := s.Param("w", nil, 6, 6)
		return graph.MatMul(x, graph.Select(graph.Greater(w, s.Fill(0)), w, s.Fill(0)))
	}},
	{"product of products", func(s *graph.Scope, x graph.Value) graph.Value {
		return graph.MatMul(graph.MatMul(x, s.Param("w", nil, 6, 3)), s.Param("v", nil, 3, 6))
	}},
	{"a factor that is a product", func(s *graph.Scope, x graph.Value) graph.Value {
		return graph.MatMul(x, graph.MatMul(s.Param("w", nil, 6, 2), s.Param("v", nil, 2, 5)))
	}},
	{"a sum that is used twice", func(s *graph.Scope, x graph.Value) graph.Value {
		y := graph.Add(graph.MatMul(x, s.Param("w", nil, 6, 6)), x)
		return graph.Add(graph.Mul(y, graph.Sigmoid(y)), graph.MatMul(y, s.Param("v", nil, 6, 6)))
	}},
	{"a difference of products", func(s *graph.Scope, x graph.Value) graph.Value {
		return graph.Sub(graph.MatMul(x, s.Param("w", nil, 6, 5)), graph.Neg(graph.MatMul(graph.Tanh(x), s.Param("v", nil, 6, 5))))
	}},
	{"a difference with a product of elements", func(s *graph.Scope, x graph.Value) graph.Value {
		return graph.Sub(graph.Affine(x, 0.5, 0), graph.Mul(graph.Exp(graph.Tanh(x)), graph.Sigmoid(x)))
	}},
	{"where by a constant", func(s *graph.Scope, x graph.Value) graph.Value {
		return graph.Select(s.Const([]float64{1, 0, 0, 1, 1, 0}, 6), graph.Exp(graph.Neg(graph.Mul(x, x))), graph.Relu(x))
	}},
	{"quotients", func(s *graph.Scope, x graph.Value) graph.Value {
		d := graph.Affine(graph.Sigmoid(x), 1, 0.5)
		return graph.Div(graph.Div(s.Fill(2), d), graph.Sqrt(graph.Affine(d, 2, 1)))
	}},
}

// atTop is a form of a whole sequence.
func (f form) atTop(t *testing.T) *graphtest.Case {
	return f.model(t, "top", func(s *graph.Scope, x graph.Value, batch graph.Dim) graph.Value { return f.of(s, x) })
}

// inLoop is a form of what a state makes of each step.
func (f form) inLoop(t *testing.T) *graphtest.Case {
	return f.model(t, "loop", func(s *graph.Scope, x graph.Value, batch graph.Dim) graph.Value {
		out, final := graph.Scan(s, graph.ScanConfig{}, []graph.Value{x}, []graph.Carry{{Name: "h", Init: s.State("h", 0, batch, graph.Fixed(6))}},
			func(s *graph.Scope, x, prev []graph.Value) (out, next []graph.Value) {
				y := f.of(s, graph.Tanh(graph.Add(x[0], graph.MatMul(prev[0], s.Param("recurrent", nil, 6, 6)))))
				h := graph.Tanh(graph.MatMul(y, s.Param("next", nil, y.Shape().Last().Size, 6)))
				return []graph.Value{y}, []graph.Value{h}
			})
		s.Output("h", final[0])
		return out[0]
	})
}

func (f form) model(t *testing.T, where string, of func(s *graph.Scope, x graph.Value, batch graph.Dim) graph.Value) *graphtest.Case {
	g, err := graph.Trace(f.name, func(s *graph.Scope) {
		time, batch := graph.Symbol("time"), graph.Symbol("batch")
		y := of(s, s.Input("x", time, batch, graph.Fixed(6)), batch)
		s.Output("y", y)
		s.Output("loss", graph.Mean(graph.Mul(y, graph.Tanh(graph.Affine(y, 1, 0.5))), -1, -2, -3))
	})
	require.NoError(t, err, "%s, %s", f.name, where)
	return &graphtest.Case{Name: f.name, Graph: g, Binding: graph.Binding{"time": 3, "batch": 4}}
}

func TestForms(t *testing.T) {
	for _, f := range forms {
		t.Run(f.name, func(t *testing.T) {
			for i, c := range []*graphtest.Case{f.atTop(t), f.inLoop(t)} {
				t.Run([]string{"at the top", "in a loop"}[i], func(t *testing.T) {
					for threads := 1; threads <= 2; threads++ {
						compare(t, c, threads, true, 1)
						compare(t, withGradient(c), threads, false, uint64(threads))
					}
				})
			}
		})
	}
}
