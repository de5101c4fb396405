package rewrite

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/seed391906a2/iss/core/graph"
)

// writer appends nodes to graphs. Equal nodes are made once, and a node goes
// into the outermost graph that its operands allow: what does not change in a
// loop is computed in front of it.
type writer struct {
	nodes map[string]*graph.Node
	place string // of the nodes being written
	moved bool   // they were in a loop, and now work on all its steps at once
}

func newWriter() *writer { return &writer{nodes: map[string]*graph.Node{}} }

// isLeaf reports whether a value is a literal, which is written again wherever
// it is used.
func isLeaf(v graph.Value) bool {
	switch v.Node.Op.(type) {
	case *graph.FillOp, *graph.ConstOp:
		return true
	}
	return false
}

func depth(g *graph.Graph) int {
	d := 0
	for ; g.Parent != nil; g = g.Parent {
		d++
	}
	return d
}

// home is the graph that an operation on these values belongs to: the deepest
// one that an operand other than a literal is of, or the root if all are
// literals. What has no operands stays at.
func home(at *graph.Graph, in []graph.Value) *graph.Graph {
	if len(in) == 0 {
		return at
	}
	var g *graph.Graph
	for _, v := range in {
		if !isLeaf(v) && (g == nil || depth(v.Graph()) > depth(g)) {
			g = v.Graph()
		}
	}
	if g == nil {
		return at.Root()
	}
	return g
}

// near is v, or a copy of it in g if it is a literal.
func (w *writer) near(g *graph.Graph, v graph.Value) graph.Value {
	if isLeaf(v) && v.Graph() != g {
		return w.node(g, v.Node.Op).At(v.Out)
	}
	return v
}

// node is the node of an operation as it stands; at is where a node without
// operands goes.
func (w *writer) node(at *graph.Graph, op graph.Op, in ...graph.Value) *graph.Node {
	g := home(at, in)
	own := make([]graph.Value, len(in))
	for i, v := range in {
		own[i] = w.near(g, v)
	}
	k := key(g, op, own)
	if n := w.nodes[k]; n != nil && k != "" {
		return n
	}
	n := graph.Emit(g, op, own...)
	n.Place, n.Lifted = w.place, w.moved
	w.nodes[k] = n
	return n
}

// key tells equal nodes apart from others; it is empty for operations that are
// never joined.
func key(g *graph.Graph, op graph.Op, in []graph.Value) string {
	switch op.(type) {
	case *graph.ScanOp, *graph.InputOp, *graph.ParamOp:
		return ""
	}
	what := attributes(op)
	if what == "" {
		return ""
	}
	in = slices.Clone(in)
	if b, ok := op.(*graph.BinaryOp); ok && (b.Kind == graph.AddOf || b.Kind == graph.MulOf) {
		slices.SortFunc(in, func(a, b graph.Value) int { return strings.Compare(ident(a), ident(b)) })
	}
	var s strings.Builder
	fmt.Fprintf(&s, "%p %T %s", g, op, what)
	for _, v := range in {
		s.WriteString(ident(v))
	}
	return s.String()
}

var ours = reflect.TypeFor[graph.UnaryOp]().PkgPath()

// attributes writes down what makes two operations of one type do the same.
// Those of core/graph are the same if their fields are. Of others it is only
// known that one that is == does the same: a field may be a function. It is
// empty where that cannot be told.
func attributes(op graph.Op) string {
	v := reflect.ValueOf(op)
	switch {
	case v.Kind() != reflect.Pointer && v.Comparable():
		return fmt.Sprintf("%#v", op)
	case v.Kind() != reflect.Pointer:
		return ""
	case v.Type().Elem().PkgPath() == ours:
		return fmt.Sprintf("%+v", op)
	}
	return fmt.Sprintf("%p", op)
}

func ident(v graph.Value) string { return fmt.Sprintf(" %p.%d", v.Node, v.Out) }
