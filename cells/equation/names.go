package equation

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/seed391906a2/iss/registry"
	"github.com/seed391906a2/iss/schemas"
)

// Kinds of names.
const (
	aSize      = "size"
	anOption   = "option"
	anInput    = "input"
	aState     = "state"
	aParameter = "parameter"
	aMask      = "mask"
	anEquation = "equation"
)

// symbol is what a name stands for, without its indices.
type symbol struct {
	kind    string
	at      string // pointer of the first definition
	indices int
	needs   []string // names that it is made of
}

// table holds all names of a document and what can be said of them without
// knowing sizes.
type table struct {
	d       *document
	symbols map[string]*symbol
	known   map[string]function
	// together are the parameters whose columns all stand behind one left
	// side, so that one product serves them all.
	together map[*parameter]bool
	used     []string // names that more than equations read
	faults   schemas.Faults
}

func newTable(d *document) *table {
	t := &table{d: d, symbols: map[string]*symbol{}, known: functions(), together: map[*parameter]bool{}}
	t.symbols["in"] = &symbol{kind: aSize}
	t.symbols["hidden"] = &symbol{kind: aSize}
	t.symbols["x"] = &symbol{kind: anInput}
	t.declare()
	t.read()
	if len(t.faults) == 0 {
		t.complete()
		t.unused()
	}
	for i := range d.Parameters {
		t.together[&d.Parameters[i]] = t.oneSide(&d.Parameters[i])
	}
	return t
}

func (t *table) fault(at string, col int, format string, args ...any) {
	t.faults = append(t.faults, schemas.Fault{Pointer: at, Message: faultf(col, format, args...).Error()})
}

// declare collects what is defined.
func (t *table) declare() {
	for _, name := range slices.Sorted(maps.Keys(t.d.Options)) {
		at := schemas.Pointer("options", name)
		n, err := parseName(name)
		if err != nil || n.kids != nil || strings.HasSuffix(n.text, "'") {
			t.fault(at, 0, "%q cannot be a name; use letters, digits and _", name)
			continue
		}
		t.define(anOption, at, n)
	}
	for i := range t.d.Parameters {
		p := &t.d.Parameters[i]
		t.define(aParameter, p.Name.at, p.Name.node)
		for _, c := range p.Columns {
			t.define(aParameter, c.Name.at, c.Name.node)
		}
	}
	for _, s := range t.d.States {
		t.define(aState, s.Name.at, s.Name.node)
	}
	for _, m := range t.d.Masks {
		t.define(aMask, m.Name.at, m.Name.node)
	}
	for _, l := range t.d.Lines {
		for _, e := range l.Equations {
			if e.assignment == nil {
				continue
			}
			for _, n := range e.targets {
				t.define(anEquation, e.at, n)
			}
		}
	}
}

// define notes that a name is defined. Families (names with indices) and what
// stands on a condition may be defined in parts; whether two of these meet
// depends on sizes and options, so it is found later.
func (t *table) define(kind, at string, n *node) {
	if n == nil {
		return // a fault of its own
	}
	col := 0
	if kind == anEquation {
		col = n.col
	}
	if _, ok := t.known[n.text]; ok {
		t.fault(at, col, "%q is a function, which this definition would shadow; take another name", n.text)
		return
	}
	if base, primed := strings.CutSuffix(n.text, "'"); primed {
		if s := t.symbols[base]; kind != anEquation || s == nil || s.kind != aState {
			t.fault(at, col, "%s is no next state: there is no state %q%s", n.text, base, t.nearest(base, aState))
			return
		}
	}
	if (kind == aState || kind == aMask) && n.kids != nil {
		t.fault(at, col, "a %s has no index", kind)
		return
	}
	old := t.symbols[n.text]
	switch {
	case n.text == "out" && kind != anEquation:
		t.fault(at, col, "\"out\" is what the cell puts out; take another name")
	case old == nil:
		t.symbols[n.text] = &symbol{kind: kind, at: at, indices: len(n.kids)}
	case old.at == "":
		t.fault(at, col, "%q is the %s of every cell, which this definition would shadow; take another name", n.text, map[string]string{aSize: "size", anInput: "input"}[old.kind])
	case old.kind == aState && kind == anEquation:
		t.fault(at, col, "%q shadows the state of that name (%s); what comes next is %s'", n.text, old.at, n.text)
	case old.kind != kind:
		t.fault(at, col, "%q shadows the %s of that name (%s); take another name", n.text, old.kind, old.at)
	case old.indices != len(n.kids):
		t.fault(at, col, "%q has %d indices here and %d in its first definition (%s)", n.text, len(n.kids), old.indices, old.at)
	case old.indices == 0 && !t.conditional(at) && !t.conditional(old.at):
		t.fault(at, col, "a second definition of %q; the first is %s", n.text, old.at)
	}
}

// conditional reports whether what stands at a pointer does so on a condition.
func (t *table) conditional(at string) bool {
	path := schemas.Split(at)
	if len(path) < 2 {
		return false
	}
	var i int
	if _, err := fmt.Sscan(path[1], &i); err != nil {
		return false
	}
	switch path[0] {
	case "parameters":
		return t.d.Parameters[i].If.text != ""
	case "equations":
		return t.d.Lines[i].If.text != ""
	}
	return false
}

// nearest says which name of these kinds was probably meant, or which there are.
func (t *table) nearest(name string, kinds ...string) string {
	var known []string
	for n, s := range t.symbols {
		if slices.Contains(kinds, s.kind) {
			known = append(known, n)
		}
	}
	return hint(name, known)
}

func hint(name string, known []string) string {
	slices.Sort(known)
	if near := registry.Nearest(name, known); near != "" {
		return "; nearest is \"" + near + "\""
	}
	if len(known) == 0 {
		return ""
	}
	return "; known: " + strings.Join(known, ", ")
}

// complete demands what every cell has.
func (t *table) complete() {
	if t.symbols["out"] == nil {
		t.fault("/equations", 0, "no equation defines out, what the cell puts out")
	}
	if len(t.d.States) == 0 {
		t.fault("/states", 0, "there is no state; a recurrent cell carries one from step to step")
	}
	for _, s := range t.d.States {
		if t.symbols[s.Name.node.text+"'"] == nil {
			t.fault(s.Name.at, 0, "no equation defines %s', the next state", s.Name.node.text)
		}
	}
}

// unused tells what is defined and reaches neither out nor a next state.
func (t *table) unused() {
	reached := map[string]bool{}
	var reach func(name string)
	reach = func(name string) {
		s := t.symbols[name]
		if s == nil || reached[name] {
			return
		}
		reached[name] = true
		for _, n := range s.needs {
			reach(n)
		}
	}
	reach("out")
	for _, s := range t.d.States {
		reach(s.Name.node.text + "'")
	}
	for _, n := range t.used {
		reach(n)
	}
	for _, p := range t.d.Parameters { // a matrix is used by its columns, and they by it
		for _, c := range p.Columns {
			if p.Name.node != nil && reached[p.Name.node.text] {
				reached[c.Name.node.text] = true
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(t.symbols)) {
		switch s := t.symbols[name]; {
		case reached[name] || s.kind == aSize:
		case s.kind == anInput:
			t.fault("/equations", 0, "nothing that reaches out or a next state reads x, the input")
		case t.namesColumns(name, reached):
		default:
			t.fault(s.at, 0, "%s %q is never used: nothing that reaches out or a next state reads it", s.kind, name)
		}
	}
}

// namesColumns reports whether a name is that of a matrix of which a column
// range is used.
func (t *table) namesColumns(name string, reached map[string]bool) bool {
	for _, p := range t.d.Parameters {
		if p.Name.node != nil && p.Name.node.text == name {
			return slices.ContainsFunc(p.Columns, func(c column) bool { return reached[c.Name.node.text] })
		}
	}
	return false
}

// oneSide reports whether every use of a matrix's columns is a product with
// one and the same left side.
func (t *table) oneSide(p *parameter) bool {
	names := map[string]bool{}
	for _, c := range p.Columns {
		if c.Name.node != nil {
			names[c.Name.node.text] = true
		}
	}
	uses, products, sides := 0, 0, map[string]bool{}
	var walk func(n *node)
	walk = func(n *node) {
		if n == nil {
			return
		}
		if n.op == opName && names[n.text] {
			uses++
		}
		if n.op == "*" && n.kids[1].op == opName && names[n.kids[1].text] {
			products++
			sides[n.kids[0].String()] = true
		}
		for _, k := range n.kids {
			walk(k)
		}
	}
	for _, l := range t.d.Lines {
		for _, e := range l.Equations {
			if e.assignment != nil {
				walk(e.value)
			}
		}
	}
	return uses == products && len(sides) == 1
}
