package graph

import (
	"fmt"

	"github.com/seed391906a2/iss/core/tensor"
)

// ExpandOp repeats its operand to Shape, along axes of one element and missing
// leading axes. With Mean it divides by the number of repetitions: the
// gradient of a mean.
type ExpandOp struct {
	Shape Shape
	Mean  bool
}

// Expand repeats x along axes of one element and along missing leading axes,
// up to shape.
func Expand(x Value, shape ...Dim) Value { return expand(x, shape, false) }

func expand(x Value, shape Shape, mean bool) Value {
	return emit(&ExpandOp{append(Shape(nil), shape...), mean}, x)
}

// Name implements Op.
func (o *ExpandOp) Name() string { return "expand" }

// Infer implements Op.
func (o *ExpandOp) Infer(in []Shape) ([]Shape, error) {
	s, err := broadcast(in[0], o.Shape)
	if err != nil || !s.Equal(o.Shape) {
		return nil, fmt.Errorf("%v does not expand to %v", in[0], o.Shape)
	}
	return []Shape{s}, nil
}

// Index implements Op: axes that are not repeated keep their units.
func (o *ExpandOp) Index(x *Indexer, n *Node) { x.UnifyAll(n.In[0], n.At(0)) }

// Contracts implements Op: index by index.
func (o *ExpandOp) Contracts(*Node) []Contraction { return nil }

// Zero implements Op.
func (o *ExpandOp) Zero(z *Zeros, n *Node) [][]bool {
	return eachZero(n.At(0), func(i int) bool { return z.zeroAt(n.In[0], i) })
}

// Restrict implements Op. A mean over units would change with their number.
func (o *ExpandOp) Restrict(r *Restriction, n *Node) (Op, error) {
	to := r.Shape(n.At(0))
	if from := r.Shape(n.In[0]); o.Mean && repeats(from, to) != repeats(n.In[0].Shape(), o.Shape) {
		return nil, fmt.Errorf("it is the gradient of a mean over units that go")
	}
	return &ExpandOp{to, o.Mean}, nil
}

// repeats is the number of repetitions along axes of fixed length.
func repeats(from, to Shape) int {
	n := 1
	for i := 1; i <= len(to); i++ {
		if d := to[len(to)-i]; d.IsFixed() && (i > len(from) || from[len(from)-i] != d) {
			n *= d.Size
		}
	}
	return n
}

// Lift implements Lifter.
func (o *ExpandOp) Lift(time Dim) Op { return &ExpandOp{append(Shape{time}, o.Shape...), o.Mean} }

// Gradient implements Op.
func (o *ExpandOp) Gradient(t *Tape, n *Node, g []Value) {
	if !t.Needs(n.In[0]) {
		return
	}
	if !o.Mean {
		t.Add(n.In[0], g[0]) // Add sums over what was repeated
		return
	}
	s := n.In[0].Shape()
	var axes []int
	for i := 1; i <= len(o.Shape); i++ {
		if i > len(s) || s[len(s)-i] != o.Shape[len(o.Shape)-i] {
			axes = append(axes, -i)
		}
	}
	if len(axes) > 0 {
		t.Add(n.In[0], view(reduce(MeanOf, g[0], axes), s))
	} else {
		t.Add(n.In[0], g[0])
	}
}

// ONNX implements Exporter. The gradient of a mean has no emission.
func (o *ExpandOp) ONNX(e Emitter, n *Node) error {
	if o.Mean {
		return fmt.Errorf("the gradient of a mean has no emission")
	}
	e.Out(0, e.Add("Expand", nil, e.In(0), e.Lengths(o.Shape)))
	return nil
}

// Forward32 implements Op.
func (o *ExpandOp) Forward32(c *Call[float32]) { forwardExpand(o, c) }

// Forward64 implements Op.
func (o *ExpandOp) Forward64(c *Call[float64]) { forwardExpand(o, c) }

func forwardExpand[T tensor.Float](o *ExpandOp, c *Call[T]) {
	x, y := c.In[0], c.Out[0]
	n := T(1)
	if o.Mean {
		n = T(len(y.Data) / max(1, len(x.Data)))
	}
	w := newWalk(x.Shape, y.Shape)
	for i := range y.Data {
		y.Data[i] = x.Data[w.at] / n
		w.next()
	}
}

// ViewOp gives its operand another shape by dropping or inserting axes of one
// element.
type ViewOp struct{ Shape Shape }

func view(x Value, shape Shape) Value {
	if x.Shape().Equal(shape) {
		return x
	}
	return emit(&ViewOp{append(Shape(nil), shape...)}, x)
}

// Name implements Op.
func (o *ViewOp) Name() string { return "view" }

// long lists the axes that are not of one element, counted from the end.
func long(s Shape) (axes []int) {
	for i, d := range s {
		if d != Fixed(1) {
			axes = append(axes, i-len(s))
		}
	}
	return axes
}

// Infer implements Op.
func (o *ViewOp) Infer(in []Shape) ([]Shape, error) {
	a, b := long(in[0]), long(o.Shape)
	same := len(a) == len(b)
	for i := 0; same && i < len(a); i++ {
		same = in[0][len(in[0])+a[i]] == o.Shape[len(o.Shape)+b[i]]
	}
	if !same {
		return nil, fmt.Errorf("%v and %v differ in more than axes of one element", in[0], o.Shape)
	}
	return []Shape{o.Shape}, nil
}

// Index implements Op. Axes of one element are inserted and dropped without a
// name, so a unit that is alone on its axis cannot be followed: it is pinned.
func (o *ViewOp) Index(x *Indexer, n *Node) {
	b := long(o.Shape)
	for i, k := range long(n.In[0].Shape()) {
		x.Unify(n.In[0], k, n.At(0), b[i])
	}
	for _, v := range []Value{n.In[0], n.At(0)} {
		for k, d := range v.Shape() {
			if d == Fixed(1) {
				x.Pin(v, k-v.Rank(), "an axis of one element that is inserted or dropped")
			}
		}
	}
}

// Contracts implements Op: index by index.
func (o *ViewOp) Contracts(*Node) []Contraction { return nil }

// Zero implements Op.
func (o *ViewOp) Zero(z *Zeros, n *Node) [][]bool {
	in, out := n.In[0].Shape(), o.Shape
	same := len(in) > 0 && len(out) > 0 && in.Last() == out.Last()
	return eachZero(n.At(0), func(i int) bool { return same && z.At(n.In[0], i) || z.allZero(n.In[0]) })
}

// Restrict implements Op.
func (o *ViewOp) Restrict(r *Restriction, n *Node) (Op, error) {
	return &ViewOp{r.Shape(n.At(0))}, nil
}

// Lift implements Lifter.
func (o *ViewOp) Lift(time Dim) Op { return &ViewOp{append(Shape{time}, o.Shape...)} }

// Gradient implements Op.
func (o *ViewOp) Gradient(t *Tape, n *Node, g []Value) {
	if t.Needs(n.In[0]) {
		t.Add(n.In[0], view(g[0], n.In[0].Shape()))
	}
}

// ONNX implements Exporter.
func (o *ViewOp) ONNX(e Emitter, n *Node) error {
	e.Out(0, e.Add("Reshape", nil, e.In(0), e.Lengths(o.Shape)))
	return nil
}

// Forward32 implements Op.
func (o *ViewOp) Forward32(c *Call[float32]) { copy(c.Out[0].Data, c.In[0].Data) }

// Forward64 implements Op.
func (o *ViewOp) Forward64(c *Call[float64]) { copy(c.Out[0].Data, c.In[0].Data) }
