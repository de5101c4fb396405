package graph

import "slices"

// Zeros is what the zero rules say: an abstract interpretation of a trace over
// {identically zero, anything}, per index of each value's last axis. It
// assumes that carried states start at zero and finds the greatest set of
// indices that then stay zero for all inputs and all times.
type Zeros struct {
	weight func(p *Param) []float32
	zero   map[Value][]bool
	rule   func(n *Node) [][]bool // instead of the operations' zero rules, or nil
}

// FindZeros interprets g with the given weights. g must be a forward trace.
func FindZeros(g *Graph, weight func(p *Param) []float32) *Zeros {
	return FindZerosFrom(g, weight, ones)
}

// FindZerosFrom is FindZeros of a model that is running: a carried state is zero
// to begin with where starts says so, per index of its last axis, and where the
// model lets it start at zero.
func FindZerosFrom(g *Graph, weight func(p *Param) []float32, starts func(state Value) []bool) *Zeros {
	z := &Zeros{weight: weight, zero: map[Value][]bool{}}
	assumed := map[Value][]bool{}
	for _, v := range g.Inputs {
		if op := v.Node.Op.(*InputOp); op.Role == Carried && op.Start == 0 && slices.Contains(g.Names, op.Label) {
			assumed[v] = starts(v)
		}
	}
	z.settle(g, assumed)
	return z
}

// settle drops from what is assumed of carried states what does not stay so,
// until all of it does.
func (z *Zeros) settle(g *Graph, assumed map[Value][]bool) {
	for stable := false; !stable; {
		stable = true
		clear(z.zero)
		for v, a := range assumed {
			z.zero[v] = a
		}
		z.run(g)
		for v, a := range assumed {
			out := z.Of(g.Output(v.Node.Op.(*InputOp).Label))
			if next, changed := meet(a, out); changed {
				assumed[v], stable = next, false
			}
		}
	}
}

func (z *Zeros) run(g *Graph) {
	for _, n := range g.Nodes {
		if _, ok := n.Op.(*InputOp); ok {
			continue
		}
		rule := z.rule
		if rule == nil {
			rule = func(n *Node) [][]bool { return n.Op.Zero(z, n) }
		}
		for i, s := range rule(n) {
			z.zero[n.At(i)] = s
		}
	}
}

// Of is, per index of the last axis, whether the value is identically zero
// there; nil means nowhere.
func (z *Zeros) Of(v Value) []bool { return z.zero[v] }

// At reports whether index i of the value's last axis is identically zero.
func (z *Zeros) At(v Value, i int) bool { s := z.zero[v]; return s != nil && s[i] }

// Weights returns the values of a parameter or of a constant, or nil if v is
// computed from something else.
func (z *Zeros) Weights(v Value) []float32 {
	switch op := v.Node.Op.(type) {
	case *ParamOp:
		return z.weight(op.P)
	case *ConstOp:
		w := make([]float32, len(op.Data))
		for i, d := range op.Data {
			w[i] = float32(d)
		}
		return w
	case *InputOp:
		if op.Role == Capture {
			return z.Weights(op.Outer)
		}
	}
	return nil
}

func ones(v Value) []bool {
	if v.Rank() == 0 || !v.Shape().Last().IsFixed() {
		return nil
	}
	s := make([]bool, v.Shape().Last().Size)
	for i := range s {
		s[i] = true
	}
	return s
}

// meet is the index-wise "and"; changed tells whether a lost anything.
func meet(a, b []bool) (out []bool, changed bool) {
	if a == nil {
		return nil, false
	}
	out = make([]bool, len(a))
	for i := range a {
		out[i] = a[i] && b != nil && b[i]
		changed = changed || out[i] != a[i]
	}
	return out, changed
}

// eachZero builds a result's zero set index by index of its last axis.
func eachZero(v Value, f func(i int) bool) [][]bool {
	if v.Rank() == 0 || !v.Shape().Last().IsFixed() {
		return [][]bool{nil}
	}
	s := make([]bool, v.Shape().Last().Size)
	for i := range s {
		s[i] = f(i)
	}
	return [][]bool{s}
}

// zeroAt reads index i of operand v as it is broadcast against a wider axis; a
// single number, such as what stands behind a row's end, has no axis.
func (z *Zeros) zeroAt(v Value, i int) bool {
	if v.Rank() == 0 {
		fill, ok := v.Node.Op.(*FillOp)
		return ok && fill.Value == 0
	}
	s := z.zero[v]
	if len(s) == 1 {
		i = 0
	}
	return s != nil && s[i]
}

// allZero reports whether v is identically zero everywhere.
func (z *Zeros) allZero(v Value) bool {
	s := z.zero[v]
	if s == nil {
		return false
	}
	for _, b := range s {
		if !b {
			return false
		}
	}
	return true
}
