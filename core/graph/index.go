package graph

import (
	"fmt"
	"slices"
)

// Role says how a parameter's axis is used.
type Role uint8

// Roles of a parameter's axis.
const (
	Reads Role = 1 << iota // the axis is summed over: its rows read a unit
	Makes                  // the axis is carried on: its columns make a unit
)

// Axis is one fixed axis of a value, counted from the front.
type Axis struct {
	Value Value
	Axis  int
}

// Link records that a rule made Count indices of two axes one unit each:
// index From+k·FromStep of A is index To+k·ToStep of B.
type Link struct {
	A, B     Axis
	From, To int
	FromStep int
	ToStep   int
	Count    int
	Node     *Node
}

// FixedReader is an operation that reads units over an axis and owns no
// weights for it (a mean, a norm): a unit that it reads is not free to go
// because its weights are zero.
type FixedReader struct {
	Node *Node
	How  Contracting
}

// Indexer collects what the index rules say. Its union-find runs over single
// indices of single axes: concatenation, splits, strides and interleaving are
// right by construction.
type Indexer struct {
	node   *Node // whose rule is running
	axes   []Axis
	base   map[Axis]int32
	owner  []int32 // element -> number of its axis
	parent []int32

	links    []Link
	made     map[Axis][]Axis // axis of a result -> axes of operands that its node unified with it
	pins     []pin
	readers  []reader
	products []factored
	roles    map[*Param][]Role
	states   []stateMark
}

type pin struct {
	elem   int32
	reason string
}
type reader struct {
	elem int32
	FixedReader
}
type factored struct {
	node    *Node
	elem    int32
	factors []int32
}
type stateMark struct {
	axis Axis
	name string
}

// axis returns the first element of a fixed axis, or -1 for an anonymous one.
// axis is counted from the end.
func (x *Indexer) axis(v Value, axis int) (int32, int) {
	s := v.Shape()
	k := len(s) + axis
	if k < 0 || !s[k].IsFixed() {
		return -1, 0
	}
	key := Axis{v, k}
	b, ok := x.base[key]
	if !ok {
		b = int32(len(x.parent))
		x.base[key] = b
		for range s[k].Size {
			x.parent = append(x.parent, int32(len(x.parent)))
			x.owner = append(x.owner, int32(len(x.axes)))
		}
		x.axes = append(x.axes, key)
	}
	return b, s[k].Size
}

func (x *Indexer) find(e int32) int32 {
	for x.parent[e] != e {
		x.parent[e] = x.parent[x.parent[e]]
		e = x.parent[e]
	}
	return e
}

func (x *Indexer) union(a, b int32) bool {
	a, b = x.find(a), x.find(b)
	if a == b {
		return false
	}
	if a > b {
		a, b = b, a
	}
	x.parent[b] = a
	return true
}

// Unify makes index i of one axis and index i of the other one unit, for all
// i. Axes count from the end. Anonymous axes are left alone. An axis of one
// element that is broadcast along the other is pinned: without its one number
// there would be nothing to repeat.
func (x *Indexer) Unify(a Value, axisA int, b Value, axisB int) {
	_, n := x.axis(a, axisA)
	_, m := x.axis(b, axisB)
	if n != m {
		for _, v := range []struct {
			Value
			axis, size int
		}{{a, axisA, n}, {b, axisB, m}} {
			if v.size == 1 {
				x.Pin(v.Value, v.axis, "one number for all of another axis")
			}
		}
		return
	}
	x.UnifyRange(a, axisA, 0, 1, b, axisB, 0, 1, n)
}

// UnifyRange makes index from+k·fromStep of one axis and to+k·toStep of the
// other one unit, for k = 0..count-1.
func (x *Indexer) UnifyRange(a Value, axisA, from, fromStep int, b Value, axisB, to, toStep, count int) {
	p, _ := x.axis(a, axisA)
	q, _ := x.axis(b, axisB)
	if p < 0 || q < 0 || count <= 0 {
		return
	}
	for k := range count {
		x.union(p+int32(from+k*fromStep), q+int32(to+k*toStep))
	}
	l := Link{
		A: Axis{a, a.Rank() + axisA}, B: Axis{b, b.Rank() + axisB},
		From: from, FromStep: fromStep, To: to, ToStep: toStep, Count: count, Node: x.node,
	}
	x.links = append(x.links, l)
	for _, e := range [][2]Axis{{l.A, l.B}, {l.B, l.A}} {
		if known := x.made[e[0]]; e[0].Value.Node == x.node && !slices.Contains(known, e[1]) {
			x.made[e[0]] = append(known, e[1])
		}
	}
}

// UnifyAll applies Unify to all axes that two values have in common, aligned
// at their last axes.
func (x *Indexer) UnifyAll(a, b Value) {
	for i := 1; i <= min(a.Rank(), b.Rank()); i++ {
		x.Unify(a, -i, b, -i)
	}
}

// Pin says that an axis has its size from outside: its units never go.
func (x *Indexer) Pin(v Value, axis int, reason string) {
	b, n := x.axis(v, axis)
	for i := range n {
		x.pins = append(x.pins, pin{b + int32(i), reason})
	}
}

// Product says that index i of an axis goes exactly if one of the given
// indices of other axes goes: the rule of a reshape. The factors may be joined
// with themselves and each other (a state that is divided, reversed and carried
// on), not with the whole: see Atoms.
func (x *Indexer) Product(v Value, axis, i int, w Value, axes, at []int) {
	b, _ := x.axis(v, axis)
	f := factored{node: x.node, elem: b + int32(i)}
	for k, a := range axes {
		q, _ := x.axis(w, a)
		f.factors = append(f.factors, q+int32(at[k]))
	}
	x.products = append(x.products, f)
}

// Uses notes the role of a parameter's axis. v is the parameter or something
// made of parameters: the role is that of each axis that became v's by the
// index rules.
func (x *Indexer) Uses(v Value, axis int, r Role) {
	x.uses(Axis{v, v.Rank() + axis}, r, map[Axis]bool{})
}

func (x *Indexer) uses(a Axis, r Role, seen map[Axis]bool) {
	if seen[a] {
		return
	}
	seen[a] = true
	switch op := a.Value.Node.Op.(type) {
	case *ParamOp:
		if x.roles[op.P] == nil {
			x.roles[op.P] = make([]Role, a.Value.Rank())
		}
		x.roles[op.P][a.Axis] |= r
	case *InputOp:
		if op.Role == Capture {
			x.uses(Axis{op.Outer, a.Axis}, r, seen)
		}
	default:
		for _, b := range x.made[a] {
			x.uses(b, r, seen)
		}
	}
}

// run applies the rules of all nodes of a graph.
func (x *Indexer) run(g *Graph) {
	for _, n := range g.Nodes {
		x.node = n
		for i := range n.Shapes {
			for k := range n.Shapes[i] {
				x.axis(n.At(i), k-len(n.Shapes[i]))
			}
		}
		n.Op.Index(x, n)
		for _, c := range n.Op.Contracts(n) {
			x.contracted(n, c)
		}
	}
}

// contracted notes a fixed reader: a contraction that owns no weights, since it
// has none or they are computed from inputs.
func (x *Indexer) contracted(n *Node, c Contraction) {
	if c.How == ReadByWeight && literal(c.W) {
		return
	}
	b, size := x.axis(c.X, c.Axis)
	for i := range size {
		x.readers = append(x.readers, reader{b + int32(i), FixedReader{n, c.How}})
	}
}

// settle propagates units through products until nothing changes: two
// factorisations of one unit have the same factors.
func (x *Indexer) settle() {
	for changed := true; changed; {
		changed = false
		first := map[int32]factored{}
		for _, f := range x.products {
			r := x.find(f.elem)
			g, ok := first[r]
			if !ok {
				first[r] = f
				continue
			}
			if len(g.factors) != len(f.factors) {
				for _, e := range slices.Concat(f.factors, g.factors) {
					x.pins = append(x.pins, pin{e, "two reshapes divide the axis differently"})
				}
				continue
			}
			for k := range f.factors {
				if x.union(f.factors[k], g.factors[k]) {
					changed = true
				}
			}
		}
	}
}

// Index applies all index rules to a graph.
func Index(g *Graph) *Atoms {
	x := &Indexer{base: map[Axis]int32{}, made: map[Axis][]Axis{}, roles: map[*Param][]Role{}}
	x.run(g)
	for i, v := range g.Outputs {
		for k := 1; k <= v.Rank(); k++ {
			if !carriedBack(g, i) {
				x.Pin(v, -k, fmt.Sprintf("the model's output %q", g.Names[i]))
			}
		}
	}
	for {
		x.settle()
		if a := newAtoms(x); !a.joinTwins() {
			return a
		}
	}
}

// carriedBack reports whether output i is a state: it feeds the input of its name.
func carriedBack(g *Graph, i int) bool {
	for _, v := range g.Inputs {
		if op := v.Node.Op.(*InputOp); op.Role == Carried && op.Label == g.Names[i] {
			return true
		}
	}
	return false
}
