package engine_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/core/engine"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/graph/graphtest"
	"github.com/seed391906a2/iss/core/interp"
)

// tolerance is the largest relative difference allowed between the engine and
// the interpreter in float64. Sums of single precision in another order differ
// by some rounding errors; a wrong plan differs by far more.
const tolerance = 2e-4

// compare runs the case in the engine and in the interpreter.
func compare(t *testing.T, c *graphtest.Case, threads int, inference bool, seed uint64) {
	t.Helper()
	e, err := engine.New(c.Graph, engine.Options{Max: c.Binding, Threads: threads, Inference: inference})
	require.NoError(t, err)
	defer e.Close()
	require.NoError(t, graphtest.Load(c, e, seed))
	m := interp.New[float64](c.Graph)
	require.NoError(t, graphtest.Load(c, m, seed))
	for step := range uint64(2) {
		for _, training := range []bool{true, false} {
			mode := graph.Mode{Training: training, Seed: 7, Step: step}
			if training && inference {
				require.ErrorContains(t, e.Run(mode), "planned for inference")
				continue
			}
			require.NoError(t, e.Run(mode))
			require.NoError(t, m.Run(mode))
			equal(t, c, e, m)
		}
	}
}

func equal(t *testing.T, c *graphtest.Case, e graph.Machine[float32], m graph.Machine[float64]) {
	t.Helper()
	for _, name := range c.Graph.Names {
		got, want := e.Output(name), m.Output(name)
		require.Len(t, got, len(want), name)
		scale := 1e-2
		for _, v := range want {
			scale = max(scale, math.Abs(v))
		}
		for i := range want {
			if d := math.Abs(float64(got[i]) - want[i]); !(d <= tolerance*scale) {
				require.Failf(t, "differs", "%s[%d]: %g, the interpreter has %g", name, i, got[i], want[i])
			}
		}
	}
}

func withGradient(c *graphtest.Case) *graphtest.Case {
	d := *c
	d.Graph, _ = graphtest.WithGradient(c.Graph)
	return &d
}

func TestNamedCases(t *testing.T) {
	for _, c := range graphtest.Named() {
		for threads := 1; threads <= 2; threads++ {
			t.Run(fmt.Sprint(c.Name, threads), func(t *testing.T) {
				compare(t, c, threads, true, 1)
				compare(t, withGradient(c), threads, false, 1)
			})
		}
	}
}

func TestRandomModels(t *testing.T) {
	n := 120
	if s, err := strconv.Atoi(os.Getenv("ISS_FUZZ")); err == nil {
		n = s
	}
	if testing.Short() {
		n = 30
	}
	for i := range n {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			r := rand.New(rand.NewPCG(uint64(i), 1))
			c := graphtest.Random(r)
			if i%4 == 3 { // as compacted models are
				c = graphtest.Cut(r, c)
			}
			compare(t, withGradient(c), 1+i%5/4, i%3 == 0, uint64(i)) // one in five with two workers
		})
	}
}

// FuzzModels looks for models that the engine and the interpreter see differently.
func FuzzModels(f *testing.F) {
	for seed := range uint64(8) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		r := rand.New(rand.NewPCG(seed, 4))
		c := graphtest.Random(r)
		if seed%4 == 3 {
			c = graphtest.Cut(r, c)
		}
		compare(t, withGradient(c), 1+int(seed%2), seed%3 == 0, seed)
	})
}
