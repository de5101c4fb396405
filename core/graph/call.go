package graph

import "github.com/seed391906a2/iss/core/tensor"

// Array is what flows along an edge while a graph runs: floats or, for values
// of kind Int, ints. Elements are in row-major order.
type Array[T tensor.Float] struct {
	Shape []int
	Data  []T
	Ints  []int32
}

// Rows is the number of rows when the last axis is taken as the row.
func (a Array[T]) Rows() int { return product(a.Shape[:len(a.Shape)-1]) }

// Last is the length of the last axis.
func (a Array[T]) Last() int { return a.Shape[len(a.Shape)-1] }

// Mode says how a run behaves where training and evaluation differ.
type Mode struct {
	Training bool   // masks are drawn; otherwise they are 1
	Seed     uint64 // of the run
	Step     uint64 // training step, counted from 0
}

// Call is one execution of a node by its reference forward.
type Call[T tensor.Float] struct {
	Node  *Node
	In    []Array[T]
	Out   []Array[T] // allocated, zero
	Mode  Mode
	Param func(p *Param) []T
	// Body runs the body of a Scan once: in are its inputs, out receives its outputs.
	Body func(g *Graph, in, out []Array[T])
}

// Machine executes one graph under a binding of its symbols. core/interp and
// core/engine implement it. Slices stay the same for the life of a machine
// unless Bind changes their length.
type Machine[T tensor.Float] interface {
	// Bind sets the symbols' lengths for the runs that follow.
	Bind(b Binding) error
	// Param is the storage of a parameter; call Changed after writing to it.
	Param(name string) []T
	// Changed says that parameters have been written to.
	Changed()
	// Floats and Ints are the storage of an input.
	Floats(input string) []T
	Ints(input string) []int32
	// Run computes all outputs.
	Run(m Mode) error
	// Output is the result of that name, valid until the next Run or Bind.
	Output(name string) []T
}
