package nn

import (
	"fmt"

	"github.com/seed391906a2/iss/core/graph"
)

// Dense is x·W + b with W "weights" [in, out] and b "biases" [out], which
// start at zero: the names of TensorFlow's linear layers.
func Dense(s *graph.Scope, x graph.Value, out int) graph.Value {
	w := s.Param("weights", nil, x.Shape().Last().Size, out)
	return graph.Add(graph.MatMul(x, w), s.Param("biases", graph.Constant{}, out))
}

// Highway runs x through so many highway layers of its own width,
//
//	y = g∘relu(x·W + b) + (1 - g)∘x,  g = σ(x·W_g + b_g)
//
// named layer_N/trans and layer_N/gate below the scope. A layer adds its input
// to its output, so the units of x go on through all of them.
//
// Source: Srivastava, Greff, Schmidhuber, arXiv:1505.00387, eq. 3.
func Highway(s *graph.Scope, x graph.Value, layers int) graph.Value {
	n := x.Shape().Last().Size
	for i := range layers {
		layer := s.Sub(fmt.Sprintf("layer_%d", i))
		y := graph.Relu(Dense(layer.Sub("trans"), x, n))
		gate := graph.Sigmoid(Dense(layer.Sub("gate"), x, n))
		x = graph.Add(graph.Mul(gate, y), graph.Mul(graph.OneMinus(gate), x))
	}
	return x
}
