package graph

import "slices"

// Constants is what no input reaches: an abstract interpretation of a trace
// over {biases decide, anything}, per index of each value's last axis. A value
// there is the same whatever is fed, at each step of each row, since all
// weights on the way to it are zero. States start where the model says; masks
// are those of evaluation, 1.
type Constants struct {
	zeros *Zeros
	same  *Zeros // its zero sets are the indices that no input reaches
}

// FindConstants interprets g with the given weights. g must be a forward trace.
func FindConstants(g *Graph, weight func(p *Param) []float32) *Constants {
	c := &Constants{zeros: FindZeros(g, weight)}
	c.same = &Zeros{weight: weight, zero: map[Value][]bool{}, rule: c.rule}
	assumed := map[Value][]bool{}
	for _, v := range g.Inputs {
		if op := v.Node.Op.(*InputOp); op.Role == Carried && slices.Contains(g.Names, op.Label) {
			assumed[v] = ones(v)
		}
	}
	c.same.settle(g, assumed)
	return c
}

// At reports whether no input reaches index i of the value's last axis.
func (c *Constants) At(v Value, i int) bool { return c.same.At(v, i) }

// Silent reports whether the value is identically zero there.
func (c *Constants) Silent(v Value, i int) bool { return c.zeros.At(v, i) }

// rule is, for each result of an operation, where no input reaches it.
func (c *Constants) rule(n *Node) [][]bool {
	out := c.reach(n)
	if _, loop := n.Op.(*ScanOp); loop {
		return out
	}
	for i := range out {
		out[i] = either(out[i], c.zeros.Of(n.At(i)))
	}
	return out
}

func (c *Constants) reach(n *Node) [][]bool {
	switch op := n.Op.(type) {
	case *ParamOp, *ConstOp, *FillOp, *MaskOp:
		return [][]bool{ones(n.At(0))}
	case *UnaryOp:
		return [][]bool{c.same.Of(n.In[0])}
	case *BinaryOp, *SelectOp:
		return eachZero(n.At(0), func(i int) bool {
			return !slices.ContainsFunc(n.In, func(v Value) bool {
				return !c.same.zeroAt(v, i) && !(v.Rank() == 0 && literal(v))
			})
		})
	case *LookupOp: // a feature that all words share
		w, wide := c.same.Weights(n.In[0]), n.In[0].Shape().Last().Size
		return eachZero(n.At(0), func(i int) bool {
			for k := i; k < len(w); k += wide {
				if w[k] != w[i] {
					return false
				}
			}
			return len(w) > 0
		})
	case *MatMulOp:
		if c.same.Weights(n.In[1]) != nil {
			return op.Zero(c.same, n) // what inputs reach is read by zeros
		}
	case *ConcatOp, *SliceOp, *GatherOp, *ScatterOp, *SpreadOp, *ExpandOp, *ViewOp, *ReshapeOp, *ScanOp:
		return op.Zero(c.same, n) // each index of a result is one of an operand
	case *ReverseOp:
		if len(n.In) == 1 { // else lengths say where a row ends
			return op.Zero(c.same, n)
		}
	case *ReduceOp:
		if op.Kind != SumOf { // a sum over rows depends on how many there are
			return op.Zero(c.same, n)
		}
	}
	return c.whole(n)
}

// whole: no input reaches the results if none reaches anything that is read.
func (c *Constants) whole(n *Node) [][]bool {
	out := make([][]bool, len(n.Shapes))
	for _, v := range n.In {
		if v.Kind() != Float || !c.same.allZero(v) {
			return out
		}
	}
	for i := range out {
		out[i] = ones(n.At(i))
	}
	return out
}

// either is the index-wise "or".
func either(a, b []bool) []bool {
	if a == nil || b == nil {
		return append(a, b...)
	}
	out := make([]bool, len(a))
	for i := range a {
		out[i] = a[i] || b[i]
	}
	return out
}
