package engine_test

import (
	"math"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/core/engine"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/graph/graphtest"
)

// Engines that have an arena in turn answer, to the bit, what each answers with
// memory of its own, whatever lay in it before: parameters, inputs and outputs stay.
func TestArenaInTurns(t *testing.T) {
	cases := append(graphtest.Named(), computedTable(t))
	for i := range 20 {
		cases = append(cases, graphtest.Random(rand.New(rand.NewPCG(uint64(i), 5))))
	}
	for i, c := range cases {
		c = withGradient(c)
		arena := engine.NewArena(1 + i%2)
		shared, err := engine.New(c.Graph, engine.Options{Max: c.Binding, Arena: arena})
		require.NoError(t, err)
		spoiler, err := engine.New(c.Graph, engine.Options{Max: c.Binding, Arena: arena, Inference: true})
		require.NoError(t, err)
		packed, err := engine.New(c.Graph, engine.Options{Max: c.Binding, Arena: arena, Inference: true})
		require.NoError(t, err)
		alone, err := engine.New(c.Graph, engine.Options{Max: c.Binding, Threads: 1 + i%2})
		require.NoError(t, err)
		alonePacked, err := engine.New(c.Graph, engine.Options{Max: c.Binding, Threads: 1 + i%2, Inference: true})
		require.NoError(t, err)
		for _, e := range []*engine.Engine{shared, spoiler, packed, alone, alonePacked} {
			require.NoError(t, graphtest.Load(c, e, 3))
		}
		for _, p := range c.Graph.Params {
			for k := range spoiler.Param(p.Name) {
				spoiler.Param(p.Name)[k] = float32(math.NaN())
			}
		}
		spoiler.Changed()
		for step := range 3 {
			mode := graph.Mode{Training: step != 1, Seed: 7, Step: uint64(step)}
			still := graph.Mode{}
			require.NoError(t, spoiler.Run(still))
			require.NoError(t, shared.Run(mode))
			require.NoError(t, alone.Run(mode))
			got := outputs(c, shared)
			require.Equal(t, outputs(c, alone), got, "case %d, step %d", i, step)
			require.NoError(t, spoiler.Run(still))
			require.Equal(t, got, outputs(c, shared), "case %d: outputs stay while another runs", i)
			require.NoError(t, packed.Run(still))
			require.NoError(t, alonePacked.Run(still))
			require.Equal(t, outputs(c, alonePacked), outputs(c, packed), "case %d, step %d: panels are packed anew", i, step)
		}
		alone.Close()
		alonePacked.Close()
		arena.Close()
	}
}

// computedTable looks words up in what is made of a parameter, so that the gradient
// of the table is a value: of it only the rows of the last words are cleared.
func computedTable(t *testing.T) *graphtest.Case {
	g, err := graph.Trace("computed table", func(s *graph.Scope) {
		time, batch := graph.Symbol("time"), graph.Symbol("batch")
		table := graph.Tanh(graph.MatMul(s.Param("embedding", nil, 9, 6), s.Param("w", nil, 6, 5)))
		x := graph.Lookup(table, s.Ints("x", time, batch))
		s.Output("loss", graph.Sum(graph.Mean(graph.Sum(graph.Mul(x, x), -1), -1), -1))
	})
	require.NoError(t, err)
	return &graphtest.Case{Name: "computed table", Graph: g, Binding: graph.Binding{"time": 4, "batch": 3}, Limits: map[string]int{"x": 9}}
}

// An arena has the memory of its largest plan, not of all.
func TestArenaIsOfTheLargest(t *testing.T) {
	o := engine.Options{Max: graph.Binding{"time": 20, "batch": 20}, Arena: engine.NewArena(1)}
	defer o.Arena.Close()
	before := heap()
	e, err := engine.New(languageModel(t, small, true), o)
	require.NoError(t, err)
	require.NoError(t, e.Bind(o.Max))
	one := heap() - before
	assert.InEpsilon(t, e.Memory(), one, 0.02, "what was taken is what was planned")
	o.Inference, o.Borrow = true, true
	again, err := engine.New(languageModel(t, small, false), o)
	require.NoError(t, err)
	again.Borrow(e.Param)
	require.NoError(t, again.Bind(o.Max))
	two := heap() - before
	larger := max(e.Memory()-e.Own(), again.Memory()-again.Own())
	assert.InEpsilon(t, larger, o.Arena.Memory(), 0.02, "the larger one's memory, where the other lies too")
	assert.Greater(t, again.Memory(), int64(one/10), "and neither is small")
	assert.InEpsilon(t, o.Arena.Memory()+e.Own()+again.Own(), two, 0.02, "the arena and what each has beside it")
	runtime.KeepAlive(e)
	runtime.KeepAlive(again)
}
