package graph

import (
	"fmt"

	"github.com/seed391906a2/iss/core/rng"
	"github.com/seed391906a2/iss/core/tensor"
)

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

// Contracts implements Op: bits are drawn one by one.
func (o *MaskOp) Contracts(*Node) []Contraction { return nil }

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

// ONNX implements Exporter: in evaluation it is 1.
func (o *MaskOp) ONNX(e Emitter, n *Node) error {
	e.Out(0, e.Add("Expand", nil, scalar(e, 1), e.Lengths(o.Shape)))
	return nil
}

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
