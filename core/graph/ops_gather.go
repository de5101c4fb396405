package graph

import (
	"fmt"

	"github.com/seed391906a2/iss/core/tensor"
)

// GatherOp takes the listed indices of an axis counted from the end.
type GatherOp struct {
	Axis int
	At   []int
}

// Gather takes the listed indices of an axis counted from the end, in that
// order; an index may occur more than once.
func Gather(x Value, axis int, at []int) Value {
	return emit(&GatherOp{axis, append([]int(nil), at...)}, x)
}

// Name implements Op.
func (o *GatherOp) Name() string { return fmt.Sprintf("gather(%d, %d indices)", o.Axis, len(o.At)) }

// Infer implements Op.
func (o *GatherOp) Infer(in []Shape) ([]Shape, error) {
	k := len(in[0]) + o.Axis
	if k < 0 || k >= len(in[0]) || !in[0][k].IsFixed() {
		return nil, fmt.Errorf("axis %d is not one of fixed length", o.Axis)
	}
	for _, i := range o.At {
		if i < 0 || i >= in[0][k].Size {
			return nil, fmt.Errorf("index %d of an axis of %d", i, in[0][k].Size)
		}
	}
	return []Shape{in[0].With(o.Axis, Fixed(len(o.At)))}, nil
}

// Index implements Op: a list of the operand's units.
func (o *GatherOp) Index(x *Indexer, n *Node) {
	unifyOthers(x, n, o.Axis)
	for i, k := range o.At {
		x.UnifyRange(n.In[0], o.Axis, k, 1, n.At(0), o.Axis, i, 1, 1)
	}
}

// Contracts implements Op: index by index.
func (o *GatherOp) Contracts(*Node) []Contraction { return nil }

// Zero implements Op.
func (o *GatherOp) Zero(z *Zeros, n *Node) [][]bool {
	return eachZero(n.At(0), func(i int) bool {
		if o.Axis == -1 {
			i = o.At[i]
		}
		return z.At(n.In[0], i)
	})
}

// Restrict implements Op.
func (o *GatherOp) Restrict(r *Restriction, n *Node) (Op, error) { return pick(r, n, o.Axis, o.At) }

// Gradient implements Op.
func (o *GatherOp) Gradient(t *Tape, n *Node, g []Value) {
	if t.Needs(n.In[0]) {
		t.Add(n.In[0], emit(&ScatterOp{o.Axis, o.At, n.In[0].Shape()[n.In[0].Rank()+o.Axis].Size}, g[0]))
	}
}

// ONNX implements Exporter.
func (o *GatherOp) ONNX(e Emitter, n *Node) error {
	at := make([]int64, len(o.At))
	for i, k := range o.At {
		at[i] = int64(k)
	}
	e.Out(0, e.Add("Gather", Attributes{"axis": axisOf(n.In[0], o.Axis)}, e.In(0), e.Longs(at...)))
	return nil
}

// Forward32 implements Op.
func (o *GatherOp) Forward32(c *Call[float32]) { forwardGather(o, c) }

// Forward64 implements Op.
func (o *GatherOp) Forward64(c *Call[float64]) { forwardGather(o, c) }

func forwardGather[T tensor.Float](o *GatherOp, c *Call[T]) {
	x, y := c.In[0], c.Out[0]
	outer, size, inner := around(x.Shape, o.Axis)
	for r := range outer {
		for i, k := range o.At {
			copy(y.Data[(r*len(o.At)+i)*inner:(r*len(o.At)+i+1)*inner], x.Data[(r*size+k)*inner:])
		}
	}
}

// ScatterOp adds index i of its operand to index At[i] of an axis of Size:
// the gradient of a gather.
type ScatterOp struct {
	Axis int
	At   []int
	Size int
}

// place is the restricted form of "operand index i is result index at[i]".
func place(r *Restriction, n *Node, axis int, at []int, size int) (Op, error) {
	where := make([]int, size)
	kept := r.Kept(n.At(0), axis)
	for i := range where {
		where[i] = i
		if kept != nil {
			where[i] = -1
		}
	}
	for i, k := range kept {
		where[k] = i
	}
	if kept != nil {
		size = len(kept)
	}
	in := r.Kept(n.In[0], axis)
	var idx []int
	for i, k := range at {
		if in != nil {
			if len(in) == 0 || in[0] != i {
				continue
			}
			in = in[1:]
		}
		if where[k] < 0 {
			return nil, fmt.Errorf("index %d of its operand stays but index %d of its result, which it becomes, goes", i, k)
		}
		idx = append(idx, where[k])
	}
	return &ScatterOp{axis, idx, size}, nil
}

// Name implements Op.
func (o *ScatterOp) Name() string {
	return fmt.Sprintf("scatter(%d, %d indices of %d)", o.Axis, len(o.At), o.Size)
}

// Infer implements Op.
func (o *ScatterOp) Infer(in []Shape) ([]Shape, error) {
	k := len(in[0]) + o.Axis
	if k < 0 || k >= len(in[0]) || in[0][k] != Fixed(len(o.At)) {
		return nil, fmt.Errorf("axis %d does not have %d elements", o.Axis, len(o.At))
	}
	for _, i := range o.At {
		if i < 0 || i >= o.Size {
			return nil, fmt.Errorf("index %d of an axis of %d", i, o.Size)
		}
	}
	return []Shape{in[0].With(o.Axis, Fixed(o.Size))}, nil
}

// Index implements Op.
func (o *ScatterOp) Index(x *Indexer, n *Node) {
	unifyOthers(x, n, o.Axis)
	for i, k := range o.At {
		x.UnifyRange(n.In[0], o.Axis, i, 1, n.At(0), o.Axis, k, 1, 1)
	}
}

// Contracts implements Op: index by index.
func (o *ScatterOp) Contracts(*Node) []Contraction { return nil }

// Zero implements Op.
func (o *ScatterOp) Zero(z *Zeros, n *Node) [][]bool {
	return eachZero(n.At(0), func(i int) bool {
		if o.Axis != -1 {
			return z.At(n.In[0], i)
		}
		for k, at := range o.At {
			if at == i && !z.At(n.In[0], k) {
				return false
			}
		}
		return true
	})
}

// Restrict implements Op.
func (o *ScatterOp) Restrict(r *Restriction, n *Node) (Op, error) {
	return place(r, n, o.Axis, o.At, o.Size)
}

// Gradient implements Op.
func (o *ScatterOp) Gradient(t *Tape, n *Node, g []Value) {
	if t.Needs(n.In[0]) {
		t.Add(n.In[0], Gather(g[0], o.Axis, o.At))
	}
}

// Forward32 implements Op.
func (o *ScatterOp) Forward32(c *Call[float32]) { forwardScatter(o, c) }

// Forward64 implements Op.
func (o *ScatterOp) Forward64(c *Call[float64]) { forwardScatter(o, c) }

func forwardScatter[T tensor.Float](o *ScatterOp, c *Call[T]) {
	x, y := c.In[0], c.Out[0]
	outer, k, inner := around(x.Shape, o.Axis)
	clear(y.Data)
	for r := range outer {
		for i, at := range o.At {
			dst := y.Data[(r*o.Size+at)*inner : (r*o.Size+at+1)*inner]
			for j, v := range x.Data[(r*k+i)*inner : (r*k+i+1)*inner] {
				dst[j] += v
			}
		}
	}
}
