package graph

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
)

// Kind says what a tensor's elements are.
type Kind uint8

// Kinds of elements.
const (
	Float Kind = iota // float32 or float64, as the executor runs
	Int               // int32: word ids, lengths
)

// Value is one result of a node.
type Value struct {
	Node *Node
	Out  int
}

// IsZero reports whether there is no value.
func (v Value) IsZero() bool { return v.Node == nil }

// Shape of the value.
func (v Value) Shape() Shape { return v.Node.Shapes[v.Out] }

// Rank is the number of axes.
func (v Value) Rank() int { return len(v.Shape()) }

// Kind of the value's elements.
func (v Value) Kind() Kind {
	if in, ok := v.Node.Op.(*InputOp); ok {
		return in.Kind
	}
	return Float
}

// Graph is the graph that the value lies in.
func (v Value) Graph() *Graph { return v.Node.Graph }

// Node is one application of an operation.
type Node struct {
	Op     Op
	In     []Value
	Shapes []Shape // of the results
	ID     int     // position in Graph.Nodes: operands come before users
	Place  string  // scope in which it was traced
	Lifted bool    // taken out of a Scan's body: it works on all time steps at once
	Graph  *Graph
}

// At is the node's i-th result.
func (n *Node) At(i int) Value { return Value{n, i} }

func (n *Node) String() string {
	if n.Place == "" {
		return n.Op.Name()
	}
	return n.Op.Name() + " in " + n.Place
}

// Graph is a list of nodes in an order in which they can be run. The body of a
// Scan is a graph of its own, with Parent the graph that the Scan lies in.
type Graph struct {
	Name    string
	Parent  *Graph
	Nodes   []*Node
	Inputs  []Value // named inputs; in a body: sequences, then states, then captures
	Outputs []Value // in a body: next states, then outputs
	Names   []string
	Params  []*Param // of the root graph, in the order of first appearance
	// Origin is the graph that this one was cut out of, the first ancestor if
	// it was cut more than once; nil for a trace that is whole.
	Origin *Graph

	place    string
	layers   map[string]string // of the root graph: place -> label; see Scope.Layer
	depth    int
	captured map[Value]Value // outer value -> input of this body
	outer    []Value         // captured outer values, in order
	leaves   map[*Param]Value
}

func newGraph(name string, parent *Graph) *Graph {
	g := &Graph{Name: name, Parent: parent, captured: map[Value]Value{}, leaves: map[*Param]Value{}, layers: map[string]string{}}
	if parent != nil {
		g.depth, g.place = parent.depth+1, parent.place
	}
	return g
}

// Root is the outermost graph.
func (g *Graph) Root() *Graph {
	for g.Parent != nil {
		g = g.Parent
	}
	return g
}

// Output returns the output of that name. It panics if there is none.
func (g *Graph) Output(name string) Value {
	i := slices.Index(g.Names, name)
	if i < 0 {
		panic(fmt.Sprintf("graph: %s has no output %q; known: %s", g.Name, name, strings.Join(g.Names, ", ")))
	}
	return g.Outputs[i]
}

// Input returns the input of that name. It panics if there is none.
func (g *Graph) Input(name string) Value {
	for _, v := range g.Inputs {
		if v.Node.Op.(*InputOp).Label == name {
			return v
		}
	}
	panic(fmt.Sprintf("graph: %s has no input %q", g.Name, name))
}

// Layer is the label of the layer that a place of a node lies in, the innermost
// one (see Scope.Layer), or "" if it lies in none. Graphs that are cut out of a
// trace know its layers, those that a compiler writes do not.
func (g *Graph) Layer(place string) string {
	for p := place; ; {
		if label, ok := g.Root().layers[p]; ok {
			return label
		}
		i := strings.LastIndexByte(p, '/')
		if i < 0 {
			return ""
		}
		p = p[:i]
	}
}

// Param returns the parameter of that name, or nil.
func (g *Graph) Param(name string) *Param {
	for _, p := range g.Root().Params {
		if p.Name == name {
			return p
		}
	}
	return nil
}

// Leaf returns the value of a parameter of this graph. It panics if the
// parameter is not of this graph.
func (g *Graph) Leaf(p *Param) Value {
	v, ok := g.leaves[p]
	if !ok {
		panic(fmt.Sprintf("graph: parameter %q is not of graph %s", p.Name, g.Name))
	}
	return v
}

// AddOutput appends a named output.
func (g *Graph) AddOutput(name string, v Value) {
	g.Outputs = append(g.Outputs, v)
	g.Names = append(g.Names, name)
}

// ShapeError is what tracing panics with when shapes do not fit; Trace turns
// it into an error.
type ShapeError struct {
	Op     string
	Place  string // scope
	Caller string // file:line of the code that wrote the operation
	In     []Shape
	Reason error
}

func (e *ShapeError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "graph: %s", e.Op)
	if e.Place != "" {
		fmt.Fprintf(&b, " in %s", e.Place)
	}
	if e.Caller != "" {
		fmt.Fprintf(&b, " (%s)", e.Caller)
	}
	for i, s := range e.In {
		if i == 0 {
			b.WriteString(" of ")
		} else {
			b.WriteString(" and ")
		}
		b.WriteString(s.String())
	}
	fmt.Fprintf(&b, ": %v", e.Reason)
	return b.String()
}

func (e *ShapeError) Unwrap() error { return e.Reason }

// Emit appends a node for op. Operands from enclosing graphs are captured.
// It panics with a *ShapeError if the shapes do not fit.
func Emit(g *Graph, op Op, in ...Value) *Node {
	for _, v := range in {
		if v.IsZero() {
			panic(&ShapeError{Op: op.Name(), Place: g.place, Caller: caller(), Reason: fmt.Errorf("an operand is missing")})
		}
		if v.Graph().depth > g.depth {
			g = v.Graph()
		}
	}
	own := make([]Value, len(in))
	shapes := make([]Shape, len(in))
	for i, v := range in {
		own[i] = g.capture(v)
		shapes[i] = own[i].Shape()
	}
	err := checkKinds(op, own)
	var out []Shape
	if err == nil {
		out, err = op.Infer(shapes)
	}
	if err != nil {
		panic(&ShapeError{Op: op.Name(), Place: g.place, Caller: caller(), In: shapes, Reason: err})
	}
	n := &Node{Op: op, In: own, Shapes: out, ID: len(g.Nodes), Place: g.place, Graph: g}
	g.Nodes = append(g.Nodes, n)
	return n
}

// emit is Emit for operations with one result whose graph follows from the operands.
func emit(op Op, in ...Value) Value {
	if len(in) == 0 || in[0].IsZero() {
		panic(&ShapeError{Op: op.Name(), Caller: caller(), Reason: fmt.Errorf("an operand is missing")})
	}
	return Emit(in[0].Graph(), op, in...).At(0)
}

// checkKinds compares the kinds of operands with those that op reads.
func checkKinds(op Op, in []Value) error {
	r, _ := op.(IntReader)
	for i, v := range in {
		switch ints := r != nil && r.ReadsInts(i); {
		case ints && v.Kind() != Int:
			return fmt.Errorf("operand %d is floats, not ids or lengths (see Scope.Ints)", i)
		case !ints && v.Kind() != Float:
			return fmt.Errorf("operand %d is ids or lengths, not floats", i)
		}
	}
	return nil
}

// capture makes an outer value readable in g.
func (g *Graph) capture(v Value) Value {
	if v.Graph() == g {
		return v
	}
	if in, ok := g.captured[v]; ok {
		return in
	}
	if g.Parent == nil {
		panic(fmt.Sprintf("graph: %v is of graph %s, not of %s or one around it", v.Node, v.Graph().Name, g.Name))
	}
	outer := g.Parent.capture(v)
	if in, ok := g.captured[outer]; ok {
		g.captured[v] = in
		return in
	}
	in := g.newInput(&InputOp{Label: "captured", Role: Capture, Kind: outer.Kind(), Shape: outer.Shape(), Outer: outer})
	g.captured[v], g.captured[outer] = in, in
	g.outer = append(g.outer, outer)
	g.Inputs = append(g.Inputs, in)
	return in
}

func (g *Graph) newInput(op *InputOp) Value {
	n := &Node{Op: op, Shapes: []Shape{op.Shape}, ID: len(g.Nodes), Place: g.place, Graph: g}
	g.Nodes = append(g.Nodes, n)
	return n.At(0)
}

// caller is the first frame outside this package: the line that wrote the op.
func caller() string {
	pc := make([]uintptr, 32)
	frames := runtime.CallersFrames(pc[:runtime.Callers(2, pc)])
	for {
		f, more := frames.Next()
		if !strings.Contains(f.Function, "/core/graph.") {
			if i := strings.LastIndexByte(f.File, '/'); i >= 0 {
				f.File = f.File[i+1:]
			}
			return fmt.Sprintf("%s:%d", f.File, f.Line)
		}
		if !more {
			return ""
		}
	}
}
