// Package groups finds, penalises and removes intrinsic sparse structures
// (ISS): everything that must leave a network together when one hidden unit
// leaves it.
//
// Nothing here knows a cell. The structures follow from the trace of a model:
//
//	d, err := groups.Derive(g)            // classes of units: "embedding", "cell_0", ...
//	classes, err := d.Select(nil)         // those with a recurrent state
//	chosen := d.Groups(classes)           // which rows and columns each unit owns
//	p := groups.NewPenalty(g, chosen, 0.00245, groups.Multiset)
//	p.AddGradient(weights, gradients)     // at each training step
//	...
//	cert, err := groups.Certify(d, classes, weights)
//	small, err := groups.Compact(g, tensors, nil, cert.Keep())
//	report, err := groups.Verify(model, groups.Model{Graph: small.Graph, Tensors: small.Tensors}, batches, groups.VerifyOptions{})
//
// A Class is derived; a Group is what is penalised, derived or read from a
// file in the published format (ParseSpec). Measuring never changes weights:
// CountZeros reads, Threshold writes, Compact returns a new model and leaves
// the old one whole.
//
// Source: Wen et al., "Learning Intrinsic Sparse Structures within Long
// Short-Term Memory", ICLR 2018, arXiv:1709.05027. The derivation by a
// union-find over single indices, the two certificates of removal and the
// class names are our own.
package groups
