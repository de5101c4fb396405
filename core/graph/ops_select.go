package graph

import "github.com/seed391906a2/iss/core/tensor"

// SelectOp is y = a where cond is not zero, else b; all three are broadcast.
type SelectOp struct{}

// Select is a where cond is not zero, else b, with broadcasting.
func Select(cond, a, b Value) Value { return emit(&SelectOp{}, cond, a, b) }

// Name implements Op.
func (o *SelectOp) Name() string { return "select" }

// Infer implements Op.
func (o *SelectOp) Infer(in []Shape) ([]Shape, error) {
	s, err := broadcast(in[0], in[1])
	if err == nil {
		s, err = broadcast(s, in[2])
	}
	return []Shape{s}, err
}

// Index implements Op: index by index; what is broadcast is not unified.
func (o *SelectOp) Index(x *Indexer, n *Node) {
	for _, v := range n.In {
		x.UnifyAll(v, n.At(0))
	}
}

// Contracts implements Op: index by index.
func (o *SelectOp) Contracts(*Node) []Contraction { return nil }

// Zero implements Op.
func (o *SelectOp) Zero(z *Zeros, n *Node) [][]bool {
	return eachZero(n.At(0), func(i int) bool {
		b := z.zeroAt(n.In[2], i)
		return b && (z.zeroAt(n.In[1], i) || z.zeroAt(n.In[0], i))
	})
}

// Restrict implements Op.
func (o *SelectOp) Restrict(*Restriction, *Node) (Op, error) { return o, nil }

// Gradient implements Op: the condition has none.
func (o *SelectOp) Gradient(t *Tape, n *Node, g []Value) {
	cond := t.Use(n.In[0])
	zero := fill(g[0].Graph(), 0, nil)
	if t.Needs(n.In[1]) {
		t.Add(n.In[1], Select(cond, g[0], zero))
	}
	if t.Needs(n.In[2]) {
		t.Add(n.In[2], Select(cond, zero, g[0]))
	}
}

// ONNX implements Exporter.
func (o *SelectOp) ONNX(e Emitter, n *Node) error {
	e.Out(0, e.Add("Where", nil, e.Add("Cast", Attributes{"to": int64(9)}, e.In(0)), e.In(1), e.In(2))) // to bool
	return nil
}

// Forward32 implements Op.
func (o *SelectOp) Forward32(c *Call[float32]) { forwardSelect(c) }

// Forward64 implements Op.
func (o *SelectOp) Forward64(c *Call[float64]) { forwardSelect(c) }

func forwardSelect[T tensor.Float](c *Call[T]) {
	y := c.Out[0]
	var w [3]*walk
	for k := range w {
		w[k] = newWalk(c.In[k].Shape, y.Shape)
	}
	for i := range y.Data {
		from := 1
		if c.In[0].Data[w[0].at] == 0 {
			from = 2
		}
		y.Data[i] = c.In[from].Data[w[from].at]
		for k := range w {
			w[k].next()
		}
	}
}
