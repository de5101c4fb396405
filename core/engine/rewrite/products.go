package rewrite

import "github.com/seed391906a2/iss/core/graph"

// splitProducts takes joins out of products. In a loop, [x, h]·W is x·W₁ + h·W₂
// with ranges of rows of W, so that the part that does not depend on a state
// can leave the loop and states are read where they lie; what a step computes
// side by side stays joined. Everywhere, [x, h]ᵀ·g (the gradient of W) is one
// product per range of rows, joined along the rows.
func splitProducts(g *graph.Graph) *graph.Graph { return copyGraph(g, productPass{}) }

type productPass struct{ plain }

func (productPass) rule(b *block, n *graph.Node, in []graph.Value) graph.Value {
	switch o := n.Op.(type) {
	case *graph.MatMulOp:
		if c := joined(in[0]); c != nil && b.loop != nil {
			return b.splitMatMul(o, c, in[1])
		}
	case *graph.OuterOp:
		if c := joined(in[0]); c != nil {
			parts := make([]graph.Value, len(c))
			for i, v := range c {
				parts[i] = b.value(b.to, o, v, in[1])
			}
			return b.value(b.to, &graph.ConcatOp{Axis: -2}, parts...)
		}
	case *graph.UnaryOp, *graph.BinaryOp, *graph.SelectOp:
		if b.loop != nil {
			return b.distribute(n.Op, in)
		}
	}
	return graph.Value{}
}

// joined returns the parts of a value that is joined along its features.
func joined(v graph.Value) []graph.Value {
	if c, ok := v.Node.Op.(*graph.ConcatOp); ok && c.Axis == -1 {
		return v.Node.In
	}
	return nil
}

func (b *block) splitMatMul(o *graph.MatMulOp, parts []graph.Value, w graph.Value) graph.Value {
	parts = b.separate(parts)
	if len(parts) == 1 {
		return graph.Value{}
	}
	axis := -2
	if o.Trans {
		axis = -1
	}
	var sum graph.Value
	at := 0
	for _, v := range parts {
		n := extent(v, -1)
		p := b.value(b.to, o, v, b.value(b.to, &graph.SliceOp{Axis: axis, Start: at, Step: 1, N: n}, w))
		at += n
		if sum.IsZero() {
			sum = p
		} else {
			sum = b.add(b.to, sum, p)
		}
	}
	return sum
}

// separate joins neighbours again that the step computes from states.
func (b *block) separate(parts []graph.Value) (out []graph.Value) {
	for i := 0; i < len(parts); {
		j := i + 1
		for b.computed(parts[i]) && j < len(parts) && b.computed(parts[j]) {
			j++
		}
		out = append(out, b.value(b.to, &graph.ConcatOp{Axis: -1}, parts[i:j]...))
		i = j
	}
	return out
}

// computed reports whether a value depends on the states and is not one itself.
func (b *block) computed(v graph.Value) bool {
	_, input := v.Node.Op.(*graph.InputOp)
	return b.dependent(v) && !input
}

// distribute applies an element-wise operation to the parts of a join of which
// only some depend on the states: a mask over [x, h] becomes one over each.
func (b *block) distribute(op graph.Op, in []graph.Value) graph.Value {
	shape := resultShape(op, in)
	for _, v := range in {
		parts := joined(v)
		if parts == nil || v.Shape().Last() != shape.Last() || !b.mixed(parts) {
			continue
		}
		out := make([]graph.Value, len(parts))
		at := 0
		for i, p := range parts {
			s := &graph.SliceOp{Axis: -1, Start: at, Step: 1, N: extent(p, -1)}
			at += s.N
			own := make([]graph.Value, len(in))
			for k, u := range in {
				own[k] = u
				if u.Rank() > 0 && u.Shape().Last() == shape.Last() && shape.Last() != graph.Fixed(1) {
					own[k] = b.value(b.to, s, u)
				}
			}
			out[i] = b.value(b.to, op, own...)
		}
		for i := range out { // broadcasting over the rows is the same for all parts, or they do not join
			if !out[i].Shape().With(-1, graph.Fixed(0)).Equal(shape.With(-1, graph.Fixed(0))) {
				return graph.Value{}
			}
		}
		return b.value(b.to, &graph.ConcatOp{Axis: -1}, out...)
	}
	return graph.Value{}
}

// mixed reports whether some parts depend on the states and some do not.
func (b *block) mixed(parts []graph.Value) bool {
	some, all := false, true
	for _, v := range parts {
		d := b.dependent(v)
		some, all = some || d, all && d
	}
	return some && !all
}
