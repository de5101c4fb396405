package nn

import (
	"github.com/seed391906a2/iss/core/graph"
)

// CharConv makes a vector of each word out of its characters: x [time, batch,
// width, dim] are the characters' vectors, words cut or padded to one width.
// Filters over so many neighbouring characters, at the positions where all
// their taps are inside the word (VALID), a bias, the maximum over the
// positions and a relu give [time, batch, filters]. The variables are "filter"
// [1, taps, dim, filters] and "bias" [filters]. It panics unless 0 < taps <=
// width.
//
// The maximum comes before the relu, which commutes with it, so that the relu
// has one number a word to look at and not one a position.
//
// Source: Kim, arXiv:1408.5882; layout of TensorFlow's conv2d.
func CharConv(s *graph.Scope, x graph.Value, taps, filters int) graph.Value {
	width, dim := x.Shape()[2].Size, x.Shape()[3].Size
	filter := s.Param("filter", nil, 1, taps, dim, filters)
	patches, rows := make([]graph.Value, taps), make([]graph.Value, taps)
	for k := range taps {
		patches[k] = graph.Slice(x, -2, k, k+width-taps+1, 1)
		rows[k] = graph.Reshape(graph.Slice(filter, -3, k, k+1, 1), 4, dim, filters)
	}
	y := graph.MatMul(graph.Concat(-1, patches...), graph.Concat(-2, rows...))
	y = graph.Largest(graph.Add(y, s.Param("bias", nil, filters)), -2)
	return graph.Relu(y)
}
