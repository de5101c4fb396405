package graph

import (
	"fmt"

	"github.com/seed391906a2/iss/core/rng"
	"github.com/seed391906a2/iss/core/tensor"
)

// InputRole says where an input's values come from.
type InputRole uint8

// Roles of inputs.
const (
	Feed     InputRole = iota // given at each run
	Carried                   // a state: starts at zero, fed back from the output of its name
	Sequence                  // in a body: the slice of a sequence at this time
	Previous                  // in a body: a state at the start of the step
	Capture                   // in a body: a value of the graph around it
)

// InputOp is a value that comes from outside the graph.
type InputOp struct {
	Label string
	Role  InputRole
	Kind  Kind
	Shape Shape
	Start float64 // of a Carried state: its value before the first run
	Outer Value   // of a Capture: what is captured
	Owner string  // of a Previous: label of the layer whose state it is
}

// Name implements Op.
func (o *InputOp) Name() string { return "input " + o.Label }

// Infer implements Op.
func (o *InputOp) Infer([]Shape) ([]Shape, error) { return []Shape{o.Shape}, nil }

// Index pins the features of what is fed: their number is the data's.
func (o *InputOp) Index(x *Indexer, n *Node) {
	v := n.At(0)
	switch o.Role {
	case Feed:
		for k := 1; k <= v.Rank(); k++ {
			x.Pin(v, -k, fmt.Sprintf("the model's input %q", o.Label))
		}
	case Previous:
		for k := range v.Rank() {
			if v.Shape()[k].IsFixed() {
				x.states = append(x.states, stateMark{Axis{v, k}, o.Owner + "/" + o.Label})
			}
		}
	}
}

// Zero implements Op: nothing is known of an input.
func (o *InputOp) Zero(*Zeros, *Node) [][]bool { return [][]bool{nil} }

// Restrict implements Op.
func (o *InputOp) Restrict(r *Restriction, n *Node) (Op, error) {
	c := *o
	c.Shape = r.Shape(n.At(0))
	return &c, nil
}

// Gradient implements Op: a leaf has no operands.
func (o *InputOp) Gradient(*Tape, *Node, []Value) {}

// Forward32 implements Op; executors bind inputs themselves.
func (o *InputOp) Forward32(*Call[float32]) {}

// Forward64 implements Op; executors bind inputs themselves.
func (o *InputOp) Forward64(*Call[float64]) {}

// ParamOp is a parameter.
type ParamOp struct{ P *Param }

// Name implements Op.
func (o *ParamOp) Name() string { return "parameter " + o.P.Name }

// Infer implements Op.
func (o *ParamOp) Infer([]Shape) ([]Shape, error) { return []Shape{Of(o.P.Shape...)}, nil }

// Index implements Op: what a parameter's axes mean follows from its users.
func (o *ParamOp) Index(*Indexer, *Node) {}

// Zero implements Op: index i of the last axis is zero if all its weights are.
func (o *ParamOp) Zero(z *Zeros, n *Node) [][]bool { return zeroColumns(z.weight(o.P), n.At(0)) }

func zeroColumns[T tensor.Float](w []T, v Value) [][]bool {
	if w == nil || v.Rank() == 0 {
		return [][]bool{nil}
	}
	last := v.Shape().Last().Size
	return eachZero(v, func(i int) bool {
		for j := i; j < len(w); j += last {
			if w[j] != 0 {
				return false
			}
		}
		return true
	})
}

// Restrict implements Op.
func (o *ParamOp) Restrict(r *Restriction, n *Node) (Op, error) {
	if r.keep == nil {
		return o, nil
	}
	return &ParamOp{r.param(n.At(0), o.P)}, nil
}

// Gradient implements Op: a leaf has no operands.
func (o *ParamOp) Gradient(*Tape, *Node, []Value) {}

// Forward32 implements Op.
func (o *ParamOp) Forward32(c *Call[float32]) { copy(c.Out[0].Data, c.Param(o.P)) }

// Forward64 implements Op.
func (o *ParamOp) Forward64(c *Call[float64]) { copy(c.Out[0].Data, c.Param(o.P)) }

// ConstOp is a literal tensor.
type ConstOp struct {
	Shape []int
	Data  []float64
}

// Name implements Op.
func (o *ConstOp) Name() string { return "constant" }

// Infer implements Op.
func (o *ConstOp) Infer([]Shape) ([]Shape, error) {
	if product(o.Shape) != len(o.Data) {
		return nil, fmt.Errorf("%d values for shape %v of %d", len(o.Data), Of(o.Shape...), product(o.Shape))
	}
	return []Shape{Of(o.Shape...)}, nil
}

// Index implements Op: a constant along a unit axis belongs to the units.
func (o *ConstOp) Index(*Indexer, *Node) {}

// Zero implements Op.
func (o *ConstOp) Zero(_ *Zeros, n *Node) [][]bool { return zeroColumns(o.Data, n.At(0)) }

// Restrict keeps the values of the kept units.
func (o *ConstOp) Restrict(r *Restriction, n *Node) (Op, error) {
	d := tensor.Dense[float64]{Shape: o.Shape, Data: o.Data}
	for k := range o.Shape {
		if kept := r.Kept(n.At(0), k-len(o.Shape)); kept != nil {
			d = d.Restrict(k, kept)
		}
	}
	return &ConstOp{d.Shape, d.Data}, nil
}

// Gradient implements Op: a leaf has no operands.
func (o *ConstOp) Gradient(*Tape, *Node, []Value) {}

// Forward32 implements Op.
func (o *ConstOp) Forward32(c *Call[float32]) { forwardConst(o, c) }

// Forward64 implements Op.
func (o *ConstOp) Forward64(c *Call[float64]) { forwardConst(o, c) }

func forwardConst[T tensor.Float](o *ConstOp, c *Call[T]) {
	for i, d := range o.Data {
		c.Out[0].Data[i] = T(d)
	}
}

// FillOp is a tensor of one value.
type FillOp struct {
	Value float64
	Shape Shape
}

func fill(g *Graph, value float64, shape Shape) Value {
	return Emit(g, &FillOp{value, append(Shape(nil), shape...)}).At(0)
}

// Name implements Op.
func (o *FillOp) Name() string { return "fill" }

// Infer implements Op.
func (o *FillOp) Infer([]Shape) ([]Shape, error) { return []Shape{o.Shape}, nil }

// Index implements Op.
func (o *FillOp) Index(*Indexer, *Node) {}

// Zero implements Op.
func (o *FillOp) Zero(_ *Zeros, n *Node) [][]bool {
	return eachZero(n.At(0), func(int) bool { return o.Value == 0 })
}

// Restrict implements Op.
func (o *FillOp) Restrict(r *Restriction, n *Node) (Op, error) {
	return &FillOp{o.Value, r.Shape(n.At(0))}, nil
}

// Lift implements Lifter.
func (o *FillOp) Lift(time Dim) Op { return &FillOp{o.Value, append(Shape{time}, o.Shape...)} }

// Gradient implements Op: a leaf has no operands.
func (o *FillOp) Gradient(*Tape, *Node, []Value) {}

// Forward32 implements Op.
func (o *FillOp) Forward32(c *Call[float32]) { forwardFill(o, c) }

// Forward64 implements Op.
func (o *FillOp) Forward64(c *Call[float64]) { forwardFill(o, c) }

func forwardFill[T tensor.Float](o *FillOp, c *Call[T]) {
	for i := range c.Out[0].Data {
		c.Out[0].Data[i] = T(o.Value)
	}
}

// MaskOp is a dropout mask: 1/Keep with probability Keep, else 0; 1 outside
// training. A bit depends on the seed, the training step, Site, the time (or
// the word), the row and the original number of the unit, and on nothing
// else, so it survives cutting and does not depend on the executor.
type MaskOp struct {
	Site  string
	Keep  float64
	Freq  Frequency
	Shape Shape   // [time, batch, units], [batch, units] or, per word, [time, batch, 1]
	Units []int32 // original numbers of the units; nil: 0, 1, ...
}

// Name implements Op.
func (o *MaskOp) Name() string { return "mask " + o.Site }

// ReadsInts implements IntReader: the words of a mask drawn per word.
func (o *MaskOp) ReadsInts(i int) bool { return i == 0 }

// Infer implements Op.
func (o *MaskOp) Infer(in []Shape) ([]Shape, error) {
	if want := map[Frequency]int{PerStep: 3, PerWindow: 2, PerWord: 3}[o.Freq]; len(o.Shape) != want {
		return nil, fmt.Errorf("a mask drawn per %v has %d axes, not %v", o.Freq, want, o.Shape)
	}
	if o.Freq == PerWord && (len(in) != 1 || len(in[0]) != 2) {
		return nil, fmt.Errorf("a mask drawn per word needs the word ids [time, batch]")
	}
	return []Shape{o.Shape}, nil
}

// Index implements Op: masks are element-wise; their user unifies. Steps and
// rows are pinned: bits are drawn by their numbers.
func (o *MaskOp) Index(x *Indexer, n *Node) {
	for k := 2; k <= n.At(0).Rank(); k++ {
		x.Pin(n.At(0), -k, "the steps or rows of a mask")
	}
}

// Zero implements Op.
func (o *MaskOp) Zero(*Zeros, *Node) [][]bool { return [][]bool{nil} }

// Restrict keeps the original numbers of the units that stay.
func (o *MaskOp) Restrict(r *Restriction, n *Node) (Op, error) {
	m := *o
	m.Shape = r.Shape(n.At(0))
	if kept := r.Kept(n.At(0), -1); kept != nil {
		m.Units = make([]int32, len(kept))
		for i, k := range kept {
			m.Units[i] = int32(k)
			if o.Units != nil {
				m.Units[i] = o.Units[k]
			}
		}
	}
	return &m, nil
}

// Gradient implements Op: a mask has no gradient.
func (o *MaskOp) Gradient(*Tape, *Node, []Value) {}

// Forward32 implements Op.
func (o *MaskOp) Forward32(c *Call[float32]) { DrawMask(o, c.Mode, c.Out[0], ints(c)) }

// Forward64 implements Op.
func (o *MaskOp) Forward64(c *Call[float64]) { DrawMask(o, c.Mode, c.Out[0], ints(c)) }

func ints[T tensor.Float](c *Call[T]) []int32 {
	if len(c.In) == 0 {
		return nil
	}
	return c.In[0].Ints
}

// DrawMask fills out with the mask for a run; words are the ids for a mask
// drawn per word. Executors share it, so that masks are the same in all.
func DrawMask[T tensor.Float](o *MaskOp, m Mode, out Array[T], words []int32) {
	if !m.Training {
		for i := range out.Data {
			out.Data[i] = 1
		}
		return
	}
	key := rng.NewMaskKey(m.Seed, o.Site)
	n := out.Last()
	batch := out.Shape[len(out.Shape)-2]
	for i := range out.Rows() {
		time, row := uint32(i/batch), uint32(i%batch)
		if o.Freq == PerWord {
			time = uint32(words[i])
		}
		rng.FillMask(key, out.Data[i*n:(i+1)*n], m.Step, time, row, o.Units, o.Keep)
	}
}
