package graphtest

import (
	"math"
	"math/rand/v2"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/tensor"
)

// Case is a model and how to feed it.
type Case struct {
	Name    string
	Graph   *graph.Graph
	Binding graph.Binding
	// Limits are the numbers of ids that an int input may name: values are in
	// [0, limit). Int inputs without a limit are lengths, in [0, time].
	Limits map[string]int
}

// Sizes of a named case.
type Sizes struct {
	Vocab, Embed, Hidden, Layers int
	Time, Batch                  int
}

// Small sizes, different from each other wherever a model allows it.
var Small = Sizes{Vocab: 7, Embed: 4, Hidden: 5, Layers: 1, Time: 4, Batch: 3}

// Load binds the symbols of m and fills its parameters and inputs with numbers
// drawn from seed. m may run c.Graph or anything made from it with the same
// inputs and parameters.
func Load[T tensor.Float](c *Case, m graph.Machine[T], seed uint64) error {
	if err := m.Bind(c.Binding); err != nil {
		return err
	}
	r := rand.New(rand.NewPCG(seed, 0))
	for _, p := range c.Graph.Params {
		scale := 0.5
		if len(p.Shape) > 1 {
			scale = min(0.6, math.Sqrt(3/float64(p.Shape[0])))
		}
		Uniform(r, m.Param(p.Name), scale)
	}
	for _, v := range c.Graph.Inputs {
		op := v.Node.Op.(*graph.InputOp)
		if op.Kind == graph.Float {
			Uniform(r, m.Floats(op.Label), 1)
			continue
		}
		limit, ok := c.Limits[op.Label]
		if !ok {
			limit = c.Binding["time"] + 1
		}
		ids := m.Ints(op.Label)
		for i := range ids {
			ids[i] = int32(r.IntN(limit))
		}
	}
	m.Changed()
	return nil
}

// Uniform fills x with numbers from [-scale, scale) that are exact in float32.
func Uniform[T tensor.Float](r *rand.Rand, x []T, scale float64) {
	for i := range x {
		x[i] = T(float32(scale * (2*r.Float64() - 1)))
	}
}
