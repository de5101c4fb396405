package graph

import (
	"github.com/seed391906a2/iss/core/tensor"
)

// FillOp is a tensor of one value.
type FillOp struct {
	Value float64
	Shape Shape
}

func fill(g *Graph, value float64, shape Shape) Value {
	return Emit(g, &FillOp{value, append(Shape(nil), shape...)}).At(0)
}

// Name implements Op.
func (o *FillOp) Name() string { return "fill" }

// Infer implements Op.
func (o *FillOp) Infer([]Shape) ([]Shape, error) { return []Shape{o.Shape}, nil }

// Index implements Op.
func (o *FillOp) Index(*Indexer, *Node) {}

// Contracts implements Op: a leaf has no operands.
func (o *FillOp) Contracts(*Node) []Contraction { return nil }

// Zero implements Op. One number is broadcast, so it is known of that too: a
// step's output is zero behind a row's end.
func (o *FillOp) Zero(_ *Zeros, n *Node) [][]bool {
	if len(o.Shape) == 0 {
		return [][]bool{{o.Value == 0}}
	}
	return eachZero(n.At(0), func(int) bool { return o.Value == 0 })
}

// Restrict implements Op.
func (o *FillOp) Restrict(r *Restriction, n *Node) (Op, error) {
	return &FillOp{o.Value, r.Shape(n.At(0))}, nil
}

// Lift implements Lifter.
func (o *FillOp) Lift(time Dim) Op { return &FillOp{o.Value, append(Shape{time}, o.Shape...)} }

// Gradient implements Op: a leaf has no operands.
func (o *FillOp) Gradient(*Tape, *Node, []Value) {}

// ONNX implements Exporter: it is spread at run time.
func (o *FillOp) ONNX(e Emitter, n *Node) error {
	if len(o.Shape) == 0 {
		e.Out(0, scalar(e, o.Value))
		return nil
	}
	e.Out(0, e.Add("Expand", nil, scalar(e, o.Value), e.Lengths(o.Shape)))
	return nil
}

// Forward32 implements Op.
func (o *FillOp) Forward32(c *Call[float32]) { forwardFill(o, c) }

// Forward64 implements Op.
func (o *FillOp) Forward64(c *Call[float64]) { forwardFill(o, c) }

func forwardFill[T tensor.Float](o *FillOp, c *Call[T]) {
	for i := range c.Out[0].Data {
		c.Out[0].Data[i] = T(o.Value)
	}
}
