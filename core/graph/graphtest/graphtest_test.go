package graphtest_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/graph/graphtest"
	"github.com/seed391906a2/iss/core/interp"
)

func Example() {
	c := graphtest.RNN(graphtest.Small)
	h, names := graphtest.WithGradient(c.Graph)
	m := interp.New[float64](h)
	_ = graphtest.Load(c, m, 1)
	_ = m.Run(graph.Mode{})
	fmt.Println(names)
	fmt.Println(len(m.Output("d/RNN/cell_0/weights")))
	// Output:
	// [d/embedding d/RNN/cell_0/weights d/RNN/cell_0/biases d/softmax_w d/softmax_b d/cell_0/h]
	// 45
}

// Values are exact in float32 and the same for every machine.
func TestLoad(t *testing.T) {
	for _, c := range graphtest.Named() {
		t.Run(c.Name, func(t *testing.T) {
			single, double := interp.New[float32](c.Graph), interp.New[float64](c.Graph)
			require.NoError(t, graphtest.Load(c, single, 4))
			require.NoError(t, graphtest.Load(c, double, 4))
			for _, p := range c.Graph.Params {
				for i, w := range double.Param(p.Name) {
					require.Equal(t, w, float64(single.Param(p.Name)[i]))
				}
			}
			for _, v := range c.Graph.Inputs {
				label := v.Node.Op.(*graph.InputOp).Label
				assert.Equal(t, single.Ints(label), double.Ints(label))
				for i, x := range double.Floats(label) {
					require.Equal(t, x, float64(single.Floats(label)[i]))
				}
			}
		})
	}
}

// Random models run and have finite, mostly non-zero gradients.
func TestRandom(t *testing.T) {
	zero, all := 0, 0
	for seed := range uint64(100) {
		c := graphtest.Random(rand.New(rand.NewPCG(seed, 0)))
		h, names := graphtest.WithGradient(c.Graph)
		m := interp.New[float32](h)
		require.NoError(t, graphtest.Load(c, m, seed))
		require.NoError(t, m.Run(graph.Mode{Training: true, Seed: seed}))
		assert.Less(t, float64(m.Output("loss")[0]), 60.0, "seed %d", seed)
		for _, name := range names {
			for _, d := range m.Output(name) {
				require.Less(t, math.Abs(float64(d)), 1e3, "%s, seed %d", name, seed) // false for NaN
				all++
				if d == 0 {
					zero++
				}
			}
		}
		again := graphtest.Random(rand.New(rand.NewPCG(seed, 0)))
		require.Len(t, again.Graph.Nodes, len(c.Graph.Nodes), "the same seed, the same model")
	}
	assert.Less(t, zero, all/2, "gradients that are zero")
}

func TestCut(t *testing.T) {
	less := 0
	for seed := range uint64(100) {
		r := rand.New(rand.NewPCG(seed, 0))
		c := graphtest.Random(r)
		small := graphtest.Cut(r, c)
		require.Len(t, small.Graph.Params, len(c.Graph.Params))
		for i, p := range small.Graph.Params {
			assert.LessOrEqual(t, p.Size(), c.Graph.Params[i].Size())
			assert.Positive(t, p.Size())
			if p.Size() < c.Graph.Params[i].Size() {
				less++
			}
		}
		m := interp.New[float32](small.Graph)
		require.NoError(t, graphtest.Load(small, m, seed))
		require.NoError(t, m.Run(graph.Mode{}))
		assert.False(t, math.IsNaN(float64(m.Output("loss")[0])))
	}
	assert.Greater(t, less, 200, "parameters that were cut")
}
