package equation

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed391906a2/iss/core/graph"
)

// trace is a step being written into a graph.
type trace struct {
	scope *graph.Scope
	input graph.Value
	prev  map[string]graph.Value
	made  map[string]graph.Value // operations, by what they are: each is written once
	nodes int
	known map[*lineAt][]value // of the targets; nil: the equation is under way
	open  []string            // names whose equations are under way
}

// step writes the step of an instance. Its faults are in the instance.
func (i *instance) step(s *graph.Scope, x graph.Value, prev []graph.Value) (out graph.Value, next []graph.Value) {
	t := &trace{scope: s, input: x, prev: map[string]graph.Value{}, made: map[string]graph.Value{}, known: map[*lineAt][]value{}}
	for k, st := range i.states {
		t.prev[st.name] = prev[k]
	}
	for _, l := range i.order {
		i.solve(l, t)
	}
	for k, st := range i.states {
		want := prev[k].Shape()
		next = append(next, i.result(st.name+"'", want, t))
	}
	return i.result("out", nil, t), next
}

// solve evaluates an equation, and before it those that it reads.
func (i *instance) solve(l *lineAt, t *trace) {
	if _, begun := t.known[l]; begun {
		return
	}
	t.known[l] = nil
	t.open = append(t.open, l.keys[0])
	e := &eval{instance: i, trace: t, at: l.at, vars: l.vars}
	v := e.eval(l.equation.value)
	t.open = t.open[:len(t.open)-1]
	values := make([]value, len(l.targets))
	t.known[l] = values
	switch {
	case v.bad():
		return
	case v.trans:
		e.fault(l.targets[0].col, "transpose(…) stands as the right side of a product only")
	case !l.split:
		values[0] = v
	default:
		e.split(l, v, values)
	}
}

// split gives equal parts of a tensor their names.
func (e *eval) split(l *lineAt, v value, parts []value) {
	col, n := l.targets[0].col, len(l.targets)
	if v.is != "tensor" {
		e.fault(col, "%v cannot be cut into %d parts", v, n)
		return
	}
	d := v.shape().Last()
	if d.Size%n != 0 {
		e.fault(col, "%v units are not divisible into %d equal parts", d, n)
		return
	}
	w := d.Size / n
	c := &cut{}
	for k := range n {
		c.ranges = append(c.ranges, [2]int{k * w, (k + 1) * w})
	}
	whole := e.cutOut(v)
	for k := range n {
		parts[k] = e.cutOut(value{is: "tensor", t: whole.t, cut: c, k: k})
	}
}

// result is the value of a name that the step must give, with the shape that it
// must have (nil: that of a vector of any size).
func (i *instance) result(key string, want graph.Shape, t *trace) graph.Value {
	l := i.lines[key]
	if l == nil {
		if !i.full {
			i.fault("/equations", 0, "with these options no equation defines %s", key)
		}
		return t.input
	}
	e := &eval{instance: i, trace: t, at: l.at}
	col := l.targets[0].col
	k := 0
	for n := range l.keys {
		if l.keys[n] == key {
			k, col = n, l.targets[n].col
		}
	}
	v := t.known[l][k]
	switch {
	case v.bad():
		return t.input
	case v.is != "tensor":
		e.fault(col, "%s is %v; it must be a tensor", key, v)
		return t.input
	}
	got := v.shape()
	if want == nil {
		if got.Equal(t.input.Shape().With(-1, got.Last())) {
			return e.cutOut(v).t
		}
		e.fault(col, "out has shape %v; it must have a row for each of the batch, as x with shape %v has", got, t.input.Shape())
		return t.input
	}
	if !got.Equal(want) {
		e.fault(col, "%s has shape %v, and the state before it %v", key, got, want)
		return t.input
	}
	return e.cutOut(v).t
}

// lookup is the tensor, or the number, that a name stands for.
func (e *eval) lookup(key string, n *node) (value, bool) {
	if key == "x" {
		return tensorValue(e.input), true
	}
	if v, ok := e.prev[key]; ok {
		return tensorValue(v), true
	}
	if p, ok := e.params[key]; ok {
		return e.parameter(p), true
	}
	if m, ok := e.masks[key]; ok {
		v := e.made["mask "+key]
		if v.IsZero() {
			v = e.scope.Mask(m.place, m.size, e.keep[key], m.every)
			e.made["mask "+key] = v
		}
		return tensorValue(v), true
	}
	l, ok := e.lines[key]
	if !ok {
		return value{}, false
	}
	if v, begun := e.known[l]; begun && v == nil {
		return e.circle(key, n), true
	}
	e.solve(l, e.trace)
	for k := range l.keys {
		if l.keys[k] == key {
			return e.known[l][k], true
		}
	}
	return value{}, true
}

// circle tells that a name is needed to know itself.
func (e *eval) circle(key string, n *node) value {
	from := slices.Index(e.open, e.lines[key].keys[0])
	path := append(slices.Clone(e.open[from:]), key)
	if len(path) > 6 {
		path = append(append(path[:3:3], "…"), path[len(path)-2:]...)
	}
	return e.fault(n.col, "a circle: %s; what comes from the step before is a state", strings.Join(path, " needs "))
}

// parameter is a parameter as the step reads it.
func (e *eval) parameter(p named) value {
	if p.of.shape == nil {
		return value{}
	}
	key := "param " + p.of.stored
	t, ok := e.made[key]
	if !ok {
		t = e.scope.Param(p.of.stored, p.of.init, p.of.shape...)
		e.made[key] = t
	}
	return value{is: "tensor", t: t, cut: p.cut, k: p.k}
}

// fill is a number as a tensor.
func (e *eval) fill(c float64) graph.Value {
	key := "fill " + display(c)
	t, ok := e.made[key]
	if !ok {
		t = e.scope.Fill(c, graph.Fixed(1))
		e.made[key] = t
	}
	return t
}

// emit writes an operation on tensors, once: the same one of the same tensors
// is what was written before.
func (e *eval) emit(what string, x []value, f func(t []graph.Value) graph.Value) value {
	if e.nodes++; e.nodes > operations {
		e.bound(e.at, "a step has more than %d operations", operations)
	}
	if e.full {
		return value{}
	}
	var key strings.Builder
	key.WriteString(what)
	t := make([]graph.Value, len(x))
	for k, v := range x {
		t[k] = e.cutOut(v).t
		fmt.Fprintf(&key, " %p.%d", t[k].Node, t[k].Out)
	}
	v, ok := e.made[key.String()]
	if !ok {
		v = f(t)
		e.made[key.String()] = v
	}
	return tensorValue(v)
}

// cutOut cuts a range of columns out. All ranges of a cut are cut together, in
// the order of the columns, as a cell in Go splits its gates.
func (e *eval) cutOut(v value) value {
	if v.cut == nil {
		return v
	}
	if r := v.cut.ranges; len(r) == 1 && r[0] == [2]int{0, v.t.Shape().Last().Size} {
		return tensorValue(v.t)
	}
	var mine graph.Value
	for k, r := range v.cut.ranges {
		key := fmt.Sprintf("cut %v %p.%d", r, v.t.Node, v.t.Out)
		t, ok := e.made[key]
		if !ok {
			t = graph.Slice(v.t, -1, r[0], r[1], 1)
			e.made[key] = t
		}
		if k == v.k {
			mine = t
		}
	}
	return tensorValue(mine)
}
