package groups_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/core/engine"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/graph/graphtest"
	"github.com/seed391906a2/iss/groups"
)

func compiled(g *graph.Graph, largest graph.Binding) (graph.Machine[float32], error) {
	return engine.New(g, engine.Options{Max: largest, Threads: 1, Inference: true})
}

// A certified compaction is equal in the compiled executor too.
func TestVerifyInTheEngine(t *testing.T) {
	for _, c := range []*graphtest.Case{graphtest.LSTM(graphtest.Small), graphtest.RHN(graphtest.Small), language(stacked(t, 11, 6, 7, 5), 11)} {
		whole, small := zeroed(t, c, 3)
		r, err := groups.Verify(whole, small, batches(c, 3, 1), groups.VerifyOptions{Machine: compiled})
		require.NoError(t, err)
		assert.True(t, r.Equal, "%s: %v", c.Name, r.First)
		assert.True(t, r.Bitwise)
		assert.Equal(t, 3, r.Windows)
		assert.Positive(t, r.Values)
		require.Len(t, r.Outputs, len(c.Graph.Names))
		for i, o := range r.Outputs {
			assert.Equal(t, c.Graph.Names[i], o.Output)
			assert.Less(t, o.Largest, 1e-5)
			assert.Positive(t, o.Magnitude)
		}
	}
}

// A weight that is changed by one bit is found, with its output, step and row.
func TestVerifyFindsADifference(t *testing.T) {
	c := language(stacked(t, 11, 4, 4, 5), 11)
	whole, small := zeroed(t, c, 3)
	w := small.Tensors["Model/softmax_b"].Data
	w[3] = math.Nextafter32(w[3], 9)
	r, err := groups.Verify(whole, small, batches(c, 1, 1), groups.VerifyOptions{Machine: compiled})
	require.NoError(t, err)
	assert.False(t, r.Bitwise)
	assert.False(t, r.Equal)
	assert.Equal(t, 2, r.Windows, "one batch is replayed twice")
	require.NotNil(t, r.First)
	assert.Equal(t, 0, r.First.Window)
	require.NotNil(t, r.Weights)
	assert.Equal(t, groups.Difference{Name: "Model/softmax_b", Window: -1, Step: -1, Row: 3, At: []int{3}, A: whole.Tensors["Model/softmax_b"].Data[3], B: w[3]}, *r.Weights)

	r, err = groups.Verify(whole, small, batches(c, 1, 1), groups.VerifyOptions{Machine: compiled, Numeric: true})
	require.NoError(t, err)
	assert.True(t, r.Equal, "within the tolerance")
	assert.False(t, r.Bitwise)

	w[3] += 0.01
	r, err = groups.Verify(whole, small, batches(c, 1, 1), groups.VerifyOptions{Machine: compiled, Numeric: true})
	require.NoError(t, err)
	assert.False(t, r.Equal)
	assert.InDelta(t, 0.01, r.Outputs[len(r.Outputs)-1].Largest, 1e-5, "logits")
}

// States are fed on, and compared on the units that both models have: what
// differs only in a state shows in the next window.
func TestVerifyFeedsStatesOn(t *testing.T) {
	g, err := graph.Trace("sum", func(s *graph.Scope) {
		time, batch := graph.Symbol("time"), graph.Symbol("batch")
		m := s.Layer("m", "m")
		x, h := s.Input("x", time, batch, graph.Fixed(3)), s.State("m/h", 0.5, batch, graph.Fixed(4))
		out, final := graph.Scan(m, graph.ScanConfig{}, []graph.Value{x}, []graph.Carry{{Name: "h", Init: h}},
			func(s *graph.Scope, x, prev []graph.Value) (out, next []graph.Value) {
				h := graph.Add(graph.MatMul(x[0], s.Param("w", nil, 3, 4)), graph.Mul(prev[0], s.Param("decay", nil, 4)))
				return []graph.Value{prev[0]}, []graph.Value{h}
			})
		s.Output("m/h", final[0])
		s.Output("y", graph.MatMul(out[0], m.Param("v", nil, 4, 2)))
	})
	require.NoError(t, err)
	ts := tensors(g, 1)
	b := batches(&graphtest.Case{Graph: g, Binding: graph.Binding{"time": 1, "batch": 2}}, 2, 1)
	m := groups.Model{Graph: g, Tensors: ts}

	small, err := groups.Compact(g, ts, nil, map[string][]int{"m": {1, 3}})
	require.NoError(t, err)
	r, err := groups.Verify(m, groups.Model{Graph: small.Graph, Tensors: small.Tensors}, b, groups.VerifyOptions{})
	require.NoError(t, err)
	require.False(t, r.Equal)
	assert.Equal(t, "y", r.First.Name, "the states of units 1 and 3 are equal, the output is not")
	assert.Nil(t, r.Weights, "all weights that both have are equal")

	other := tensors(g, 1)
	other["m/w"].Data[2]++ // unit 2
	r, err = groups.Verify(m, groups.Model{Graph: g, Tensors: other}, b, groups.VerifyOptions{})
	require.NoError(t, err)
	require.False(t, r.Equal)
	assert.Equal(t, "m/h", r.First.Name)
	assert.Equal(t, 2, r.First.At[1])
	assert.Equal(t, -1, r.First.Step)
	assert.Contains(t, r.First.String(), "m/h, window 0, row 0, at [0 2]: ")
	assert.Equal(t, "m/w, row 0, at [0 2]: "+r.Weights.String()[len("m/w, row 0, at [0 2]: "):], r.Weights.String())

	clearUnit(g, ts, []groups.Entry{{Var: "m/v", Axis: 0, Step: 1}}, 2)
	clearUnit(g, other, []groups.Entry{{Var: "m/v", Axis: 0, Step: 1}}, 2)
	small, err = groups.Compact(g, other, nil, map[string][]int{"m": {0, 1, 3}})
	require.NoError(t, err)
	r, err = groups.Verify(m, groups.Model{Graph: small.Graph, Tensors: small.Tensors}, b, groups.VerifyOptions{})
	require.NoError(t, err)
	assert.True(t, r.Equal, "the state of unit 2 is not in both: %v", r.First)
}

// Not a number is never equal, even to itself.
func TestVerifyNeedsFiniteValues(t *testing.T) {
	c := language(stacked(t, 11, 4, 4), 11)
	ts := tensors(c.Graph, 1)
	ts["Model/softmax_b"].Data[5] = float32(math.Inf(1))
	m := groups.Model{Graph: c.Graph, Tensors: ts}
	for _, numeric := range []bool{false, true} {
		r, err := groups.Verify(m, m, batches(c, 2, 1), groups.VerifyOptions{Machine: interpreter, Numeric: numeric})
		require.NoError(t, err)
		assert.False(t, r.Equal)
		require.NotNil(t, r.First)
	}
}

// Batches are cropped to the limits in the bitwise comparison: a difference
// behind them is left to the numeric one.
func TestVerifyCrops(t *testing.T) {
	c := language(stacked(t, 11, 4, 4), 11)
	c.Binding = graph.Binding{"time": 9, "batch": 6}
	b := batches(c, 2, 1)
	for i := range b { // word 10 stands only where the crop does not reach
		for j := range b[i].Ints["x"] {
			b[i].Ints["x"][j] %= 10
		}
		b[i].Ints["x"][8*6+5] = 10
	}
	a, other := tensors(c.Graph, 1), tensors(c.Graph, 1)
	other["Model/embedding"].Data[10*4]++
	r, err := groups.Verify(groups.Model{Graph: c.Graph, Tensors: a}, groups.Model{Graph: c.Graph, Tensors: other}, b, groups.VerifyOptions{Machine: interpreter})
	require.NoError(t, err)
	assert.True(t, r.Bitwise)
	assert.False(t, r.Equal)
	require.NotNil(t, r.First)
	r, err = groups.Verify(groups.Model{Graph: c.Graph, Tensors: a}, groups.Model{Graph: c.Graph, Tensors: other}, b, groups.VerifyOptions{Limits: graph.Binding{"batch": 6}})
	require.NoError(t, err)
	require.NotNil(t, r.First)
	assert.Equal(t, 8, r.First.Step)
	assert.Equal(t, 5, r.First.Row)
}

func TestVerifyErrors(t *testing.T) {
	c := language(stacked(t, 11, 4, 4), 11)
	m := groups.Model{Graph: c.Graph, Tensors: tensors(c.Graph, 1)}
	small, err := groups.Compact(m.Graph, m.Tensors, nil, map[string][]int{"cell_0": {1}})
	require.NoError(t, err)
	s := groups.Model{Graph: small.Graph, Tensors: small.Tensors}
	other := stacked(t, 12, 4, 4)
	deep := stacked(t, 11, 4, 4, 4)
	good := batches(c, 1, 1)
	short := batches(c, 1, 1)
	short[0].Ints["y"] = short[0].Ints["y"][1:]
	unbound := batches(c, 1, 1)
	unbound[0].Binding = graph.Binding{"time": 4}
	for _, k := range []struct {
		name string
		a, b groups.Model
		in   []groups.Batch
		opt  groups.VerifyOptions
		err  string
	}{
		{"no batch", m, m, nil, groups.VerifyOptions{}, "there is no batch to replay"},
		{"no machine", m, m, good, groups.VerifyOptions{Numeric: true}, "a numeric comparison needs a machine"},
		{"the smaller first", s, m, good, groups.VerifyOptions{}, "put the larger model first"},
		{"another vocabulary", m, groups.Model{Graph: other, Tensors: tensors(other, 1)}, good, groups.VerifyOptions{}, "the first has not"},
		{"another depth", m, groups.Model{Graph: deep, Tensors: tensors(deep, 1)}, good, groups.VerifyOptions{}, "the models have different outputs"},
		{"weights missing", m, groups.Model{Graph: c.Graph}, good, groups.VerifyOptions{}, `"Model/embedding" [11 4] is missing`},
		{"short input", m, m, short, groups.VerifyOptions{}, `input "y" has 11 values, needs 12`},
		{"unbound", m, m, unbound, groups.VerifyOptions{}, `the batch does not say how long "batch" is`},
	} {
		t.Run(k.name, func(t *testing.T) {
			_, err := groups.Verify(k.a, k.b, k.in, k.opt)
			assert.ErrorContains(t, err, k.err)
		})
	}
}
