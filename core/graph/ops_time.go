package graph

import (
	"fmt"
	"math"

	"github.com/seed391906a2/iss/core/tensor"
)

// ReverseOp turns the first axis (time) round. With lengths [batch] as its
// second operand each row is turned within its own length and what is behind
// stays where it is.
type ReverseOp struct{ Axis int } // time, counted from the end

// Reverse turns axis 0 (time) of x [time, batch, ...] round; lengths [batch]
// or the zero Value for full length.
func Reverse(x, lengths Value) Value {
	op := &ReverseOp{-x.Rank()}
	if lengths.IsZero() {
		return emit(op, x)
	}
	return emit(op, x, lengths)
}

// Name implements Op.
func (o *ReverseOp) Name() string { return "reverse" }

// ReadsInts implements IntReader: the lengths.
func (o *ReverseOp) ReadsInts(i int) bool { return i == 1 }

// Infer implements Op.
func (o *ReverseOp) Infer(in []Shape) ([]Shape, error) {
	if len(in[0])+o.Axis != 0 {
		return nil, fmt.Errorf("time is not the first axis")
	}
	if len(in) > 1 && (len(in[1]) != 1 || len(in[0]) < 2 || in[0][1] != in[1][0]) {
		return nil, fmt.Errorf("lengths are not one for each row of [time, batch, ...]")
	}
	return in[:1:1], nil
}

// Index implements Op: the same units; positions are anonymous, fixed ones are pinned.
func (o *ReverseOp) Index(x *Indexer, n *Node) {
	unifyOthers(x, n, o.Axis)
	x.Pin(n.In[0], o.Axis, "positions that are reversed")
	x.Pin(n.At(0), o.Axis, "positions that are reversed")
	if len(n.In) > 1 {
		x.Unify(n.In[1], -1, n.At(0), o.Axis+1)
	}
}

// Contracts implements Op: index by index.
func (o *ReverseOp) Contracts(*Node) []Contraction { return nil }

// Zero implements Op. Of a vector the features are the positions.
func (o *ReverseOp) Zero(z *Zeros, n *Node) [][]bool {
	if n.In[0].Rank() == 1 {
		return [][]bool{nil}
	}
	return [][]bool{z.Of(n.In[0])}
}

// Restrict implements Op.
func (o *ReverseOp) Restrict(*Restriction, *Node) (Op, error) { return o, nil }

// Gradient implements Op: it is its own inverse.
func (o *ReverseOp) Gradient(t *Tape, n *Node, g []Value) {
	if !t.Needs(n.In[0]) {
		return
	}
	var lengths Value
	if len(n.In) > 1 {
		lengths = t.Use(n.In[1])
	}
	t.Add(n.In[0], Reverse(g[0], lengths))
}

// ONNX implements Exporter.
func (o *ReverseOp) ONNX(e Emitter, n *Node) error {
	if len(n.In) == 1 {
		e.Out(0, e.Add("Slice", nil, e.In(0), e.Longs(-1), e.Longs(math.MinInt64), e.Longs(0), e.Longs(-1)))
		return nil
	}
	lengths := e.Add("Cast", Attributes{"to": int64(7)}, e.In(1)) // to int64
	e.Out(0, e.Add("ReverseSequence", Attributes{"time_axis": int64(0), "batch_axis": int64(1)}, e.In(0), lengths))
	return nil
}

// Forward32 implements Op.
func (o *ReverseOp) Forward32(c *Call[float32]) { forwardReverse(c) }

// Forward64 implements Op.
func (o *ReverseOp) Forward64(c *Call[float64]) { forwardReverse(c) }

func forwardReverse[T tensor.Float](c *Call[T]) {
	x, y := c.In[0], c.Out[0]
	time, batch := x.Shape[0], 1
	if len(c.In) > 1 {
		batch = x.Shape[1]
	}
	w := product(x.Shape[1:]) / max(1, batch)
	for b := range batch {
		n := time
		if len(c.In) > 1 {
			n = min(max(0, int(c.In[1].Ints[b])), time)
		}
		for t := range time {
			from := t
			if t < n {
				from = n - 1 - t
			}
			copy(y.Data[(t*batch+b)*w:(t*batch+b+1)*w], x.Data[(from*batch+b)*w:])
		}
	}
}

// ValidOp is 1 at times below a row's length and 0 behind: lengths [batch]
// give [time, batch, 1].
type ValidOp struct{ Time Dim }

// Valid is 1 at times below a row's length and 0 behind, as [time, batch, 1].
func Valid(lengths Value, time Dim) Value { return emit(&ValidOp{time}, lengths) }

// Name implements Op.
func (o *ValidOp) Name() string { return "valid" }

// ReadsInts implements IntReader: the lengths.
func (o *ValidOp) ReadsInts(i int) bool { return i == 0 }

// Infer implements Op.
func (o *ValidOp) Infer(in []Shape) ([]Shape, error) {
	if len(in[0]) != 1 {
		return nil, fmt.Errorf("lengths are not one for each row")
	}
	return []Shape{{o.Time, in[0][0], Fixed(1)}}, nil
}

// Index implements Op: rows are those of the lengths, positions are pinned.
func (o *ValidOp) Index(x *Indexer, n *Node) {
	x.Unify(n.In[0], -1, n.At(0), -2)
	x.Pin(n.At(0), -3, "positions below a length")
	x.Pin(n.At(0), -1, "one number for a row")
}

// Contracts implements Op: row by row.
func (o *ValidOp) Contracts(*Node) []Contraction { return nil }

// Zero implements Op.
func (o *ValidOp) Zero(*Zeros, *Node) [][]bool { return [][]bool{nil} }

// Restrict implements Op.
func (o *ValidOp) Restrict(*Restriction, *Node) (Op, error) { return o, nil }

// Gradient implements Op: lengths have none.
func (o *ValidOp) Gradient(*Tape, *Node, []Value) {}

// ONNX implements Exporter.
func (o *ValidOp) ONNX(e Emitter, n *Node) error {
	last := e.Longs(1)
	time := e.Add("Squeeze", nil, e.Lengths(Shape{o.Time}))
	zero, one := e.Add("Squeeze", nil, e.Longs(0)), e.Add("Squeeze", nil, e.Longs(1))
	steps := e.Add("Unsqueeze", nil, e.Add("Range", nil, zero, time, one), last)
	below := e.Add("Less", nil, steps, e.Add("Cast", Attributes{"to": int64(7)}, e.In(0))) // as int64
	valid := e.Add("Cast", Attributes{"to": int64(1)}, below)                              // to float32
	e.Out(0, e.Add("Unsqueeze", nil, valid, e.Longs(2)))
	return nil
}

// Forward32 implements Op.
func (o *ValidOp) Forward32(c *Call[float32]) { forwardValid(c) }

// Forward64 implements Op.
func (o *ValidOp) Forward64(c *Call[float64]) { forwardValid(c) }

func forwardValid[T tensor.Float](c *Call[T]) {
	y := c.Out[0]
	batch := y.Shape[1]
	for i := range y.Data {
		y.Data[i] = 0
		if i/batch < int(c.In[0].Ints[i%batch]) {
			y.Data[i] = 1
		}
	}
}
