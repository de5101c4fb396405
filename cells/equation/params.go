package equation

import (
	"fmt"
	"math"
	"strings"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/rng"
	"github.com/seed391906a2/iss/schemas"
)

// param is a stored tensor; its shape is nil if it has a fault.
type param struct {
	stored string
	shape  []int
	init   graph.Init // nil: the model's way
}

// named is what the name of a parameter stands for: all of it, or range k of
// its columns.
type named struct {
	of  *param
	cut *cut // nil: all of it
	k   int
}

// parameter makes parameter n of the document and the ranges of its columns.
func (i *instance) parameter(n int, d *parameter, vars map[string]value) {
	p := &param{init: i.init(d.Init, vars)}
	at := schemas.Pointer("parameters", n)
	ok, size := true, 1.0
	for _, e := range d.Shape {
		v, fits := i.whole(e.at, e.node, vars, 1, longest)
		ok = ok && fits
		p.shape = append(p.shape, v)
		size *= float64(v)
	}
	if ok && size > largest {
		i.fault(at+"/shape", 0, "%v is more than a parameter can hold", graph.Of(p.shape...))
		ok = false
	}
	if d.Name.node != nil {
		if key, fits := i.key(d.Name.at, d.Name.node, vars); fits && i.place(key, d.Name.at, 0) {
			i.params[key] = named{of: p}
			p.stored = strings.NewReplacer("[", "_", ", ", "_", "]", "").Replace(key)
		}
	}
	if d.Stored != "" {
		p.stored = i.storedAs(at+"/stored", d, vars)
	}
	if p.stored == "" {
		i.fault(at, 0, "a parameter of which only columns have names needs \"stored\"")
	} else if first, twice := i.stored[p.stored]; twice && first == at {
		i.fault(at+"/stored", 0, "two repetitions are stored as %q; write what they count in { }, such as %s_{%s}", p.stored, p.stored, d.For.variable())
	} else if twice {
		i.fault(at, 0, "a second parameter is stored as %q; the first is %s", p.stored, first)
	}
	i.stored[p.stored] = at
	if len(d.Columns) > 0 {
		c := &cut{together: i.names.together[d]}
		if ok {
			c.ranges, ok = i.ranges(at, d, p.shape[len(p.shape)-1], vars)
		}
		for k, col := range d.Columns {
			if key, fits := i.key(col.Name.at, col.Name.node, vars); fits && i.place(key, col.Name.at, 0) {
				i.params[key] = named{p, c, k}
			}
		}
	}
	if !ok {
		p.shape = nil
	}
}

// variable is what a repetition counts with.
func (l loop) variable() string {
	if l.repeat == nil {
		return "d"
	}
	return l.name
}

// ranges are those of the columns that have names.
func (i *instance) ranges(at string, d *parameter, cols int, vars map[string]value) (out [][2]int, ok bool) {
	behind := 0
	for k, c := range d.Columns {
		said := c.From.node != nil
		if said != (d.Columns[0].From.node != nil) {
			i.fault(c.Name.at, 0, "either all names of columns say where they begin and end, or none")
			return nil, false
		}
		if !said {
			if cols%len(d.Columns) != 0 {
				i.fault(at+"/columns", 0, "%d columns are not divisible into %d equal parts", cols, len(d.Columns))
				return nil, false
			}
			w := cols / len(d.Columns)
			out, behind = append(out, [2]int{k * w, (k + 1) * w}), (k+1)*w
			continue
		}
		from, a := i.whole(c.From.at, c.From.node, vars, 0, longest)
		to, b := i.whole(c.To.at, c.To.node, vars, 0, longest)
		switch {
		case !a || !b:
			return nil, false
		case from >= to || to > cols:
			i.fault(c.Name.at, 0, "columns %d to %d of a parameter that has %d; from is the first, to the one behind the last", from, to, cols)
			return nil, false
		case from < behind:
			i.fault(c.Name.at, 0, "columns %d to %d overlap with those before, which end at %d", from, to, behind)
			return nil, false
		case from > behind && d.Name.node == nil:
			i.fault(c.Name.at, 0, "columns %d to %d before it have no name", behind, from)
			return nil, false
		}
		out, behind = append(out, [2]int{from, to}), to
	}
	if behind < cols && d.Name.node == nil {
		i.fault(at+"/columns", 0, "columns %d to %d have no name", behind, cols)
		return nil, false
	}
	return out, true
}

// init is how a parameter starts; nil is the model's way.
func (i *instance) init(e expr, vars map[string]value) graph.Init {
	n := e.node
	if n == nil {
		return nil
	}
	if n.op != opCall || !isInit(n.text) {
		return graph.Constant{Value: i.number(e.at, n, vars)}
	}
	a := i.number(e.at, n.kids[0], vars)
	if n.text == "constant" {
		return graph.Constant{Value: a}
	}
	if len(n.kids) == 1 {
		return graph.Uniform{Scale: a}
	}
	b := i.number(e.at, n.kids[1], vars)
	if a > b {
		i.fault(e.at, n.col, "uniform(%s, %s): the first is the lower end", display(a), display(b))
	}
	return between{a, b}
}

// number is an expression that must be a number that parameters can hold.
func (i *instance) number(at string, n *node, vars map[string]value) float64 {
	v := (&eval{instance: i, at: at, vars: vars}).eval(n)
	switch {
	case v.bad():
	case v.is != "number":
		i.fault(at, n.col, "must be a number, is %v", v)
	case math.IsNaN(v.num) || math.IsInf(float64(float32(v.num)), 0):
		i.fault(at, n.col, "%s is no number that a 32-bit float can hold", display(v.num))
	}
	return v.num
}

// between draws from [low, high).
type between struct{ low, high float64 }

// Fill implements graph.Init.
func (b between) Fill(dst []float32, _ []int, r *rng.Stream) {
	for i := range dst {
		dst[i] = float32(r.Uniform(b.low, b.high))
	}
}

func (b between) String() string { return fmt.Sprintf("uniform(%g, %g)", b.low, b.high) }

// storedAs is the name that a parameter is stored under.
func (i *instance) storedAs(at string, d *parameter, vars map[string]value) string {
	parts, err := template(d.Stored)
	if err != nil {
		return "" // told when names were read
	}
	var b strings.Builder
	for _, p := range parts {
		if p.node == nil {
			b.WriteString(p.text)
		} else if n, ok := i.whole(at, p.node, vars, -longest, longest); ok {
			fmt.Fprint(&b, n)
		}
	}
	name := b.String()
	if strings.HasPrefix(name, "/") || strings.HasSuffix(name, "/") || strings.Contains(name, "//") {
		i.fault(at, 0, "%q is no name to store a parameter under: a part of it is empty", name)
	}
	return name
}

// template cuts "h_{d}/Matrix" into texts and expressions.
func template(text string) (parts []expr, err *fault) {
	for text != "" {
		before, rest, open := strings.Cut(text, "{")
		if before != "" {
			parts = append(parts, expr{text: before})
		}
		if !open {
			break
		}
		inside, after, closed := strings.Cut(rest, "}")
		if !closed {
			return nil, &fault{message: "a { without its }"}
		}
		n, bad := parseExpr(inside)
		if bad != nil {
			return nil, &fault{message: fmt.Sprintf("{%s}: %s", inside, bad.message)}
		}
		parts = append(parts, expr{node: n, text: inside})
		text = after
	}
	return parts, nil
}
