package engine_test

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/core/engine"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/graph/graphtest"
	"github.com/seed391906a2/iss/core/kernel"
)

// Training the paper's 2×1500 model takes its weights, their gradients, the
// recurrent weights packed for the loop forward and for the loop backward, and
// the activations of one batch: nothing else of any size.
func TestMemoryOfTheLargeModel(t *testing.T) {
	const (
		hidden, tokens = 1500, 20 * 35
		layer          = 2*hidden*4*hidden + 4*hidden
		weights        = benchVocab*hidden + 2*layer + hidden*benchVocab + benchVocab
	)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	e, err := engine.New(languageModel(t, large, true), engine.Options{Max: graph.Binding{"time": 35, "batch": 20}, Threads: 2})
	require.NoError(t, err)
	defer e.Close()
	runtime.ReadMemStats(&after)
	f := e.Footprint()
	t.Log(f)
	assert.Equal(t, int64(4*weights), f.Params)
	packed := 2 * (kernel.NewPacked(hidden, 4*hidden).Size() + kernel.NewPacked(4*hidden, hidden).Size()) // forward, backward
	assert.Equal(t, int64(4*packed), f.Packed)
	// A layer keeps 4 gates, c, tanh(c), its states, its output and the input of
	// the next, and as much of gradients; the softmax layer its logits.
	perToken := 2*2*(4+4)*hidden + benchVocab
	assert.Less(t, f.Values, int64(4*(weights+perToken*tokens)), "gradients and activations of one batch")
	assert.Less(t, f.Scratch, int64(20e6))
	assert.InEpsilon(t, f.Total(), after.TotalAlloc-before.TotalAlloc, 0.02, "what was taken is what was planned")
}

// The plan of every model says what it takes before it takes it.
func TestFootprintIsWhatIsTaken(t *testing.T) {
	for _, inference := range []bool{true, false} {
		g := languageModel(t, small, !inference)
		o := engine.Options{Max: graph.Binding{"time": 20, "batch": 20}, Threads: 2, Inference: inference}
		before := heap() // without what other tests left behind
		e, err := engine.New(g, o)
		require.NoError(t, err)
		after := heap() // nor what planning did
		e.Close()
		assert.InEpsilon(t, e.Memory(), after-before, 0.02, "inference %v", inference)

		o.Available = e.Memory()
		again, err := engine.New(g, o)
		require.NoError(t, err, "it fits exactly")
		again.Close()
		o.Available--
		_, err = engine.New(g, o)
		var refused *engine.MemoryError
		require.ErrorAs(t, err, &refused)
		assert.Equal(t, engine.MemoryError{Name: "small", Needed: e.Memory(), Available: o.Available}, *refused)
	}
}

// heap is what is in use, when collections find nothing more that is not.
func heap() uint64 {
	var m runtime.MemStats
	for last := uint64(0); ; last = m.HeapAlloc {
		runtime.GC()
		runtime.ReadMemStats(&m)
		if m.HeapAlloc >= last-last/1000 && last > 0 {
			return m.HeapAlloc
		}
	}
}

// However large, a plan is refused, not tried: the system's own figure counts.
func TestImmensePlansAreRefused(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the system does not say what is available")
	}
	c := graphtest.LSTM(graphtest.Small)
	for _, most := range []int{1e9, 1e15, 1<<63 - 1} {
		_, err := engine.New(c.Graph, engine.Options{Max: graph.Binding{"time": most, "batch": most}, Threads: 1})
		var refused *engine.MemoryError
		require.ErrorAs(t, err, &refused)
		assert.ErrorContains(t, err, " GB of memory, and ")
		assert.Greater(t, refused.Needed, int64(1e14))
	}
}
