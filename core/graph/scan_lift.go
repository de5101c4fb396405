package graph

import "slices"

// lift is the sum of v, a value of the backward body, over all time steps as a
// value outside it. Linear operations change places with the sum, so that a
// weight's gradient becomes one contraction. The returned function may be
// called once the Scan is emitted.
func (b *scanBack) lift(v Value) func() Value {
	if v.Graph() == b.l.body {
		if f := b.liftLinear(v); f != nil {
			return f
		}
	}
	get := b.stack(v)
	return func() Value { return view(reduce(SumOf, get(), []int{-v.Rank() - 1}), v.Shape()) }
}

func (b *scanBack) liftLinear(v Value) func() Value {
	in := v.Node.In
	switch op := v.Node.Op.(type) {
	case *OuterOp:
		x, g := b.stack(in[0]), b.stack(in[1])
		return func() Value { return Outer(x(), g()) }
	case *LookupGradOp:
		ids, g := b.stack(in[0]), b.stack(in[1])
		return func() Value { return emit(op, ids(), g()) }
	case *ReduceOp:
		if op.Kind != SumOf {
			return nil
		}
		get := b.stack(in[0])
		axes := append(slices.Clone(op.Axes), -v.Rank()-1)
		return func() Value { return view(reduce(SumOf, get(), axes), v.Shape()) }
	case *UnaryOp:
		if op.Kind == AffineOf && op.B == 0 {
			return b.liftEach(v)
		}
	case *BinaryOp:
		if (op.Kind == AddOf || op.Kind == SubOf) && in[0].Shape().Equal(in[1].Shape()) {
			return b.liftEach(v)
		}
	case *ViewOp, *ReshapeOp, *ConcatOp, *SliceOp, *SpreadOp, *GatherOp, *ScatterOp:
		return b.liftEach(v)
	}
	return nil
}

// liftEach applies v's linear operation to the sums of its operands.
func (b *scanBack) liftEach(v Value) func() Value {
	var get []func() Value
	for _, w := range v.Node.In {
		get = append(get, b.lift(w))
	}
	return func() Value {
		in := make([]Value, len(get))
		for i := range get {
			in[i] = get[i]()
		}
		return emit(v.Node.Op, in...)
	}
}

// stack is v at all time steps, [time, ...]: a sequence that is there already,
// a join of such ones, or a new output of the backward Scan.
func (b *scanBack) stack(v Value) func() Value {
	time := b.o.Time
	if v.Graph() != b.l.body {
		return func() Value { return expand(v, append(Shape{time}, v.Shape()...), false) }
	}
	if i := slices.Index(b.l.seqs, v); i >= 0 {
		outer := b.l.outer[i]
		return func() Value { return outer }
	}
	if in, ok := v.Node.Op.(*InputOp); ok && in.Role == Capture {
		return b.stack(in.Outer)
	}
	if c, ok := v.Node.Op.(*ConcatOp); ok && !b.depends(v) {
		var get []func() Value
		for _, w := range v.Node.In {
			get = append(get, b.stack(w))
		}
		return func() Value {
			in := make([]Value, len(get))
			for i := range get {
				in[i] = get[i]()
			}
			return emit(c, in...)
		}
	}
	i := slices.Index(b.outs, v)
	if i < 0 {
		i = len(b.outs)
		b.outs = append(b.outs, v)
	}
	return func() Value { return b.scan.At(len(b.l.states) + i) }
}

// depends reports whether a value of the backward body depends on its states.
func (b *scanBack) depends(v Value) bool {
	if d, ok := b.dep[v]; ok {
		return d
	}
	d := slices.Contains(b.l.states, v)
	for _, w := range v.Node.In {
		d = d || b.depends(w)
	}
	b.dep[v] = d
	return d
}
