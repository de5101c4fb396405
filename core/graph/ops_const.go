package graph

import (
	"fmt"

	"github.com/seed391906a2/iss/core/tensor"
)

// ConstOp is a literal tensor.
type ConstOp struct {
	Shape []int
	Data  []float64
}

// Name implements Op.
func (o *ConstOp) Name() string { return "constant" }

// Infer implements Op.
func (o *ConstOp) Infer([]Shape) ([]Shape, error) {
	if product(o.Shape) != len(o.Data) {
		return nil, fmt.Errorf("%d values for shape %v of %d", len(o.Data), Of(o.Shape...), product(o.Shape))
	}
	return []Shape{Of(o.Shape...)}, nil
}

// Index implements Op: a constant along a unit axis belongs to the units.
func (o *ConstOp) Index(*Indexer, *Node) {}

// Contracts implements Op: a leaf has no operands.
func (o *ConstOp) Contracts(*Node) []Contraction { return nil }

// Zero implements Op.
func (o *ConstOp) Zero(_ *Zeros, n *Node) [][]bool { return zeroColumns(o.Data, n.At(0)) }

// Restrict keeps the values of the kept units.
func (o *ConstOp) Restrict(r *Restriction, n *Node) (Op, error) {
	d := tensor.Dense[float64]{Shape: o.Shape, Data: o.Data}
	for k := range o.Shape {
		if kept := r.Kept(n.At(0), k-len(o.Shape)); kept != nil {
			d = d.Restrict(k, kept)
		}
	}
	return &ConstOp{d.Shape, d.Data}, nil
}

// Gradient implements Op: a leaf has no operands.
func (o *ConstOp) Gradient(*Tape, *Node, []Value) {}

// ONNX implements Exporter.
func (o *ConstOp) ONNX(e Emitter, n *Node) error {
	e.Out(0, e.Floats(o.Data, o.Shape...))
	return nil
}

// Forward32 implements Op.
func (o *ConstOp) Forward32(c *Call[float32]) { forwardConst(o, c) }

// Forward64 implements Op.
func (o *ConstOp) Forward64(c *Call[float64]) { forwardConst(o, c) }

func forwardConst[T tensor.Float](o *ConstOp, c *Call[T]) {
	for i, d := range o.Data {
		c.Out[0].Data[i] = T(d)
	}
}
