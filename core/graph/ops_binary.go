package graph

import (
	"github.com/seed391906a2/iss/core/tensor"
)

// BinaryKind names an element-wise function of two operands.
type BinaryKind uint8

// Element-wise functions of two operands.
const (
	AddOf BinaryKind = iota
	SubOf
	MulOf
	DivOf
	MaxOf
	GreaterOf // 1 where a > b, else 0
)

var binaryNames = [...]string{"add", "sub", "mul", "div", "max", "greater"}

// binaryOperators are those of ONNX.
var binaryOperators = [...]string{"Add", "Sub", "Mul", "Div", "Max", "Greater"}

func (k BinaryKind) String() string { return binaryNames[k] }

// BinaryOp is y = f(a, b), element by element. Operands are aligned at their
// last axes and broadcast: an axis of one element, or a missing one, is
// repeated.
type BinaryOp struct{ Kind BinaryKind }

// Add is a + b, with broadcasting; it also adds a bias.
func Add(a, b Value) Value { return emit2(AddOf, a, b) }

// Sub is a - b, with broadcasting.
func Sub(a, b Value) Value { return emit2(SubOf, a, b) }

// Mul is a · b, element by element, with broadcasting.
func Mul(a, b Value) Value { return emit2(MulOf, a, b) }

// Div is a / b, with broadcasting.
func Div(a, b Value) Value { return emit2(DivOf, a, b) }

// Max is the larger of a and b, with broadcasting; where they are equal the
// gradient goes to b.
func Max(a, b Value) Value { return emit2(MaxOf, a, b) }

// Greater is 1 where a > b and 0 elsewhere; it has no gradient.
func Greater(a, b Value) Value { return emit2(GreaterOf, a, b) }

func emit2(k BinaryKind, a, b Value) Value { return emit(&BinaryOp{k}, a, b) }

// Name implements Op.
func (o *BinaryOp) Name() string { return o.Kind.String() }

// Infer implements Op.
func (o *BinaryOp) Infer(in []Shape) ([]Shape, error) {
	s, err := broadcast(in[0], in[1])
	return []Shape{s}, err
}

// Index implements Op: index by index; what is broadcast is not unified.
func (o *BinaryOp) Index(x *Indexer, n *Node) {
	for _, v := range n.In {
		x.UnifyAll(v, n.At(0))
		if v.Rank() == 1 {
			x.Uses(v, -1, Makes) // a bias or a diagonal weight follows its unit
		}
	}
}

// Contracts implements Op: index by index.
func (o *BinaryOp) Contracts(*Node) []Contraction { return nil }

// Zero implements Op.
func (o *BinaryOp) Zero(z *Zeros, n *Node) [][]bool {
	return eachZero(n.At(0), func(i int) bool {
		a, b := z.zeroAt(n.In[0], i), z.zeroAt(n.In[1], i)
		switch o.Kind {
		case MulOf:
			return a || b
		case DivOf:
			return false // 0/0
		default: // 0+0, 0-0, max(0, 0), 0 > 0
			return a && b
		}
	})
}

// Restrict implements Op.
func (o *BinaryOp) Restrict(*Restriction, *Node) (Op, error) { return o, nil }

// Gradient implements Op.
func (o *BinaryOp) Gradient(t *Tape, n *Node, g []Value) {
	a, b := n.In[0], n.In[1]
	d := g[0]
	switch o.Kind {
	case AddOf:
		t.Add(a, d)
		t.Add(b, d)
	case SubOf:
		t.Add(a, d)
		if t.Needs(b) {
			t.Add(b, Neg(d))
		}
	case MulOf:
		if t.Needs(a) {
			t.Add(a, Mul(d, t.Use(b)))
		}
		if t.Needs(b) {
			t.Add(b, Mul(d, t.Use(a)))
		}
	case DivOf:
		if t.Needs(a) {
			t.Add(a, Div(d, t.Use(b)))
		}
		if t.Needs(b) {
			t.Add(b, Neg(Div(Mul(d, t.Use(n.At(0))), t.Use(b))))
		}
	case MaxOf:
		zero := fill(d.Graph(), 0, nil)
		first := Greater(t.Use(a), t.Use(b))
		if t.Needs(a) {
			t.Add(a, Select(first, d, zero))
		}
		if t.Needs(b) {
			t.Add(b, Select(first, zero, d))
		}
	}
}

// ONNX implements Exporter.
func (o *BinaryOp) ONNX(e Emitter, n *Node) error {
	y := e.Add(binaryOperators[o.Kind], nil, e.In(0), e.In(1))
	if o.Kind == GreaterOf {
		y = e.Add("Cast", Attributes{"to": int64(1)}, y) // to float32
	}
	e.Out(0, y)
	return nil
}

// Forward32 implements Op.
func (o *BinaryOp) Forward32(c *Call[float32]) { forwardBinary(o, c) }

// Forward64 implements Op.
func (o *BinaryOp) Forward64(c *Call[float64]) { forwardBinary(o, c) }

func forwardBinary[T tensor.Float](o *BinaryOp, c *Call[T]) {
	a, b, y := c.In[0], c.In[1], c.Out[0]
	p, q := newWalk(a.Shape, y.Shape), newWalk(b.Shape, y.Shape)
	for i := range y.Data {
		u, v := a.Data[p.at], b.Data[q.at]
		switch o.Kind {
		case AddOf:
			y.Data[i] = u + v
		case SubOf:
			y.Data[i] = u - v
		case MulOf:
			y.Data[i] = u * v
		case DivOf:
			y.Data[i] = u / v
		case MaxOf:
			y.Data[i] = v
			if u > v || u != u {
				y.Data[i] = u
			}
		case GreaterOf:
			if u > v {
				y.Data[i] = 1
			}
		}
		p.next()
		q.next()
	}
}

// walk follows an operand while its broadcast result is walked in order.
type walk struct {
	at     int
	index  []int
	size   []int
	stride []int // of the operand; 0 where it is broadcast
}

func newWalk(operand, result []int) *walk {
	w := &walk{index: make([]int, len(result)), size: result, stride: make([]int, len(result))}
	step := 1
	for i := 1; i <= len(operand); i++ {
		n := operand[len(operand)-i]
		if n != 1 {
			w.stride[len(result)-i] = step
		}
		step *= n
	}
	return w
}

func (w *walk) next() {
	for k := len(w.size) - 1; k >= 0; k-- {
		w.index[k]++
		w.at += w.stride[k]
		if w.index[k] < w.size[k] {
			return
		}
		w.at -= w.index[k] * w.stride[k]
		w.index[k] = 0
	}
}
