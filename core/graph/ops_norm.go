package graph

import (
	"fmt"
	"math"

	"github.com/seed391906a2/iss/core/tensor"
)

// RStdOp is 1/√(var + Eps) over the last axis, kept with one element. With
// Centred, var = (Σ(x-μ)² + (Width-n)·μ²)/Width and μ = Σx/Width, else var =
// Σx²/Width. Width is the number of units before any cut and n the present
// one: the Width-n that went were silent, so they still count as zeros and the
// result stays what it was.
type RStdOp struct {
	Centred bool
	Eps     float64
	Width   int
}

func rstd(x Value, centred bool, eps float64) Value {
	d := x.Shape().Last()
	return emit(&RStdOp{centred, eps, d.Size}, x)
}

// LayerNorm is gain·(x-μ)/√(var+eps) + bias over the last axis; gain and bias
// may be the zero Value. Source: Ba, Kiros, Hinton, arXiv:1607.06450, eq. 3.
func LayerNorm(x, gain, bias Value, eps float64) Value {
	y := Mul(Sub(x, reduce(MeanOf, x, []int{-1})), rstd(x, true, eps))
	return gainBias(y, gain, bias)
}

// RMSNorm is gain·x/√(Σx²/n + eps) over the last axis; gain may be the zero
// Value. Source: Zhang, Sennrich, arXiv:1910.07467, eq. 4.
func RMSNorm(x, gain Value, eps float64) Value {
	return gainBias(Mul(x, rstd(x, false, eps)), gain, Value{})
}

func gainBias(y, gain, bias Value) Value {
	if !gain.IsZero() {
		y = Mul(y, gain)
	}
	if !bias.IsZero() {
		y = Add(y, bias)
	}
	return y
}

// Name implements Op.
func (o *RStdOp) Name() string { return "reciprocal deviation" }

// Infer implements Op.
func (o *RStdOp) Infer(in []Shape) ([]Shape, error) {
	if len(in[0]) == 0 || !in[0].Last().IsFixed() {
		return nil, fmt.Errorf("the last axis is not of fixed length")
	}
	return []Shape{in[0].With(-1, Fixed(1))}, nil
}

// Index implements Op: one number is left of the units.
func (o *RStdOp) Index(x *Indexer, n *Node) {
	x.Pin(n.At(0), -1, "one number for what was reduced")
	unifyOthers(x, n, -1)
}

// Contracts implements Op: the width stays.
func (o *RStdOp) Contracts(n *Node) []Contraction {
	how := AddedUp
	if o.Centred {
		how = Averaged
	}
	return contractEach(n.In[0], how, -1)
}

// Zero implements Op: 1/√Eps is not zero.
func (o *RStdOp) Zero(*Zeros, *Node) [][]bool { return [][]bool{nil} }

// Restrict implements Op: the width stays.
func (o *RStdOp) Restrict(*Restriction, *Node) (Op, error) { return o, nil }

// Gradient implements Op: d/dx_i = -r³·(x_i-μ)/Width (the derivative through μ
// cancels, since the units that went count as -μ).
func (o *RStdOp) Gradient(t *Tape, n *Node, g []Value) {
	if !t.Needs(n.In[0]) {
		return
	}
	x, r := t.Use(n.In[0]), t.Use(n.At(0))
	if o.Centred {
		mean := emit(&ReduceOp{MeanOf, []int{-1}, o.Width}, x)
		x = Sub(x, mean)
	}
	t.Add(n.In[0], Mul(Mul(Affine(g[0], -1/float64(o.Width), 0), Mul(r, Mul(r, r))), x))
}

// ONNX implements Exporter: with the width that it had before any cut.
func (o *RStdOp) ONNX(e Emitter, n *Node) error {
	over := e.Longs(axisOf(n.In[0], -1))
	sum := func(x string) string { return e.Add("ReduceSum", Attributes{"keepdims": int64(1)}, x, over) }
	x, width := e.In(0), scalar(e, float64(o.Width))
	mean := ""
	if o.Centred {
		mean = e.Add("Div", nil, sum(x), width)
		x = e.Add("Sub", nil, x, mean)
	}
	squares := sum(e.Add("Mul", nil, x, x))
	if gone := o.Width - n.In[0].Shape().Last().Size; o.Centred && gone > 0 {
		squares = e.Add("Add", nil, squares, e.Add("Mul", nil, e.Add("Mul", nil, mean, mean), scalar(e, float64(gone))))
	}
	variance := e.Add("Div", nil, squares, width)
	e.Out(0, e.Add("Reciprocal", nil, e.Add("Sqrt", nil, e.Add("Add", nil, variance, scalar(e, o.Eps)))))
	return nil
}

// Forward32 implements Op.
func (o *RStdOp) Forward32(c *Call[float32]) { forwardRStd(o, c) }

// Forward64 implements Op.
func (o *RStdOp) Forward64(c *Call[float64]) { forwardRStd(o, c) }

func forwardRStd[T tensor.Float](o *RStdOp, c *Call[T]) {
	x, y := c.In[0], c.Out[0]
	n, w := x.Last(), T(o.Width)
	for r := range y.Data {
		row := x.Data[r*n : (r+1)*n]
		var mean, sum T
		if o.Centred {
			for _, v := range row {
				mean += v
			}
			mean /= w
		}
		for _, v := range row {
			d := v - mean
			sum += T(d * d)
		}
		sum += T(T(o.Width-n) * T(mean*mean))
		y.Data[r] = T(1 / math.Sqrt(float64(sum/w)+o.Eps))
	}
}
