// Package engine is the compiled executor of core/graph. It turns any graph,
// written for any cell, into a plan for the kernels of core/kernel and runs it
// with a team of workers; it knows no cell by name.
//
//	e, err := engine.New(g, engine.Options{Max: graph.Binding{"time": 35, "batch": 20}})
//	defer e.Close()
//	err = e.Bind(graph.Binding{"time": 35, "batch": 20})
//	copy(e.Param("rnn/weights"), w)
//	e.Changed()
//	copy(e.Ints("x"), ids)
//	err = e.Run(graph.Mode{Training: true, Seed: 1, Step: step})
//	loss := e.Output("loss")[0]
//
// The graph is first rewritten so that only what is truly recurrent stays in
// its loops (package rewrite). What is left is lowered by rules that look at
// operations alone:
//
//   - A sum of matrix products, a bias and one more term is one product that
//     adds up in place; the term lies where the sum will.
//   - Element-wise operations of one shape that can run together are one
//     program of the vector machine: blocks of 512 floats, operands with
//     strides of their own, results in between in scratch.
//   - Slices, views and expansions are strides. Parts of a concatenation are
//     written where they belong. A state lies in one block a step, so that
//     the state before a step is the one after the step before.
//   - An element-wise result takes the place of an operand that dies with it:
//     activations replace the products that they are made of.
//   - Weights that a loop reads are packed for the kernels once per change.
//
// A run is one function on all workers, with a barrier where a step reads what
// another wrote. Memory is laid out for the maxima of the axes and serves all
// smaller lengths; runs after the first allocate nothing. The same input gives
// the same bits, for a given number of workers and level of the kernels.
// Operations that this package does not know run by their reference forward.
//
// A Session serves a model: it carries the states from run to run and lets the
// number of streams change. What a plan takes in memory is known before it takes
// any (Footprint), and a plan for which there is no room is refused.
//
// Results differ from those of core/interp by rounding: sums are regrouped, and
// products and additions fused.
package engine
