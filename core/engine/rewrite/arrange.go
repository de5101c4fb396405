package rewrite

import (
	"slices"

	"github.com/seed391906a2/iss/core/graph"
)

// Algebra of operations that move elements without changing them.

func (w *writer) expand(at *graph.Graph, o *graph.ExpandOp, x graph.Value) graph.Value {
	if x.Shape().Equal(o.Shape) {
		return x
	}
	if f, ok := x.Node.Op.(*graph.FillOp); ok && !o.Mean {
		return w.node(at, &graph.FillOp{Value: f.Value, Shape: o.Shape}).At(0)
	}
	if e, ok := x.Node.Op.(*graph.ExpandOp); ok && !o.Mean && !e.Mean {
		return w.value(at, o, x.Node.In[0])
	}
	return graph.Value{}
}

func (w *writer) view(at *graph.Graph, o *graph.ViewOp, x graph.Value) graph.Value {
	if x.Shape().Equal(o.Shape) {
		return x
	}
	switch op := x.Node.Op.(type) {
	case *graph.FillOp:
		return w.node(at, &graph.FillOp{Value: op.Value, Shape: o.Shape}).At(0)
	case *graph.ViewOp:
		return w.value(at, o, x.Node.In[0])
	}
	return graph.Value{}
}

func (w *writer) reshape(at *graph.Graph, o *graph.ReshapeOp, x graph.Value) graph.Value {
	shape := resultShape(o, []graph.Value{x})
	if x.Shape().Equal(shape) {
		return x
	}
	switch op := x.Node.Op.(type) {
	case *graph.FillOp:
		return w.node(at, &graph.FillOp{Value: op.Value, Shape: shape}).At(0)
	case *graph.ReshapeOp:
		if len(op.To) == o.From {
			return w.value(at, &graph.ReshapeOp{From: op.From, To: o.To}, x.Node.In[0])
		}
	}
	return graph.Value{}
}

// reduce drops a reduction of axes of one element.
func reduce(o *graph.ReduceOp, x graph.Value) graph.Value {
	for _, a := range o.Axes {
		if x.Shape()[x.Rank()+a] != graph.Fixed(1) {
			return graph.Value{}
		}
	}
	if o.Kind == graph.MeanOf && o.Width != 1 {
		return graph.Value{}
	}
	return x
}

func reverse(in []graph.Value) graph.Value {
	x := in[0]
	if _, ok := x.Node.Op.(*graph.ReverseOp); ok && slices.Equal(x.Node.In[1:], in[1:]) {
		return x.Node.In[0]
	}
	return graph.Value{}
}

// extent is the length of an axis counted from the end.
func extent(v graph.Value, axis int) int { return v.Shape()[v.Rank()+axis].Size }

func (w *writer) slice(at *graph.Graph, o *graph.SliceOp, x graph.Value) graph.Value {
	if o.N == 1 && o.Step != 1 {
		return w.value(at, &graph.SliceOp{Axis: o.Axis, Start: o.Start, Step: 1, N: 1}, x)
	}
	if o.Step == 1 && o.N == extent(x, o.Axis) {
		return x
	}
	switch op := x.Node.Op.(type) {
	case *graph.FillOp:
		return w.node(at, &graph.FillOp{Value: op.Value, Shape: resultShape(o, []graph.Value{x})}).At(0)
	case *graph.SliceOp:
		if op.Axis == o.Axis {
			both := &graph.SliceOp{Axis: o.Axis, Start: op.Start + o.Start*op.Step, Step: op.Step * o.Step, N: o.N}
			return w.value(at, both, x.Node.In[0])
		}
	case *graph.ConcatOp:
		if op.Axis == o.Axis {
			return w.sliceParts(at, o, x.Node.In)
		}
	case *graph.SpreadOp:
		same := graph.SpreadOp{Axis: o.Axis, Start: o.Start, Step: o.Step, Size: op.Size}
		if *op == same && extent(x.Node.In[0], o.Axis) == o.N {
			return x.Node.In[0]
		}
	case *graph.ExpandOp:
		if y := x.Node.In[0]; !op.Mean {
			if y.Rank() >= -o.Axis && extent(y, o.Axis) == extent(x, o.Axis) && y.Shape()[y.Rank()+o.Axis].IsFixed() {
				y = w.value(at, o, y)
			}
			return w.value(at, &graph.ExpandOp{Shape: resultShape(o, []graph.Value{x})}, y)
		}
	}
	return graph.Value{}
}

// sliceParts takes a slice out of joined parts.
func (w *writer) sliceParts(at *graph.Graph, o *graph.SliceOp, parts []graph.Value) graph.Value {
	var out []graph.Value
	base := 0
	for _, p := range parts {
		n := extent(p, o.Axis)
		first := o.Start
		if first < base {
			first += (base - first + o.Step - 1) / o.Step * o.Step
		}
		last := o.Start + (o.N-1)*o.Step
		if stop := min(last+1, base+n); first < stop {
			s := &graph.SliceOp{Axis: o.Axis, Start: first - base, Step: o.Step, N: (stop - first + o.Step - 1) / o.Step}
			out = append(out, w.value(at, s, p))
		}
		base += n
	}
	if len(out) == 0 {
		return graph.Value{}
	}
	return w.value(at, &graph.ConcatOp{Axis: o.Axis}, out...)
}

// gather turns equally spaced indices into a slice.
func (w *writer) gather(at *graph.Graph, o *graph.GatherOp, x graph.Value) graph.Value {
	step := 1
	if len(o.At) > 1 {
		step = o.At[1] - o.At[0]
	}
	if len(o.At) == 0 || step < 1 {
		return graph.Value{}
	}
	for i := range o.At {
		if o.At[i] != o.At[0]+i*step {
			return graph.Value{}
		}
	}
	return w.value(at, &graph.SliceOp{Axis: o.Axis, Start: o.At[0], Step: step, N: len(o.At)}, x)
}

// concat joins nested concatenations and slices that lie side by side.
func (w *writer) concat(at *graph.Graph, o *graph.ConcatOp, in []graph.Value) graph.Value {
	if len(in) == 1 {
		return in[0]
	}
	var parts []graph.Value
	for _, v := range in {
		if c, ok := v.Node.Op.(*graph.ConcatOp); ok && c.Axis == o.Axis {
			parts = append(parts, v.Node.In...)
		} else {
			parts = append(parts, v)
		}
	}
	merged := parts[:1:1]
	for _, v := range parts[1:] {
		last := merged[len(merged)-1]
		if both := w.adjoin(at, o.Axis, last, v); !both.IsZero() {
			merged[len(merged)-1] = both
		} else {
			merged = append(merged, v)
		}
	}
	if len(merged) == 1 {
		return merged[0]
	}
	return w.node(at, o, merged...).At(0)
}

// adjoin is [a, b] where that is a slice or a literal.
func (w *writer) adjoin(at *graph.Graph, axis int, a, b graph.Value) graph.Value {
	if x, ok := filled(a); ok {
		if y, ok := filled(b); ok && x == y {
			shape := a.Shape().With(axis, graph.Fixed(extent(a, axis)+extent(b, axis)))
			return w.node(at, &graph.FillOp{Value: x, Shape: shape}).At(0)
		}
	}
	p, ok := a.Node.Op.(*graph.SliceOp)
	q, also := b.Node.Op.(*graph.SliceOp)
	if ok && also && p.Axis == axis && q.Axis == axis && p.Step == 1 && q.Step == 1 &&
		a.Node.In[0] == b.Node.In[0] && p.Start+p.N == q.Start {
		return w.value(at, &graph.SliceOp{Axis: axis, Start: p.Start, Step: 1, N: p.N + q.N}, a.Node.In[0])
	}
	return graph.Value{}
}
