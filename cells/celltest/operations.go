package celltest

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/seed391906a2/iss/core/graph"
)

var graphPackage = reflect.TypeFor[graph.UnaryOp]().PkgPath()

// isOurs reports whether an operation is of core/graph, whose own tests examine
// it.
func isOurs(op graph.Op) bool {
	t := reflect.TypeOf(op)
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t.PkgPath() == graphPackage
}

// own lists the operations in a graph that are not of core/graph, in bodies of
// loops too.
func own(g *graph.Graph) (list []*graph.Node) {
	for _, n := range g.Nodes {
		if scan, ok := n.Op.(*graph.ScanOp); ok {
			list = append(list, own(scan.Body)...)
		}
		if !isOurs(n.Op) {
			list = append(list, n)
		}
	}
	return list
}

// ownNames says which operations of its own a step has, as part of a sentence.
func ownNames(g *graph.Graph) string {
	var names []string
	for _, n := range own(g) {
		if name := fmt.Sprintf("%q", n.Op.Name()); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return fmt.Sprint(names)
}

// askOperations: each operation that the step brings along is true in all its
// facets, examined alone on operands of the shapes that it has in the step.
func (x *exam) askOperations() {
	seen := map[string]bool{}
	for _, v := range slices.Concat(x.variants(), x.masked()) {
		g, err := x.layer(v, form{})
		if err != nil {
			x.faultf(v, "%v", err)
			continue
		}
		for _, n := range own(g) {
			x.operation(v, n, seen, true)
		}
		for _, n := range own(withGradient(g, "once", differentiable(g))) {
			x.operation(v, n, seen, false) // made by a Gradient
		}
	}
}

// facets of an operation, but for its gradient.
var facets = []struct {
	name       string
	check      func(o *operation) error
	inGradient bool // asked of operations that only a Gradient makes, too
	advice     string
}{
	{"Forward32 and Forward64", (*operation).precision, true, "They are one function of the operands, in two precisions, and remember nothing"},
	{"Index and Contracts", (*operation).contracts, false, "Index unifies each index of an operand with those of the results that depend on it; an axis whose indices meet in one result is named in Contracts"},
	{"Zero", (*operation).zero, false, "Zero names the indices of a result that are zero whatever the other operands hold; nil is never wrong"},
	{"Restrict", (*operation).restrict, false, "Restrict returns the operation for the indices that Restriction.Kept lists, and what it holds for each index is cut with them"},
}

// operation examines one application, unless one like it was.
func (x *exam) operation(v variant, n *graph.Node, seen map[string]bool, whole bool) {
	key := fmt.Sprintf("%T %s", n.Op, n.Op.Name())
	for _, in := range n.In {
		key += " " + in.Shape().String()
	}
	if seen[key] {
		return
	}
	seen[key] = true
	o, err := isolate(n)
	if err != nil {
		return // it holds symbols of the step, so it cannot stand alone
	}
	at := fmt.Sprintf("operation %q", n.Op.Name())
	for _, f := range facets {
		if f.inGradient || whole {
			if err := f.check(o); err != nil {
				x.faultf(v, "%s, %s: %v. %s", at, f.name, err, f.advice)
			}
		}
	}
	if whole {
		before := len(x.faults)
		if err := x.gradients(v, at, o.graph); err != nil && len(x.faults) == before {
			x.faultf(v, "%s: %v", at, err)
		}
	}
}
