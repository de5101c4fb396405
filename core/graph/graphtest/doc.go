// Package graphtest makes models to test executors and passes with: named
// ones (LSTM, GRU, ...) and random ones over all operations of core/graph.
//
//	c := graphtest.Random(rand.New(rand.NewPCG(7, 0)))
//	h, names := graphtest.WithGradient(c.Graph)
//	m := interp.New[float64](h)
//	graphtest.Load(c, m, 1) // binds symbols, fills parameters and inputs
//	m.Run(graph.Mode{Training: true})
//	dw := m.Output(names[0])
//
// A Case's values depend on nothing but its seed, and are exact in float32:
// two executors that are given the same case start from the same numbers.
package graphtest
