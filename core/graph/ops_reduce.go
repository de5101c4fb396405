package graph

import (
	"fmt"
	"math"
	"slices"

	"github.com/seed391906a2/iss/core/tensor"
)

// ReduceKind names a reduction.
type ReduceKind uint8

// Reductions over axes.
const (
	SumOf ReduceKind = iota
	MeanOf
	LargestOf
)

var reduceNames = [...]string{"sum", "mean", "max"}

func (k ReduceKind) String() string { return reduceNames[k] }

// ReduceOp reduces Axes (counted from the end) to one element each.
//
// A sum and a mean over units are fixed readers: they read and own no
// weights. Width is the number of units that a mean divides by; it stays when
// silent units are cut out, so the mean stays what it was.
type ReduceOp struct {
	Kind  ReduceKind
	Axes  []int
	Width int // of a mean: product of its fixed axes before any cut
}

// Sum adds x up over axes counted from the end; they are dropped.
func Sum(x Value, axes ...int) Value { return drop(reduce(SumOf, x, axes), axes) }

// Mean averages x over axes counted from the end; they are dropped.
func Mean(x Value, axes ...int) Value { return drop(reduce(MeanOf, x, axes), axes) }

// Largest is the maximum over axes counted from the end; they are dropped.
// Its gradient goes to all elements that equal it, in equal parts.
func Largest(x Value, axes ...int) Value { return drop(reduce(LargestOf, x, axes), axes) }

// reduce keeps the reduced axes with one element.
func reduce(k ReduceKind, x Value, axes []int) Value {
	w := 1
	for _, a := range axes {
		if i := x.Rank() + a; i >= 0 && x.Shape()[i].IsFixed() {
			w *= x.Shape()[i].Size
		}
	}
	return emit(&ReduceOp{k, append([]int(nil), axes...), w}, x)
}

func drop(x Value, axes []int) Value {
	var s Shape
	for i, d := range x.Shape() {
		if !slices.Contains(axes, i-x.Rank()) {
			s = append(s, d)
		}
	}
	return view(x, s)
}

// Name implements Op.
func (o *ReduceOp) Name() string { return fmt.Sprintf("%v over %v", o.Kind, o.Axes) }

// Infer implements Op.
func (o *ReduceOp) Infer(in []Shape) ([]Shape, error) {
	s := in[0]
	for _, a := range o.Axes {
		if a >= 0 || len(s)+a < 0 {
			return nil, fmt.Errorf("there is no axis %d", a)
		}
		s = s.With(a, Fixed(1))
	}
	return []Shape{s}, nil
}

// Index implements Op: kept axes keep their units.
func (o *ReduceOp) Index(x *Indexer, n *Node) {
	for k := 1; k <= n.In[0].Rank(); k++ {
		if slices.Contains(o.Axes, -k) {
			x.Pin(n.At(0), -k, "one number for what was reduced")
		} else {
			x.Unify(n.In[0], -k, n.At(0), -k)
		}
	}
}

// Contracts implements Op: a maximum may have been a zero that went.
func (o *ReduceOp) Contracts(n *Node) []Contraction {
	how := AddedUp
	if o.Kind == LargestOf {
		how = NeverExact
	}
	return contractEach(n.In[0], how, o.Axes...)
}

// Zero implements Op.
func (o *ReduceOp) Zero(z *Zeros, n *Node) [][]bool {
	if slices.Contains(o.Axes, -1) {
		return eachZero(n.At(0), func(int) bool { return z.allZero(n.In[0]) })
	}
	return [][]bool{z.Of(n.In[0])}
}

// Restrict implements Op: a mean keeps the width that it divides by.
func (o *ReduceOp) Restrict(*Restriction, *Node) (Op, error) { return o, nil }

// Gradient implements Op.
func (o *ReduceOp) Gradient(t *Tape, n *Node, g []Value) {
	x := n.In[0]
	if !t.Needs(x) {
		return
	}
	switch o.Kind {
	case SumOf:
		t.Add(x, expand(g[0], x.Shape(), false))
	case MeanOf:
		// A mean over units divides by its original width, one over batch or time by their length.
		full := repeats(n.At(0).Shape(), x.Shape())
		d := expand(g[0], x.Shape(), true)
		if full != o.Width {
			d = Affine(d, float64(full)/float64(o.Width), 0)
		}
		t.Add(x, d)
	case LargestOf:
		y := t.Use(n.At(0))
		hit := OneMinus(Greater(y, t.Use(x))) // 1 where x is the maximum
		t.Add(x, Mul(Div(g[0], reduce(SumOf, hit, o.Axes)), hit))
	}
}

// ONNX implements Exporter: a mean is a sum over the width that it had before any cut.
func (o *ReduceOp) ONNX(e Emitter, n *Node) error {
	x := n.In[0]
	axes := make([]int64, len(o.Axes))
	for i, a := range o.Axes {
		axes[i] = axisOf(x, a)
	}
	if o.Kind == LargestOf {
		e.Out(0, e.Add("ReduceMax", Attributes{"axes": axes, "keepdims": int64(1)}, e.In(0)))
		return nil
	}
	y := e.Add("ReduceSum", Attributes{"keepdims": int64(1)}, e.In(0), e.Longs(axes...))
	if o.Kind == MeanOf {
		y = e.Add("Div", nil, y, scalar(e, float64(o.Width)))
		for _, a := range axes {
			if d := x.Shape()[a]; !d.IsFixed() {
				y = e.Add("Div", nil, y, e.Add("Cast", Attributes{"to": int64(1)}, e.Lengths(Shape{d})))
			}
		}
	}
	e.Out(0, y)
	return nil
}

// Forward32 implements Op.
func (o *ReduceOp) Forward32(c *Call[float32]) { forwardReduce(o, c) }

// Forward64 implements Op.
func (o *ReduceOp) Forward64(c *Call[float64]) { forwardReduce(o, c) }

func forwardReduce[T tensor.Float](o *ReduceOp, c *Call[T]) {
	x, y := c.In[0], c.Out[0]
	start := T(0)
	if o.Kind == LargestOf {
		start = T(math.Inf(-1))
	}
	for i := range y.Data {
		y.Data[i] = start
	}
	w := newWalk(y.Shape, x.Shape)
	for _, v := range x.Data {
		if o.Kind == LargestOf {
			if v > y.Data[w.at] || v != v {
				y.Data[w.at] = v
			}
		} else {
			y.Data[w.at] += v
		}
		w.next()
	}
	if o.Kind == MeanOf {
		n := T(o.Divisor(c.Node.In[0].Shape(), x.Shape))
		for i := range y.Data {
			y.Data[i] /= n
		}
	}
}

// Divisor is what a mean divides by: its original width times the bound
// lengths of the symbolic axes.
func (o *ReduceOp) Divisor(s Shape, bound []int) int {
	n := o.Width
	for _, a := range o.Axes {
		if i := len(s) + a; !s[i].IsFixed() {
			n *= bound[i]
		}
	}
	return n
}
