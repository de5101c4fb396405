package engine_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/core/engine"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/graph/graphtest"
)

// twins is a bidirectional layer of two equal cells under a softmax layer.
func twins(t *testing.T) *graphtest.Case { return directions(t, 5, 5) }

// directions are loops of so many units side by side, forward and backward in
// turn, under a softmax layer.
func directions(t *testing.T, units ...int) *graphtest.Case {
	g, err := graph.Trace("twins", func(s *graph.Scope) {
		time, batch := graph.Symbol("time"), graph.Symbol("batch")
		ids, targets, lengths := s.Ints("x", time, batch), s.Ints("y", time, batch), s.Ints("lengths", batch)
		x := graph.Lookup(s.Param("embedding", nil, 9, 6), ids)
		var outs []graph.Value
		sum := 0
		for i, n := range units {
			name := []string{"false", "true", "third", "fourth"}[i]
			l := s.Layer(name, name)
			out, _ := graph.Scan(l, graph.ScanConfig{Reverse: i%2 == 1, Lengths: lengths}, []graph.Value{x},
				[]graph.Carry{{Name: "h", Init: l.Fill(0, batch, graph.Fixed(n))}},
				func(s *graph.Scope, x, prev []graph.Value) (out, next []graph.Value) {
					h := graph.Tanh(graph.Add(graph.MatMul(graph.Concat(-1, x[0], prev[0]), s.Param("weights", nil, 6+n, n)), s.Param("biases", nil, n)))
					return []graph.Value{h}, []graph.Value{h}
				})
			outs = append(outs, out[0])
			sum += n
		}
		nll := graph.CrossEntropy(graph.MatMul(graph.Concat(-1, outs...), s.Param("softmax_w", nil, sum, 9)), targets)
		s.Output("loss", graph.Sum(graph.Mean(nll, -1), -1))
	})
	require.NoError(t, err)
	return &graphtest.Case{Name: "twins", Graph: g, Binding: graph.Binding{"time": 4, "batch": 3}, Limits: map[string]int{"x": 9, "y": 9}}
}

func TestLoopsSideBySide(t *testing.T) {
	for _, units := range [][]int{{5, 5}, {3, 7}, {2, 9, 4}, {6, 1, 5, 3}} {
		for threads := 1; threads <= 3; threads++ {
			compare(t, withGradient(directions(t, units...)), threads, false, 1)
			compare(t, directions(t, units...), threads, true, 2)
		}
	}
}

// Loops run side by side where that takes less than dividing each of them: where
// they are equal, and where they are so small that barriers count. Either way, and
// with one worker, they come to the same bits.
func TestBesideOrInTurn(t *testing.T) {
	most := graph.Binding{"time": 4, "batch": 40}
	for _, row := range []struct {
		units []int
		batch int
		want  string
	}{
		{[]int{5, 5}, 1, "2 loops side by side"},
		{[]int{100, 100}, 40, "2 loops side by side"},
		{[]int{3, 90}, 1, "2 loops side by side"},
		{[]int{30, 150}, 40, "2 loops one after the other"},
		{[]int{30, 400}, 1, "2 loops one after the other"},
		{[]int{100, 60, 60, 100}, 40, "4 loops side by side"},
	} {
		t.Run(fmt.Sprint(row.units, row.batch), func(t *testing.T) {
			c := directions(t, row.units...)
			c.Binding = graph.Binding{"time": 3, "batch": row.batch}
			run := func(threads int) ([][]float32, string) {
				e, err := engine.New(c.Graph, engine.Options{Max: most, Threads: threads, Inference: true})
				require.NoError(t, err)
				defer e.Close()
				require.NoError(t, graphtest.Load(c, e, 3))
				require.NoError(t, e.Run(graph.Mode{}))
				var w bytes.Buffer
				e.Explain(&w)
				return outputs(c, e), w.String()
			}
			want, _ := run(1)
			got, plan := run(2)
			assert.Equal(t, want, got)
			assert.Contains(t, plan, row.want)
		})
	}
}

// Deciding anew, as a change of lengths does, allocates nothing.
func TestBesideAllocatesNothing(t *testing.T) {
	c := directions(t, 3, 9, 5, 5)
	e, err := engine.New(c.Graph, engine.Options{Max: c.Binding, Threads: 2})
	require.NoError(t, err)
	defer e.Close()
	batch := 0
	next := func() {
		batch = 1 + batch%3
		c.Binding["batch"] = batch
		if err := e.Bind(c.Binding); err != nil {
			panic(err)
		}
	}
	for range 3 { // memory for the axes of each length
		next()
	}
	assert.Zero(t, testing.AllocsPerRun(20, next))
}
