package rewrite_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/core/engine/rewrite"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/graph/graphtest"
	"github.com/seed391906a2/iss/core/interp"
)

// randomCases is how many random models are rewritten.
const randomCases = 40

func cases() []*graphtest.Case {
	list := graphtest.Named()
	for seed := range randomCases {
		r := rand.New(rand.NewPCG(uint64(seed), 1))
		c := graphtest.Random(r)
		c.Name = fmt.Sprint("random ", seed)
		if seed%3 == 0 {
			c = graphtest.Cut(r, c)
		}
		list = append(list, c)
	}
	return list
}

// run interprets g on the inputs of a case.
func run(t *testing.T, c *graphtest.Case, g *graph.Graph, mode graph.Mode) map[string][]float64 {
	t.Helper()
	m := interp.New[float64](g)
	require.NoError(t, graphtest.Load(c, m, 1))
	require.NoError(t, m.Run(mode))
	out := map[string][]float64{}
	for _, name := range g.Names {
		out[name] = m.Output(name)
	}
	return out
}

// sameOutputs requires that two graphs agree to rounding.
func sameOutputs(t *testing.T, c *graphtest.Case, g, h *graph.Graph, mode graph.Mode) {
	t.Helper()
	require.Equal(t, g.Names, h.Names)
	want, got := run(t, c, g, mode), run(t, c, h, mode)
	for name, w := range want {
		require.Len(t, got[name], len(w), name)
		scale := 1.0
		for _, x := range w {
			scale = math.Max(scale, math.Abs(x))
		}
		for i := range w {
			if !assert.InDelta(t, w[i], got[name][i], 1e-12*scale, "%s[%d]", name, i) {
				break
			}
		}
	}
}

func TestOptimizeKeepsTheValues(t *testing.T) {
	for i, c := range cases() {
		mode := graph.Mode{Training: i%2 == 0, Seed: 3, Step: 5}
		t.Run(strings.ReplaceAll(c.Name, " ", "-"), func(t *testing.T) {
			sameOutputs(t, c, c.Graph, rewrite.Optimize(c.Graph), mode)
			h, _ := graphtest.WithGradient(c.Graph)
			sameOutputs(t, c, h, rewrite.Optimize(h), mode)
		})
	}
}

// In evaluation a graph without its masks does what it did with them.
func TestStillKeepsTheValuesOfEvaluation(t *testing.T) {
	all := 0
	for _, c := range cases() {
		h, _ := graphtest.WithGradient(c.Graph)
		still := rewrite.Still(h)
		all += masks(h)
		assert.Zero(t, masks(still), c.Name)
		sameOutputs(t, c, h, still, graph.Mode{})
		assert.Equal(t, h.Params, still.Params, c.Name)
	}
	assert.Greater(t, all, 30)
}

func masks(g *graph.Graph) int {
	k := 0
	for _, n := range g.Nodes {
		if _, ok := n.Op.(*graph.MaskOp); ok {
			k++
		}
	}
	for _, n := range loops(g) {
		k += masks(body(n))
	}
	return k
}
