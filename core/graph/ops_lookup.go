package graph

import (
	"fmt"

	"github.com/seed391906a2/iss/core/tensor"
)

// LookupOp takes rows of a table: table [V, e] and ids [...] give [..., e].
type LookupOp struct{}

// Lookup takes the rows ids of a table [vocabulary, features]: an embedding.
func Lookup(table, ids Value) Value { return emit(&LookupOp{}, table, ids) }

// Name implements Op.
func (o *LookupOp) Name() string { return "lookup" }

// ReadsInts implements IntReader: the ids.
func (o *LookupOp) ReadsInts(i int) bool { return i == 1 }

// Infer implements Op.
func (o *LookupOp) Infer(in []Shape) ([]Shape, error) {
	if len(in[0]) != 2 {
		return nil, fmt.Errorf("the table is not a matrix")
	}
	return []Shape{append(append(Shape(nil), in[1]...), in[0][1])}, nil
}

// Index implements Op: rows are pinned, features are carried on.
func (o *LookupOp) Index(x *Indexer, n *Node) {
	x.Pin(n.In[0], -2, "the vocabulary of a look-up table")
	x.Unify(n.In[0], -1, n.At(0), -1)
	for k := 1; k <= n.In[1].Rank(); k++ {
		x.Unify(n.In[1], -k, n.At(0), -k-1)
	}
	x.Uses(n.In[0], -1, Makes)
	x.Uses(n.In[0], -2, Reads)
}

// Contracts implements Op: a row is named by its number.
func (o *LookupOp) Contracts(n *Node) []Contraction {
	return contractEach(n.In[0], NeverExact, -2)
}

// Zero implements Op: a feature is zero if its column is.
func (o *LookupOp) Zero(z *Zeros, n *Node) [][]bool { return [][]bool{z.Of(n.In[0])} }

// Restrict implements Op.
func (o *LookupOp) Restrict(*Restriction, *Node) (Op, error) { return o, nil }

// Gradient implements Op.
func (o *LookupOp) Gradient(t *Tape, n *Node, g []Value) {
	if t.Needs(n.In[0]) {
		t.Add(n.In[0], emit(&LookupGradOp{n.In[0].Shape()[0].Size}, t.Use(n.In[1]), g[0]))
	}
}

// ONNX implements Exporter.
func (o *LookupOp) ONNX(e Emitter, n *Node) error {
	e.Out(0, e.Add("Gather", Attributes{"axis": int64(0)}, e.In(0), e.In(1)))
	return nil
}

// Forward32 implements Op.
func (o *LookupOp) Forward32(c *Call[float32]) { forwardLookup(c) }

// Forward64 implements Op.
func (o *LookupOp) Forward64(c *Call[float64]) { forwardLookup(c) }

func forwardLookup[T tensor.Float](c *Call[T]) {
	table, y := c.In[0], c.Out[0]
	e := table.Last()
	for i, id := range c.In[1].Ints {
		copy(y.Data[i*e:(i+1)*e], table.Data[int(id)*e:])
	}
}

// LookupGradOp adds rows up by their ids: ids [...] and g [..., e] give
// [Rows, e], the gradient of a table.
type LookupGradOp struct{ Rows int }

// Name implements Op.
func (o *LookupGradOp) Name() string { return "lookup gradient" }

// ReadsInts implements IntReader: the ids.
func (o *LookupGradOp) ReadsInts(i int) bool { return i == 0 }

// Infer implements Op.
func (o *LookupGradOp) Infer(in []Shape) ([]Shape, error) {
	if len(in[1]) == 0 || !in[1][:len(in[1])-1].Equal(in[0]) {
		return nil, fmt.Errorf("one id for each row is needed")
	}
	return []Shape{{Fixed(o.Rows), in[1].Last()}}, nil
}

// Index implements Op.
func (o *LookupGradOp) Index(x *Indexer, n *Node) {
	x.Unify(n.In[1], -1, n.At(0), -1)
	x.Pin(n.At(0), -2, "the vocabulary of a look-up table")
	for k := 1; k <= n.In[0].Rank(); k++ {
		x.Unify(n.In[0], -k, n.In[1], -k-1)
	}
}

// Contracts implements Op: the rows of one id are added up.
func (o *LookupGradOp) Contracts(n *Node) []Contraction {
	return contractEach(n.In[1], AddedUp, leading(n.In[1], 1)...)
}

// Zero implements Op.
func (o *LookupGradOp) Zero(z *Zeros, n *Node) [][]bool { return [][]bool{z.Of(n.In[1])} }

// Restrict implements Op.
func (o *LookupGradOp) Restrict(*Restriction, *Node) (Op, error) { return o, nil }

// Gradient implements Op.
func (o *LookupGradOp) Gradient(t *Tape, n *Node, g []Value) {
	if t.Needs(n.In[1]) {
		t.Add(n.In[1], Lookup(g[0], t.Use(n.In[0])))
	}
}

// Forward32 implements Op.
func (o *LookupGradOp) Forward32(c *Call[float32]) { forwardLookupGrad(c) }

// Forward64 implements Op.
func (o *LookupGradOp) Forward64(c *Call[float64]) { forwardLookupGrad(c) }

func forwardLookupGrad[T tensor.Float](c *Call[T]) {
	g, y := c.In[1], c.Out[0]
	e := g.Last()
	clear(y.Data)
	for i, id := range c.In[0].Ints {
		dst := y.Data[int(id)*e : int(id+1)*e]
		for j, v := range g.Data[i*e : (i+1)*e] {
			dst[j] += v
		}
	}
}
