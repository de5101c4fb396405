package engine_test

import (
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/core/engine"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/graph/graphtest"
	"github.com/seed391906a2/iss/core/interp"
)

// session is one for the case, with the weights of seed 5.
func session(t *testing.T, c *graphtest.Case, most graph.Binding, threads int) *engine.Session {
	t.Helper()
	s, err := engine.NewSession(c.Graph, engine.Options{Max: most, Threads: threads})
	require.NoError(t, err)
	t.Cleanup(s.Close)
	whole := *c
	whole.Binding = most
	require.NoError(t, graphtest.Load(&whole, s.Engine, 5))
	return s
}

// serve feeds one step of random ids to so many streams.
func serve(t *testing.T, m graph.Machine[float32], limit, streams int, r *rand.Rand) {
	require.NoError(t, m.Bind(graph.Binding{"time": 1, "batch": streams}))
	for _, name := range []string{"x", "y"} {
		ids := m.Ints(name)
		for i := range ids {
			ids[i] = int32(r.IntN(limit))
		}
	}
	require.NoError(t, m.Run(graph.Mode{}))
}

// Step by step with carried states is what the interpreter computes of the
// whole sequence.
func TestSessionGoesOn(t *testing.T) {
	const steps, streams = 6, 3
	for _, c := range []*graphtest.Case{graphtest.LSTM(graphtest.Small), graphtest.GRU(graphtest.Small), graphtest.RHN(graphtest.Small)} {
		t.Run(c.Name, func(t *testing.T) {
			s := session(t, c, graph.Binding{"time": 1, "batch": streams}, 2)
			require.NoError(t, s.Bind(graph.Binding{"time": 1, "batch": streams}))
			for i := range streams {
				s.Begin(i) // the case's states are random
			}
			whole := *c
			whole.Binding = graph.Binding{"time": steps, "batch": streams}
			m := interp.New[float64](c.Graph)
			require.NoError(t, graphtest.Load(&whole, m, 5))
			for _, v := range c.Graph.Inputs {
				if in := v.Node.Op.(*graph.InputOp); in.Role == graph.Carried {
					clear(m.Floats(in.Label))
				}
			}
			r := rand.New(rand.NewPCG(1, 9))
			for i := range steps {
				serve(t, s, graphtest.Small.Vocab, streams, r)
				copy(m.Ints("x")[i*streams:], s.Ints("x"))
				copy(m.Ints("y")[i*streams:], s.Ints("y"))
			}
			require.NoError(t, m.Run(graph.Mode{}))
			for _, v := range c.Graph.Inputs {
				if in := v.Node.Op.(*graph.InputOp); in.Role == graph.Carried {
					assert.InDeltaSlice(t, m.Output(in.Label), s.Output(in.Label), 1e-5, in.Label)
				}
			}
		})
	}
}

func TestSessionDoesNotAllocate(t *testing.T) {
	c := graphtest.LSTM(graphtest.Sizes{Vocab: 50, Embed: 40, Hidden: 70, Layers: 2, Time: 1, Batch: 8})
	for threads := 1; threads <= 2; threads++ {
		s := session(t, c, graph.Binding{"time": 2, "batch": 8}, threads)
		b := graph.Binding{"time": 1, "batch": 8}
		allocs := testing.AllocsPerRun(50, func() {
			b["batch"] = b["batch"]%8 + 1
			b["time"] = 3 - b["time"]
			if err := s.Bind(b); err != nil {
				t.Error(err)
			}
			s.Begin(0)
			if err := s.Run(graph.Mode{}); err != nil {
				t.Error(err)
			}
		})
		assert.Zero(t, allocs, "%d workers", threads)
	}
}

// Sessions share nothing: models run beside each other, planned from one graph
// in several goroutines, and each gives what it gives alone.
func TestSessionsBesideEachOther(t *testing.T) {
	cases := []*graphtest.Case{graphtest.LSTM(graphtest.Small), graphtest.GRU(graphtest.Small)}
	run := func(c *graphtest.Case, seed uint64) []float32 {
		s := session(t, c, graph.Binding{"time": 1, "batch": 4}, 1+int(seed%2))
		r := rand.New(rand.NewPCG(seed, 2))
		for range 30 {
			serve(t, s, graphtest.Small.Vocab, 1+r.IntN(4), r)
		}
		return append([]float32(nil), s.Output("loss")...)
	}
	const beside = 3
	var got, want [2 * beside][]float32
	for i := range want {
		want[i] = run(cases[i%2], uint64(i))
	}
	var w sync.WaitGroup
	for i := range got {
		w.Go(func() { got[i] = run(cases[i%2], uint64(i)) })
	}
	w.Wait()
	assert.Equal(t, want, got)
}

func TestSessionFaults(t *testing.T) {
	streams := graph.Symbol("batch")
	trace := func(f func(s *graph.Scope)) *graph.Graph {
		g, err := graph.Trace("m", f)
		require.NoError(t, err)
		return g
	}
	o := engine.Options{Max: graph.Binding{"batch": 2}, Threads: 1}
	_, err := engine.NewSession(trace(func(s *graph.Scope) {
		s.Output("y", graph.Tanh(s.State("h", 0, streams, graph.Fixed(3))))
	}), o)
	assert.EqualError(t, err, `engine: m: state "h" has no output of its name to go on with; outputs: ["y"]`)
	_, err = engine.NewSession(trace(func(s *graph.Scope) { s.Output("h", graph.Tanh(s.State("h", 0))) }), o)
	assert.EqualError(t, err, `engine: m: state "h" is one number; its first axis must be the streams`)

	s, err := engine.NewSession(trace(func(s *graph.Scope) {
		s.Output("h", graph.Affine(s.State("h", 4, streams, graph.Fixed(1)), 0.5, 0))
	}), o)
	require.NoError(t, err)
	defer s.Close()
	assert.ErrorContains(t, s.Run(graph.Mode{}), "call Bind first")
	require.NoError(t, s.Bind(graph.Binding{"batch": 2}))
	require.NoError(t, s.Run(graph.Mode{}))
	assert.ErrorContains(t, s.Bind(graph.Binding{"batch": 3}), `axis "batch" is bound to 3, but the plan is for at most 2`)
	require.NoError(t, s.Run(graph.Mode{}))
	assert.Equal(t, []float32{1, 1}, s.Output("h"), "4 at the start, halved twice: a refused Bind changes nothing")
	assert.Panics(t, func() { s.Begin(2) })
}
