package graph_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/rng"
)

func TestGlorotLimit(t *testing.T) {
	for _, c := range []struct {
		name  string
		shape []int
		fans  float64
	}{
		{"matrix", []int{300, 400}, 700},
		{"filter, fans 40 and 500", []int{1, 5, 8, 100}, 540},
		{"bias", []int{100}, 200},
		{"scalar", nil, 2},
	} {
		assert.InDelta(t, math.Sqrt(6/c.fans), graph.GlorotLimit(c.shape), 1e-12, c.name)
	}
}

func TestInits(t *testing.T) {
	const n = 20000
	for _, c := range []struct {
		init      graph.Init
		deviation float64
	}{
		{graph.Normal{Deviation: 2}, 2},
		{graph.Glorot{}, math.Sqrt(6.0/n/2) / math.Sqrt(3)},
	} {
		w := make([]float32, n)
		c.init.Fill(w, []int{n}, rng.New(1, "w"))
		sum, squares := 0.0, 0.0
		for _, v := range w {
			sum += float64(v)
			squares += float64(v) * float64(v)
		}
		assert.InDelta(t, 0, sum/n, 4*c.deviation/math.Sqrt(n), c.init.String())
		assert.InEpsilon(t, c.deviation, math.Sqrt(squares/n), 0.03, c.init.String())
	}
}
