// Package equation makes recurrent cells out of documents: a JSON text holds
// the parameters, the states and one equation a line, and becomes a
// core.CellPlugin whose step writes the trace that a cell in Go would write.
//
//	{
//	  "name": "mgu",
//	  "doc": "Minimal gated unit: one gate that both forgets and writes.",
//	  "source": "Zhou et al., arXiv:1603.09420",
//	  "parameters": [
//	    {"name": "W_f", "shape": ["in + hidden", "hidden"]},
//	    {"name": "W_h", "shape": ["in + hidden", "hidden"]}
//	  ],
//	  "states": [{"name": "h"}],
//	  "equations": [
//	    "f = σ([x, h]*W_f)",
//	    "h' = (1 - f)∘h + f∘tanh([x, f∘h]*W_h)",
//	    "out = h'"
//	  ]
//	}
//
// Parse reads such a text and tells everything that is wrong with it, each
// fault by file, pointer and column of the equation. docs/equations.md is the
// manual, with the grammar.
//
// A document is read in four steps, a file each or more: tokens (token.go), trees
// (syntax.go), what can be said of names without knowing sizes (names.go), and
// the trace at given sizes and options (instance.go, trace.go). Nothing
// is interpreted when a model runs: executors see the operations of core/graph
// only.
//
// Documents come from anywhere, so everything about them has a bound: lengths
// of texts and lists (schemas/cell), nesting (deepest), repetitions and
// operations (instances, operations).
package equation
