package equation

import (
	"fmt"
	"strings"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/registry"
)

// eval evaluates the expressions of one place in a document. Without a trace
// it knows numbers only.
type eval struct {
	*instance
	*trace
	at   string // pointer, for faults
	vars map[string]value
}

func (e *eval) fault(col int, format string, args ...any) value {
	return e.instance.fault(e.at, col, format, args...)
}

// eval is the value of an expression. A fault in it is told, and gives the
// zero value, which tells no more.
func (e *eval) eval(n *node) value {
	if e.work++; e.work > evaluated {
		e.bound(e.at, "the equations, with their repetitions, have more than %d parts", evaluated)
	}
	if e.full {
		return value{}
	}
	switch n.op {
	case opNumber:
		return numberValue(n.num)
	case opQuoted:
		return wordValue(n.text)
	case opTruth:
		return truthValue(n.num != 0)
	case opName:
		return e.name(n)
	case opIf:
		return e.choice(n)
	case opSlice:
		return e.slice(n)
	}
	if n.op == opCall && n.text == "keep" {
		return numberValue(e.keep[n.kids[0].text])
	}
	x := make([]value, len(n.kids))
	bad := false
	for k, kid := range n.kids {
		x[k] = e.eval(kid)
		bad = bad || x[k].bad()
	}
	if bad {
		return value{}
	}
	switch n.op {
	case opCall:
		return e.call(n, x)
	case opConcat:
		return e.concat(n, x)
	case "+", "-", "*", ".*", "/", "neg":
		return e.arithmetic(n, x)
	}
	return e.logic(n, x)
}

// name is what a name stands for.
func (e *eval) name(n *node) value {
	if v, ok := e.vars[n.text]; ok && n.kids == nil {
		return v
	}
	if v, ok := e.consts[n.text]; ok && n.kids == nil {
		return v
	}
	key, ok := e.key(e.at, n, e.vars)
	if !ok {
		return value{}
	}
	if e.trace == nil {
		return e.fault(n.col, "%q is not known before the cell runs", key)
	}
	if v, ok := e.lookup(key, n); ok {
		return v
	}
	var known []string
	for k := range e.places {
		if k != key && strings.HasPrefix(k, n.text+"[") {
			known = append(known, k)
		}
	}
	if s := e.names.symbols[n.text]; len(known) == 0 && s != nil {
		return e.fault(n.col, "%q is not defined with these options (%s)", key, s.at)
	}
	if near := registry.Nearest(key, known); near != "" {
		return e.fault(n.col, "there is no %q; nearest is %q", key, near)
	}
	return e.fault(n.col, "there is no %q", key)
}

// choice is the branch of a choice that its condition says.
func (e *eval) choice(n *node) value {
	switch c := e.eval(n.kids[0]); {
	case c.bad():
		return c
	case c.is != "truth":
		return e.fault(n.kids[0].col, "a condition is true or false, not %v", c)
	case c.truth():
		return e.eval(n.kids[1])
	}
	return e.eval(n.kids[2])
}

// call is the value of a function.
func (e *eval) call(n *node, x []value) value {
	f := e.names.known[n.text]
	numbers := make([]float64, 0, len(x))
	for _, v := range x {
		if v.is == "number" {
			numbers = append(numbers, v.num)
		}
	}
	if len(numbers) == len(x) && f.number != nil {
		return numberValue(f.number(numbers...))
	}
	if f.tensor != nil {
		if v, ok := f.tensor(e, n, x); ok {
			return v
		}
	}
	var got []string
	for _, v := range x {
		got = append(got, v.String())
	}
	return e.fault(n.col, "%s: %s; it is called with %s", f.form, f.doc, strings.Join(got, ", "))
}

// logic compares and joins what is known before anything runs.
func (e *eval) logic(n *node, x []value) value {
	want := "truth"
	switch n.op {
	case "==", "!=":
		want = x[0].is
	case "<", "<=", ">", ">=":
		want = "number"
	}
	for k, v := range x {
		if v.is != want || want == "tensor" {
			return e.fault(n.kids[k].col, "%s cannot be taken of %v%s", n.op, v, map[bool]string{true: "; of tensors, greater(a, b) is 1 where a > b"}[v.is == "tensor"])
		}
	}
	switch n.op {
	case "not":
		return truthValue(!x[0].truth())
	case "and":
		return truthValue(x[0].truth() && x[1].truth())
	case "or":
		return truthValue(x[0].truth() || x[1].truth())
	case "==", "!=":
		equal := x[0].num == x[1].num && x[0].text == x[1].text
		return truthValue(equal == (n.op == "=="))
	case "<":
		return truthValue(x[0].num < x[1].num)
	case "<=":
		return truthValue(x[0].num <= x[1].num)
	case ">":
		return truthValue(x[0].num > x[1].num)
	}
	return truthValue(x[0].num >= x[1].num)
}

// concat joins the units of tensors.
func (e *eval) concat(n *node, x []value) value {
	for k, v := range x {
		if v.is != "tensor" {
			return e.fault(n.kids[k].col, "[…] joins the units of tensors; this is %v", v)
		}
		if a, b := x[0].shape(), v.shape(); len(a) != len(b) || !a.With(-1, graph.Fixed(0)).Equal(b.With(-1, graph.Fixed(0))) {
			return e.fault(n.kids[k].col, "[…] joins units of tensors alike in everything else; these have shapes %v and %v", a, b)
		}
	}
	if len(x) == 1 {
		return x[0]
	}
	return e.emit("concat", x, func(t []graph.Value) graph.Value { return graph.Concat(-1, t...) })
}

// slice takes a range of units.
func (e *eval) slice(n *node) value {
	of := e.eval(n.kids[0])
	if of.bad() {
		return of
	}
	if of.is != "tensor" {
		return e.fault(n.col, "a slice of %v; it is taken of a tensor", of)
	}
	units := of.shape().Last().Size
	at := [3]int{0, units, 1}
	for k, kid := range n.kids[1:] {
		if kid == nil {
			continue
		}
		v, ok := e.instance.whole(e.at, kid, e.vars, [3]int{0, 0, 1}[k], longest)
		if !ok {
			return value{}
		}
		at[k] = v
	}
	if at[0] >= at[1] || at[1] > units {
		return e.fault(n.col, "[%d:%d] of %d units; the first is 0, and the end is not in it", at[0], at[1], units)
	}
	return e.emit(fmt.Sprint("slice ", at), []value{of}, func(t []graph.Value) graph.Value {
		return graph.Slice(t[0], -1, at[0], at[1], at[2])
	})
}
