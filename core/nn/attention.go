package nn

import (
	"github.com/seed391906a2/iss/core/graph"
)

// unlikely is added to the scores of positions that are not there: their
// softmax is zero.
const unlikely = -1e30

// Trilinear compares each position of h [time, batch, d] with each of u
// [others, batch, d], as w·[h; u; h∘u] + b: [time, batch, others]. The
// variables are "weights" [3d, 1] and "biases" [1].
//
// The parts of w are applied one by one: h and u meet in the last of them only.
//
// Source: Seo et al., arXiv:1611.01603, eq. 1.
func Trilinear(s *graph.Scope, h, u graph.Value) graph.Value {
	d := h.Shape().Last().Size
	w := s.Param("weights", nil, 3*d, 1)
	of := func(k int) graph.Value { return graph.Slice(w, -2, k*d, (k+1)*d, 1) }
	each := graph.Add(graph.MatMul(h, of(0)), s.Param("biases", graph.Constant{}, 1))
	return graph.Add(graph.Add(graph.Score(h, u, of(2)), each), AcrossTime(s, graph.MatMul(u, of(1))))
}

// AcrossTime turns one number a position, [time, batch, 1], into rows of them,
// [1, batch, time], over which a softmax can go.
func AcrossTime(s *graph.Scope, x graph.Value) graph.Value {
	one := s.Fill(1, graph.Fixed(1), x.Shape()[1], graph.Fixed(1))
	return graph.Score(one, x, graph.Value{})
}

// Present is [1, batch, time]: 0 at positions below a row's length, and behind
// it a number that makes scores to which it is added count for nothing.
func Present(s *graph.Scope, lengths graph.Value, time graph.Dim) graph.Value {
	return graph.Affine(AcrossTime(s, graph.Valid(lengths, time)), -unlikely, unlikely)
}

// BiAttention lets a context h [time, batch, d] and a question u [others,
// batch, d] attend to each other by their trilinear scores, with the lengths
// [batch] of both:
//
//	toQuestion [time, batch, d]  for each position of h, u mixed by its softmax over the question
//	toContext  [1, batch, d]     h mixed by the softmax over the context of each position's best score
//
// Mixing adds positions up and keeps features: toQuestion has the units of u,
// toContext those of h.
//
// Source: Seo et al., arXiv:1611.01603, section 2, 4.
func BiAttention(s *graph.Scope, h, u, contextLengths, questionLengths graph.Value) (toQuestion, toContext graph.Value) {
	scores := graph.Add(Trilinear(s, h, u), Present(s, questionLengths, u.Shape()[0]))
	toQuestion = graph.Mix(graph.Softmax(scores), u)
	best := graph.Reshape(graph.Largest(scores, -1), 0, 1)
	best = graph.Add(AcrossTime(s, best), Present(s, contextLengths, h.Shape()[0]))
	return toQuestion, Attend(best, h)
}

// Attend mixes v [time, batch, d] by the softmax of scores [1, batch, time]:
// [1, batch, d]. It keeps the features of v, so who reads the mix reads the
// units of v.
func Attend(scores, v graph.Value) graph.Value { return graph.Mix(graph.Softmax(scores), v) }

// Span are scores of each position of a context as one end of an answer, a
// dense layer of width 1 over x [time, batch, n] with the variables "weights"
// [n, 1] and "biases" [1]: [1, batch, time], positions behind a row's length
// made to count for nothing.
func Span(s *graph.Scope, x, lengths graph.Value) graph.Value {
	return graph.Add(AcrossTime(s, Dense(s, x, 1)), Present(s, lengths, x.Shape()[0]))
}

// SpanLoss is what the right positions [1, batch] cost under scores [1, batch,
// time] of a start and of an end, in nats: [1, batch].
func SpanLoss(start, end, first, last graph.Value) graph.Value {
	return graph.Add(graph.CrossEntropy(start, first), graph.CrossEntropy(end, last))
}
