package graph

import (
	"fmt"

	"github.com/seed391906a2/iss/core/tensor"
)

// MatMulOp is y = x·W over the last axis of x: x [..., i], W [i, o], y
// [..., o]. With Trans, W is stored [o, i] and y = x·Wᵀ (a tied softmax).
type MatMulOp struct{ Trans bool }

// MatMul is x·W for a weight stored in×out.
func MatMul(x, w Value) Value { return emit(&MatMulOp{}, x, w) }

// MatMulT is x·Wᵀ for a weight stored out×in: the tied softmax.
func MatMulT(x, w Value) Value { return emit(&MatMulOp{Trans: true}, x, w) }

// Name implements Op.
func (o *MatMulOp) Name() string {
	if o.Trans {
		return "matmul-transposed"
	}
	return "matmul"
}

// axes are W's summed and kept axis, from the end.
func (o *MatMulOp) axes() (sum, keep int) {
	if o.Trans {
		return -1, -2
	}
	return -2, -1
}

// Infer implements Op.
func (o *MatMulOp) Infer(in []Shape) ([]Shape, error) {
	if len(in[0]) < 1 || len(in[1]) != 2 {
		return nil, fmt.Errorf("needs x [..., in] and a matrix")
	}
	sum, keep := o.axes()
	if a, b := in[0].Last(), in[1][2+sum]; a != b {
		return nil, fmt.Errorf("inner sizes %v and %v differ", a, b)
	}
	return []Shape{in[0].With(-1, in[1][2+keep])}, nil
}

// Index implements Op: x's features are W's summed axis, the result's its kept one.
func (o *MatMulOp) Index(x *Indexer, n *Node) {
	sum, keep := o.axes()
	x.Unify(n.In[0], -1, n.In[1], sum)
	x.Unify(n.In[1], keep, n.At(0), -1)
	for k := 2; k <= n.In[0].Rank(); k++ {
		x.Unify(n.In[0], -k, n.At(0), -k)
	}
	x.Uses(n.In[1], sum, Reads)
	x.Uses(n.In[1], keep, Makes)
}

// Contracts implements Op: the features of x are read by W.
func (o *MatMulOp) Contracts(n *Node) []Contraction {
	sum, _ := o.axes()
	return []Contraction{{X: n.In[0], Axis: -1, How: ReadByWeight, W: n.In[1], Sum: sum}}
}

// Zero implements Op: column o is zero if its weights from rows that are not zero are.
func (o *MatMulOp) Zero(z *Zeros, n *Node) [][]bool {
	w := z.Weights(n.In[1])
	if w == nil {
		return eachZero(n.At(0), func(int) bool { return z.allZero(n.In[0]) })
	}
	rows, cols := n.In[1].Shape()[0].Size, n.In[1].Shape()[1].Size
	return eachZero(n.At(0), func(j int) bool {
		inner := rows
		if o.Trans {
			inner = cols
		}
		for i := range inner {
			k := i*cols + j
			if o.Trans {
				k = j*cols + i
			}
			if w[k] != 0 && !z.At(n.In[0], i) {
				return false
			}
		}
		return true
	})
}

// Restrict implements Op: kept terms are added in the same order.
func (o *MatMulOp) Restrict(*Restriction, *Node) (Op, error) { return o, nil }

// Gradient implements Op.
func (o *MatMulOp) Gradient(t *Tape, n *Node, g []Value) {
	x, w := n.In[0], n.In[1]
	if t.Needs(x) {
		t.Add(x, emit(&MatMulOp{Trans: !o.Trans}, g[0], t.Use(w)))
	}
	if t.Needs(w) {
		a, b := t.Use(x), g[0]
		if o.Trans {
			a, b = b, a
		}
		t.Add(w, Outer(a, b))
	}
}

// ONNX implements Exporter.
func (o *MatMulOp) ONNX(e Emitter, n *Node) error {
	w := e.In(1)
	if o.Trans {
		w = e.Add("Transpose", Attributes{"perm": []int64{1, 0}}, w)
	}
	e.Out(0, e.Add("MatMul", nil, e.In(0), w))
	return nil
}

// Forward32 implements Op.
func (o *MatMulOp) Forward32(c *Call[float32]) { forwardMatMul(o, c) }

// Forward64 implements Op.
func (o *MatMulOp) Forward64(c *Call[float64]) { forwardMatMul(o, c) }

// forwardMatMul adds the products of one result in the order of the summed
// index, starting at +0: cutting zero rows out leaves every bit as it is.
func forwardMatMul[T tensor.Float](o *MatMulOp, c *Call[T]) {
	x, w, y := c.In[0], c.In[1], c.Out[0]
	in, out := x.Last(), y.Last()
	for r := range x.Rows() {
		xr, yr := x.Data[r*in:(r+1)*in], y.Data[r*out:(r+1)*out]
		clear(yr)
		if o.Trans {
			for j := range yr {
				wr := w.Data[j*in : (j+1)*in]
				var s T
				for i, v := range xr {
					s += T(v * wr[i])
				}
				yr[j] = s
			}
			continue
		}
		for i, v := range xr {
			wr := w.Data[i*out : (i+1)*out]
			for j := range yr {
				yr[j] += T(v * wr[j])
			}
		}
	}
}

// OuterOp is aᵀ·b summed over all leading axes: a [..., i], b [..., o], the
// result [i, o]. It is the gradient of a weight.
type OuterOp struct{}

// Outer is aᵀ·b, summed over all leading axes.
func Outer(a, b Value) Value { return emit(&OuterOp{}, a, b) }

// Name implements Op.
func (o *OuterOp) Name() string { return "outer" }

// Infer implements Op.
func (o *OuterOp) Infer(in []Shape) ([]Shape, error) {
	a, b := in[0], in[1]
	if len(a) < 1 || len(a) != len(b) || !a[:len(a)-1].Equal(b[:len(b)-1]) {
		return nil, fmt.Errorf("leading axes differ")
	}
	return []Shape{{a.Last(), b.Last()}}, nil
}

// Index implements Op.
func (o *OuterOp) Index(x *Indexer, n *Node) {
	x.Unify(n.In[0], -1, n.At(0), -2)
	x.Unify(n.In[1], -1, n.At(0), -1)
	for k := 2; k <= n.In[0].Rank(); k++ {
		x.Unify(n.In[0], -k, n.In[1], -k)
	}
}

// Contracts implements Op: the leading axes are added up.
func (o *OuterOp) Contracts(n *Node) []Contraction {
	return contractEach(n.In[0], AddedUp, leading(n.In[0], 1)...)
}

// Zero implements Op.
func (o *OuterOp) Zero(z *Zeros, n *Node) [][]bool {
	return eachZero(n.At(0), func(i int) bool { return z.At(n.In[1], i) || z.allZero(n.In[0]) })
}

// Restrict implements Op.
func (o *OuterOp) Restrict(*Restriction, *Node) (Op, error) { return o, nil }

// Gradient implements Op.
func (o *OuterOp) Gradient(t *Tape, n *Node, g []Value) {
	if t.Needs(n.In[0]) {
		t.Add(n.In[0], MatMulT(t.Use(n.In[1]), g[0]))
	}
	if t.Needs(n.In[1]) {
		t.Add(n.In[1], MatMul(t.Use(n.In[0]), g[0]))
	}
}

// ONNX implements Exporter.
func (o *OuterOp) ONNX(e Emitter, n *Node) error {
	a := e.Add("Reshape", nil, e.In(0), e.Longs(-1, int64(n.In[0].Shape().Last().Size)))
	b := e.Add("Reshape", nil, e.In(1), e.Longs(-1, int64(n.In[1].Shape().Last().Size)))
	e.Out(0, e.Add("MatMul", nil, e.Add("Transpose", Attributes{"perm": []int64{1, 0}}, a), b))
	return nil
}

// Forward32 implements Op.
func (o *OuterOp) Forward32(c *Call[float32]) { forwardOuter(c) }

// Forward64 implements Op.
func (o *OuterOp) Forward64(c *Call[float64]) { forwardOuter(c) }

func forwardOuter[T tensor.Float](c *Call[T]) {
	a, b, y := c.In[0], c.In[1], c.Out[0]
	m, n := a.Last(), b.Last()
	clear(y.Data)
	for r := range a.Rows() {
		br := b.Data[r*n : (r+1)*n]
		for i, v := range a.Data[r*m : (r+1)*m] {
			yr := y.Data[i*n : (i+1)*n]
			for j := range yr {
				yr[j] += T(v * br[j])
			}
		}
	}
}
