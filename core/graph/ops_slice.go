package graph

import (
	"fmt"

	"github.com/seed391906a2/iss/core/tensor"
)

// SliceOp takes indices Start, Start+Step, ... (N of them) of an axis counted
// from the end. Step may be greater than 1: interleaved gates.
type SliceOp struct{ Axis, Start, Step, N int }

// Slice takes indices start, start+step, ... below stop of an axis counted
// from the end.
func Slice(x Value, axis, start, stop, step int) Value {
	if step < 1 {
		panic(&ShapeError{Op: "slice", Caller: caller(), In: []Shape{x.Shape()}, Reason: fmt.Errorf("step %d is not positive", step)})
	}
	return emit(&SliceOp{axis, start, step, max(0, (stop-start+step-1)/step)}, x)
}

// Split cuts the last axis into n equal parts.
func Split(x Value, n int) []Value {
	d := x.Shape().Last()
	if n < 1 || !d.IsFixed() || d.Size%n != 0 {
		panic(&ShapeError{Op: "split", Place: x.Graph().place, Caller: caller(), In: []Shape{x.Shape()}, Reason: fmt.Errorf("%v is not divisible into %d equal parts", d, n)})
	}
	w := d.Size / n
	parts := make([]Value, n)
	for i := range parts {
		parts[i] = Slice(x, -1, i*w, (i+1)*w, 1)
	}
	return parts
}

// Name implements Op.
func (o *SliceOp) Name() string {
	if o.Step != 1 {
		return fmt.Sprintf("slice(%d, %d+%d·k, %d)", o.Axis, o.Start, o.Step, o.N)
	}
	return fmt.Sprintf("slice(%d, %d:%d)", o.Axis, o.Start, o.Start+o.N)
}

// Infer implements Op.
func (o *SliceOp) Infer(in []Shape) ([]Shape, error) {
	k := len(in[0]) + o.Axis
	if k < 0 || k >= len(in[0]) || !in[0][k].IsFixed() {
		return nil, fmt.Errorf("axis %d is not one of fixed length", o.Axis)
	}
	if last := o.Start + (o.N-1)*o.Step; o.Start < 0 || o.N > 0 && last >= in[0][k].Size {
		return nil, fmt.Errorf("indices %d to %d of an axis of %d", o.Start, last, in[0][k].Size)
	}
	return []Shape{in[0].With(o.Axis, Fixed(o.N))}, nil
}

// Index implements Op: a sub-list of the units.
func (o *SliceOp) Index(x *Indexer, n *Node) {
	unifyOthers(x, n, o.Axis)
	x.UnifyRange(n.In[0], o.Axis, o.Start, o.Step, n.At(0), o.Axis, 0, 1, o.N)
}

// unifyOthers unifies all axes but one of operand and result.
func unifyOthers(x *Indexer, n *Node, axis int) {
	for k := 1; k <= n.In[0].Rank(); k++ {
		if -k != axis {
			x.Unify(n.In[0], -k, n.At(0), -k)
		}
	}
}

// Contracts implements Op: index by index.
func (o *SliceOp) Contracts(*Node) []Contraction { return nil }

// Zero implements Op.
func (o *SliceOp) Zero(z *Zeros, n *Node) [][]bool {
	return eachZero(n.At(0), func(i int) bool {
		if o.Axis == -1 {
			i = o.Start + i*o.Step
		}
		return z.At(n.In[0], i)
	})
}

// Restrict finds the kept indices in the kept operand; where they no longer
// have one distance it becomes a gather.
func (o *SliceOp) Restrict(r *Restriction, n *Node) (Op, error) {
	at := make([]int, o.N)
	for i := range at {
		at[i] = o.Start + i*o.Step
	}
	return pick(r, n, o.Axis, at)
}

// pick is the restricted form of "result index i is operand index at[i]".
func pick(r *Restriction, n *Node, axis int, at []int) (Op, error) {
	size := n.In[0].Shape()[n.In[0].Rank()+axis].Size
	where := make([]int, size) // old operand index -> new one, -1 if cut
	kept := r.Kept(n.In[0], axis)
	for i := range where {
		where[i] = i
		if kept != nil {
			where[i] = -1
		}
	}
	for i, k := range kept {
		where[k] = i
	}
	out := r.Kept(n.At(0), axis)
	var idx []int
	for i, k := range at {
		if out != nil {
			if len(out) == 0 || out[0] != i {
				continue
			}
			out = out[1:]
		}
		if where[k] < 0 {
			return nil, fmt.Errorf("index %d of its result stays but index %d of its operand, which it is, goes", i, k)
		}
		idx = append(idx, where[k])
	}
	step := 1
	if len(idx) > 1 {
		step = idx[1] - idx[0]
	}
	for i := 1; i < len(idx); i++ {
		if idx[i]-idx[i-1] != step || step < 1 {
			return &GatherOp{axis, idx}, nil
		}
	}
	start := 0
	if len(idx) > 0 {
		start = idx[0]
	}
	if step < 1 {
		return &GatherOp{axis, idx}, nil
	}
	return &SliceOp{axis, start, step, len(idx)}, nil
}

// Gradient implements Op.
func (o *SliceOp) Gradient(t *Tape, n *Node, g []Value) {
	t.AddSlice(n.In[0], o.Axis, o.Start, o.Step, o.N, g[0])
}

// ONNX implements Exporter.
func (o *SliceOp) ONNX(e Emitter, n *Node) error {
	stop := o.Start + (o.N-1)*o.Step + 1
	e.Out(0, e.Add("Slice", nil, e.In(0), e.Longs(int64(o.Start)), e.Longs(int64(max(o.Start, stop))), e.Longs(axisOf(n.In[0], o.Axis)), e.Longs(int64(o.Step))))
	return nil
}

// Forward32 implements Op.
func (o *SliceOp) Forward32(c *Call[float32]) { forwardSlice(o, c) }

// Forward64 implements Op.
func (o *SliceOp) Forward64(c *Call[float64]) { forwardSlice(o, c) }

func forwardSlice[T tensor.Float](o *SliceOp, c *Call[T]) {
	x, y := c.In[0], c.Out[0]
	outer, size, inner := around(x.Shape, o.Axis)
	for r := range outer {
		for i := range o.N {
			copy(y.Data[(r*o.N+i)*inner:(r*o.N+i+1)*inner], x.Data[(r*size+o.Start+i*o.Step)*inner:])
		}
	}
}

// SpreadOp puts its operand at indices Start, Start+Step, ... of an axis of
// Size, zeros elsewhere: the gradient of a slice.
type SpreadOp struct{ Axis, Start, Step, Size int }

func spread(x Value, axis, start, step, size int) Value {
	return emit(&SpreadOp{axis, start, step, size}, x)
}

// Name implements Op.
func (o *SpreadOp) Name() string {
	return fmt.Sprintf("spread(%d, %d+%d·k of %d)", o.Axis, o.Start, o.Step, o.Size)
}

// Infer implements Op.
func (o *SpreadOp) Infer(in []Shape) ([]Shape, error) {
	k := len(in[0]) + o.Axis
	if k < 0 || k >= len(in[0]) || !in[0][k].IsFixed() {
		return nil, fmt.Errorf("axis %d is not one of fixed length", o.Axis)
	}
	if last := o.Start + (in[0][k].Size-1)*o.Step; last >= o.Size {
		return nil, fmt.Errorf("index %d of an axis of %d", last, o.Size)
	}
	return []Shape{in[0].With(o.Axis, Fixed(o.Size))}, nil
}

// Index implements Op.
func (o *SpreadOp) Index(x *Indexer, n *Node) {
	unifyOthers(x, n, o.Axis)
	x.UnifyRange(n.In[0], o.Axis, 0, 1, n.At(0), o.Axis, o.Start, o.Step, n.In[0].Shape()[n.In[0].Rank()+o.Axis].Size)
}

// Contracts implements Op: index by index.
func (o *SpreadOp) Contracts(*Node) []Contraction { return nil }

// Zero implements Op.
func (o *SpreadOp) Zero(z *Zeros, n *Node) [][]bool {
	return eachZero(n.At(0), func(i int) bool {
		if o.Axis != -1 {
			return z.At(n.In[0], i)
		}
		k := i - o.Start
		return k < 0 || k%o.Step != 0 || k/o.Step >= n.In[0].Shape().Last().Size || z.At(n.In[0], k/o.Step)
	})
}

// Restrict implements Op: it is the inverse of a slice, and becomes a scatter.
func (o *SpreadOp) Restrict(r *Restriction, n *Node) (Op, error) {
	at := make([]int, n.In[0].Shape()[n.In[0].Rank()+o.Axis].Size)
	for i := range at {
		at[i] = o.Start + i*o.Step
	}
	return place(r, n, o.Axis, at, o.Size)
}

// Gradient implements Op.
func (o *SpreadOp) Gradient(t *Tape, n *Node, g []Value) {
	if t.Needs(n.In[0]) {
		k := n.In[0].Shape()[n.In[0].Rank()+o.Axis].Size
		t.Add(n.In[0], emit(&SliceOp{o.Axis, o.Start, o.Step, k}, g[0]))
	}
}

// Forward32 implements Op.
func (o *SpreadOp) Forward32(c *Call[float32]) { forwardSpread(o, c) }

// Forward64 implements Op.
func (o *SpreadOp) Forward64(c *Call[float64]) { forwardSpread(o, c) }

func forwardSpread[T tensor.Float](o *SpreadOp, c *Call[T]) {
	x, y := c.In[0], c.Out[0]
	outer, k, inner := around(x.Shape, o.Axis)
	clear(y.Data)
	for r := range outer {
		for i := range k {
			copy(y.Data[(r*o.Size+o.Start+i*o.Step)*inner:], x.Data[(r*k+i)*inner:(r*k+i+1)*inner])
		}
	}
}
