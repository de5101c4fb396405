package engine_test

import (
	"bytes"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/core/engine"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/graph/graphtest"
)

// together is the time that Explain says a run takes.
var together = regexp.MustCompile(`together ([0-9.]+) ms`)

// The pieces are all of the plan: their times add up to what Explain says, their
// products to the multiply-adds of the model, in loops and in front of them, side
// by side or not, over runs of different lengths.
func TestPieces(t *testing.T) {
	for _, row := range []struct {
		name    string
		c       *graphtest.Case
		threads int
	}{
		{"forward", graphtest.LSTM(graphtest.Small), 1},
		{"forward on two", graphtest.LSTM(graphtest.Small), 2},
		{"side by side", twins(t), 2},
	} {
		t.Run(row.name, func(t *testing.T) {
			e, err := engine.New(row.c.Graph, engine.Options{Max: row.c.Binding, Threads: row.threads, Inference: true})
			require.NoError(t, err)
			defer e.Close()
			require.NoError(t, graphtest.Load(row.c, e, 1))
			short := graph.Binding{"time": 2, "batch": row.c.Binding["batch"]}
			require.NotEqual(t, short, row.c.Binding)
			measured := func() []engine.Piece {
				e.Measure(true)
				for _, b := range []graph.Binding{row.c.Binding, short} {
					require.NoError(t, e.Bind(b))
					require.NoError(t, e.Run(graph.Mode{}))
				}
				return e.Pieces()
			}
			measured()
			pieces := measured() // which forgets what was measured before

			total, flops := time.Duration(0), 0.0
			for _, p := range pieces {
				total += p.Time
				if p.Work == engine.Product {
					flops += p.FLOPs
				}
				if p.Loop {
					assert.Equal(t, row.c.Binding["time"]+2, p.Runs, "%s of %s: once a step", p.Work, p.Place)
				}
			}
			want := core.MultAddsAt(row.c.Graph, row.c.Binding) + core.MultAddsAt(row.c.Graph, short)
			assert.Equal(t, 2*float64(want), flops)
			var text bytes.Buffer
			e.Explain(&text)
			ms, err := strconv.ParseFloat(string(together.FindSubmatch(text.Bytes())[1]), 64)
			require.NoError(t, err)
			assert.InDelta(t, ms, total.Seconds()*1e3/2, 1e-3)
		})
	}
}

// Operations of several layers that run together divide their time.
func TestPiecesOfSeveralLayers(t *testing.T) {
	g, err := graph.Trace("layers", func(s *graph.Scope) {
		x := s.Input("x", graph.Symbol("batch"), graph.Fixed(64))
		s.Layer("below", "first")
		y := graph.Tanh(graph.Sigmoid(graph.Tanh(x)))
		s.Layer("above", "second")
		s.Output("z", graph.Sigmoid(y))
	})
	require.NoError(t, err)
	e, err := engine.New(g, engine.Options{Max: graph.Binding{"batch": 40}, Threads: 1})
	require.NoError(t, err)
	defer e.Close()
	require.NoError(t, e.Bind(graph.Binding{"batch": 40}))
	e.Measure(true)
	require.NoError(t, e.Run(graph.Mode{}))
	times, work := map[string]time.Duration{}, map[string]float64{}
	for _, p := range e.Pieces() {
		assert.Equal(t, engine.Program, p.Work)
		times[g.Layer(p.Place)] += p.Time
		work[g.Layer(p.Place)] += p.FLOPs
	}
	require.Len(t, times, 2)
	assert.Positive(t, times["second"])
	assert.InDelta(t, 3*times["second"], times["first"], 4, "three operations against one, in nanoseconds")
	assert.InDelta(t, 3*work["second"], work["first"], 1e-9)
}
