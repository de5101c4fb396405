package graph

import (
	"github.com/seed391906a2/iss/core/tensor"
)

// ParamOp is a parameter.
type ParamOp struct{ P *Param }

// Name implements Op.
func (o *ParamOp) Name() string { return "parameter " + o.P.Name }

// Infer implements Op.
func (o *ParamOp) Infer([]Shape) ([]Shape, error) { return []Shape{Of(o.P.Shape...)}, nil }

// Index implements Op: what a parameter's axes mean follows from its users.
func (o *ParamOp) Index(*Indexer, *Node) {}

// Contracts implements Op: a leaf has no operands.
func (o *ParamOp) Contracts(*Node) []Contraction { return nil }

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
