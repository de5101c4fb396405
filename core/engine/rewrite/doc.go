// Package rewrite turns a graph into one that computes the same faster. It
// knows operations, not cells.
//
//	h := rewrite.Optimize(g) // same inputs, parameters and outputs
//
// Afterwards the body of a Scan holds what is truly recurrent and little else:
//
//   - x·W of [x, h]·W is computed for all time steps at once in front of the
//     loop, with the bias, and h·W is added to it inside;
//   - what no later step needs, such as dG·Wᵀ towards the layer below, is
//     computed for all time steps at once behind the loop;
//   - the gradient of a weight over [x, h] is one product per part, over all
//     time steps.
//
// Sums are regrouped, so results agree with those of the graph that went in to
// rounding, not bit for bit.
//
// The passes are graph-to-graph functions, each in the file of its name:
// simplify (algebra, folding, common subexpressions, dead code, invariants out
// of loops), slices, products, sums, phases.
package rewrite
