package graph_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/graph/graphtest"
	"github.com/seed391906a2/iss/core/interp"
)

// randomCases is how many random models each test looks at.
const randomCases = 40

func random(seed int) *graphtest.Case {
	return graphtest.Random(rand.New(rand.NewPCG(uint64(seed), 0)))
}

func cases() []*graphtest.Case {
	list := graphtest.Named()
	for seed := range randomCases {
		c := random(seed)
		c.Name = fmt.Sprint("random ", seed)
		if seed%4 == 3 {
			c = graphtest.Cut(rand.New(rand.NewPCG(uint64(seed), 2)), c)
		}
		list = append(list, c)
	}
	return list
}

// checkGradient compares the outputs d/NAME with central differences of "loss",
// at up to probes elements of each.
func checkGradient(t *testing.T, c *graphtest.Case, mode graph.Mode, probes int) {
	h, names := graphtest.WithGradient(c.Graph)
	m := interp.New[float64](h)
	require.NoError(t, graphtest.Load(c, m, 1))
	require.NoError(t, m.Run(mode))
	loss := m.Output("loss")[0]
	require.False(t, math.IsNaN(loss) || math.IsInf(loss, 0), "the loss is %g", loss)
	derived := map[string][]float64{}
	for _, name := range names {
		derived[name] = append([]float64(nil), m.Output(name)...)
	}
	forward := interp.New[float64](c.Graph)
	require.NoError(t, graphtest.Load(c, forward, 1))
	r := rand.New(rand.NewPCG(2, 0))
	buffers := map[string][]float64{}
	for _, p := range c.Graph.Params {
		buffers[p.Name] = forward.Param(p.Name)
	}
	for _, v := range c.Graph.Inputs {
		if v.Kind() == graph.Float {
			label := v.Node.Op.(*graph.InputOp).Label
			buffers[label] = forward.Floats(label)
		}
	}
	at := func(x []float64, i int, v float64) float64 {
		old := x[i]
		x[i] = v
		require.NoError(t, forward.Run(mode))
		x[i] = old
		return forward.Output("loss")[0]
	}
	for name, x := range buffers {
		for range min(probes, len(x)) {
			i := r.IntN(len(x))
			const step = 1e-6
			want := (at(x, i, x[i]+step) - at(x, i, x[i]-step)) / (2 * step)
			got := 0.0
			if d := derived["d/"+name]; d != nil {
				got = d[i]
			}
			assert.InDelta(t, want, got, 1e-7*(1+math.Abs(want)), "d loss/d %s[%d]", name, i)
		}
	}
}

func TestGradientOfModels(t *testing.T) {
	for i, c := range cases() {
		t.Run(strings.ReplaceAll(c.Name, " ", "-"), func(t *testing.T) {
			checkGradient(t, c, graph.Mode{Training: i%2 == 0, Seed: 3, Step: 5}, 2)
		})
	}
}
