package graph

import (
	"fmt"
	"math"

	"github.com/seed391906a2/iss/core/tensor"
)

// SoftmaxOp is exp(x)/Σexp(x) over the last axis.
type SoftmaxOp struct{}

// Softmax is exp(x)/Σexp(x) over the last axis, computed from x - max(x).
func Softmax(x Value) Value { return emit(&SoftmaxOp{}, x) }

// Name implements Op.
func (o *SoftmaxOp) Name() string { return "softmax" }

// Infer implements Op.
func (o *SoftmaxOp) Infer(in []Shape) ([]Shape, error) {
	if len(in[0]) == 0 {
		return nil, fmt.Errorf("a scalar has no axis")
	}
	return in[:1:1], nil
}

// Index implements Op: the axis is pinned.
func (o *SoftmaxOp) Index(x *Indexer, n *Node) {
	x.UnifyAll(n.In[0], n.At(0))
	x.Pin(n.In[0], -1, "a softmax normalises over it")
}

// Contracts implements Op: exp(0) is not 0.
func (o *SoftmaxOp) Contracts(n *Node) []Contraction {
	return contractEach(n.In[0], NeverExact, -1)
}

// Zero implements Op.
func (o *SoftmaxOp) Zero(*Zeros, *Node) [][]bool { return [][]bool{nil} }

// Restrict implements Op: the axis is pinned, so nothing changes.
func (o *SoftmaxOp) Restrict(*Restriction, *Node) (Op, error) { return o, nil }

// Gradient implements Op: dx = y·(g - Σ g·y).
func (o *SoftmaxOp) Gradient(t *Tape, n *Node, g []Value) {
	if t.Needs(n.In[0]) {
		y := t.Use(n.At(0))
		t.Add(n.In[0], Mul(y, Sub(g[0], reduce(SumOf, Mul(g[0], y), []int{-1}))))
	}
}

// ONNX implements Exporter.
func (o *SoftmaxOp) ONNX(e Emitter, n *Node) error {
	e.Out(0, e.Add("Softmax", Attributes{"axis": int64(-1)}, e.In(0)))
	return nil
}

// Forward32 implements Op.
func (o *SoftmaxOp) Forward32(c *Call[float32]) { forwardSoftmax(c) }

// Forward64 implements Op.
func (o *SoftmaxOp) Forward64(c *Call[float64]) { forwardSoftmax(c) }

func forwardSoftmax[T tensor.Float](c *Call[T]) {
	x, y := c.In[0], c.Out[0]
	n := x.Last()
	for r := range x.Rows() {
		logits, p := x.Data[r*n:(r+1)*n], y.Data[r*n:(r+1)*n]
		top, sum := normaliser(logits)
		for i, v := range logits {
			p[i] = T(math.Exp(float64(v-top))) / sum
		}
	}
}

// normaliser returns max(x) and Σexp(x - max(x)).
func normaliser[T tensor.Float](x []T) (top, sum T) {
	top = T(math.Inf(-1))
	for _, v := range x {
		if v > top || v != v {
			top = v
		}
	}
	for _, v := range x {
		sum += T(math.Exp(float64(v - top)))
	}
	return top, sum
}

// CrossEntropyOp is -log softmax(x)[target] over the last axis, in nats:
// logits [..., V] and targets [...] give [...].
type CrossEntropyOp struct{}

// CrossEntropy is -log softmax(logits)[target] over the last axis, in nats.
// Targets are ints, one for each row of logits.
func CrossEntropy(logits, targets Value) Value { return emit(&CrossEntropyOp{}, logits, targets) }

// Name implements Op.
func (o *CrossEntropyOp) Name() string { return "cross-entropy" }

// ReadsInts implements IntReader: the targets.
func (o *CrossEntropyOp) ReadsInts(i int) bool { return i == 1 }

// Infer implements Op.
func (o *CrossEntropyOp) Infer(in []Shape) ([]Shape, error) {
	if len(in[0]) == 0 || !in[0][:len(in[0])-1].Equal(in[1]) {
		return nil, fmt.Errorf("needs logits [..., classes] and one target for each row")
	}
	return []Shape{in[1]}, nil
}

// Index implements Op: the classes are pinned.
func (o *CrossEntropyOp) Index(x *Indexer, n *Node) {
	x.Pin(n.In[0], -1, "the vocabulary or the labels of the loss")
	for k := 1; k <= n.In[1].Rank(); k++ {
		x.Unify(n.In[0], -k-1, n.At(0), -k)
		x.Unify(n.In[1], -k, n.At(0), -k)
	}
}

// Contracts implements Op: exp(0) is not 0.
func (o *CrossEntropyOp) Contracts(n *Node) []Contraction {
	return contractEach(n.In[0], NeverExact, -1)
}

// Zero implements Op.
func (o *CrossEntropyOp) Zero(*Zeros, *Node) [][]bool { return [][]bool{nil} }

// Restrict implements Op: the classes are pinned, so nothing changes.
func (o *CrossEntropyOp) Restrict(*Restriction, *Node) (Op, error) { return o, nil }

// Gradient implements Op.
func (o *CrossEntropyOp) Gradient(t *Tape, n *Node, g []Value) {
	if t.Needs(n.In[0]) {
		t.Add(n.In[0], emit(&CrossEntropyGradOp{}, t.Use(n.In[0]), t.Use(n.In[1]), g[0]))
	}
}

// ONNX implements Exporter.
func (o *CrossEntropyOp) ONNX(e Emitter, n *Node) error {
	logs := e.Add("LogSoftmax", Attributes{"axis": int64(-1)}, e.In(0))
	last := e.Longs(int64(n.At(0).Rank()))
	picked := e.Add("GatherElements", Attributes{"axis": axisOf(n.In[0], -1)}, logs, e.Add("Unsqueeze", nil, e.In(1), last))
	e.Out(0, e.Add("Neg", nil, e.Add("Squeeze", nil, picked, last)))
	return nil
}

// Forward32 implements Op.
func (o *CrossEntropyOp) Forward32(c *Call[float32]) { forwardCrossEntropy(c) }

// Forward64 implements Op.
func (o *CrossEntropyOp) Forward64(c *Call[float64]) { forwardCrossEntropy(c) }

func forwardCrossEntropy[T tensor.Float](c *Call[T]) {
	x, y := c.In[0], c.Out[0]
	n := x.Last()
	for r, target := range c.In[1].Ints {
		row := x.Data[r*n : (r+1)*n]
		top, sum := normaliser(row)
		y.Data[r] = T(math.Log(float64(sum))) + top - row[target]
	}
}

// CrossEntropyGradOp is (softmax(x) - onehot(target))·g over the last axis:
// operands are the logits, the targets and g, one number a row.
type CrossEntropyGradOp struct{}

// Name implements Op.
func (o *CrossEntropyGradOp) Name() string { return "cross-entropy gradient" }

// ReadsInts implements IntReader: the targets.
func (o *CrossEntropyGradOp) ReadsInts(i int) bool { return i == 1 }

// Infer implements Op.
func (o *CrossEntropyGradOp) Infer(in []Shape) ([]Shape, error) {
	if !in[1].Equal(in[2]) {
		return nil, fmt.Errorf("one number for each target is needed")
	}
	_, err := (&CrossEntropyOp{}).Infer(in)
	return in[:1:1], err
}

// Index implements Op.
func (o *CrossEntropyGradOp) Index(x *Indexer, n *Node) {
	x.UnifyAll(n.In[0], n.At(0))
	x.Pin(n.In[0], -1, "the vocabulary or the labels of the loss")
	for k := 1; k <= n.In[1].Rank(); k++ {
		x.Unify(n.In[1], -k, n.At(0), -k-1)
		x.Unify(n.In[2], -k, n.At(0), -k-1)
	}
}

// Contracts implements Op: exp(0) is not 0.
func (o *CrossEntropyGradOp) Contracts(n *Node) []Contraction {
	return contractEach(n.In[0], NeverExact, -1)
}

// Zero implements Op.
func (o *CrossEntropyGradOp) Zero(*Zeros, *Node) [][]bool { return [][]bool{nil} }

// Restrict implements Op: the classes are pinned, so nothing changes.
func (o *CrossEntropyGradOp) Restrict(*Restriction, *Node) (Op, error) { return o, nil }

// Gradient implements Op: with p = softmax(x), the adjoint h of the result
// gives dx = g·p·(h - Σ h·p) and dg = Σ h·(p - onehot).
func (o *CrossEntropyGradOp) Gradient(t *Tape, n *Node, g []Value) {
	x, targets, scale := t.Use(n.In[0]), t.Use(n.In[1]), t.Use(n.In[2])
	h := g[0]
	if t.Needs(n.In[0]) {
		p := Softmax(x)
		s := view(scale, x.Shape().With(-1, Fixed(1)))
		t.Add(n.In[0], Mul(s, Mul(p, Sub(h, reduce(SumOf, Mul(h, p), []int{-1})))))
	}
	if t.Needs(n.In[2]) {
		one := fill(h.Graph(), 1, scale.Shape())
		d := emit(&CrossEntropyGradOp{}, x, targets, one)
		t.Add(n.In[2], Sum(Mul(h, d), -1))
	}
}

// Forward32 implements Op.
func (o *CrossEntropyGradOp) Forward32(c *Call[float32]) { forwardCrossEntropyGrad(c) }

// Forward64 implements Op.
func (o *CrossEntropyGradOp) Forward64(c *Call[float64]) { forwardCrossEntropyGrad(c) }

func forwardCrossEntropyGrad[T tensor.Float](c *Call[T]) {
	x, y := c.In[0], c.Out[0]
	n := x.Last()
	for r, target := range c.In[1].Ints {
		row, d := x.Data[r*n:(r+1)*n], y.Data[r*n:(r+1)*n]
		g := c.In[2].Data[r]
		top, sum := normaliser(row)
		for i, v := range row {
			p := T(math.Exp(float64(v-top))) / sum
			if i == int(target) {
				p -= 1
			}
			d[i] = p * g
		}
	}
}
