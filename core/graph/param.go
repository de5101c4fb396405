package graph

import (
	"fmt"

	"github.com/seed391906a2/iss/core/rng"
)

// Param is a trained tensor. Its values live in the executor that runs the
// graph, under its name.
type Param struct {
	Name  string
	Shape []int
	Init  Init
	// Owner is the label of the layer whose scope made the parameter; classes
	// of units are named by it.
	Owner string
	// Kept holds, per axis, the original indices that are left after units
	// were cut out; nil where the axis is whole. Indices are those of the
	// first ancestor, however often a model was cut.
	Kept [][]int
}

// Size is the number of elements.
func (p *Param) Size() int { return product(p.Shape) }

// Init fills a new parameter.
type Init interface {
	Fill(dst []float32, shape []int, r *rng.Stream)
	String() string
}

// Uniform draws from [-Scale, Scale).
type Uniform struct{ Scale float64 }

// Fill implements Init.
func (u Uniform) Fill(dst []float32, _ []int, r *rng.Stream) {
	for i := range dst {
		dst[i] = float32(r.Uniform(-u.Scale, u.Scale))
	}
}

func (u Uniform) String() string { return fmt.Sprintf("uniform(±%g)", u.Scale) }

// Constant fills with one value.
type Constant struct{ Value float64 }

// Fill implements Init.
func (c Constant) Fill(dst []float32, _ []int, _ *rng.Stream) {
	for i := range dst {
		dst[i] = float32(c.Value)
	}
}

func (c Constant) String() string { return fmt.Sprintf("constant %g", c.Value) }
