package graph_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/core/graph"
)

func p(s *graph.Scope, name string, shape ...int) graph.Value { return s.Param(name, nil, shape...) }

// shapeFaults are models that do not fit together, and what the message must say.
var shapeFaults = []struct {
	name  string
	build func(s *graph.Scope) graph.Value
	says  []string
}{
	{"add", func(s *graph.Scope) graph.Value { return graph.Add(p(s, "a", 2, 3), p(s, "b", 4)) }, []string{"add", "2×3", "4", "axis -1 is 3 and 4"}},
	{"select", func(s *graph.Scope) graph.Value { return graph.Select(p(s, "a", 2, 3), p(s, "b", 3), p(s, "c", 2)) }, []string{"select", "2×3", "axis -1 is 3 and 2"}},
	{"matmul", func(s *graph.Scope) graph.Value { return graph.MatMul(p(s, "a", 20, 650), p(s, "b", 1500, 2600)) }, []string{"matmul", "20×650", "1500×2600", "inner sizes 650 and 1500 differ"}},
	{"matmul with a vector", func(s *graph.Scope) graph.Value { return graph.MatMul(p(s, "a", 2, 3), p(s, "b", 3)) }, []string{"matmul", "2×3", "needs x [..., in] and a matrix"}},
	{"matmul transposed", func(s *graph.Scope) graph.Value { return graph.MatMulT(p(s, "a", 2, 3), p(s, "b", 3, 4)) }, []string{"matmul-transposed", "inner sizes 3 and 4"}},
	{"outer", func(s *graph.Scope) graph.Value { return graph.Outer(p(s, "a", 2, 3), p(s, "b", 3, 2)) }, []string{"outer", "2×3", "3×2", "leading axes differ"}},
	{"concat", func(s *graph.Scope) graph.Value { return graph.Concat(-1, p(s, "a", 2, 3), p(s, "b", 4, 3)) }, []string{"concat(-1)", "2×3", "4×3", "other axes than -1 differ"}},
	{"concat along a symbol", func(s *graph.Scope) graph.Value {
		x := s.Input("x", timeAxis, batchAxis)
		return graph.Concat(-1, x, x)
	}, []string{"concat(-1)", "axis -1 is the symbol batch"}},
	{"slice", func(s *graph.Scope) graph.Value { return graph.Slice(p(s, "a", 2, 3), -1, 1, 5, 1) }, []string{"slice(-1, 1:5)", "2×3", "indices 1 to 4 of an axis of 3"}},
	{"slice backwards", func(s *graph.Scope) graph.Value { return graph.Slice(p(s, "a", 3), -1, 0, 3, -1) }, []string{"slice", "step -1 is not positive"}},
	{"split", func(s *graph.Scope) graph.Value { return graph.Split(p(s, "a", 2, 10), 4)[0] }, []string{"split", "2×10", "10 is not divisible into 4 equal parts"}},
	{"spread", func(s *graph.Scope) graph.Value {
		return emit(&graph.SpreadOp{Axis: -1, Start: 1, Step: 2, Size: 5}, p(s, "a", 3))
	}, []string{"spread", "index 5 of an axis of 5"}},
	{"gather", func(s *graph.Scope) graph.Value { return graph.Gather(p(s, "a", 3), -1, []int{0, 3}) }, []string{"gather", "index 3 of an axis of 3"}},
	{"scatter", func(s *graph.Scope) graph.Value {
		return emit(&graph.ScatterOp{Axis: -1, At: []int{0, 7, 1}, Size: 5}, p(s, "a", 3))
	}, []string{"scatter", "index 7 of an axis of 5"}},
	{"reshape", func(s *graph.Scope) graph.Value { return graph.Reshape(p(s, "a", 2, 6), 1, 4, 2) }, []string{"reshape", "2×6", "6 elements do not fill 4×2 of 8"}},
	{"view", func(s *graph.Scope) graph.Value { return emit(&graph.ViewOp{Shape: dims(3, 2)}, p(s, "a", 2, 3)) }, []string{"view", "2×3 and 3×2"}},
	{"expand", func(s *graph.Scope) graph.Value { return graph.Expand(p(s, "a", 3), dims(2, 4)...) }, []string{"expand", "3 does not expand to 2×4"}},
	{"reduce", func(s *graph.Scope) graph.Value { return graph.Sum(p(s, "a", 3), -2) }, []string{"sum", "there is no axis -2"}},
	{"deviation", func(s *graph.Scope) graph.Value { return graph.RMSNorm(s.Input("x", timeAxis), graph.Value{}, 1e-5) }, []string{"reciprocal deviation", "time", "not of fixed length"}},
	{"softmax", func(s *graph.Scope) graph.Value { return graph.Softmax(s.Input("x")) }, []string{"softmax", "scalar"}},
	{"cross-entropy", func(s *graph.Scope) graph.Value {
		return graph.CrossEntropy(p(s, "a", 2, 3), s.Ints("y", graph.Fixed(4)))
	}, []string{"cross-entropy", "2×3", "4", "one target for each row"}},
	{"cross-entropy gradient", func(s *graph.Scope) graph.Value {
		return emit(&graph.CrossEntropyGradOp{}, p(s, "a", 2, 3), s.Ints("y", graph.Fixed(2)), p(s, "g", 3))
	}, []string{"cross-entropy gradient", "one number for each target"}},
	{"lookup", func(s *graph.Scope) graph.Value { return graph.Lookup(p(s, "a", 3), s.Ints("x", batchAxis)) }, []string{"lookup", "the table is not a matrix"}},
	{"lookup of floats", func(s *graph.Scope) graph.Value { return graph.Lookup(p(s, "a", 3, 2), s.Input("x", batchAxis)) }, []string{"lookup", "operand 1 is floats, not ids"}},
	{"sum of ids", func(s *graph.Scope) graph.Value { return graph.Add(s.Ints("x", batchAxis), s.Ints("y", batchAxis)) }, []string{"add", "operand 0 is ids or lengths, not floats"}},
	{"lookup gradient", func(s *graph.Scope) graph.Value {
		return emit(&graph.LookupGradOp{Rows: 3}, s.Ints("x", batchAxis), p(s, "g", 2, 3))
	}, []string{"lookup gradient", "one id for each row"}},
	{"reverse", func(s *graph.Scope) graph.Value {
		return graph.Reverse(p(s, "a", 3, 2), s.Ints("lengths", graph.Fixed(3)))
	}, []string{"reverse", "3×2", "lengths are not one for each row"}},
	{"reverse, lifted", func(s *graph.Scope) graph.Value { return emit(&graph.ReverseOp{Axis: -1}, p(s, "a", 3, 2)) }, []string{"reverse", "time is not the first axis"}},
	{"valid", func(s *graph.Scope) graph.Value { return graph.Valid(s.Ints("lengths", timeAxis, batchAxis), timeAxis) }, []string{"valid", "lengths are not one for each row"}},
	{"constant", func(s *graph.Scope) graph.Value { return s.Const([]float64{1, 2, 3}, 2, 2) }, []string{"constant", "3 values for shape 2×2 of 4"}},
	{"mask", func(s *graph.Scope) graph.Value { return s.Dropout("d", p(s, "a", 2, 3), 0.5, graph.PerStep) }, []string{"mask", "3 axes, not 2×3"}},
	{"words of a mask", func(s *graph.Scope) graph.Value {
		return s.DropoutWords("d", p(s, "a", 2, 3, 4), s.Ints("x", batchAxis), 0.5)
	}, []string{"mask", "batch×1"}},
	{"parameter of a missing value", func(s *graph.Scope) graph.Value { return graph.Add(p(s, "a", 2), graph.Value{}) }, []string{"add", "an operand is missing"}},
	{"scan, sequences", func(s *graph.Scope) graph.Value { return loop(s, s.Input("y", batchAxis, graph.Fixed(2)), 2, 1) }, []string{"scan", "batch×2", "not the time time"}},
	{"scan, next state", func(s *graph.Scope) graph.Value { return loop(s, s.Input("y", timeAxis, batchAxis), 3, 1) }, []string{"scan", "state h has shape batch×2, after the step batch×3"}},
	{"scan, number of states", func(s *graph.Scope) graph.Value { return loop(s, s.Input("y", timeAxis, batchAxis), 2, 2) }, []string{"scan", "returns 2 states, not 1"}},
	{"scan, nothing to run over", func(s *graph.Scope) graph.Value {
		graph.Scan(s, graph.ScanConfig{}, nil, nil, nil)
		return graph.Value{}
	}, []string{"scan", "no sequence"}},
}

// loop scans x and y with a state of 2 units that becomes one of n, given k times.
func loop(s *graph.Scope, y graph.Value, n, k int) graph.Value {
	x := s.Input("x", timeAxis, batchAxis, graph.Fixed(3))
	start := []graph.Carry{{Name: "h", Init: s.Fill(0, batchAxis, graph.Fixed(2))}}
	outs, _ := graph.Scan(s, graph.ScanConfig{}, []graph.Value{x, y}, start, func(s *graph.Scope, x, _ []graph.Value) (out, next []graph.Value) {
		h := graph.MatMul(x[0], s.Param("w", nil, 3, n))
		for range k {
			next = append(next, h)
		}
		return []graph.Value{h}, next
	})
	return outs[0]
}

// A fault names the operation, the shapes, the place in the model, and the
// line that wrote it.
func TestShapeFaults(t *testing.T) {
	for _, f := range shapeFaults {
		t.Run(f.name, func(t *testing.T) {
			_, err := graph.Trace("faulty", func(s *graph.Scope) {
				inner := s.Sub("stack").Layer("cell_3", "cell_3")
				s.Output("y", f.build(inner))
			})
			require.Error(t, err)
			var fault *graph.ShapeError
			require.ErrorAs(t, err, &fault)
			message := err.Error()
			assert.True(t, strings.HasPrefix(message, "graph: "), message)
			for _, want := range f.says {
				assert.Contains(t, message, want)
			}
			assert.Regexp(t, `\((faults|cases)_test\.go:\d+\)`, message)
			if f.name != "slice backwards" {
				assert.Contains(t, message, "in stack/cell_3")
			}
		})
	}
}

var nameFaults = []struct {
	name  string
	build func(s *graph.Scope)
	says  string
}{
	{"two inputs", func(s *graph.Scope) { s.Input("x", batchAxis); s.Ints("x", batchAxis) }, `two inputs named "x"`},
	{"two outputs", func(s *graph.Scope) { x := s.Input("x", batchAxis); s.Output("y", x); s.Output("y", x) }, `two outputs named "y"`},
	{"parameter of two shapes", func(s *graph.Scope) { p(s.Sub("a"), "w", 2, 3); p(s, "a/w", 3, 2) }, `parameter "a/w" is asked for as 2×3 and as 3×2`},
	{"mask outside a step", func(s *graph.Scope) { s.Sub("a").Mask("m", 3, 0.5, graph.PerStep) }, `mask "a/m" is asked for outside a recurrent step`},
	{"chance of zero", func(s *graph.Scope) {
		s.Dropout("m", s.Input("x", timeAxis, batchAxis, graph.Fixed(2)), 0, graph.PerStep)
	}, `mask "m": the chance to keep is 0, not in (0, 1]`},
	{"words in a step", func(s *graph.Scope) {
		x := s.Input("x", timeAxis, batchAxis, graph.Fixed(2))
		graph.Scan(s, graph.ScanConfig{}, []graph.Value{x}, nil, func(s *graph.Scope, x, _ []graph.Value) (out, next []graph.Value) {
			return []graph.Value{graph.Mul(x[0], s.Mask("m", 2, 0.5, graph.PerWord))}, nil
		})
	}, `mask "m": a step does not know its words`},
}

func TestNameFaults(t *testing.T) {
	for _, f := range nameFaults {
		t.Run(f.name, func(t *testing.T) {
			_, err := graph.Trace("faulty", f.build)
			var fault *graph.NameError
			require.ErrorAs(t, err, &fault)
			assert.Contains(t, err.Error(), f.says)
		})
	}
	_, err := graph.Trace("silent", func(s *graph.Scope) { s.Input("x", batchAxis) })
	assert.EqualError(t, err, "graph: silent has no output")
}

// What is not a fault of the model is not swallowed.
func TestTracePassesOtherPanicsOn(t *testing.T) {
	assert.PanicsWithValue(t, "mine", func() { _, _ = graph.Trace("x", func(*graph.Scope) { panic("mine") }) })
}

func TestAccess(t *testing.T) {
	g, err := graph.Trace("access", func(s *graph.Scope) {
		s.Output("y", graph.MatMul(s.Input("x", batchAxis, graph.Fixed(3)), p(s, "w", 3, 2)))
	})
	require.NoError(t, err)
	assert.Equal(t, "batch×2", g.Output("y").Shape().String())
	assert.Equal(t, "batch×3", g.Input("x").Shape().String())
	assert.Nil(t, g.Param("v"))
	assert.Equal(t, graph.Of(3, 2), g.Leaf(g.Param("w")).Shape())
	assert.PanicsWithValue(t, `graph: access has no output "z"; known: y`, func() { g.Output("z") })
	assert.PanicsWithValue(t, `graph: access has no input "z"`, func() { g.Input("z") })
	assert.PanicsWithValue(t, `graph: parameter "v" is not of graph access`, func() { g.Leaf(&graph.Param{Name: "v"}) })
	assert.PanicsWithValue(t, `graph: axis "batch" is not bound`, func() { g.Output("y").Shape().Bind(nil) })
	assert.Panics(t, func() { graph.Fixed(-1) })
	assert.Panics(t, func() { graph.Gradient(g, g.Output("y"), nil) }, "the loss is not a scalar")
}
