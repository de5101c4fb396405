package interp_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/graph/graphtest"
	"github.com/seed391906a2/iss/core/interp"
)

// A number is halved and added to a state that is carried by hand.
func Example() {
	g, _ := graph.Trace("halves", func(s *graph.Scope) {
		x := s.Input("x", graph.Symbol("batch"), graph.Fixed(1))
		sum := s.State("sum", 0, graph.Symbol("batch"), graph.Fixed(1))
		w := s.Param("w", nil, 1, 1)
		s.Output("sum", graph.Add(sum, graph.MatMul(x, w)))
	})
	m := interp.New[float64](g)
	_ = m.Bind(graph.Binding{"batch": 2})
	m.Param("w")[0] = 0.5
	for range 2 {
		copy(m.Floats("x"), []float64{10, 20})
		_ = m.Run(graph.Mode{})
		copy(m.Floats("sum"), m.Output("sum"))
	}
	fmt.Println(m.Output("sum"))
	// Output: [10 20]
}

func loaded(t *testing.T, c *graphtest.Case, seed uint64) *interp.Machine[float32] {
	m := interp.New[float32](c.Graph)
	require.NoError(t, graphtest.Load(c, m, seed))
	return m
}

func TestRunsAreRepeatable(t *testing.T) {
	for _, c := range graphtest.Named() {
		t.Run(c.Name, func(t *testing.T) {
			m, n := loaded(t, c, 1), loaded(t, c, 1)
			mode := graph.Mode{Training: true, Seed: 3, Step: 8}
			require.NoError(t, m.Run(mode))
			first := append([]float32(nil), m.Output("loss")...)
			require.NoError(t, m.Run(mode))
			assert.Equal(t, first, m.Output("loss"), "the same machine again")
			require.NoError(t, n.Run(mode))
			assert.Equal(t, first, n.Output("loss"), "another machine")
		})
	}
}

// Masks are drawn in training only, and anew at each step and for each seed.
func TestMode(t *testing.T) {
	c := graphtest.Tied(graphtest.Small)
	m := loaded(t, c, 1)
	at := func(mode graph.Mode) float32 {
		require.NoError(t, m.Run(mode))
		return m.Output("loss")[0]
	}
	train := graph.Mode{Training: true, Seed: 1, Step: 1}
	assert.Equal(t, at(graph.Mode{Seed: 1}), at(graph.Mode{Seed: 2, Step: 7}), "evaluation draws nothing")
	assert.NotEqual(t, at(graph.Mode{}), at(train))
	assert.NotEqual(t, at(train), at(graph.Mode{Training: true, Seed: 1, Step: 2}))
	assert.NotEqual(t, at(train), at(graph.Mode{Training: true, Seed: 2, Step: 1}))
}

// A smaller binding after a larger one is that of a new machine.
func TestBindAgain(t *testing.T) {
	c := graphtest.Bidirectional(graphtest.Small)
	m := loaded(t, c, 1)
	require.NoError(t, m.Run(graph.Mode{}))
	c.Binding = graph.Binding{"time": 2, "batch": 1}
	require.NoError(t, graphtest.Load(c, m, 2))
	n := loaded(t, c, 2)
	require.NoError(t, m.Run(graph.Mode{}))
	require.NoError(t, n.Run(graph.Mode{}))
	assert.Equal(t, n.Output("logits"), m.Output("logits"))
	assert.Len(t, m.Output("logits"), 2*1*7)
}

func TestFaults(t *testing.T) {
	c := graphtest.LSTM(graphtest.Small)
	m := interp.New[float32](c.Graph)
	assert.PanicsWithValue(t, `interp: no input "x" in lstm, or nothing bound`, func() { m.Ints("x") })
	assert.EqualError(t, m.Bind(graph.Binding{"time": 3}), `interp: axis "batch" of input "x" is not bound`)
	require.NoError(t, graphtest.Load(c, m, 1))
	assert.PanicsWithValue(t, `interp: no output "loss" in lstm, or no run`, func() { m.Output("loss") })
	assert.PanicsWithValue(t, `interp: no parameter "w" in lstm`, func() { m.Param("w") })
	assert.Nil(t, m.Floats("x"), "ids are no floats")
	require.NoError(t, m.Run(graph.Mode{}))
	assert.PanicsWithValue(t, `interp: no output "perplexity" in lstm, or no run`, func() { m.Output("perplexity") })

	m.Ints("x")[5] = 7
	assert.EqualError(t, m.Run(graph.Mode{}), "interp: lookup: id 7 at position 5 is outside 0..6")
	m.Ints("x")[5] = -1
	assert.EqualError(t, m.Run(graph.Mode{}), "interp: lookup: id -1 at position 5 is outside 0..6")
	m.Ints("x")[5] = 0
	m.Ints("y")[2] = 9
	assert.ErrorContains(t, m.Run(graph.Mode{}), "cross-entropy")
	assert.ErrorContains(t, m.Run(graph.Mode{}), "id 9 at position 2 is outside 0..6")
}

// Ids are checked in the bodies of loops too.
func TestFaultInALoop(t *testing.T) {
	g, err := graph.Trace("loop", func(s *graph.Scope) {
		time, batch := graph.Symbol("time"), graph.Symbol("batch")
		x := s.Ints("x", time, batch)
		table := s.Param("table", nil, 4, 2)
		outs, _ := graph.Scan(s, graph.ScanConfig{}, []graph.Value{x}, nil, func(_ *graph.Scope, x, _ []graph.Value) (out, next []graph.Value) {
			return []graph.Value{graph.Lookup(table, x[0])}, nil
		})
		s.Output("y", outs[0])
	})
	require.NoError(t, err)
	m := interp.New[float64](g)
	require.NoError(t, m.Bind(graph.Binding{"time": 3, "batch": 2}))
	copy(m.Param("table"), []float64{0, 1, 2, 3, 4, 5, 6, 7})
	copy(m.Ints("x"), []int32{0, 1, 2, 3, 3, 0})
	require.NoError(t, m.Run(graph.Mode{}))
	assert.Equal(t, []float64{0, 1, 2, 3, 4, 5, 6, 7, 6, 7, 0, 1}, m.Output("y"))
	m.Ints("x")[4] = 4
	assert.ErrorContains(t, m.Run(graph.Mode{}), "id 4 at position 0 is outside 0..3")
}

// NaN and infinity are passed on, not hidden.
func TestNaNIsFaithful(t *testing.T) {
	c := graphtest.LSTM(graphtest.Small)
	m := loaded(t, c, 1)
	m.Param("softmax_b")[0] = float32(nan())
	require.NoError(t, m.Run(graph.Mode{}))
	assert.True(t, m.Output("loss")[0] != m.Output("loss")[0])
}

func nan() float64 { zero := 0.0; return zero / zero }
