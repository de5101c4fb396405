package rewrite

import (
	"slices"

	"github.com/seed391906a2/iss/core/graph"
)

// foldLimit is the number of elements up to which literals are computed ahead.
const foldLimit = 1 << 16

// fold computes an operation on literals of fixed shape.
func (w *writer) fold(at *graph.Graph, op graph.Op, in []graph.Value) graph.Value {
	switch op.(type) {
	case *graph.UnaryOp, *graph.BinaryOp, *graph.SelectOp, *graph.SliceOp, *graph.GatherOp, *graph.ScatterOp, *graph.SpreadOp,
		*graph.ConcatOp, *graph.ReshapeOp, *graph.ViewOp, *graph.ReduceOp, *graph.MatMulOp:
	default:
		return graph.Value{}
	}
	if v := w.foldFilled(at, op, in); !v.IsZero() {
		return v
	}
	for _, v := range in {
		if !isLeaf(v) || !isFixed(v.Shape()) {
			return graph.Value{}
		}
	}
	shape := resultShape(op, in)
	if !isFixed(shape) || shape.Size(nil) == 0 || shape.Size(nil) > foldLimit {
		return graph.Value{}
	}
	call := &graph.Call[float64]{Node: &graph.Node{Op: op, In: in, Shapes: []graph.Shape{shape}}}
	for _, v := range in {
		call.In = append(call.In, literal(v))
	}
	call.Out = []graph.Array[float64]{{Shape: shape.Bind(nil), Data: make([]float64, shape.Size(nil))}}
	op.Forward64(call)
	out := call.Out[0]
	for _, x := range out.Data {
		if x != out.Data[0] {
			return w.node(at, &graph.ConstOp{Shape: out.Shape, Data: out.Data}).At(0)
		}
	}
	return w.node(at, &graph.FillOp{Value: out.Data[0], Shape: shape}).At(0)
}

func isFixed(s graph.Shape) bool {
	return !slices.ContainsFunc(s, func(d graph.Dim) bool { return !d.IsFixed() })
}

// literal is the value of a constant or of a fill of fixed shape.
func literal(v graph.Value) graph.Array[float64] {
	if c, ok := v.Node.Op.(*graph.ConstOp); ok {
		return graph.Array[float64]{Shape: c.Shape, Data: c.Data}
	}
	f := v.Node.Op.(*graph.FillOp)
	a := graph.Array[float64]{Shape: f.Shape.Bind(nil)}
	a.Data = slices.Repeat([]float64{f.Value}, f.Shape.Size(nil))
	return a
}

// foldFilled computes an element-wise operation on tensors of one number each,
// of any shape.
func (w *writer) foldFilled(at *graph.Graph, op graph.Op, in []graph.Value) graph.Value {
	switch op.(type) {
	case *graph.UnaryOp, *graph.BinaryOp, *graph.SelectOp:
	default:
		return graph.Value{}
	}
	call := &graph.Call[float64]{Out: []graph.Array[float64]{{Data: make([]float64, 1)}}}
	for _, v := range in {
		x, ok := filled(v)
		if !ok {
			return graph.Value{}
		}
		call.In = append(call.In, graph.Array[float64]{Data: []float64{x}})
	}
	op.Forward64(call)
	return w.node(at, &graph.FillOp{Value: call.Out[0].Data[0], Shape: resultShape(op, in)}).At(0)
}
