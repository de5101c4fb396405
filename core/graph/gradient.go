package graph

import (
	"fmt"
	"sort"
)

// Tape is reverse-mode differentiation under way in one graph: it holds the
// adjoints of values and writes the nodes that compute them.
type Tape struct {
	out   *Graph            // where adjoints are written
	terms map[Value][]Value // what was added to each adjoint
	cuts  map[Value][]piece // adjoints of slices
	needs map[Value]bool    // values through which the gradient flows
	use   func(v Value) Value
}

type piece struct {
	axis, start, step, n int
	g                    Value
}

// Gradient appends to g the nodes that compute d loss/d v for every v in wrt,
// and returns them; the zero Value stands for "does not depend". Loss must be
// a scalar. Scans gain outputs (what the way back must remember), so work on a
// Clone where the trace itself is still needed.
func Gradient(g *Graph, loss Value, wrt []Value) []Value {
	if loss.Rank() != 0 {
		panic(&ShapeError{Op: "gradient", In: []Shape{loss.Shape()}, Reason: fmt.Errorf("the loss is not a scalar")})
	}
	seed := map[Value]Value{loss: fill(g, 1, nil)}
	return GradientFrom(g, seed, wrt)
}

// GradientFrom is Gradient with given adjoints of several values.
func GradientFrom(g *Graph, seed map[Value]Value, wrt []Value) []Value {
	t := &Tape{out: g, terms: map[Value][]Value{}, cuts: map[Value][]piece{}, use: func(v Value) Value { return v }}
	t.needs = reach(g, wrt)
	for v, s := range seed {
		t.Add(v, s)
	}
	t.walk(g, len(g.Nodes)-1)
	grads := make([]Value, len(wrt))
	for i, v := range wrt {
		grads[i] = t.total(v)
	}
	return grads
}

// reach marks the values that depend on one of the given ones.
func reach(g *Graph, from []Value) map[Value]bool {
	m := map[Value]bool{}
	for _, v := range from {
		m[v] = true
	}
	for _, n := range g.Nodes {
		dep := false
		for _, v := range n.In {
			dep = dep || m[v]
		}
		if dep {
			for i := range n.Shapes {
				m[n.At(i)] = true
			}
		}
	}
	return m
}

func (t *Tape) walk(g *Graph, last int) {
	for id := last; id >= 0; id-- {
		n := g.Nodes[id]
		if len(n.In) == 0 {
			continue
		}
		adj := make([]Value, len(n.Shapes))
		some := false
		for i := range n.Shapes {
			adj[i] = t.total(n.At(i))
			some = some || !adj[i].IsZero()
		}
		if some {
			t.out.place = n.Place
			n.Op.Gradient(t, n, adj)
		}
	}
}

// Needs reports whether the gradient has to reach v.
func (t *Tape) Needs(v Value) bool { return t.needs[v] && v.Kind() == Float }

// Use is the forward value v where the gradient is written: v itself or, on
// the way back through a Scan, what was remembered of it.
func (t *Tape) Use(v Value) Value { return t.use(v) }

// Add adds g to the adjoint of v. Axes along which v was broadcast are summed.
func (t *Tape) Add(v, g Value) {
	if !t.Needs(v) {
		return
	}
	t.terms[v] = append(t.terms[v], sumTo(g, v.Shape()))
}

// AddSlice adds g to indices start, start+step, ... of an axis (counted from
// the end) of v's adjoint.
func (t *Tape) AddSlice(v Value, axis, start, step, n int, g Value) {
	if t.Needs(v) {
		t.cuts[v] = append(t.cuts[v], piece{axis, start, step, n, g})
	}
}

// total is the adjoint of v: the sum of what was added.
func (t *Tape) total(v Value) Value {
	if c := t.cuts[v]; c != nil {
		delete(t.cuts, v)
		t.terms[v] = append(t.terms[v], assemble(v, c)...)
	}
	terms := t.terms[v]
	if len(terms) == 0 {
		return Value{}
	}
	sum := terms[0]
	for _, g := range terms[1:] {
		sum = Add(sum, g)
	}
	t.terms[v] = []Value{sum}
	return sum
}

// assemble joins the adjoints of slices: where they tile the axis, by one
// concatenation (or interleaving), else each is spread into zeros.
func assemble(v Value, cuts []piece) []Value {
	size := 0
	axis := cuts[0].axis
	step := cuts[0].step
	same := true
	for _, c := range cuts {
		same = same && c.axis == axis && c.step == step
	}
	if same {
		d := v.Shape()[v.Rank()+axis]
		size = d.Size
		sort.SliceStable(cuts, func(i, j int) bool { return cuts[i].start < cuts[j].start })
		if step == 1 {
			next := 0
			parts := []Value{}
			for _, c := range cuts {
				if c.start != next {
					break
				}
				next += c.n
				parts = append(parts, c.g)
			}
			if next == size && len(parts) == len(cuts) {
				return []Value{Concat(axis, parts...)}
			}
		}
	}
	var out []Value
	for _, c := range cuts {
		d := v.Shape()[v.Rank()+c.axis]
		out = append(out, spread(c.g, c.axis, c.start, c.step, d.Size))
	}
	return out
}

// sumTo sums g over the axes that broadcasting gave it beyond shape.
func sumTo(g Value, shape Shape) Value {
	var axes []int
	s := g.Shape()
	for i := 1; i <= len(s); i++ {
		switch {
		case i > len(shape):
			axes = append(axes, -i)
		case s[len(s)-i] != shape[len(shape)-i]:
			axes = append(axes, -i)
		}
	}
	if len(axes) == 0 {
		return g
	}
	return view(reduce(SumOf, g, axes), shape)
}
