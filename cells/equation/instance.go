package equation

import (
	"fmt"
	"math"
	"strings"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/schemas"
)

// Bounds of what a document may ask for.
const (
	instances  = 10_000    // parameters and equations, repetitions counted
	operations = 100_000   // of a step
	longest    = 1 << 24   // elements of an axis
	largest    = 1<<31 - 1 // elements of a parameter
	evaluated  = 1_000_000 // parts of expressions
)

// instance is a document at given sizes and options: repetitions written out,
// conditions decided, sizes known.
type instance struct {
	d      *document
	names  *table
	consts map[string]value   // in, hidden, options
	keep   map[string]float64 // by mask
	params map[string]named   // by name
	states []graphState
	masks  map[string]*maskAt
	lines  map[string]*lineAt // by the names that they define
	order  []*lineAt

	places map[string]string // pointer of what defines a name
	stored map[string]string // and of what is stored under a name
	work   int
	full   bool // a bound was met and told
	faults schemas.Faults
}

type graphState struct {
	name    string
	size    int
	initial float64
}

type maskAt struct {
	place string
	size  int
	every graph.Frequency
}

// lineAt is an equation of an instance.
type lineAt struct {
	equation
	vars map[string]value
	keys []string // names of the targets
}

func (m mask) place() string {
	if m.Place != "" || m.Name.node == nil {
		return m.Place
	}
	return m.Name.node.text
}

// newInstance makes a document's instance. Its faults are in it.
func newInstance(d *document, names *table, in, hidden int, options map[string]value, keep map[string]float64) *instance {
	i := &instance{
		d: d, names: names, consts: map[string]value{"in": numberValue(float64(in)), "hidden": numberValue(float64(hidden))},
		keep: map[string]float64{}, params: map[string]named{}, masks: map[string]*maskAt{}, lines: map[string]*lineAt{},
		places: map[string]string{}, stored: map[string]string{},
	}
	for name, v := range options {
		i.consts[name] = v
	}
	for n := range d.Parameters {
		p := &d.Parameters[n]
		i.each(p.For, p.If, func(vars map[string]value) { i.parameter(n, p, vars) })
	}
	for n, s := range d.States {
		i.states = append(i.states, graphState{s.Name.node.text, i.size(s.Size, nil, "hidden", 1, longest), s.Initial})
		if math.IsInf(float64(float32(s.Initial)), 0) {
			i.fault(schemas.Pointer("states", n, "initial"), 0, "%s is larger than a 32-bit float can be", display(s.Initial))
		}
	}
	for _, m := range d.Masks {
		at := &maskAt{place: m.place(), size: i.size(m.Size, nil, "hidden", 1, longest), every: graph.PerStep}
		if m.Every == "window" {
			at.every = graph.PerWindow
		}
		i.masks[m.Name.node.text] = at
		i.keep[m.Name.node.text] = 1
		if k, ok := keep[at.place]; ok {
			i.keep[m.Name.node.text] = k
		}
	}
	for _, l := range d.Lines {
		i.each(l.For, l.If, func(vars map[string]value) {
			for _, e := range l.Equations {
				i.line(e, vars)
			}
		})
	}
	return i
}

func (i *instance) fault(at string, col int, format string, args ...any) value {
	i.faults = append(i.faults, schemas.Fault{Pointer: at, Message: faultf(col, format, args...).Error()})
	return value{}
}

// bound notes that a bound was met, once.
func (i *instance) bound(at string, format string, args ...any) {
	if !i.full {
		i.full = true
		i.fault(at, 0, format, args...)
	}
}

// each calls f for each count of a repetition, if the condition holds.
func (i *instance) each(l loop, condition expr, f func(vars map[string]value)) {
	if condition.node != nil {
		e := &eval{instance: i, at: condition.at}
		switch v := e.eval(condition.node); {
		case v.bad():
			return
		case v.is != "truth":
			i.fault(condition.at, 0, "a condition is true or false, not %v", v)
			return
		case !v.truth():
			return
		}
	}
	if l.repeat == nil {
		f(nil)
		return
	}
	from, ok := i.whole(l.at, l.from, nil, -longest, longest)
	to, also := i.whole(l.at, l.to, nil, -longest, longest)
	for n := from; ok && also && n <= to && !i.full; n++ {
		f(map[string]value{l.name: numberValue(float64(n))})
	}
}

// whole is an expression that must be a whole number within bounds.
func (i *instance) whole(at string, n *node, vars map[string]value, least, most int) (int, bool) {
	e := &eval{instance: i, at: at, vars: vars}
	v := e.eval(n)
	switch {
	case v.bad():
		return 0, false
	case v.is != "number":
		i.fault(at, n.col, "must be a number, is %v", v)
		return 0, false
	case v.num != math.Trunc(v.num) || math.IsNaN(v.num):
		i.fault(at, n.col, "must be a whole number, is %s; floor(…) and ceil(…) round", display(v.num))
		return 0, false
	case v.num < float64(least):
		i.fault(at, n.col, "must be at least %d, is %s", least, display(v.num))
		return 0, false
	case v.num > float64(most):
		i.fault(at, n.col, "must be at most %d, is %s", most, display(v.num))
		return 0, false
	}
	return int(v.num), true
}

// size is a size, or the constant named otherwise if it is not said.
func (i *instance) size(e expr, vars map[string]value, otherwise string, least, most int) int {
	if e.node == nil {
		return int(i.consts[otherwise].num)
	}
	n, ok := i.whole(e.at, e.node, vars, least, most)
	if !ok {
		return least
	}
	return n
}

// key is a name with its indices.
func (i *instance) key(at string, n *node, vars map[string]value) (string, bool) {
	if n.kids == nil {
		return n.text, true
	}
	parts := make([]string, len(n.kids))
	for k, kid := range n.kids {
		v, ok := i.whole(at, kid, vars, -longest, longest)
		if !ok {
			return "", false
		}
		parts[k] = fmt.Sprint(v)
	}
	return n.text + "[" + strings.Join(parts, ", ") + "]", true
}

// place notes where a name is defined; twice is a fault.
func (i *instance) place(key, at string, col int) bool {
	if len(i.places) >= instances {
		i.bound(at, "the repetitions make more than %d parameters and equations", instances)
		return false
	}
	if first, ok := i.places[key]; ok {
		i.fault(at, col, "a second definition of %q; the first is %s", key, first)
		return false
	}
	i.places[key] = at
	return true
}

// line notes an equation.
func (i *instance) line(e equation, vars map[string]value) {
	l := &lineAt{equation: e, vars: vars}
	for _, n := range e.targets {
		key, ok := i.key(e.at, n, vars)
		if !ok || !i.place(key, e.at, n.col) {
			continue
		}
		l.keys = append(l.keys, key)
		i.lines[key] = l
	}
	if len(l.keys) == len(e.targets) {
		i.order = append(i.order, l)
	}
}
