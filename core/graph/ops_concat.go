package graph

import (
	"fmt"

	"github.com/seed391906a2/iss/core/tensor"
)

// ConcatOp joins its operands along an axis (counted from the end).
type ConcatOp struct{ Axis int }

// Concat joins values along an axis counted from the end; -1 is the features.
func Concat(axis int, parts ...Value) Value {
	if len(parts) == 1 {
		return parts[0]
	}
	return emit(&ConcatOp{axis}, parts...)
}

// Name implements Op.
func (o *ConcatOp) Name() string { return fmt.Sprintf("concat(%d)", o.Axis) }

// Infer implements Op.
func (o *ConcatOp) Infer(in []Shape) ([]Shape, error) {
	n := 0
	for _, s := range in {
		k := len(s) + o.Axis
		if k < 0 || k >= len(s) || len(s) != len(in[0]) {
			return nil, fmt.Errorf("no axis %d in all operands", o.Axis)
		}
		if !s[k].IsFixed() {
			return nil, fmt.Errorf("axis %d is the symbol %v", o.Axis, s[k])
		}
		if !s.With(o.Axis, Fixed(0)).Equal(in[0].With(o.Axis, Fixed(0))) {
			return nil, fmt.Errorf("other axes than %d differ", o.Axis)
		}
		n += s[k].Size
	}
	return []Shape{in[0].With(o.Axis, Fixed(n))}, nil
}

// Index implements Op: along the axis the lists of units are joined, on other
// axes they are the same units (this is how a frozen table pins the trained
// one that it is joined with).
func (o *ConcatOp) Index(x *Indexer, n *Node) {
	at := 0
	for _, v := range n.In {
		for k := 1; k <= v.Rank(); k++ {
			if -k != o.Axis {
				x.Unify(v, -k, n.At(0), -k)
			}
		}
		size := v.Shape()[v.Rank()+o.Axis].Size
		x.UnifyRange(v, o.Axis, 0, 1, n.At(0), o.Axis, at, 1, size)
		at += size
	}
}

// Contracts implements Op: index by index.
func (o *ConcatOp) Contracts(*Node) []Contraction { return nil }

// Zero implements Op.
func (o *ConcatOp) Zero(z *Zeros, n *Node) [][]bool {
	if o.Axis == -1 {
		var s []bool
		for _, v := range n.In {
			for i := range v.Shape().Last().Size {
				s = append(s, z.At(v, i))
			}
		}
		return [][]bool{s}
	}
	return eachZero(n.At(0), func(i int) bool {
		for _, v := range n.In {
			if !z.At(v, i) {
				return false
			}
		}
		return true
	})
}

// Restrict implements Op.
func (o *ConcatOp) Restrict(*Restriction, *Node) (Op, error) { return o, nil }

// Gradient implements Op.
func (o *ConcatOp) Gradient(t *Tape, n *Node, g []Value) {
	at := 0
	for _, v := range n.In {
		size := v.Shape()[v.Rank()+o.Axis].Size
		if t.Needs(v) {
			t.Add(v, Slice(g[0], o.Axis, at, at+size, 1))
		}
		at += size
	}
}

// ONNX implements Exporter.
func (o *ConcatOp) ONNX(e Emitter, n *Node) error {
	var in []string
	for i := range n.In {
		in = append(in, e.In(i))
	}
	e.Out(0, e.Add("Concat", Attributes{"axis": axisOf(n.At(0), o.Axis)}, in...))
	return nil
}

// Forward32 implements Op.
func (o *ConcatOp) Forward32(c *Call[float32]) { forwardConcat(o, c) }

// Forward64 implements Op.
func (o *ConcatOp) Forward64(c *Call[float64]) { forwardConcat(o, c) }

func forwardConcat[T tensor.Float](o *ConcatOp, c *Call[T]) {
	y := c.Out[0]
	_, size, inner := around(y.Shape, o.Axis)
	at := 0
	for _, x := range c.In {
		outer, n, _ := around(x.Shape, o.Axis)
		for r := range outer {
			copy(y.Data[(r*size+at)*inner:], x.Data[r*n*inner:(r+1)*n*inner])
		}
		at += n
	}
}

// around splits a shape at an axis counted from the end: elements before, along and behind it.
func around(shape []int, axis int) (outer, size, inner int) {
	k := len(shape) + axis
	return product(shape[:k]), shape[k], product(shape[k+1:])
}
