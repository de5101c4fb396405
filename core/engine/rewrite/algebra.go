package rewrite

import "github.com/seed391906a2/iss/core/graph"

// value is the result of an operation with one result, after algebra: an
// operand, a literal, or a simpler operation where there is one.
func (w *writer) value(at *graph.Graph, op graph.Op, in ...graph.Value) graph.Value {
	if v := w.fold(at, op, in); !v.IsZero() {
		return v
	}
	var v graph.Value
	switch o := op.(type) {
	case *graph.UnaryOp:
		v = w.unary(at, o, in[0])
	case *graph.BinaryOp:
		in = w.unexpand(op, in)
		v = w.binary(at, o, in[0], in[1])
	case *graph.SelectOp:
		in = w.unexpand(op, in)
		v = w.choose(at, in)
	case *graph.ExpandOp:
		v = w.expand(at, o, in[0])
	case *graph.ViewOp:
		v = w.view(at, o, in[0])
	case *graph.ReshapeOp:
		v = w.reshape(at, o, in[0])
	case *graph.ReduceOp:
		v = reduce(o, in[0])
	case *graph.SliceOp:
		v = w.slice(at, o, in[0])
	case *graph.GatherOp:
		v = w.gather(at, o, in[0])
	case *graph.ConcatOp:
		v = w.concat(at, o, in)
	case *graph.ReverseOp:
		v = reverse(in)
	}
	if !v.IsZero() {
		return v
	}
	return w.node(at, op, in...).At(0)
}

// like returns v if it has the shape that the operation's result has, and else
// the zero Value: x+0 is x only if 0 does not widen it.
func like(v graph.Value, op graph.Op, in []graph.Value) graph.Value {
	if v.Shape().Equal(resultShape(op, in)) {
		return v
	}
	return graph.Value{}
}

func resultShape(op graph.Op, in []graph.Value) graph.Shape {
	shapes := make([]graph.Shape, len(in))
	for i, v := range in {
		shapes[i] = v.Shape()
	}
	out, err := op.Infer(shapes)
	if err != nil {
		panic(&graph.ShapeError{Op: op.Name(), In: shapes, Reason: err})
	}
	return out[0]
}

// negated returns x if v is -x.
func negated(v graph.Value) (x graph.Value, ok bool) {
	u, ok := v.Node.Op.(*graph.UnaryOp)
	if ok && u.Kind == graph.AffineOf && u.A == -1 && u.B == 0 {
		return v.Node.In[0], true
	}
	return graph.Value{}, false
}

// filled returns the number if v holds one number everywhere.
func filled(v graph.Value) (number float64, ok bool) {
	if f, ok := v.Node.Op.(*graph.FillOp); ok {
		return f.Value, true
	}
	return 0, false
}

func (w *writer) affine(at *graph.Graph, x graph.Value, a, b float64) graph.Value {
	return w.value(at, &graph.UnaryOp{Kind: graph.AffineOf, A: a, B: b}, x)
}

func (w *writer) add(at *graph.Graph, a, b graph.Value) graph.Value {
	return w.value(at, &graph.BinaryOp{Kind: graph.AddOf}, a, b)
}

func (w *writer) sub(at *graph.Graph, a, b graph.Value) graph.Value {
	return w.value(at, &graph.BinaryOp{Kind: graph.SubOf}, a, b)
}

func (w *writer) unary(at *graph.Graph, o *graph.UnaryOp, x graph.Value) graph.Value {
	if o.Kind != graph.AffineOf {
		return graph.Value{}
	}
	if o.A == 1 && o.B == 0 {
		return x
	}
	switch inner := x.Node.Op.(type) {
	case *graph.UnaryOp: // A(ax+b)+B
		if inner.Kind == graph.AffineOf {
			return w.affine(at, x.Node.In[0], o.A*inner.A, o.A*inner.B+o.B)
		}
	case *graph.BinaryOp: // -(a-b)
		if inner.Kind == graph.SubOf && o.A == -1 && o.B == 0 {
			return w.sub(at, x.Node.In[1], x.Node.In[0])
		}
	}
	return graph.Value{}
}

func (w *writer) binary(at *graph.Graph, o *graph.BinaryOp, a, b graph.Value) graph.Value {
	in := []graph.Value{a, b}
	if c, ok := filled(a); ok && !like(b, o, in).IsZero() {
		if v := w.scalarLeft(at, o.Kind, c, b); !v.IsZero() {
			return v
		}
	}
	if c, ok := filled(b); ok && !like(a, o, in).IsZero() {
		if v := w.scalarRight(at, o.Kind, a, c); !v.IsZero() {
			return v
		}
	}
	x, negA := negated(a)
	y, negB := negated(b)
	switch {
	case o.Kind == graph.AddOf && negB:
		return w.sub(at, a, y)
	case o.Kind == graph.AddOf && negA:
		return w.sub(at, b, x)
	case o.Kind == graph.SubOf && negB:
		return w.add(at, a, y)
	case o.Kind == graph.MulOf && negA:
		return w.affine(at, w.value(at, o, x, b), -1, 0)
	case o.Kind == graph.MulOf && negB:
		return w.affine(at, w.value(at, o, a, y), -1, 0)
	}
	return graph.Value{}
}

// scalarLeft is c ∘ x for one number c. x·0 stays: x may be infinite.
func (w *writer) scalarLeft(at *graph.Graph, k graph.BinaryKind, c float64, x graph.Value) graph.Value {
	switch k {
	case graph.AddOf:
		return w.affine(at, x, 1, c)
	case graph.SubOf:
		return w.affine(at, x, -1, c)
	case graph.MulOf:
		return w.affine(at, x, c, 0)
	}
	return graph.Value{}
}

func (w *writer) scalarRight(at *graph.Graph, k graph.BinaryKind, x graph.Value, c float64) graph.Value {
	switch {
	case k == graph.AddOf:
		return w.affine(at, x, 1, c)
	case k == graph.SubOf:
		return w.affine(at, x, 1, -c)
	case k == graph.MulOf:
		return w.affine(at, x, c, 0)
	case k == graph.DivOf && c != 0:
		return w.affine(at, x, 1/c, 0)
	}
	return graph.Value{}
}

// choose simplifies a Select.
func (w *writer) choose(at *graph.Graph, in []graph.Value) graph.Value {
	op := &graph.SelectOp{}
	if c, ok := filled(in[0]); ok {
		taken := in[1]
		if c == 0 {
			taken = in[2]
		}
		return w.value(at, &graph.ExpandOp{Shape: resultShape(op, in)}, taken)
	}
	if in[1] == in[2] {
		return like(in[1], op, in)
	}
	// The same condition decided within a branch has decided there already.
	for k, branch := range in[1:] {
		if _, ok := branch.Node.Op.(*graph.SelectOp); ok && branch.Node.In[0] == in[0] {
			inner := []graph.Value{in[0], in[1], in[2]}
			inner[1+k] = branch.Node.In[1+k]
			if resultShape(op, inner).Equal(resultShape(op, in)) {
				return w.value(at, op, inner...)
			}
		}
	}
	return graph.Value{}
}

// unexpand drops repetitions that broadcasting does anyway.
func (w *writer) unexpand(op graph.Op, in []graph.Value) []graph.Value {
	want := resultShape(op, in)
	for i, v := range in {
		e, ok := v.Node.Op.(*graph.ExpandOp)
		if !ok || e.Mean {
			continue
		}
		less := append([]graph.Value(nil), in...)
		less[i] = v.Node.In[0]
		if resultShape(op, less).Equal(want) {
			in = less
		}
	}
	return in
}
