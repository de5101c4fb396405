package engine_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/graph/graphtest"
)

// loopForm is a way in which states and sequences of loops can hang together
// that random models make seldom or never. x is [time, batch, 6].
type loopForm struct {
	name string
	of   func(f *former) graph.Value
}

// former writes loops.
type former struct {
	s           *graph.Scope
	x           graph.Value
	ids         graph.Value // [time, batch]
	lengths     graph.Value // [batch]
	time, batch graph.Dim
}

// state is a carried state with its output.
func (f *former) state(name string) graph.Carry {
	return graph.Carry{Name: name, Init: f.s.State(name, 0, f.batch, graph.Fixed(6))}
}

// body makes outputs and next states.
type body = func(s *graph.Scope, x, prev []graph.Value) (out, next []graph.Value)

// scan runs a loop over xs and puts its final states out.
func (f *former) scan(c graph.ScanConfig, xs []graph.Value, carry []graph.Carry, of body) []graph.Value {
	out, final := graph.Scan(f.s, c, xs, carry, of)
	for i, v := range final {
		f.s.Output(carry[i].Name, v)
	}
	return out
}

func mix(s *graph.Scope, name string, x, h graph.Value) graph.Value {
	return graph.Tanh(graph.MatMul(graph.Concat(-1, x, h), s.Param(name, nil, 12, 6)))
}

var loopForms = []loopForm{
	{"states that change places", func(f *former) graph.Value {
		return f.scan(graph.ScanConfig{}, []graph.Value{f.x}, []graph.Carry{f.state("a"), f.state("b"), f.state("c")},
			func(s *graph.Scope, x, prev []graph.Value) (out, next []graph.Value) {
				h := mix(s, "w", x[0], prev[0])
				return []graph.Value{graph.Mul(h, prev[2])}, []graph.Value{prev[1], h, prev[0]}
			})[0]
	}},
	{"a state that stays", func(f *former) graph.Value {
		return f.scan(graph.ScanConfig{}, []graph.Value{f.x}, []graph.Carry{f.state("a"), f.state("b")},
			func(s *graph.Scope, x, prev []graph.Value) (out, next []graph.Value) {
				return []graph.Value{prev[0]}, []graph.Value{mix(s, "w", prev[1], prev[0]), prev[1]}
			})[0]
	}},
	{"a state that is the input", func(f *former) graph.Value {
		return f.scan(graph.ScanConfig{}, []graph.Value{f.x}, []graph.Carry{f.state("a")},
			func(s *graph.Scope, x, prev []graph.Value) (out, next []graph.Value) {
				return []graph.Value{mix(s, "w", x[0], prev[0])}, []graph.Value{x[0]}
			})[0]
	}},
	{"two states of one value", func(f *former) graph.Value {
		return f.scan(graph.ScanConfig{Reverse: true}, []graph.Value{f.x}, []graph.Carry{f.state("a"), f.state("b")},
			func(s *graph.Scope, x, prev []graph.Value) (out, next []graph.Value) {
				h := mix(s, "w", x[0], graph.Mul(prev[0], prev[1]))
				return []graph.Value{h, h}, []graph.Value{h, h}
			})[1]
	}},
	{"a state of parts", func(f *former) graph.Value {
		return f.scan(graph.ScanConfig{}, []graph.Value{f.x}, []graph.Carry{f.state("a")},
			func(s *graph.Scope, x, prev []graph.Value) (out, next []graph.Value) {
				h := mix(s, "w", x[0], prev[0])
				return []graph.Value{graph.Slice(h, -1, 1, 5, 1)}, []graph.Value{graph.Concat(-1, graph.Slice(prev[0], -1, 3, 6, 1), graph.Slice(h, -1, 0, 3, 1))}
			})[0]
	}},
	{"an output that is a product", func(f *former) graph.Value {
		return f.scan(graph.ScanConfig{}, []graph.Value{f.x}, []graph.Carry{f.state("a")},
			func(s *graph.Scope, x, prev []graph.Value) (out, next []graph.Value) {
				h := mix(s, "w", x[0], prev[0])
				return []graph.Value{graph.MatMul(h, s.Param("v", nil, 6, 4))}, []graph.Value{graph.Affine(h, 0.5, 0.1)}
			})[0]
	}},
	{"a next state that is a product", func(f *former) graph.Value {
		return f.scan(graph.ScanConfig{}, []graph.Value{f.x}, []graph.Carry{f.state("a")},
			func(s *graph.Scope, x, prev []graph.Value) (out, next []graph.Value) {
				return []graph.Value{graph.Sigmoid(prev[0])}, []graph.Value{graph.Add(x[0], graph.MatMul(prev[0], s.Param("w", nil, 6, 6)))}
			})[0]
	}},
	{"lengths, both ways", func(f *former) graph.Value {
		var outs []graph.Value
		for _, reverse := range []bool{false, true} {
			l := f.s.Sub(map[bool]string{false: "fw", true: "bw"}[reverse])
			out, final := graph.Scan(l, graph.ScanConfig{Lengths: f.lengths, Reverse: reverse}, []graph.Value{f.x}, []graph.Carry{{Name: "h", Init: l.Fill(0.5, f.batch, graph.Fixed(6))}},
				func(s *graph.Scope, x, prev []graph.Value) (out, next []graph.Value) {
					h := mix(s, "w", x[0], prev[0])
					return []graph.Value{h}, []graph.Value{h}
				})
			outs = append(outs, out[0], graph.Mul(out[0], final[0]))
		}
		return graph.Concat(-1, outs...)
	}},
	{"from state to state", func(f *former) graph.Value { // an encoder's last state begins a decoder
		_, final := graph.Scan(f.s.Sub("encoder"), graph.ScanConfig{Lengths: f.lengths}, []graph.Value{f.x}, []graph.Carry{{Name: "h", Init: f.s.Fill(0, f.batch, graph.Fixed(6))}},
			func(s *graph.Scope, x, prev []graph.Value) (out, next []graph.Value) {
				return nil, []graph.Value{mix(s, "w", x[0], prev[0])}
			})
		out, _ := graph.Scan(f.s.Sub("decoder"), graph.ScanConfig{}, []graph.Value{graph.Reverse(f.x, f.lengths)}, []graph.Carry{{Name: "h", Init: final[0]}},
			func(s *graph.Scope, x, prev []graph.Value) (out, next []graph.Value) {
				h := mix(s, "w", graph.Mul(x[0], final[0]), prev[0])
				return []graph.Value{h}, []graph.Value{h}
			})
		return out[0]
	}},
	{"attention over a memory", func(f *former) graph.Value { // in every step over all steps of x
		memory := graph.Tanh(graph.MatMul(f.x, f.s.Param("memory", nil, 6, 6)))
		return f.scan(graph.ScanConfig{}, []graph.Value{f.x}, []graph.Carry{f.state("a")},
			func(s *graph.Scope, x, prev []graph.Value) (out, next []graph.Value) {
				score := graph.Exp(graph.Sum(graph.Mul(memory, prev[0]), -1)) // [time, batch]
				weight := node(&graph.ViewOp{Shape: graph.Shape{f.time, f.batch, graph.Fixed(1)}}, score)
				read := graph.Div(graph.Sum(graph.Mul(memory, weight), -3), graph.Expand(node(&graph.ViewOp{Shape: graph.Shape{f.batch, graph.Fixed(1)}}, graph.Sum(score, -2)), f.batch, graph.Fixed(6)))
				h := mix(s, "w", graph.Add(x[0], read), prev[0])
				return []graph.Value{h}, []graph.Value{h}
			})[0]
	}},
	{"a loop in a loop in a loop", func(f *former) graph.Value {
		var nest func(s *graph.Scope, depth int, h graph.Value) graph.Value
		nest = func(s *graph.Scope, depth int, h graph.Value) graph.Value {
			if depth == 0 {
				return h
			}
			_, final := graph.Scan(s.Sub("in"), graph.ScanConfig{Reverse: depth == 1, Lengths: f.lengths}, []graph.Value{f.x}, []graph.Carry{{Name: "h", Init: h}},
				func(s *graph.Scope, x, prev []graph.Value) (out, next []graph.Value) {
					return nil, []graph.Value{nest(s, depth-1, mix(s, "w", x[0], prev[0]))}
				})
			return final[0]
		}
		return graph.Mul(f.x, nest(f.s, 3, f.s.Fill(0, f.batch, graph.Fixed(6))))
	}},
	{"words in a loop", func(f *former) graph.Value {
		return f.scan(graph.ScanConfig{}, []graph.Value{f.ids}, []graph.Carry{f.state("a")},
			func(s *graph.Scope, x, prev []graph.Value) (out, next []graph.Value) {
				h := mix(s, "w", graph.Lookup(s.Param("table", nil, 5, 6), x[0]), prev[0])
				loss := graph.CrossEntropy(graph.MatMul(h, s.Param("v", nil, 6, 5)), x[0])
				return []graph.Value{graph.Mul(h, graph.Expand(node(&graph.ViewOp{Shape: graph.Shape{f.batch, graph.Fixed(1)}}, loss), f.batch, graph.Fixed(6)))}, []graph.Value{h}
			})[0]
	}},
	{"a table that is computed, and tied", func(f *former) graph.Value {
		table := graph.Tanh(f.s.Param("table", nil, 5, 6))
		h := graph.Add(graph.Lookup(table, f.ids), f.x)
		return graph.Add(h, graph.MatMul(graph.Softmax(graph.MatMulT(h, table)), table))
	}},
	{"masks of all kinds", func(f *former) graph.Value {
		x := f.s.DropoutWords("words", f.x, f.ids, 0.7)
		x = f.s.Dropout("steps", x, 0.6, graph.PerStep)
		out := f.scan(graph.ScanConfig{}, []graph.Value{x}, []graph.Carry{f.state("a")},
			func(s *graph.Scope, x, prev []graph.Value) (out, next []graph.Value) {
				h := mix(s, "w", graph.Mul(x[0], s.Mask("i", 6, 0.8, graph.PerStep)), graph.Mul(prev[0], s.Mask("h", 6, 0.8, graph.PerWindow)))
				return []graph.Value{h}, []graph.Value{h}
			})
		return f.s.Dropout("out", out[0], 0.5, graph.PerWindow)
	}},
	{"outputs that nothing computes", func(f *former) graph.Value {
		f.s.Output("input", f.x)
		f.s.Output("weights", f.s.Param("w", nil, 6, 3))
		f.s.Output("nought", f.s.Fill(0, f.time, f.batch))
		f.s.Output("part", graph.Slice(f.x, -1, 1, 6, 2))
		y := graph.MatMul(f.x, f.s.Param("w", nil, 6, 3))
		f.s.Output("once", y)
		f.s.Output("twice", y)
		f.s.Output("mirrored", graph.Reverse(y, graph.Value{}))
		return y
	}},
}

func (f loopForm) model(t *testing.T) *graphtest.Case {
	g, err := graph.Trace(f.name, func(s *graph.Scope) {
		time, batch := graph.Symbol("time"), graph.Symbol("batch")
		w := &former{s: s, time: time, batch: batch, x: s.Input("x", time, batch, graph.Fixed(6)), ids: s.Ints("ids", time, batch), lengths: s.Ints("lengths", batch)}
		y := f.of(w)
		s.Output("y", y)
		s.Output("loss", graph.Mean(graph.Mul(y, graph.Tanh(graph.Affine(y, 1, 0.5))), -1, -2, -3))
	})
	require.NoError(t, err, f.name)
	return &graphtest.Case{Name: f.name, Graph: g, Binding: graph.Binding{"time": 3, "batch": 4}, Limits: map[string]int{"ids": 5}}
}

// All pass through the engine as through the interpreter, also at the batch of
// a single stream and under a binding smaller than the plan.
func TestLoopForms(t *testing.T) {
	for _, f := range loopForms {
		t.Run(f.name, func(t *testing.T) {
			c := f.model(t)
			for threads := 1; threads <= 2; threads++ {
				compare(t, c, threads, true, 1)
				compare(t, withGradient(c), threads, false, uint64(threads))
				one := *c
				one.Binding = graph.Binding{"time": 5, "batch": 1}
				compare(t, withGradient(&one), threads, false, 3)
			}
		})
	}
}
