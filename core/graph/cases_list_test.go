package graph_test

import (
	"github.com/seed391906a2/iss/core/graph"
)

// opCases has every operation of the package, with all its kinds; a test reads
// the package's source to see that none is missing.
var opCases = []*opCase{
	{"parameter", []operand{floats(3, 4)}, unaryCase(func(x graph.Value) graph.Value { return x }), 7, true},
	{"input", []operand{floats(3, 4)}, func(s *graph.Scope, x []graph.Value) graph.Value {
		return graph.Add(x[0], s.Input("feed", dims(3, 4)...))
	}, 0, false},
	{"constant", []operand{floats(3, 4)}, func(s *graph.Scope, x []graph.Value) graph.Value {
		return graph.Mul(x[0], s.Const([]float64{1, -2, 0.5, 3}, 4))
	}, 7, true},
	{"fill", []operand{floats(3, 4)}, func(s *graph.Scope, x []graph.Value) graph.Value {
		return graph.Add(x[0], s.Fill(0.5, dims(3, 4)...))
	}, 7, false},
	{"mask per step", []operand{floats(3, 2, 4)}, func(s *graph.Scope, x []graph.Value) graph.Value {
		return s.Dropout("site", x[0], 0.75, graph.PerStep)
	}, 4, true},
	{"mask per window", []operand{floats(3, 2, 4)}, func(s *graph.Scope, x []graph.Value) graph.Value {
		return s.Dropout("site", x[0], 0.75, graph.PerWindow)
	}, 7, true},
	{"mask per word", []operand{floats(3, 2, 4), ids(5, 3, 2)}, func(s *graph.Scope, x []graph.Value) graph.Value {
		return s.DropoutWords("site", x[0], x[1], 0.75)
	}, 4, true},

	{"sigmoid", []operand{floats(3, 4)}, unaryCase(graph.Sigmoid), 7, false},
	{"tanh", []operand{floats(3, 4)}, unaryCase(graph.Tanh), 7, true},
	{"relu", []operand{floats(3, 4)}, unaryCase(graph.Relu), 7, true},
	{"exp", []operand{floats(3, 4)}, unaryCase(graph.Exp), 7, false},
	{"log", []operand{positive(3, 4)}, unaryCase(graph.Log), 7, false},
	{"sqrt", []operand{positive(3, 4)}, unaryCase(graph.Sqrt), 7, true},
	{"neg", []operand{floats(3, 4)}, unaryCase(graph.Neg), 7, true},
	{"one minus", []operand{floats(3, 4)}, unaryCase(graph.OneMinus), 7, false},
	{"affine", []operand{floats(3, 4)}, unaryCase(func(x graph.Value) graph.Value { return graph.Affine(x, -2, 0.25) }), 7, false},

	{"add", []operand{floats(3, 4), floats(3, 4)}, binaryCase(graph.Add), 7, true},
	{"add a bias", []operand{floats(3, 4), floats(4)}, binaryCase(graph.Add), 7, true},
	{"add a column", []operand{floats(3, 4), floats(3, 1)}, binaryCase(graph.Add), 7, true},
	{"add a scalar", []operand{floats(), floats(3, 4)}, binaryCase(graph.Add), 7, false}, // nothing is known of scalars
	{"sub", []operand{floats(3, 4), floats(1, 4)}, binaryCase(graph.Sub), 7, true},
	{"mul", []operand{floats(3, 4), floats(3, 4)}, binaryCase(graph.Mul), 7, true},
	{"mul a diagonal", []operand{floats(4), floats(3, 4)}, binaryCase(graph.Mul), 7, true},
	{"div", []operand{floats(3, 4), positive(4)}, binaryCase(graph.Div), 7, false},
	{"max", []operand{floats(3, 4), floats(3, 4)}, binaryCase(graph.Max), 7, true},
	{"greater", []operand{floats(3, 4), floats(4)}, binaryCase(graph.Greater), 7, true},
	{"select", []operand{floats(3, 4), floats(3, 1), floats(4)}, func(s *graph.Scope, x []graph.Value) graph.Value {
		return graph.Select(graph.Greater(x[0], s.Fill(0)), x[1], x[2])
	}, 7, true},

	{"matmul", []operand{floats(2, 3, 4), floats(4, 5)}, binaryCase(graph.MatMul), 14, true},
	{"matmul of a vector", []operand{floats(4), floats(4, 5)}, binaryCase(graph.MatMul), 9, true},
	{"matmul transposed", []operand{floats(3, 4), floats(5, 4)}, binaryCase(graph.MatMulT), 12, true},
	{"outer", []operand{floats(2, 3, 4), floats(2, 3, 5)}, binaryCase(graph.Outer), 14, true},

	{"attention score", []operand{floats(3, 2, 4), floats(5, 2, 4)}, binaryCase(func(a, b graph.Value) graph.Value { return graph.Score(a, b, graph.Value{}) }), 14, true},
	{"attention score by weights", []operand{floats(3, 2, 4), floats(5, 2, 4), floats(4, 1)}, func(_ *graph.Scope, x []graph.Value) graph.Value {
		return graph.Score(x[0], x[1], x[2])
	}, 15, true},
	{"attention mix", []operand{floats(3, 2, 5), floats(5, 2, 4)}, binaryCase(graph.Mix), 14, true},
	{"attention collect", []operand{floats(3, 2, 5), floats(3, 2, 4)}, opUnary(&graph.AttendOp{Kind: graph.CollectOf}), 14, true},

	{"concat", []operand{floats(3, 4), floats(3, 2)}, binaryCase(func(a, b graph.Value) graph.Value { return graph.Concat(-1, a, b, a) }), 9, true},
	{"concat of rows", []operand{floats(3, 4), floats(2, 4)}, binaryCase(func(a, b graph.Value) graph.Value { return graph.Concat(-2, a, b) }), 9, true},
	{"slice", []operand{floats(3, 7)}, unaryCase(func(x graph.Value) graph.Value { return graph.Slice(x, -1, 1, 5, 1) }), 10, true},
	{"slice with a step", []operand{floats(3, 7)}, unaryCase(func(x graph.Value) graph.Value { return graph.Slice(x, -1, 1, 7, 2) }), 10, true},
	{"slice of rows", []operand{floats(5, 3)}, unaryCase(func(x graph.Value) graph.Value { return graph.Slice(x, -2, 0, 5, 2) }), 8, true},
	{"slices that overlap", []operand{floats(3, 6)}, unaryCase(func(x graph.Value) graph.Value {
		return graph.Mul(graph.Slice(x, -1, 0, 4, 1), graph.Slice(x, -1, 2, 6, 1))
	}), 5, true},
	{"split", []operand{floats(3, 6)}, unaryCase(func(x graph.Value) graph.Value {
		p := graph.Split(x, 3)
		return graph.Add(graph.Mul(p[0], p[2]), p[1])
	}), 5, true},
	{"split, interleaved", []operand{floats(3, 6)}, unaryCase(func(x graph.Value) graph.Value {
		return graph.Mul(graph.Slice(x, -1, 0, 6, 2), graph.Slice(x, -1, 1, 6, 2))
	}), 6, true},
	{"spread", []operand{floats(3, 4)}, opUnary(&graph.SpreadOp{Axis: -1, Start: 1, Step: 2, Size: 9}), 7, true},
	{"spread of rows", []operand{floats(3, 4)}, opUnary(&graph.SpreadOp{Axis: -2, Start: 0, Step: 3, Size: 7}), 7, true},
	{"gather", []operand{floats(3, 4)}, unaryCase(func(x graph.Value) graph.Value { return graph.Gather(x, -1, []int{2, 0, 2, 3, 3}) }), 7, true},
	{"gather of rows", []operand{floats(3, 4)}, unaryCase(func(x graph.Value) graph.Value { return graph.Gather(x, -2, []int{2, 1}) }), 7, true},
	{"scatter", []operand{floats(2, 3)}, opUnary(&graph.ScatterOp{Axis: -1, At: []int{4, 0, 4}, Size: 5}), 4, true},
	{"scatter of rows", []operand{floats(2, 3)}, opUnary(&graph.ScatterOp{Axis: -2, At: []int{1, 0}, Size: 3}), 5, true},

	{"reshape, divide", []operand{floats(3, 6)}, unaryCase(func(x graph.Value) graph.Value { return graph.Reshape(x, 1, 2, 3) }), 8, true},
	{"reshape, join", []operand{floats(4, 2, 3)}, unaryCase(func(x graph.Value) graph.Value { return graph.Reshape(x, 2, 6) }), 9, true},
	{"reshape, neither", []operand{floats(4, 6)}, unaryCase(func(x graph.Value) graph.Value { return graph.Reshape(x, 2, 3, 8) }), 0, true},
	{"view", []operand{floats(3, 4)}, opUnary(&graph.ViewOp{Shape: dims(3, 1, 4)}), 7, true},
	{"view, drop", []operand{floats(3, 1, 4)}, opUnary(&graph.ViewOp{Shape: dims(3, 4)}), 7, true},
	{"expand", []operand{floats(4)}, unaryCase(func(x graph.Value) graph.Value { return graph.Expand(x, dims(2, 3, 4)...) }), 4, true},
	{"expand a column", []operand{floats(3, 1)}, unaryCase(func(x graph.Value) graph.Value { return graph.Expand(x, dims(3, 4)...) }), 3, true},
	{"expand a mean", []operand{floats(3, 1)}, opUnary(&graph.ExpandOp{Shape: dims(2, 3, 4), Mean: true}), 3, true},

	{"sum", []operand{floats(3, 4)}, unaryCase(func(x graph.Value) graph.Value { return graph.Sum(x, -1) }), 7, true},
	{"sum of rows", []operand{floats(2, 3, 4)}, unaryCase(func(x graph.Value) graph.Value { return graph.Sum(x, -2, -3) }), 9, true},
	{"mean", []operand{floats(3, 4)}, unaryCase(func(x graph.Value) graph.Value { return graph.Mean(x, -1) }), 7, true},
	{"mean of all", []operand{floats(3, 4)}, unaryCase(func(x graph.Value) graph.Value { return graph.Mean(x, -1, -2) }), 7, true},
	{"largest", []operand{floats(3, 4)}, unaryCase(func(x graph.Value) graph.Value { return graph.Largest(x, -1) }), 7, true},
	{"largest of all", []operand{floats(3, 4)}, unaryCase(func(x graph.Value) graph.Value { return graph.Largest(x, -2, -1) }), 7, true},
	{"deviation", []operand{floats(3, 4)}, opUnary(&graph.RStdOp{Centred: true, Eps: 0.01, Width: 4}), 7, false},
	{"root mean square", []operand{floats(3, 4)}, opUnary(&graph.RStdOp{Eps: 0.01, Width: 4}), 7, false},
	// As they are after units were cut: they remember how wide they were.
	{"mean, cut", []operand{floats(3, 4)}, opUnary(&graph.ReduceOp{Kind: graph.MeanOf, Axes: []int{-1}, Width: 6}), 7, true},
	{"deviation, cut", []operand{floats(3, 4)}, opUnary(&graph.RStdOp{Centred: true, Eps: 0.01, Width: 7}), 7, false},
	{"root mean square, cut", []operand{floats(3, 4)}, opUnary(&graph.RStdOp{Eps: 0.01, Width: 7}), 7, false},
	{"mask, cut", []operand{floats(3, 2, 4)}, func(_ *graph.Scope, x []graph.Value) graph.Value {
		m := &graph.MaskOp{Site: "site", Keep: 0.75, Freq: graph.PerStep, Shape: dims(3, 2, 4), Units: []int32{0, 3, 4, 9}}
		return graph.Mul(x[0], graph.Emit(x[0].Graph(), m).At(0))
	}, 4, true},
	{"layer norm", []operand{floats(3, 4), floats(4), floats(4)}, func(_ *graph.Scope, x []graph.Value) graph.Value {
		return graph.LayerNorm(x[0], x[1], x[2], 0.01)
	}, 7, true},
	{"RMS norm", []operand{floats(3, 4), floats(4)}, func(_ *graph.Scope, x []graph.Value) graph.Value {
		return graph.RMSNorm(x[0], x[1], 0.01)
	}, 7, true},

	{"softmax", []operand{floats(3, 4)}, unaryCase(graph.Softmax), 3, false},
	{"cross-entropy", []operand{floats(3, 5), ids(5, 3)}, binaryCase(graph.CrossEntropy), 0, false},
	{"cross-entropy gradient", []operand{floats(3, 5), ids(5, 3), floats(3)}, opUnary(&graph.CrossEntropyGradOp{}), 0, false},
	{"lookup", []operand{floats(5, 4), ids(5, 2, 3)}, binaryCase(graph.Lookup), 4, true},
	{"lookup gradient", []operand{ids(5, 2, 3), floats(2, 3, 4)}, opUnary(&graph.LookupGradOp{Rows: 5}), 4, true},

	{"reverse", []operand{floats(3, 2, 4)}, unaryCase(func(x graph.Value) graph.Value { return graph.Reverse(x, graph.Value{}) }), 6, true},
	{"reverse a vector", []operand{floats(4)}, unaryCase(func(x graph.Value) graph.Value { return graph.Reverse(x, graph.Value{}) }), 0, false},
	{"reverse within lengths", []operand{floats(3, 2, 4), ids(4, 2)}, binaryCase(graph.Reverse), 4, true},
	{"valid", []operand{floats(3, 2, 4), ids(4, 2)}, func(_ *graph.Scope, x []graph.Value) graph.Value {
		return graph.Mul(x[0], graph.Valid(x[1], graph.Fixed(3)))
	}, 4, true},
	{"scan", []operand{floats(3, 2, 4), floats(4, 4)}, accumulate(false), 6, true},
	{"scan in reverse", []operand{floats(3, 2, 4), floats(4, 4)}, accumulate(true), 6, true},
}
