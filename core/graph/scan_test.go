package graph_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/graph/graphtest"
	"github.com/seed391906a2/iss/core/interp"
)

var (
	timeAxis  = graph.Symbol("time")
	batchAxis = graph.Symbol("batch")
)

// scanCase is a loop over x [time, batch, 3] with two states h and k [batch,
// 3] and whatever the test wants of them.
type scanCase struct {
	name    string
	reverse bool
	lengths bool
	step    func(s *graph.Scope, x graph.Value, prev []graph.Value, outer graph.Value) (out, next []graph.Value)
	loss    func(s *graph.Scope, outs, final []graph.Value) graph.Value
}

func (c scanCase) model(t *testing.T) *graphtest.Case {
	g, err := graph.Trace(c.name, func(s *graph.Scope) {
		x := s.Input("x", timeAxis, batchAxis, graph.Fixed(3))
		cfg := graph.ScanConfig{Reverse: c.reverse}
		if c.lengths {
			cfg.Lengths = s.Ints("lengths", batchAxis)
		}
		outer := graph.Tanh(graph.MatMul(s.Input("outer", batchAxis, graph.Fixed(2)), s.Param("outer_w", nil, 2, 3)))
		carries := []graph.Carry{
			{Name: "h", Init: s.State("h", 0, batchAxis, graph.Fixed(3))},
			{Name: "k", Init: s.State("k", 0, batchAxis, graph.Fixed(3))},
		}
		outs, final := graph.Scan(s, cfg, []graph.Value{x}, carries, func(s *graph.Scope, x, prev []graph.Value) (out, next []graph.Value) {
			return c.step(s, x[0], prev, outer)
		})
		s.Output("loss", c.loss(s, outs, final))
		s.Output("h", final[0])
		s.Output("k", final[1])
	})
	require.NoError(t, err)
	return &graphtest.Case{Name: c.name, Graph: g, Binding: graph.Binding{"time": 4, "batch": 3}}
}

// squares is the mean square of values, added up.
func squares(vs ...graph.Value) graph.Value {
	var sum graph.Value
	for _, v := range vs {
		axes := make([]int, v.Rank())
		for i := range axes {
			axes[i] = -1 - i
		}
		m := graph.Mean(graph.Mul(v, graph.Affine(v, 1, 0.5)), axes...)
		if !sum.IsZero() {
			m = graph.Add(sum, m)
		}
		sum = m
	}
	return sum
}

func rnnStep(s *graph.Scope, x graph.Value, prev []graph.Value, outer graph.Value) (out, next []graph.Value) {
	h := graph.Tanh(graph.Add(graph.MatMul(graph.Concat(-1, x, prev[0], prev[1]), s.Param("w", nil, 9, 3)), outer))
	k := graph.Sigmoid(graph.Mul(graph.Add(prev[1], h), s.Param("diagonal", nil, 3)))
	return []graph.Value{h, graph.Mul(k, x)}, []graph.Value{h, k}
}

func allOutputs(_ *graph.Scope, outs, final []graph.Value) graph.Value {
	return squares(append(outs, final...)...)
}

// gradientOfScans are the ways in which a loop's gradient can be asked for.
var gradientOfScans = []scanCase{
	{name: "forward", step: rnnStep, loss: allOutputs},
	{name: "reverse", reverse: true, step: rnnStep, loss: allOutputs},
	{name: "lengths", lengths: true, step: rnnStep, loss: allOutputs},
	{name: "lengths in reverse", lengths: true, reverse: true, step: rnnStep, loss: allOutputs},
	{name: "outputs only", step: rnnStep, loss: func(_ *graph.Scope, outs, _ []graph.Value) graph.Value { return squares(outs...) }},
	{name: "final states only", step: rnnStep, loss: func(_ *graph.Scope, _, final []graph.Value) graph.Value { return squares(final...) }},
	{name: "one output not used", step: rnnStep, loss: func(_ *graph.Scope, outs, _ []graph.Value) graph.Value { return squares(outs[1]) }},
	{name: "one final state not used", step: rnnStep, loss: func(_ *graph.Scope, _, final []graph.Value) graph.Value { return squares(final[0]) }},
	{name: "a state that nothing reads", loss: allOutputs, step: func(s *graph.Scope, x graph.Value, prev []graph.Value, _ graph.Value) (out, next []graph.Value) {
		h := graph.Tanh(graph.Add(x, prev[0]))
		return []graph.Value{h}, []graph.Value{h, graph.Mul(x, x)}
	}},
	{name: "a state that stays", loss: allOutputs, step: func(s *graph.Scope, x graph.Value, prev []graph.Value, outer graph.Value) (out, next []graph.Value) {
		h := graph.Tanh(graph.Add(graph.Mul(x, prev[1]), graph.Mul(outer, prev[0])))
		return []graph.Value{h}, []graph.Value{h, prev[1]}
	}},
	{name: "states that change places", loss: allOutputs, step: func(_ *graph.Scope, x graph.Value, prev []graph.Value, _ graph.Value) (out, next []graph.Value) {
		return []graph.Value{graph.Mul(prev[0], x)}, []graph.Value{graph.Add(prev[1], x), prev[0]}
	}},
	{name: "outputs without the step", loss: allOutputs, step: func(s *graph.Scope, x graph.Value, prev []graph.Value, outer graph.Value) (out, next []graph.Value) {
		return []graph.Value{x, prev[0], outer, s.Fill(2, batchAxis, graph.Fixed(3))}, []graph.Value{outer, x}
	}},
	{name: "a value twice", loss: allOutputs, step: func(s *graph.Scope, x graph.Value, prev []graph.Value, _ graph.Value) (out, next []graph.Value) {
		h := graph.Tanh(graph.MatMul(graph.Add(x, prev[0]), s.Param("w", nil, 3, 3)))
		return []graph.Value{h, h, prev[1]}, []graph.Value{h, h}
	}},
	{name: "a loop in the loop", loss: allOutputs, step: func(s *graph.Scope, x graph.Value, prev []graph.Value, outer graph.Value) (out, next []graph.Value) {
		w := s.Param("inner_w", nil, 3, 3)
		seq := graph.Expand(graph.Mul(x, prev[1]), graph.Fixed(3), batchAxis, graph.Fixed(3))
		outs, final := graph.Scan(s, graph.ScanConfig{Reverse: true}, []graph.Value{seq}, []graph.Carry{{Name: "inner", Init: prev[0]}},
			func(s *graph.Scope, y, p []graph.Value) (out, next []graph.Value) {
				h := graph.Tanh(graph.Add(graph.MatMul(p[0], w), graph.Mul(graph.Add(y[0], x), outer)))
				return []graph.Value{h}, []graph.Value{h}
			})
		return []graph.Value{graph.Sum(outs[0], -3)}, []graph.Value{final[0], graph.Tanh(graph.Add(prev[1], final[0]))}
	}},
}

func TestGradientOfScans(t *testing.T) {
	for _, c := range gradientOfScans {
		t.Run(c.name, func(t *testing.T) {
			checkGradient(t, c.model(t), graph.Mode{}, 6)
		})
	}
}

// sums adds x [time, batch] up; the output is the sum so far.
func sums(t *testing.T, reverse bool) *interp.Machine[float64] {
	g, err := graph.Trace("sums", func(s *graph.Scope) {
		x := s.Input("x", timeAxis, batchAxis, graph.Fixed(1))
		cfg := graph.ScanConfig{Lengths: s.Ints("lengths", batchAxis), Reverse: reverse}
		start := []graph.Carry{{Name: "sum", Init: s.State("sum", 0, batchAxis, graph.Fixed(1))}}
		outs, final := graph.Scan(s, cfg, []graph.Value{x}, start, func(_ *graph.Scope, x, prev []graph.Value) (out, next []graph.Value) {
			next = []graph.Value{graph.Add(x[0], prev[0])}
			return next, next // one slice for both
		})
		s.Output("sums", outs[0])
		s.Output("sum", final[0])
	})
	require.NoError(t, err)
	m := interp.New[float64](g)
	require.NoError(t, m.Bind(graph.Binding{"time": 3, "batch": 4}))
	copy(m.Floats("x"), []float64{1, 2, 3, 4, 10, 20, 30, 40, 100, 200, 300, 400})
	copy(m.Ints("lengths"), []int32{3, 2, 1, 0})
	copy(m.Floats("sum"), []float64{1000, 2000, 3000, 4000})
	require.NoError(t, m.Run(graph.Mode{}))
	return m
}

// Behind a row's end the state stays and outputs are zero; in reverse a row
// starts at its own end.
func TestLengths(t *testing.T) {
	m := sums(t, false)
	assert.Equal(t, []float64{1111, 2022, 3003, 4000}, m.Output("sum"))
	assert.Equal(t, []float64{1001, 2002, 3003, 0, 1011, 2022, 0, 0, 1111, 0, 0, 0}, m.Output("sums"))
	m = sums(t, true)
	assert.Equal(t, []float64{1111, 2022, 3003, 4000}, m.Output("sum"))
	assert.Equal(t, []float64{1111, 2022, 3003, 0, 1110, 2020, 0, 0, 1100, 0, 0, 0}, m.Output("sums"))
}

func TestReverseWithinLengths(t *testing.T) {
	g, err := graph.Trace("reverse", func(s *graph.Scope) {
		x, lengths := s.Input("x", timeAxis, batchAxis), s.Ints("lengths", batchAxis)
		s.Output("whole", graph.Reverse(x, graph.Value{}))
		s.Output("rows", graph.Reverse(x, lengths))
		s.Output("valid", graph.Valid(lengths, timeAxis))
	})
	require.NoError(t, err)
	m := interp.New[float32](g)
	require.NoError(t, m.Bind(graph.Binding{"time": 3, "batch": 2}))
	copy(m.Floats("x"), []float32{1, 2, 3, 4, 5, 6})
	copy(m.Ints("lengths"), []int32{2, 0})
	require.NoError(t, m.Run(graph.Mode{}))
	assert.Equal(t, []float32{5, 6, 3, 4, 1, 2}, m.Output("whole"))
	assert.Equal(t, []float32{3, 2, 1, 4, 5, 6}, m.Output("rows"))
	assert.Equal(t, []float32{1, 0, 1, 0, 0, 0}, m.Output("valid"))
}

// The gradient of a weight is one product over all steps, outside the loop.
func TestWeightGradientLeavesTheLoop(t *testing.T) {
	h, _ := graphtest.WithGradient(graphtest.LSTM(graphtest.Small).Graph)
	d := h.Output("d/RNN/cell_0/weights")
	assert.IsType(t, &graph.OuterOp{}, d.Node.Op)
	for _, v := range d.Node.In {
		assert.Equal(t, timeAxis, v.Shape()[0])
	}
}

// Rows that end early are zero behind their end, so a unit that is silent in
// the step is silent in what the loop puts out, with lengths as without.
func TestSilentUnitsWithLengths(t *testing.T) {
	for _, lengths := range []bool{false, true} {
		g, err := graph.Trace("lengths", func(s *graph.Scope) {
			batch := graph.Symbol("batch")
			cfg := graph.ScanConfig{}
			if lengths {
				cfg.Lengths = s.Ints("lengths", batch)
			}
			x := s.Input("x", graph.Symbol("time"), batch, graph.Fixed(2))
			h := s.State("h", 0, batch, graph.Fixed(3))
			out, final := graph.Scan(s, cfg, []graph.Value{x}, []graph.Carry{{Name: "h", Init: h}},
				func(s *graph.Scope, x, prev []graph.Value) (out, next []graph.Value) {
					h := graph.Tanh(graph.MatMul(graph.Concat(-1, x[0], prev[0]), s.Param("weights", nil, 5, 3)))
					return []graph.Value{h}, []graph.Value{h}
				})
			s.Output("h", final[0])
			s.Output("y", out[0])
		})
		require.NoError(t, err)
		w := make([]float32, 15)
		for i := range w {
			if i%3 != 1 { // unit 1 has no column
				w[i] = 0.5
			}
		}
		zeros := graph.FindZeros(g, func(*graph.Param) []float32 { return w })
		for _, name := range []string{"h", "y"} {
			assert.Equal(t, []bool{false, true, false}, zeros.Of(g.Output(name)), "%s, lengths %v", name, lengths)
		}
	}
}
