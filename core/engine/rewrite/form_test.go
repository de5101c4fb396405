package rewrite_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/core/engine/rewrite"
	"github.com/seed391906a2/iss/core/graph"
)

// form writes a value as a formula.
func form(v graph.Value) string {
	switch op := v.Node.Op.(type) {
	case *graph.InputOp:
		if op.Role == graph.Capture {
			return form(op.Outer)
		}
		return op.Label
	case *graph.ParamOp:
		return op.P.Name
	case *graph.FillOp:
		return fmt.Sprintf("%g[%v]", op.Value, op.Shape)
	case *graph.ConstOp:
		return fmt.Sprint(op.Data)
	}
	in := make([]string, len(v.Node.In))
	for i, u := range v.Node.In {
		in[i] = form(u)
	}
	return v.Node.Op.Name() + "(" + strings.Join(in, ", ") + ")"
}

func emit(op graph.Op, in ...graph.Value) graph.Value {
	return graph.Emit(in[0].Graph(), op, in...).At(0)
}

// TestAlgebra: what a formula becomes. x and y are [batch, 4], w is [4, 6], b
// is [4], z is [4].
func TestAlgebra(t *testing.T) {
	batch := graph.Symbol("batch")
	type values struct {
		s          *graph.Scope
		x, y, w, b graph.Value
	}
	full := graph.Shape{batch, graph.Fixed(4)}
	for _, c := range []struct {
		name  string
		build func(v values) graph.Value
		want  string
	}{
		{"x+0", func(v values) graph.Value { return graph.Add(v.x, v.s.Fill(0)) }, "x"},
		{"0+x", func(v values) graph.Value { return graph.Add(v.s.Fill(0, full...), v.x) }, "x"},
		{"b+0 is wider than b", func(v values) graph.Value { return graph.Add(v.b, v.s.Fill(0, full...)) }, "add(b, 0[batch×4])"},
		{"x-0", func(v values) graph.Value { return graph.Sub(v.x, v.s.Fill(0)) }, "x"},
		{"0-x", func(v values) graph.Value { return graph.Sub(v.s.Fill(0), v.x) }, "-1·x+0(x)"},
		{"x·1", func(v values) graph.Value { return graph.Mul(v.x, v.s.Fill(1)) }, "x"},
		{"x·0 may be NaN", func(v values) graph.Value { return graph.Mul(v.x, v.s.Fill(0)) }, "0·x+0(x)"},
		{"x/2", func(v values) graph.Value { return graph.Div(v.x, v.s.Fill(2)) }, "0.5·x+0(x)"},
		{"x/0 stays", func(v values) graph.Value { return graph.Div(v.x, v.s.Fill(0)) }, "div(x, 0[scalar])"},
		{"1-(1-x)", func(v values) graph.Value { return graph.OneMinus(graph.OneMinus(v.x)) }, "x"},
		{"2(3x+1)+5", func(v values) graph.Value { return graph.Affine(graph.Affine(v.x, 3, 1), 2, 5) }, "6·x+7(x)"},
		{"x+(-y)", func(v values) graph.Value { return graph.Add(v.x, graph.Neg(v.y)) }, "sub(x, y)"},
		{"(-x)+y", func(v values) graph.Value { return graph.Add(graph.Neg(v.x), v.y) }, "sub(y, x)"},
		{"x-(-y)", func(v values) graph.Value { return graph.Sub(v.x, graph.Neg(v.y)) }, "add(x, y)"},
		{"-(x-y)", func(v values) graph.Value { return graph.Neg(graph.Sub(v.x, v.y)) }, "sub(y, x)"},
		{"x+(-x)·y", func(v values) graph.Value { return graph.Add(v.x, graph.Mul(graph.Neg(v.x), v.y)) }, "sub(x, mul(x, y))"},
		{"(-x)(-y)", func(v values) graph.Value { return graph.Mul(graph.Neg(v.x), graph.Neg(v.y)) }, "mul(x, y)"},
		{"select by a literal", func(v values) graph.Value { return graph.Select(v.s.Fill(2), v.x, v.y) }, "x"},
		{"select, widened", func(v values) graph.Value { return graph.Select(v.s.Fill(0), v.x, v.b) }, "expand(b)"},
		{"select of equals", func(v values) graph.Value { return graph.Select(v.x, v.y, v.y) }, "y"},
		{"select in select", func(v values) graph.Value {
			return graph.Select(v.x, graph.Select(v.x, v.y, v.b), v.b)
		}, "select(x, y, b)"},
		{"expand that broadcasts anyway", func(v values) graph.Value { return graph.Mul(v.x, graph.Expand(v.b, full...)) }, "mul(x, b)"},
		{"expand that is needed", func(v values) graph.Value { return graph.Tanh(graph.Expand(v.b, full...)) }, "tanh(expand(b))"},
		{"literals", func(v values) graph.Value {
			return graph.Mul(v.x, graph.Sigmoid(graph.Affine(v.s.Fill(3, full...), 2, -6)))
		}, "0.5·x+0(x)"},
		{"a constant", func(v values) graph.Value {
			return graph.Mul(v.x, graph.OneMinus(v.s.Const([]float64{1, 2, 3, 4}, 4)))
		}, "mul(x, [0 -1 -2 -3])"},
		{"a constant of one number", func(v values) graph.Value {
			return graph.Add(v.x, graph.Gather(v.s.Const([]float64{1, 0}, 2), -1, []int{1, 1, 1, 1}))
		}, "x"},
		{"slice of all", func(v values) graph.Value { return graph.Slice(v.x, -1, 0, 4, 1) }, "x"},
		{"slice of a slice", func(v values) graph.Value {
			return graph.Slice(graph.Slice(v.w, -1, 1, 6, 2), -1, 1, 3, 1)
		}, "slice(-1, 3+2·k, 2)(w)"},
		{"slice of a join", func(v values) graph.Value {
			return graph.Slice(graph.Concat(-1, v.x, v.y, v.x), -1, 4, 8, 1)
		}, "y"},
		{"slice over a join's seams", func(v values) graph.Value {
			return graph.Slice(graph.Concat(-1, v.x, v.y), -1, 1, 8, 3)
		}, "concat(-1)(slice(-1, 1:2)(x), slice(-1, 0+3·k, 2)(y))"},
		{"slices put together", func(v values) graph.Value {
			p := graph.Split(v.x, 2)
			return graph.Concat(-1, graph.Concat(-1, p[0], p[1]), v.y)
		}, "concat(-1)(x, y)"},
		{"slice of a spread", func(v values) graph.Value {
			return graph.Slice(emit(&graph.SpreadOp{Axis: -1, Start: 1, Step: 2, Size: 9}, v.x), -1, 1, 9, 2)
		}, "x"},
		{"slice of an expansion", func(v values) graph.Value {
			return graph.Tanh(graph.Slice(graph.Expand(v.b, full...), -1, 1, 3, 1))
		}, "tanh(expand(slice(-1, 1:3)(b)))"},
		{"gather of neighbours", func(v values) graph.Value { return graph.Gather(v.x, -1, []int{1, 2, 3}) }, "slice(-1, 1:4)(x)"},
		{"gather of others", func(v values) graph.Value { return graph.Gather(v.x, -1, []int{1, 0}) }, "gather(-1, 2 indices)(x)"},
		{"reshape there and back", func(v values) graph.Value { return graph.Reshape(graph.Reshape(v.x, 1, 2, 2), 2, 4) }, "x"},
		{"view there and back", func(v values) graph.Value {
			return emit(&graph.ViewOp{Shape: full}, emit(&graph.ViewOp{Shape: graph.Shape{batch, graph.Fixed(1), graph.Fixed(4)}}, v.x))
		}, "x"},
		{"reverse twice", func(v values) graph.Value { return graph.Reverse(graph.Reverse(v.x, graph.Value{}), graph.Value{}) }, "x"},
		{"sum of one", func(v values) graph.Value { return graph.Sum(graph.Slice(v.x, -1, 2, 3, 1), -1) }, "view(slice(-1, 2:3)(x))"},
		{"slices of an activation", func(v values) graph.Value {
			g := graph.Split(graph.Sigmoid(graph.Mul(v.x, v.b)), 2)
			return graph.Add(g[0], g[1])
		}, "add(sigmoid(mul(slice(-1, 0:2)(x), slice(-1, 0:2)(b))), sigmoid(mul(slice(-1, 2:4)(x), slice(-1, 2:4)(b))))"},
		{"slices of an activation that is also read whole", func(v values) graph.Value {
			a := graph.Sigmoid(v.x)
			return graph.Concat(-1, graph.Tanh(graph.Slice(a, -1, 0, 2, 1)), a)
		}, "concat(-1)(tanh(slice(-1, 0:2)(sigmoid(x))), sigmoid(x))"},
		{"slices of a product stay views", func(v values) graph.Value {
			g := graph.Split(graph.Add(graph.MatMul(v.x, v.w), v.s.Param("c", nil, 6)), 2)
			return graph.Mul(g[0], g[1])
		}, "mul(slice(-1, 0:3)(add(matmul(x, w), c)), slice(-1, 3:6)(add(matmul(x, w), c)))"},
		{"the gradient of a weight over a join", func(v values) graph.Value {
			return graph.Outer(graph.Concat(-1, v.x, v.y), v.x)
		}, "concat(-2)(outer(x, x), outer(y, x))"},
	} {
		t.Run(c.name, func(t *testing.T) {
			g, err := graph.Trace(c.name, func(s *graph.Scope) {
				s.Output("out", c.build(values{
					s: s, x: s.Input("x", full...), y: s.Input("y", full...), w: s.Param("w", nil, 4, 6), b: s.Param("b", nil, 4),
				}))
			})
			require.NoError(t, err)
			h := rewrite.Optimize(g)
			assert.Equal(t, c.want, form(h.Output("out")))
			assert.Equal(t, g.Output("out").Shape(), h.Output("out").Shape())
		})
	}
}

// Equal nodes are one, in whichever order they add or multiply.
func TestEqualNodesAreOne(t *testing.T) {
	g, err := graph.Trace("equal", func(s *graph.Scope) {
		x, y := s.Input("x", graph.Symbol("batch"), graph.Fixed(4)), s.Input("y", graph.Symbol("batch"), graph.Fixed(4))
		s.Output("a", graph.Tanh(graph.Mul(x, y)))
		s.Output("b", graph.Tanh(graph.Mul(y, x)))
		s.Output("c", graph.Tanh(graph.Sub(x, y)))
		s.Output("d", graph.Tanh(graph.Sub(y, x)))
		_ = graph.Exp(x) // never read
	})
	require.NoError(t, err)
	h := rewrite.Optimize(g)
	assert.Equal(t, h.Output("a"), h.Output("b"))
	assert.NotEqual(t, h.Output("c"), h.Output("d"))
	assert.Len(t, h.Nodes, 2+2+2+2, "two inputs, a product, two differences, three activations")
}

// Inputs and parameters stay, used or not; the graph that went in is whole.
func TestInterfaceStays(t *testing.T) {
	g, err := graph.Trace("interface", func(s *graph.Scope) {
		s.Ints("unused", graph.Symbol("batch"))
		s.State("h", 0.5, graph.Symbol("batch"))
		s.Param("idle", nil, 3)
		s.Output("h", s.Fill(2, graph.Symbol("batch")))
	})
	require.NoError(t, err)
	nodes := len(g.Nodes)
	h := rewrite.Optimize(g)
	assert.Equal(t, nodes, len(g.Nodes))
	assert.Equal(t, g.Params, h.Params)
	assert.Equal(t, g.Names, h.Names)
	for i, v := range g.Inputs {
		assert.Equal(t, v.Node.Op, h.Inputs[i].Node.Op)
	}
	assert.Equal(t, graph.Int, h.Input("unused").Kind())
}
