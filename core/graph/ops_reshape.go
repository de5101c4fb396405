package graph

import (
	"fmt"
)

// ReshapeOp gives the last From axes of its operand new lengths; the number
// of elements stays. Leading axes are left alone.
type ReshapeOp struct {
	From int   // how many trailing axes are replaced, all of fixed length
	To   []int // their replacement
}

// Reshape replaces the last from axes (of fixed length) by axes of the given
// lengths, in row-major order: Reshape(x, 1, heads, width/heads) divides the
// features, Reshape(x, 2, width) joins them again.
func Reshape(x Value, from int, to ...int) Value {
	return emit(&ReshapeOp{from, append([]int(nil), to...)}, x)
}

// Name implements Op.
func (o *ReshapeOp) Name() string { return fmt.Sprintf("reshape(%d axes to %v)", o.From, Of(o.To...)) }

// Infer implements Op.
func (o *ReshapeOp) Infer(in []Shape) ([]Shape, error) {
	if o.From > len(in[0]) {
		return nil, fmt.Errorf("there are no %d axes", o.From)
	}
	lead := len(in[0]) - o.From
	n := 1
	for _, d := range in[0][lead:] {
		if !d.IsFixed() {
			return nil, fmt.Errorf("axis %v is a symbol", d)
		}
		n *= d.Size
	}
	if n != product(o.To) {
		return nil, fmt.Errorf("%d elements do not fill %v of %d", n, Of(o.To...), product(o.To))
	}
	return []Shape{append(append(Shape(nil), in[0][:lead]...), Of(o.To...)...)}, nil
}

func (o *ReshapeOp) from(v Value) []int {
	s := v.Shape()[v.Rank()-o.From:]
	n := make([]int, len(s))
	for i, d := range s {
		n[i] = d.Size
	}
	return n
}

// Index implements Op: an index of a divided axis is the pair of indices of
// its divisors: it goes if one of them goes.
func (o *ReshapeOp) Index(x *Indexer, n *Node) {
	in, out := n.In[0], n.At(0)
	for k := 1; k <= in.Rank()-o.From; k++ {
		x.Unify(in, -o.From-k, out, -len(o.To)-k)
	}
	a, b := wide(in, o.From), wide(out, len(o.To))
	groups := regroup(extents(in, a), extents(out, b))
	if groups == nil {
		for k := 1; k <= o.From; k++ {
			x.Pin(in, -k, "a reshape that divides no axis evenly")
		}
		for k := 1; k <= len(o.To); k++ {
			x.Pin(out, -k, "a reshape that divides no axis evenly")
		}
		return
	}
	for _, g := range groups {
		one, many, axis, parts := in, out, a[g.a0], b[g.b0:g.b1]
		if g.a1-g.a0 > 1 {
			one, many, axis, parts = out, in, b[g.b0], a[g.a0:g.a1]
		}
		if len(parts) == 1 {
			x.Unify(one, axis, many, parts[0])
		} else {
			productRule(x, one, axis, many, parts)
		}
	}
	pinSingle(x, in, o.From)
	pinSingle(x, out, len(o.To))
}

// wide lists those of the last n axes that are longer than one element.
func wide(v Value, n int) (axes []int) {
	for k := -n; k < 0; k++ {
		if v.Shape()[v.Rank()+k].Size != 1 {
			axes = append(axes, k)
		}
	}
	return axes
}

// pinSingle pins those of the last n axes that have one element: they are
// inserted and dropped without a name, so their unit cannot be followed.
func pinSingle(x *Indexer, v Value, n int) {
	for k := 1; k <= n; k++ {
		if v.Shape()[v.Rank()-k] == Fixed(1) {
			x.Pin(v, -k, "an axis of one element that is inserted or dropped")
		}
	}
}

func extents(v Value, axes []int) []int {
	n := make([]int, len(axes))
	for i, k := range axes {
		n[i] = v.Shape()[v.Rank()+k].Size
	}
	return n
}

// productRule says that each index of one axis is a tuple of indices of several.
func productRule(x *Indexer, one Value, axis int, many Value, parts []int) {
	sizes := make([]int, len(parts))
	for i, p := range parts {
		sizes[i] = many.Shape()[many.Rank()+p].Size
	}
	at := make([]int, len(parts))
	for i := range one.Shape()[one.Rank()+axis].Size {
		rest := i
		for k := len(parts) - 1; k >= 0; k-- {
			at[k] = rest % sizes[k]
			rest /= sizes[k]
		}
		x.Product(one, axis, i, many, parts, at)
	}
}

// group is a run of axes on one side that holds the same elements as a run on
// the other: axes [a0, a1) before and [b0, b1) after.
type group struct{ a0, a1, b0, b1 int }

// regroup divides two lists of lengths (none of them 1) into runs of equal product, one side of
// each run being a single axis; nil if that is impossible.
func regroup(a, b []int) []group {
	var gs []group
	i, j := 0, 0
	for i < len(a) && j < len(b) {
		g := group{i, i + 1, j, j + 1}
		p, q := a[i], b[j]
		for p != q {
			if p < q && g.a1 < len(a) {
				p *= a[g.a1]
				g.a1++
			} else if q < p && g.b1 < len(b) {
				q *= b[g.b1]
				g.b1++
			} else {
				return nil
			}
		}
		if g.a1-g.a0 > 1 && g.b1-g.b0 > 1 {
			return nil
		}
		gs = append(gs, g)
		i, j = g.a1, g.b1
	}
	if i < len(a) || j < len(b) {
		return nil
	}
	return gs
}

// Contracts implements Op: index by index.
func (o *ReshapeOp) Contracts(*Node) []Contraction { return nil }

// Zero implements Op.
func (o *ReshapeOp) Zero(z *Zeros, n *Node) [][]bool {
	all := z.allZero(n.In[0])
	from := o.from(n.In[0])
	same := len(o.To) > 0 && len(from) > 0 && o.To[len(o.To)-1] == from[len(from)-1]
	divided := len(from) == 1
	return eachZero(n.At(0), func(i int) bool {
		switch {
		case all:
			return true
		case same:
			return z.At(n.In[0], i)
		case divided: // every index that ends in i
			last := o.To[len(o.To)-1]
			for k := i; k < from[0]; k += last {
				if !z.At(n.In[0], k) {
					return false
				}
			}
			return true
		}
		return false
	})
}

// Restrict implements Op: the new lengths are those of the kept axes.
func (o *ReshapeOp) Restrict(r *Restriction, n *Node) (Op, error) {
	s := r.Shape(n.At(0))
	to := make([]int, len(o.To))
	for i := range to {
		to[i] = s[len(s)-len(to)+i].Size
	}
	return &ReshapeOp{o.From, to}, nil
}

// Gradient implements Op.
func (o *ReshapeOp) Gradient(t *Tape, n *Node, g []Value) {
	if t.Needs(n.In[0]) {
		t.Add(n.In[0], Reshape(g[0], len(o.To), o.from(n.In[0])...))
	}
}

// ONNX implements Exporter: a length of 0 is that of the operand.
func (o *ReshapeOp) ONNX(e Emitter, n *Node) error {
	to := make([]int64, n.In[0].Rank()-o.From)
	for _, d := range o.To {
		to = append(to, int64(d))
	}
	e.Out(0, e.Add("Reshape", nil, e.In(0), e.Longs(to...)))
	return nil
}

// Forward32 implements Op.
func (o *ReshapeOp) Forward32(c *Call[float32]) { copy(c.Out[0].Data, c.In[0].Data) }

// Forward64 implements Op.
func (o *ReshapeOp) Forward64(c *Call[float64]) { copy(c.Out[0].Data, c.In[0].Data) }
