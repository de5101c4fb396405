package celltest

import (
	"fmt"
	"math"

	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/tensor"
)

// stranger is a cell of somebody else's, in as few words as a test can have:
// an Elman network h' = f([x, h]·W + b) with the parts that a test breaks.
type stranger struct {
	in, hidden int
	act        func(s *graph.Scope, z graph.Value) graph.Value
	states     func(hidden int) []core.State
	step       func(c *stranger, s *graph.Scope, x graph.Value, prev []graph.Value) (graph.Value, []graph.Value)
	keep       float64
}

func (c *stranger) States() []core.State {
	if c.states != nil {
		return c.states(c.hidden)
	}
	return []core.State{{Name: "h", Size: c.hidden}}
}

func (c *stranger) Step(s *graph.Scope, x graph.Value, prev []graph.Value) (graph.Value, []graph.Value) {
	if c.step != nil {
		return c.step(c, s, x, prev)
	}
	h := c.act(s, c.linear(s, "", x, prev[0]))
	return h, []graph.Value{h}
}

// linear is [x, h]·W + b.
func (c *stranger) linear(s *graph.Scope, name string, x, h graph.Value) graph.Value {
	x = graph.Concat(-1, x, h)
	W := s.Param(name+"weights", nil, x.Shape().Last().Size, c.hidden)
	return graph.Add(graph.MatMul(x, W), s.Param(name+"biases", graph.Constant{}, c.hidden))
}

// plugin is that cell as a plug-in.
func plugin(broken stranger) core.CellPlugin {
	return core.CellPlugin{
		Name: "stranger", Doc: "Elman network.", Source: "Elman 1990",
		New: func(cfg core.CellConfig) (core.Cell, error) {
			c := broken
			c.in, c.hidden, c.keep = cfg.Input, cfg.Hidden, 1
			if k, ok := cfg.Keep["h"]; ok {
				c.keep = k
			}
			if c.act == nil {
				c.act = func(_ *graph.Scope, z graph.Value) graph.Value { return graph.Tanh(z) }
			}
			return &c, nil
		},
	}
}

// through is an activation that is an operation of the stranger's own.
func through(op graph.Op) func(*graph.Scope, graph.Value) graph.Value {
	return func(_ *graph.Scope, z graph.Value) graph.Value { return graph.Emit(z.Graph(), op, z).At(0) }
}

// softsign is y = x/(1+|x|), an operation that core/graph does not have.
type softsign struct{}

var _ graph.Op = softsign{}

func (softsign) Name() string                                                 { return "softsign" }
func (softsign) Infer(in []graph.Shape) ([]graph.Shape, error)                { return in[:1:1], nil }
func (softsign) Index(x *graph.Indexer, n *graph.Node)                        { x.UnifyAll(n.In[0], n.At(0)) }
func (softsign) Contracts(*graph.Node) []graph.Contraction                    { return nil }
func (softsign) Zero(z *graph.Zeros, n *graph.Node) [][]bool                  { return [][]bool{z.Of(n.In[0])} }
func (o softsign) Restrict(*graph.Restriction, *graph.Node) (graph.Op, error) { return o, nil }
func (softsign) Forward32(c *graph.Call[float32])                             { forwardSoftsign(c) }
func (softsign) Forward64(c *graph.Call[float64])                             { forwardSoftsign(c) }

// Gradient: dy/dx = 1/(1+|x|)² = (1-|y|)².
func (softsign) Gradient(t *graph.Tape, n *graph.Node, g []graph.Value) {
	y := t.Use(n.At(0))
	d := graph.OneMinus(graph.Max(y, graph.Neg(y)))
	t.Add(n.In[0], graph.Mul(g[0], graph.Mul(d, d)))
}

func forwardSoftsign[T tensor.Float](c *graph.Call[T]) {
	for i, x := range c.In[0].Data {
		c.Out[0].Data[i] = T(float64(x) / (1 + math.Abs(float64(x))))
	}
}

// Softsigns of which one facet is wrong.
type (
	steepSoftsign struct{ softsign } // Gradient forgets the square
	deafSoftsign  struct{ softsign } // Gradient adds nothing
	roughSoftsign struct{ softsign } // Forward32 is another function
	tiredSoftsign struct {
		softsign
		calls int
	} // is another function in each call
	zeroSoftsign    struct{ softsign } // Zero promises too much
	looseSoftsign   struct{ softsign } // Index has no rule
	shiftedSoftsign struct{ softsign } // gives units the values of others and does not say so
)

func (steepSoftsign) Gradient(t *graph.Tape, n *graph.Node, g []graph.Value) {
	y := t.Use(n.At(0))
	t.Add(n.In[0], graph.Mul(g[0], graph.OneMinus(graph.Max(y, graph.Neg(y)))))
}

func (deafSoftsign) Gradient(*graph.Tape, *graph.Node, []graph.Value) {}

func (roughSoftsign) Forward32(c *graph.Call[float32]) {
	for i, x := range c.In[0].Data {
		c.Out[0].Data[i] = x / (1.01 + max(x, -x))
	}
}

// Forward32 counts its calls: it is no function of its operand.
func (o *tiredSoftsign) Forward32(c *graph.Call[float32]) {
	forwardSoftsign(c)
	o.calls++
	c.Out[0].Data[0] += float32(o.calls) / 8
}

func (zeroSoftsign) Zero(_ *graph.Zeros, n *graph.Node) [][]bool {
	all := make([]bool, n.At(0).Shape().Last().Size)
	for i := range all {
		all[i] = i == 1
	}
	return [][]bool{all}
}

func (looseSoftsign) Index(*graph.Indexer, *graph.Node) {}

func (shiftedSoftsign) Forward32(c *graph.Call[float32]) { shiftSoftsign(c) }
func (shiftedSoftsign) Forward64(c *graph.Call[float64]) { shiftSoftsign(c) }

// shiftSoftsign gives each unit what its neighbour should have.
func shiftSoftsign[T tensor.Float](c *graph.Call[T]) {
	forwardSoftsign(c)
	y, n := c.Out[0].Data, c.Out[0].Last()
	for start := 0; start < len(y); start += n {
		first := y[start]
		copy(y[start:start+n-1], y[start+1:start+n])
		y[start+n-1] = first
	}
}

// scaledSoftsign holds a constant for each unit: y_k = scale_k·softsign(x_k).
// cut says which it holds when the units kept are left.
type scaledSoftsign struct {
	softsign
	scale []float64
	cut   func(scale []float64, kept []int) []float64
}

func (o *scaledSoftsign) Infer(in []graph.Shape) ([]graph.Shape, error) {
	if n := in[0].Last().Size; n != len(o.scale) {
		return nil, fmt.Errorf("%d units, but %d constants", n, len(o.scale))
	}
	return in[:1:1], nil
}

func (o *scaledSoftsign) Restrict(r *graph.Restriction, n *graph.Node) (graph.Op, error) {
	left := *o
	if kept := r.Kept(n.At(0), -1); kept != nil {
		left.scale = o.cut(o.scale, kept)
	}
	return &left, nil
}

func (o *scaledSoftsign) Gradient(t *graph.Tape, n *graph.Node, g []graph.Value) {
	scale := graph.Emit(g[0].Graph(), &graph.ConstOp{Shape: []int{len(o.scale)}, Data: o.scale}).At(0)
	y := graph.Div(t.Use(n.At(0)), scale)
	d := graph.OneMinus(graph.Max(y, graph.Neg(y)))
	t.Add(n.In[0], graph.Mul(g[0], graph.Mul(scale, graph.Mul(d, d))))
}

func (o *scaledSoftsign) Forward32(c *graph.Call[float32]) { scaleSoftsign(o, c) }
func (o *scaledSoftsign) Forward64(c *graph.Call[float64]) { scaleSoftsign(o, c) }

func scaleSoftsign[T tensor.Float](o *scaledSoftsign, c *graph.Call[T]) {
	forwardSoftsign(c)
	for i := range c.Out[0].Data {
		c.Out[0].Data[i] *= T(o.scale[i%len(o.scale)])
	}
}

// pairOp has two results: y = softsign(x), and z = y + y. halfOp is cut to
// another operation.
type (
	halfOp struct{ softsign }
	pairOp struct{ halfOp }
)

func (o pairOp) Restrict(*graph.Restriction, *graph.Node) (graph.Op, error) { return o, nil }

func (halfOp) Infer(in []graph.Shape) ([]graph.Shape, error) {
	return []graph.Shape{in[0], in[0]}, nil
}

func (halfOp) Index(x *graph.Indexer, n *graph.Node) {
	x.UnifyAll(n.In[0], n.At(0))
	x.UnifyAll(n.In[0], n.At(1))
}

func (halfOp) Zero(z *graph.Zeros, n *graph.Node) [][]bool {
	return [][]bool{z.Of(n.In[0]), z.Of(n.In[0])}
}

func (o halfOp) Gradient(t *graph.Tape, n *graph.Node, g []graph.Value) {
	if !g[0].IsZero() {
		o.softsign.Gradient(t, n, g)
	}
	if !g[1].IsZero() {
		o.softsign.Gradient(t, n, []graph.Value{graph.Add(g[1], g[1])})
	}
}

func (halfOp) Forward32(c *graph.Call[float32]) { forwardPair(c) }
func (halfOp) Forward64(c *graph.Call[float64]) { forwardPair(c) }

func forwardPair[T tensor.Float](c *graph.Call[T]) {
	forwardSoftsign(c)
	for i, y := range c.Out[0].Data {
		c.Out[1].Data[i] = y + y
	}
}

// scaled is an activation with a scaledSoftsign.
func scaled(cut func(scale []float64, kept []int) []float64) stranger {
	return stranger{act: func(_ *graph.Scope, z graph.Value) graph.Value {
		o := &scaledSoftsign{scale: make([]float64, z.Shape().Last().Size), cut: cut}
		for k := range o.scale {
			o.scale[k] = 1 + 1/float64(k+2)
		}
		return graph.Emit(z.Graph(), o, z).At(0)
	}}
}

// Constants of units that are left: theirs, all, those of the first units.
func theirs(scale []float64, kept []int) (left []float64) {
	for _, k := range kept {
		left = append(left, scale[k])
	}
	return left
}
func uncut(scale []float64, _ []int) []float64        { return scale }
func firstOnes(scale []float64, kept []int) []float64 { return scale[:len(kept)] }

// pick gathers units in another order.
func pick(z graph.Value, order func(k, n int) int) graph.Value {
	n := z.Shape().Last().Size
	at := make([]int, n)
	for k := range at {
		at[k] = order(k, n)
	}
	return graph.Gather(z, -1, at)
}

// lazyProduct is a∘b whose Gradient looks at a first.
type lazyProduct struct{ graph.BinaryOp }

func (*lazyProduct) Name() string { return "product" }

func (o *lazyProduct) Gradient(t *graph.Tape, n *graph.Node, g []graph.Value) {
	if t.Needs(n.In[0]) {
		o.BinaryOp.Gradient(t, n, g)
	}
}

// laxOp is softsign with a second operand, a number for each unit, which it
// neither needs nor looks at.
type laxOp struct{ softsign }

func (laxOp) Index(x *graph.Indexer, n *graph.Node) {
	x.UnifyAll(n.In[0], n.At(0))
	x.Unify(n.In[1], -1, n.At(0), -1)
}

func (o laxOp) Restrict(*graph.Restriction, *graph.Node) (graph.Op, error) { return o, nil }

// noisyOp draws noise, in evaluation too.
type noisyOp struct{ softsign }

func (o noisyOp) Restrict(*graph.Restriction, *graph.Node) (graph.Op, error) { return o, nil }
func (noisyOp) Forward32(c *graph.Call[float32])                             { forwardNoise(c) }
func (noisyOp) Forward64(c *graph.Call[float64])                             { forwardNoise(c) }

func forwardNoise[T tensor.Float](c *graph.Call[T]) {
	forwardSoftsign(c)
	for i := range c.Out[0].Data {
		c.Out[0].Data[i] += T(c.Mode.Seed) / 64
	}
}
