package graph

import (
	"fmt"
	"slices"
)

// Keep says which indices of a value's axis (counted from the end) stay; nil
// means all.
type Keep func(v Value, axis int) []int

// Restriction is a cut in progress.
type Restriction struct {
	keep Keep
	up   *Restriction // of the graph around a body
	g    *Graph       // being written
	vals map[Value]Value
	pars map[*Param]*Param
}

// Kept indices of an axis (counted from the end) of a value of the old graph; nil means all.
func (r *Restriction) Kept(v Value, axis int) []int {
	if r.keep == nil {
		return nil
	}
	return r.keep(v, axis)
}

// Shape of a value of the old graph after the cut.
func (r *Restriction) Shape(v Value) Shape {
	s := append(Shape(nil), v.Shape()...)
	for i := range s {
		if s[i].IsFixed() {
			if k := r.Kept(v, i-len(s)); k != nil {
				s[i] = Fixed(len(k))
			}
		}
	}
	return s
}

// Restrict cuts indices out of a graph by the restrict rules of its
// operations and returns a new graph; the old one stays whole. An operation
// whose restricted form does not fit is an error that names it.
func Restrict(g *Graph, keep Keep) (*Graph, error) {
	h, _, err := rebuild(g, keep)
	if err == nil && h.Origin == nil {
		h.Origin = g
	}
	return h, err
}

// Clone copies a graph, sharing its parameters. The map leads from old values
// to new ones.
func Clone(g *Graph) (*Graph, map[Value]Value) {
	h, vals, err := rebuild(g, nil)
	if err != nil {
		panic(err) // the same operations on the same shapes
	}
	return h, vals
}

func rebuild(g *Graph, keep Keep) (_ *Graph, _ map[Value]Value, err error) {
	defer func() {
		if e := recover(); e != nil {
			s, ok := e.(*ShapeError)
			if !ok {
				panic(e)
			}
			err = fmt.Errorf("graph: after the cut: %w", s)
		}
	}()
	r := &Restriction{keep: keep, g: newGraph(g.Name, nil), vals: map[Value]Value{}, pars: map[*Param]*Param{}}
	if err := r.body(g); err != nil {
		return nil, nil, err
	}
	r.g.Names = slices.Clone(g.Names)
	r.g.Origin, r.g.layers = g.Origin, g.Root().layers
	return r.g, r.vals, nil
}

// body rewrites all nodes of g into r.g.
func (r *Restriction) body(g *Graph) error {
	for _, n := range g.Nodes {
		if err := r.node(n); err != nil {
			return err
		}
	}
	for _, v := range g.Inputs {
		r.g.Inputs = append(r.g.Inputs, r.vals[v])
	}
	for _, v := range g.Outputs {
		r.g.Outputs = append(r.g.Outputs, r.vals[v])
	}
	return nil
}

func (r *Restriction) node(n *Node) error {
	r.g.place = n.Place
	op := n.Op
	if scan, ok := op.(*ScanOp); ok || r.keep != nil {
		var err error
		if ok {
			op, err = scan.Restrict(r, n)
		} else {
			op, err = op.Restrict(r, n)
		}
		if err != nil {
			return fmt.Errorf("graph: %v cannot be cut: %w", n, err)
		}
	}
	var m *Node
	switch o := op.(type) {
	case *ParamOp:
		m = r.g.addParam(o.P).Node
	case *InputOp:
		if o.Role == Capture {
			c := *o
			c.Outer = r.up.vals[o.Outer]
			o = &c
		}
		m = r.g.newInput(o).Node
	default:
		in := make([]Value, len(n.In))
		for i, v := range n.In {
			in[i] = r.vals[v]
		}
		m = Emit(r.g, op, in...)
	}
	if len(m.Shapes) != len(n.Shapes) {
		return fmt.Errorf("graph: %v: after the cut it has %d results, not %d", n, len(m.Shapes), len(n.Shapes))
	}
	for i := range n.Shapes {
		if want := r.Shape(n.At(i)); !m.Shapes[i].Equal(want) {
			return fmt.Errorf("graph: %v: after the cut its result is %v, but its users keep %v of %v", n, m.Shapes[i], want, n.Shapes[i])
		}
		r.vals[n.At(i)] = m.At(i)
	}
	return nil
}

// param is the restricted parameter.
func (r *Restriction) param(v Value, p *Param) *Param {
	q := &Param{Name: p.Name, Init: p.Init, Owner: p.Owner, Shape: slices.Clone(p.Shape), Kept: make([][]int, len(p.Shape))}
	if p.Kept != nil {
		copy(q.Kept, p.Kept)
	}
	for k := range p.Shape {
		kept := r.Kept(v, k-len(p.Shape))
		if kept == nil {
			continue
		}
		q.Shape[k] = len(kept)
		q.Kept[k] = compose(q.Kept[k], kept)
	}
	r.pars[p] = q
	return q
}

// compose gives the original ids of the kept among ids (nil: 0, 1, ...).
func compose(ids, kept []int) []int {
	if kept == nil {
		return ids
	}
	out := make([]int, len(kept))
	for i, k := range kept {
		out[i] = k
		if ids != nil {
			out[i] = ids[k]
		}
	}
	return out
}

// Subset is a copy of g that computes only the named outputs; inputs that
// they do not need are left out. It panics if an output does not exist.
func Subset(g *Graph, outputs ...string) *Graph {
	h, vals := Clone(g)
	h.Outputs, h.Names = nil, nil
	for _, name := range outputs {
		h.AddOutput(name, vals[g.Output(name)])
	}
	need := map[*Node]bool{}
	for _, v := range h.Outputs {
		need[v.Node] = true
	}
	for _, n := range slices.Backward(h.Nodes) {
		if need[n] {
			for _, v := range n.In {
				need[v.Node] = true
			}
		}
	}
	h.Inputs = slices.DeleteFunc(h.Inputs, func(v Value) bool { return !need[v.Node] })
	return h
}
