package graph

import (
	"fmt"
)

// InputRole says where an input's values come from.
type InputRole uint8

// Roles of inputs.
const (
	Feed     InputRole = iota // given at each run
	Carried                   // a state: starts at zero, fed back from the output of its name
	Sequence                  // in a body: the slice of a sequence at this time
	Previous                  // in a body: a state at the start of the step
	Capture                   // in a body: a value of the graph around it
)

// InputOp is a value that comes from outside the graph.
type InputOp struct {
	Label string
	Role  InputRole
	Kind  Kind
	Shape Shape
	Start float64 // of a Carried state: its value before the first run
	Outer Value   // of a Capture: what is captured
	Owner string  // of a Previous: label of the layer whose state it is
}

// Name implements Op.
func (o *InputOp) Name() string { return "input " + o.Label }

// Infer implements Op.
func (o *InputOp) Infer([]Shape) ([]Shape, error) { return []Shape{o.Shape}, nil }

// Index pins the features of what is fed: their number is the data's.
func (o *InputOp) Index(x *Indexer, n *Node) {
	v := n.At(0)
	switch o.Role {
	case Feed:
		for k := 1; k <= v.Rank(); k++ {
			x.Pin(v, -k, fmt.Sprintf("the model's input %q", o.Label))
		}
	case Previous:
		for k := range v.Rank() {
			if v.Shape()[k].IsFixed() {
				x.states = append(x.states, stateMark{Axis{v, k}, o.Owner + "/" + o.Label})
			}
		}
	}
}

// Contracts implements Op: a leaf has no operands.
func (o *InputOp) Contracts(*Node) []Contraction { return nil }

// Zero implements Op: nothing is known of an input.
func (o *InputOp) Zero(*Zeros, *Node) [][]bool { return [][]bool{nil} }

// Restrict implements Op.
func (o *InputOp) Restrict(r *Restriction, n *Node) (Op, error) {
	c := *o
	c.Shape = r.Shape(n.At(0))
	return &c, nil
}

// Gradient implements Op: a leaf has no operands.
func (o *InputOp) Gradient(*Tape, *Node, []Value) {}

// Forward32 implements Op; executors bind inputs themselves.
func (o *InputOp) Forward32(*Call[float32]) {}

// Forward64 implements Op; executors bind inputs themselves.
func (o *InputOp) Forward64(*Call[float64]) {}
