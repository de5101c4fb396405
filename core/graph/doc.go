// Package graph holds the trace of a model: primitive operations over tensors
// with symbolic axes, written once and used for everything. From one trace
// follow running (core/interp, core/engine), differentiating (Gradient),
// deriving its intrinsic sparse structures (Index), cutting units out
// (Restrict), and certifying that cut (Zeros).
//
// An operation is the unit of extension. It implements Op, whose methods are
// its facets: shape rule, index rule, contraction rule, zero rule, restrict
// rule, forward in two precisions, gradient. There is no default for a facet.
// One facet may be missing, its emission (Exporter): such an operation cannot
// be exported.
// Operations of other packages are used like those of this one, by Emit;
// docs/new-cells.md shows one.
//
// A recurrent step is an ordinary function over Values, run once by Scan:
//
//	g, err := graph.Trace("rnn", func(s *graph.Scope) {
//		time, batch := graph.Symbol("time"), graph.Symbol("batch")
//		x := s.Input("x", time, batch, graph.Fixed(3))
//		h0 := s.Input("h0", batch, graph.Fixed(5))
//		w := s.Param("weights", nil, 3+5, 5)
//		ys, _ := graph.Scan(s, graph.ScanConfig{}, []graph.Value{x}, []graph.Carry{{Name: "h", Init: h0}},
//			func(s *graph.Scope, x, prev []graph.Value) (out, next []graph.Value) {
//				h := graph.Tanh(graph.MatMul(graph.Concat(-1, x[0], prev[0]), w))
//				return []graph.Value{h}, []graph.Value{h}
//			})
//		s.Output("y", ys[0])
//	})
//
// Weights are stored in×out, so a step reads x·W. Feature axes are addressed
// from the end (-1 is the last one), so an operation means the same with one
// more leading axis: that is what lets a time loop be taken apart.
package graph
