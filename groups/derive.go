package groups

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/seed391906a2/iss/core/graph"
)

// Derivation is what follows from a trace: its classes of units.
type Derivation struct {
	Graph   *graph.Graph
	Classes []*Class // in the order in which their owners first appear
	// Atoms are those of the whole trace, also where Graph was cut out of it:
	// Origin().Graph holds their values.
	Atoms *graph.Atoms

	whole   *Derivation // of the first ancestor, or nil if this one is whole
	members map[graph.Atom]member
}

// member is a unit's position in its class.
type member struct {
	class *Class
	k     int
}

// Derive finds the classes of a model by the index rules of its operations.
//
// A class is a run of atoms k = 0..n-1 that lie, in every parameter that
// carries them, at index start+k·step (or, after a gather in disorder, at
// listed indices). Each index of each axis of each parameter is in exactly one
// class, or in one for each factor of an axis that the model divides; no two
// units have the same indices throughout.
//
// A model that was cut has the classes of its first ancestor, with the numbers
// that their units had there. The error names a class that was cut in half.
func Derive(g *graph.Graph) (*Derivation, error) {
	if g.Origin == nil {
		return deriveWhole(g), nil
	}
	return deriveCut(g)
}

// Origin is the derivation of the first ancestor, d itself if its model is whole.
func (d *Derivation) Origin() *Derivation {
	if d.whole != nil {
		return d.whole
	}
	return d
}

// unit is an atom and where parameters carry it, sorted.
type unit struct {
	atom graph.Atom
	at   []graph.Place
}

func deriveWhole(g *graph.Graph) *Derivation {
	d := &Derivation{Graph: g, Atoms: graph.Index(g), members: map[graph.Atom]member{}}
	for _, kind := range kinds(g, d.Atoms) {
		for _, run := range runs(kind) {
			d.Classes = append(d.Classes, d.class(run))
		}
	}
	for _, c := range d.Classes {
		for k, a := range c.Atoms {
			d.members[a] = member{c, k}
		}
	}
	d.entangled()
	d.order()
	d.name()
	return d
}

// kinds collects the atoms that the same axes of the same parameters carry,
// with the same states, pins and fixed readers.
func kinds(g *graph.Graph, atoms *graph.Atoms) [][]unit {
	order := map[*graph.Param]int{}
	for i, p := range g.Params {
		order[p] = i
	}
	nodes := map[*graph.Node]int{}
	number := map[string]int{}
	var out [][]unit
	for _, a := range atoms.All() {
		u := unit{a, slices.Clone(atoms.Carry(a))}
		slices.SortFunc(u.at, func(p, q graph.Place) int {
			return cmp.Or(cmp.Compare(order[p.Param], order[q.Param]), cmp.Compare(p.Axis, q.Axis), cmp.Compare(p.Index, q.Index))
		})
		var key strings.Builder
		for _, p := range u.at {
			key.WriteString(strconv.Itoa(order[p.Param]) + "." + strconv.Itoa(p.Axis) + " ")
		}
		key.WriteString(strings.Join(atoms.States(a), " ") + "|" + strings.Join(atoms.Pins(a), "|"))
		for _, r := range atoms.Readers(a) {
			n, ok := nodes[r.Node]
			if !ok {
				n = len(nodes)
				nodes[r.Node] = n
			}
			key.WriteString(" " + strconv.Itoa(n) + "/" + strconv.Itoa(int(r.How)))
		}
		i, ok := number[key.String()]
		if !ok {
			i = len(out)
			number[key.String()] = i
			out = append(out, nil)
		}
		out[i] = append(out[i], u)
	}
	return out
}

// class makes a class of a run of units.
func (d *Derivation) class(run []unit) *Class {
	c := &Class{Units: len(run), Of: len(run)}
	for k, u := range run {
		c.IDs = append(c.IDs, k)
		c.Atoms = append(c.Atoms, u.atom)
	}
	c.fill(run)
	for _, e := range c.Entries {
		role := d.Atoms.Role(findParam(d.Graph, e.Var), e.Axis)
		if role&graph.Reads != 0 {
			c.Readers = appendNew(c.Readers, e.Var)
		}
		if role&graph.Makes != 0 || role == 0 {
			c.Owners = appendNew(c.Owners, e.Var)
		}
	}
	first := run[0].atom
	c.Pins = slices.Clone(d.Atoms.Pins(first))
	c.States = slices.Clone(d.Atoms.States(first))
	c.Recurrent = len(c.States) > 0
	for _, r := range d.Atoms.Readers(first) {
		c.FixedReaders = appendNew(c.FixedReaders, r.Node.String())
	}
	return c
}

// fill sets the entries and followers that hold the units, whose places are on
// the same axes of the same parameters, in the same order.
func (c *Class) fill(run []unit) {
	for j, p := range run[0].at {
		at := make([]int, len(run))
		for k, u := range run {
			at[k] = u.at[j].Index
		}
		e := newEntry(p.Param.Name, p.Axis, at)
		if len(p.Param.Shape) == 1 {
			c.Followers = append(c.Followers, e)
		} else {
			c.Entries = append(c.Entries, e)
		}
	}
}

// order sorts classes by the first parameter that makes their units.
func (d *Derivation) order() {
	rank := func(c *Class) int {
		names := c.Owners
		if len(names) == 0 {
			names = c.vars()
		}
		return slices.IndexFunc(d.Graph.Params, func(p *graph.Param) bool { return p.Name == names[0] })
	}
	slices.SortStableFunc(d.Classes, func(a, b *Class) int { return cmp.Compare(rank(a), rank(b)) })
}

// vars lists the parameters that carry the class.
func (c *Class) vars() (names []string) {
	for _, e := range slices.Concat(c.Entries, c.Followers) {
		names = appendNew(names, e.Var)
	}
	return names
}

func appendNew(list []string, s string) []string {
	if slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}
