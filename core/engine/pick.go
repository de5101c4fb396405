package engine

import (
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/kernel"
)

// pick is the choice of instructions for a node: the first reads args, each
// further one the result of the one before it.
type pick struct {
	args []*value
	code []pickIns
}

type pickIns struct {
	op  kernel.Op
	imm *uniform
}

func simple(op kernel.Op, args ...*value) pick {
	return pick{args, []pickIns{{op: op}}}
}

// pick chooses instructions for n and takes in operands that only n reads. It
// is called for readers before what they read.
func (a *assembler) pick(n *node) pick {
	in := n.in
	switch op := n.op.(type) {
	case *graph.UnaryOp:
		if op.Kind == graph.AffineOf {
			return affine(in[0], op.A, op.B)
		}
		return simple(unaryOps[op.Kind], in[0])
	case *graph.BinaryOp:
		switch op.Kind {
		case graph.AddOf:
			return a.add(in[0], in[1])
		case graph.SubOf:
			return a.sub(in[0], in[1])
		case graph.MulOf:
			return a.mul(in[0], in[1])
		}
		return simple(binaryOps[op.Kind], in[0], in[1])
	case *graph.SelectOp:
		return a.choose(in[0], in[1], in[2])
	}
	if n.scale != nil {
		return pick{in[:1], []pickIns{{kernel.OpMulImm, n.scale}}}
	}
	return simple(kernel.OpCopy, in[0])
}

var unaryOps = map[graph.UnaryKind]kernel.Op{
	graph.SigmoidOf: kernel.OpSigmoid, graph.TanhOf: kernel.OpTanh, graph.ReluOf: kernel.OpRelu,
	graph.ExpOf: kernel.OpExp, graph.LogOf: kernel.OpLog, graph.SqrtOf: kernel.OpSqrt,
}

var binaryOps = map[graph.BinaryKind]kernel.Op{
	graph.DivOf: kernel.OpDiv, graph.MaxOf: kernel.OpMax, graph.GreaterOf: kernel.OpGt,
}

func number(v float64) *uniform { return &uniform{v, one} }

// affine is A·x + B.
func affine(x *value, A, B float64) pick {
	switch {
	case A == -1 && B == 1:
		return simple(kernel.OpOneMinus, x)
	case A == -1 && B == 0:
		return simple(kernel.OpNeg, x)
	case A == 1:
		return pick{[]*value{x}, []pickIns{{kernel.OpAddImm, number(B)}}}
	case B == 0:
		return pick{[]*value{x}, []pickIns{{kernel.OpMulImm, number(A)}}}
	}
	return pick{[]*value{x}, []pickIns{{kernel.OpMulImm, number(A)}, {kernel.OpAddImm, number(B)}}}
}

// inner is the node of v if it is of this program and only the node in hand
// reads it, so that it can be taken in.
func (a *assembler) inner(v *value) *node {
	n := v.def
	if !a.in[n] || v.inMem || len(v.users) != 1 || a.goes[v] != nil || a.done[n] {
		return nil
	}
	return n
}

// innerMul is the node of v if it is a product of two full operands that can be taken in.
func (a *assembler) innerMul(v *value) *node {
	n := a.inner(v)
	if n == nil || !isBinary(n, graph.MulOf) || n.in[0].uniform() != nil || n.in[1].uniform() != nil {
		return nil
	}
	return n
}

func isBinary(n *node, k graph.BinaryKind) bool {
	op, ok := n.op.(*graph.BinaryOp)
	return ok && op.Kind == k
}

// oneMinus is x if v is 1 - x and can be taken in.
func (a *assembler) oneMinus(v *value) (*value, *node) {
	n := a.inner(v)
	if n == nil {
		return nil, nil
	}
	if op, ok := n.op.(*graph.UnaryOp); ok && op.Kind == graph.AffineOf && op.A == -1 && op.B == 1 {
		return n.in[0], n
	}
	return nil, nil
}

func (a *assembler) take(n ...*node) {
	for _, m := range n {
		a.done[m] = true
	}
}

func (a *assembler) add(x, y *value) pick {
	for range 2 {
		if u := y.uniform(); u != nil {
			return pick{[]*value{x}, []pickIns{{kernel.OpAddImm, u}}}
		}
		if m := a.innerMul(y); m != nil && !a.derives(m) {
			a.take(m)
			return simple(kernel.OpFma, x, m.in[0], m.in[1])
		}
		x, y = y, x
	}
	return simple(kernel.OpAdd, x, y)
}

func (a *assembler) sub(x, y *value) pick {
	if u := y.uniform(); u != nil {
		return pick{[]*value{x}, []pickIns{{kernel.OpAddImm, &uniform{-u.v, u.div}}}}
	}
	if u := x.uniform(); u != nil && *u == *number(1) {
		return simple(kernel.OpOneMinus, y)
	}
	if m := a.innerMul(y); m != nil && !a.derives(m) {
		a.take(m)
		return simple(kernel.OpFnma, x, m.in[0], m.in[1])
	}
	return simple(kernel.OpSub, x, y)
}

func (a *assembler) mul(x, y *value) pick {
	for range 2 {
		if u := y.uniform(); u != nil {
			return pick{[]*value{x}, []pickIns{{kernel.OpMulImm, u}}}
		}
		x, y = y, x
	}
	for range 2 {
		if q, inner := a.derivative(x, y); inner != nil {
			a.take(inner...)
			return q
		}
		x, y = y, x
	}
	for range 2 { // x·(1-z) = x - x·z
		if z, n := a.oneMinus(y); n != nil {
			a.take(n)
			return simple(kernel.OpFnma, x, x, z)
		}
		x, y = y, x
	}
	return simple(kernel.OpMul, x, y)
}

// derives reports whether n is the derivative of a sigmoid or tanh: one
// instruction, better than to take its last product into a sum.
func (a *assembler) derives(n *node) bool {
	_, there := a.derivative(n.in[0], n.in[1])
	_, back := a.derivative(n.in[1], n.in[0])
	return there != nil || back != nil
}

// derivative finds g·y·(1-y), however it is bracketed, and g·(1-y²), and
// returns the nodes that it takes in.
func (a *assembler) derivative(g, d *value) (pick, []*node) {
	if m := a.innerMul(d); m != nil { // g·(y·(1-y))
		for i := range 2 {
			if y, n := a.oneMinus(m.in[1-i]); n != nil && y == m.in[i] {
				return simple(kernel.OpDSigmoid, g, y), []*node{m, n}
			}
		}
	}
	y, n := a.oneMinus(d)
	if n == nil {
		return pick{}, nil
	}
	if m := a.innerMul(g); m != nil { // (g·y)·(1-y)
		for i := range 2 {
			if m.in[i] == y {
				return simple(kernel.OpDSigmoid, m.in[1-i], y), []*node{m, n}
			}
		}
	}
	if m := a.innerMul(y); m != nil && m.in[0] == m.in[1] {
		return simple(kernel.OpDTanh, g, m.in[0]), []*node{m, n}
	}
	return pick{}, nil
}

// choose is where(cond, x, y); where(y > 0, g, 0) is relu's derivative.
func (a *assembler) choose(cond, x, y *value) pick {
	isZero := func(v *value) bool { u := v.uniform(); return u != nil && u.v == 0 }
	if c := a.inner(cond); c != nil && isBinary(c, graph.GreaterOf) && isZero(c.in[1]) && isZero(y) {
		a.take(c)
		return simple(kernel.OpDRelu, x, c.in[0])
	}
	return simple(kernel.OpSelect, cond, x, y)
}
