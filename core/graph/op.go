package graph

// Op is an operation: its attributes, and one method for each facet. Nodes
// share no state through it; an Op never changes after it was emitted.
type Op interface {
	// Name of the operation, as it appears in messages and plans.
	Name() string

	// Infer is the shape rule: shapes of the results, or why the operands do not fit.
	Infer(in []Shape) ([]Shape, error)

	// Index is the index rule: which indices of operands and results are one
	// unit, which axes are pinned, which weights read and make units.
	Index(x *Indexer, n *Node)

	// Contracts is the contraction rule: the axes of operands along which
	// indices of different units meet in one result, and when removing one is
	// exact in spite of that. nil: index by index, no index of an operand has
	// to do with another unit's index of a result.
	Contracts(n *Node) []Contraction

	// Zero is the zero rule: for each result, which indices of its last axis
	// are identically zero; nil is "none".
	Zero(z *Zeros, n *Node) [][]bool

	// Restrict is the restrict rule: the same operation with its sizes and
	// index attributes rewritten for the kept indices.
	Restrict(r *Restriction, n *Node) (Op, error)

	// Gradient adds to the adjoints of n's operands, given those of its
	// results (the zero Value where nothing was asked).
	Gradient(t *Tape, n *Node, g []Value)

	// Forward32 and Forward64 compute the results; they are two
	// instantiations of one generic function.
	Forward32(c *Call[float32])
	Forward64(c *Call[float64])
}

// IntReader is implemented by operations with operands of kind Int; all other
// operands are floats.
type IntReader interface {
	// ReadsInts reports whether operand i is ids or lengths.
	ReadsInts(i int) bool
}

// Lifter is implemented by operations that carry a shape of their own and so
// must be told when a leading time axis is put before it.
type Lifter interface {
	Lift(time Dim) Op
}
