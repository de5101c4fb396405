package graph

import (
	"fmt"
	"math"

	"github.com/seed391906a2/iss/core/tensor"
)

// UnaryKind names an element-wise function of one operand.
type UnaryKind uint8

// Element-wise functions of one operand.
const (
	SigmoidOf UnaryKind = iota // 1/(1+exp(-x))
	TanhOf
	ReluOf // max(x, 0)
	ExpOf
	LogOf
	SqrtOf
	AffineOf // A·x + B with two numbers
)

var unaryNames = [...]string{"sigmoid", "tanh", "relu", "exp", "log", "sqrt", "affine"}

// unaryOperators are those of ONNX.
var unaryOperators = [...]string{"Sigmoid", "Tanh", "Relu", "Exp", "Log", "Sqrt"}

func (k UnaryKind) String() string { return unaryNames[k] }

// UnaryOp is y = f(x), element by element.
type UnaryOp struct {
	Kind UnaryKind
	A, B float64 // of AffineOf
}

// Sigmoid is 1/(1+exp(-x)).
func Sigmoid(x Value) Value { return emit(&UnaryOp{Kind: SigmoidOf}, x) }

// Tanh is the hyperbolic tangent.
func Tanh(x Value) Value { return emit(&UnaryOp{Kind: TanhOf}, x) }

// Relu is max(x, 0); its derivative at 0 is 0.
func Relu(x Value) Value { return emit(&UnaryOp{Kind: ReluOf}, x) }

// Exp is e to the power of x.
func Exp(x Value) Value { return emit(&UnaryOp{Kind: ExpOf}, x) }

// Log is the natural logarithm.
func Log(x Value) Value { return emit(&UnaryOp{Kind: LogOf}, x) }

// Sqrt is the square root.
func Sqrt(x Value) Value { return emit(&UnaryOp{Kind: SqrtOf}, x) }

// Affine is a·x + b with two numbers.
func Affine(x Value, a, b float64) Value { return emit(&UnaryOp{AffineOf, a, b}, x) }

// Neg is -x.
func Neg(x Value) Value { return Affine(x, -1, 0) }

// OneMinus is 1 - x, the coupled gate.
func OneMinus(x Value) Value { return Affine(x, -1, 1) }

// Name implements Op.
func (o *UnaryOp) Name() string {
	if o.Kind == AffineOf {
		return fmt.Sprintf("%g·x%+g", o.A, o.B)
	}
	return o.Kind.String()
}

// Infer implements Op.
func (o *UnaryOp) Infer(in []Shape) ([]Shape, error) { return in[:1:1], nil }

// Index implements Op: the same units.
func (o *UnaryOp) Index(x *Indexer, n *Node) { x.UnifyAll(n.In[0], n.At(0)) }

// Contracts implements Op: index by index.
func (o *UnaryOp) Contracts(*Node) []Contraction { return nil }

// Zero implements Op: f(0) = 0 for tanh, relu, sqrt and A·x.
func (o *UnaryOp) Zero(z *Zeros, n *Node) [][]bool {
	if o.Kind == TanhOf || o.Kind == ReluOf || o.Kind == SqrtOf || o.Kind == AffineOf && o.B == 0 {
		return [][]bool{z.Of(n.In[0])}
	}
	return eachZero(n.At(0), func(int) bool { return o.Kind == AffineOf && o.A == 0 && o.B == 0 })
}

// Restrict implements Op.
func (o *UnaryOp) Restrict(*Restriction, *Node) (Op, error) { return o, nil }

// Gradient implements Op.
func (o *UnaryOp) Gradient(t *Tape, n *Node, g []Value) {
	x := n.In[0]
	if !t.Needs(x) {
		return
	}
	y := func() Value { return t.Use(n.At(0)) }
	switch o.Kind {
	case SigmoidOf: // y' = y(1-y)
		t.Add(x, Mul(g[0], Mul(y(), OneMinus(y()))))
	case TanhOf: // y' = 1-y²
		t.Add(x, Mul(g[0], OneMinus(Mul(y(), y()))))
	case ReluOf:
		t.Add(x, Select(Greater(y(), fill(g[0].Graph(), 0, nil)), g[0], fill(g[0].Graph(), 0, nil)))
	case ExpOf:
		t.Add(x, Mul(g[0], y()))
	case LogOf:
		t.Add(x, Div(g[0], t.Use(x)))
	case SqrtOf: // y' = 1/(2y)
		t.Add(x, Div(Affine(g[0], 0.5, 0), y()))
	case AffineOf:
		t.Add(x, Affine(g[0], o.A, 0))
	}
}

// ONNX implements Exporter.
func (o *UnaryOp) ONNX(e Emitter, n *Node) error {
	x := e.In(0)
	if o.Kind != AffineOf {
		e.Out(0, e.Add(unaryOperators[o.Kind], nil, x))
		return nil
	}
	if o.A != 1 {
		x = e.Add("Mul", nil, x, scalar(e, o.A))
	}
	if o.B != 0 {
		x = e.Add("Add", nil, x, scalar(e, o.B))
	}
	e.Out(0, x)
	return nil
}

// Forward32 implements Op.
func (o *UnaryOp) Forward32(c *Call[float32]) { forwardUnary(o, c) }

// Forward64 implements Op.
func (o *UnaryOp) Forward64(c *Call[float64]) { forwardUnary(o, c) }

func forwardUnary[T tensor.Float](o *UnaryOp, c *Call[T]) {
	x, y := c.In[0].Data, c.Out[0].Data
	for i, v := range x {
		switch o.Kind {
		case SigmoidOf:
			y[i] = T(1 / (1 + math.Exp(-float64(v))))
		case TanhOf:
			y[i] = T(math.Tanh(float64(v)))
		case ReluOf:
			y[i] = v
			if v < 0 {
				y[i] = 0
			}
		case ExpOf:
			y[i] = T(math.Exp(float64(v)))
		case LogOf:
			y[i] = T(math.Log(float64(v)))
		case SqrtOf:
			y[i] = T(math.Sqrt(float64(v)))
		case AffineOf:
			y[i] = T(T(o.A)*v) + T(o.B)
		}
	}
}
