package equation

import (
	"maps"
	"slices"
	"strings"

	"github.com/seed391906a2/iss/schemas"
)

// read looks at every use of a name.
func (t *table) read() {
	for _, name := range slices.Sorted(maps.Keys(t.d.Options)) {
		t.option(name, t.d.Options[name])
	}
	for i := range t.d.Parameters {
		p := &t.d.Parameters[i]
		vars := t.loop(p.For)
		t.constant(p.If, nil)
		for _, e := range p.Shape {
			t.constant(e, vars)
		}
		for _, c := range p.Columns {
			t.constant(c.From, vars)
			t.constant(c.To, vars)
			t.indices(c.Name.at, c.Name.node, vars)
		}
		t.init(p, vars)
		t.indices(p.Name.at, p.Name.node, vars)
		t.stored(schemas.Pointer("parameters", i, "stored"), p, vars)
	}
	for _, s := range t.d.States {
		t.constant(s.Size, nil)
	}
	places := map[string]string{}
	for i, m := range t.d.Masks {
		t.constant(m.Size, nil)
		if first, ok := places[m.place()]; ok {
			t.fault(schemas.Pointer("masks", i), 0, "a second mask for the place %q; the first is %s", m.place(), first)
		}
		places[m.place()] = schemas.Pointer("masks", i)
	}
	for _, l := range t.d.Lines {
		vars := t.loop(l.For)
		t.constant(l.If, nil)
		for _, e := range l.Equations {
			if e.assignment != nil {
				t.equation(e, vars)
			}
		}
	}
}

// option demands a default of the option's type and words only for strings.
func (t *table) option(name string, o option) {
	at := schemas.Pointer("options", name, "default")
	ok := false
	switch v := o.Default.(type) {
	case string:
		ok = o.Type == "string"
		if ok && !slices.Contains(o.Enum, v) {
			t.fault(at, 0, "%q is none of the words that are allowed%s", v, hint(v, slices.Clone(o.Enum)))
		}
	case bool:
		ok = o.Type == "boolean"
	case float64:
		ok = o.Type == "number" || o.Type == "integer" && v == float64(int64(v))
		below := o.Minimum != nil && v < *o.Minimum || o.ExclusiveMinimum != nil && v <= *o.ExclusiveMinimum
		above := o.Maximum != nil && v > *o.Maximum || o.ExclusiveMaximum != nil && v >= *o.ExclusiveMaximum
		if below || above {
			t.fault(at, 0, "%s is outside the option's range", display(v))
		}
	}
	if !ok {
		t.fault(at, 0, "the default of an option of type %s cannot be this value", o.Type)
	}
}

// loop returns the variable that a repetition counts with.
func (t *table) loop(l loop) (vars []string) {
	if l.repeat == nil {
		return nil
	}
	t.expression(l.at, l.from, nil, true, &t.used)
	t.expression(l.at, l.to, nil, true, &t.used)
	if s := t.symbols[l.name]; s != nil {
		t.fault(l.at, l.col, "%q shadows the %s of that name; count with another letter", l.name, s.kind)
	}
	if _, ok := t.known[l.name]; ok || strings.HasSuffix(l.name, "'") {
		t.fault(l.at, l.col, "%q cannot count repetitions; take a letter such as d", l.name)
	}
	return []string{l.name}
}

// constant looks at an expression that is a number or a truth at given sizes.
func (t *table) constant(e expr, vars []string) {
	t.expression(e.at, e.node, vars, true, &t.used)
}

// init demands one of the forms that an initialisation has.
func (t *table) init(p *parameter, vars []string) {
	n := p.Init.node
	if n == nil || n.op != opCall || !isInit(n.text) {
		t.constant(p.Init, vars)
		return
	}
	most := map[string]int{"constant": 1, "uniform": 2}[n.text]
	if len(n.kids) < 1 || len(n.kids) > most {
		t.fault(p.Init.at, n.col, "%s has %d arguments; it is constant(a), uniform(a) within ±a, or uniform(a, b)", n.text, len(n.kids))
	}
	for _, k := range n.kids {
		t.expression(p.Init.at, k, vars, true, &t.used)
	}
}

func isInit(name string) bool { return name == "constant" || name == "uniform" }

// indices looks at the indices of a name that is being defined.
func (t *table) indices(at string, n *node, vars []string) {
	if n == nil {
		return
	}
	for _, k := range n.kids {
		t.expression(at, k, vars, true, &t.used)
	}
}

// stored demands that the name under which a family is stored tells its members apart.
func (t *table) stored(at string, p *parameter, vars []string) {
	parts, err := template(p.Stored)
	if err != nil {
		t.fault(at, 0, "%s", err.message)
		return
	}
	for _, part := range parts {
		t.expression(at, part.node, vars, true, &t.used)
	}
}

// equation looks at an equation and notes what its names are made of.
func (t *table) equation(e equation, vars []string) {
	var needs []string
	t.expression(e.at, e.value, vars, false, &needs)
	for _, n := range e.targets {
		t.indices(e.at, n, vars)
		if s := t.symbols[n.text]; s != nil && s.kind == anEquation {
			s.needs = append(s.needs, needs...)
		}
	}
}

// expression looks at the names and calls of an expression; found are the
// names that it reads. A static one is known without running anything.
func (t *table) expression(at string, n *node, vars []string, static bool, found *[]string) {
	if n == nil {
		return
	}
	switch n.op {
	case opName:
		t.name(at, n, vars, static, found)
		for _, k := range n.kids {
			t.expression(at, k, vars, true, found)
		}
		return
	case opCall:
		t.call(at, n, static)
	case opIf:
		t.expression(at, n.kids[0], vars, true, found)
		t.expression(at, n.kids[1], vars, static, found)
		t.expression(at, n.kids[2], vars, static, found)
		return
	case opSlice:
		t.expression(at, n.kids[0], vars, static, found)
		for _, k := range n.kids[1:] {
			t.expression(at, k, vars, true, found)
		}
		return
	case "==", "!=":
		t.choice(at, n.kids[0], n.kids[1])
		t.choice(at, n.kids[1], n.kids[0])
	}
	for _, k := range n.kids {
		t.expression(at, k, vars, static, found)
	}
}

func (t *table) name(at string, n *node, vars []string, static bool, found *[]string) {
	if slices.Contains(vars, n.text) && n.kids == nil {
		return
	}
	s := t.symbols[n.text]
	if _, ok := t.known[n.text]; ok && s == nil {
		t.fault(at, n.col, "%s is a function; write its argument in ( )", n.text)
		return
	}
	if s == nil {
		known := slices.Clone(vars)
		for name, s := range t.symbols {
			if !static || s.kind == aSize || s.kind == anOption {
				known = append(known, name)
			}
		}
		t.fault(at, n.col, "there is no %q%s", n.text, hint(n.text, known))
		return
	}
	*found = append(*found, n.text)
	switch {
	case static && s.kind != aSize && s.kind != anOption:
		t.fault(at, n.col, "%q is of kind %s; what must be known before anything runs is made of in, hidden, options and numbers", n.text, s.kind)
	case s.indices != len(n.kids):
		t.fault(at, n.col, "%q is read with %d indices and defined with %d (%s)", n.text, len(n.kids), s.indices, s.at)
	}
}

// call demands a known function and the right number of arguments.
func (t *table) call(at string, n *node, static bool) {
	f, ok := t.known[n.text]
	switch {
	case !ok && isInit(n.text):
		t.fault(at, n.col, "%s(…) belongs in the init of a parameter", n.text)
	case !ok:
		t.fault(at, n.col, "there is no function %q%s", n.text, hint(n.text, slices.Collect(maps.Keys(t.known))))
	case len(n.kids) < f.least || len(n.kids) > f.most:
		t.fault(at, n.col, "%s has %d arguments; it is %s", n.text, len(n.kids), f.form)
	case static && f.number == nil:
		t.fault(at, n.col, "%s is a function of what runs; sizes and conditions are known before", n.text)
	case n.text == "keep" && (n.kids[0].op != opName || t.symbols[n.kids[0].text] == nil || t.symbols[n.kids[0].text].kind != aMask):
		t.fault(at, n.kids[0].col, "keep(m) is the chance to keep of a mask m%s", t.nearest(n.kids[0].text, aMask))
	}
}

// choice demands that the word that an option is compared with is one that it
// can have.
func (t *table) choice(at string, of, word *node) {
	if of.op != opName || word.op != opQuoted {
		return
	}
	if o, ok := t.d.Options[of.text]; ok && !slices.Contains(o.Enum, word.text) {
		t.fault(at, word.col, "option %s is never '%s'%s", of.text, word.text, hint(word.text, slices.Clone(o.Enum)))
	}
}
