package graph

import "slices"

// Atom numbers a unit of the model: an equivalence class of indices that must
// stay or go together.
type Atom int32

// Place is one index of one axis of a parameter.
type Place struct {
	Param *Param
	Axis  int // from the front
	Index int
}

// Atoms is the result of the index rules: the units of a model.
//
// An index of an axis that a model divides is of several units, one for each
// factor, and goes with either. Two units that lie in the same indices of all
// parameters, and in no other, are one: neither could go without all weights of
// the other, and their groups would be the same scalars. A factor that is joined
// with the whole stays.
type Atoms struct {
	x       *Indexer
	carry   map[Atom][]Place
	pins    map[Atom][]string
	readers map[Atom][]FixedReader
	factors map[Atom][]Atom
	states  map[Atom][]string
	order   []Atom
}

func newAtoms(x *Indexer) *Atoms {
	a := &Atoms{
		x: x, carry: map[Atom][]Place{}, pins: map[Atom][]string{}, readers: map[Atom][]FixedReader{},
		factors: map[Atom][]Atom{}, states: map[Atom][]string{},
	}
	for _, f := range x.products {
		r := Atom(x.find(f.elem))
		if a.factors[r] != nil {
			continue
		}
		for _, e := range f.factors {
			q := Atom(x.find(e))
			a.factors[r] = append(a.factors[r], q)
		}
	}
	a.cutCycles()
	for _, key := range x.axes {
		p, ok := key.Value.Node.Op.(*ParamOp)
		if !ok {
			continue
		}
		b := x.base[key]
		for i := range p.P.Shape[key.Axis] {
			a.place(Atom(x.find(b+int32(i))), Place{p.P, key.Axis, i})
		}
	}
	for _, p := range x.pins {
		a.pin(Atom(x.find(p.elem)), p.reason)
	}
	for _, f := range x.readers {
		for _, q := range a.simple(Atom(x.find(f.elem))) {
			if len(a.pins[q]) == 0 && !slices.Contains(a.readers[q], f.FixedReader) {
				a.readers[q] = append(a.readers[q], f.FixedReader)
			}
		}
	}
	for _, s := range x.states {
		b := x.base[s.axis]
		for i := range s.axis.Value.Shape()[s.axis.Axis].Size {
			for _, q := range a.simple(Atom(x.find(b + int32(i)))) {
				if !slices.Contains(a.states[q], s.name) {
					a.states[q] = append(a.states[q], s.name)
				}
			}
		}
	}
	return a
}

// joinTwins makes units one that parameters carry at the same places. Only
// factors of one index can be such; it reports whether there were any, after
// which the units have to be found anew.
func (a *Atoms) joinTwins() (found bool) {
	for r := range a.factors {
		units := a.simple(r)
		for i, p := range units {
			for _, q := range units[:i] {
				if len(a.carry[p]) > 0 && slices.Equal(a.carry[p], a.carry[q]) {
					found = a.x.union(int32(p), int32(q)) || found
				}
			}
		}
	}
	return found
}

const selfFactor = "a part of a divided axis that is joined with the whole"

// cutCycles pins units that are a factor of themselves, as when a part of a
// divided axis is added to the whole: such a unit and its factors stay.
func (a *Atoms) cutCycles() {
	cut := map[Atom][]Atom{}
	for r, f := range a.factors {
		if a.within(r, f, map[Atom]bool{}) {
			cut[r] = f
		}
	}
	for r := range cut {
		delete(a.factors, r)
	}
	for r, f := range cut {
		a.pin(r, selfFactor)
		for _, q := range f {
			a.pin(q, selfFactor)
		}
	}
}

// within reports whether r is among factors or theirs.
func (a *Atoms) within(r Atom, factors []Atom, seen map[Atom]bool) bool {
	for _, q := range factors {
		if q == r {
			return true
		}
		if !seen[q] {
			seen[q] = true
			if a.within(r, a.factors[q], seen) {
				return true
			}
		}
	}
	return false
}

// pin notes a reason for which a unit, or all its factors, never go.
func (a *Atoms) pin(r Atom, reason string) {
	for _, q := range a.simple(r) {
		if !slices.Contains(a.pins[q], reason) {
			a.pins[q] = append(a.pins[q], reason)
		}
	}
}

// place notes that an index of a parameter belongs to an atom, or to all its factors.
func (a *Atoms) place(r Atom, p Place) {
	for _, q := range a.simple(r) {
		if a.carry[q] == nil {
			a.order = append(a.order, q)
		}
		a.carry[q] = append(a.carry[q], p)
	}
}

// simple resolves a product into its factors, each once: two of them may be
// one unit.
func (a *Atoms) simple(r Atom) []Atom {
	f := a.factors[r]
	if f == nil {
		return []Atom{r}
	}
	var out []Atom
	for _, q := range f {
		for _, s := range a.simple(q) {
			if !slices.Contains(out, s) {
				out = append(out, s)
			}
		}
	}
	return out
}

// All lists the atoms that parameters carry, in the order of their first appearance.
func (a *Atoms) All() []Atom { return a.order }

// Carry lists the indices of parameters that belong to an atom.
func (a *Atoms) Carry(u Atom) []Place { return a.carry[u] }

// Pins says why an atom can never go; empty if it can.
func (a *Atoms) Pins(u Atom) []string { return a.pins[u] }

// Readers lists the operations that read the atom without weights of their
// own. Nobody asks that of one that is pinned: it has none.
func (a *Atoms) Readers(u Atom) []FixedReader { return a.readers[u] }

// States names the recurrent states that the atom is part of, as "owner/state".
func (a *Atoms) States(u Atom) []string { return a.states[u] }

// Of is the atom of one index of an axis (from the front); products resolve
// to several. It is nil for an anonymous axis.
func (a *Atoms) Of(v Value, axis, i int) []Atom {
	b, ok := a.x.base[Axis{v, axis}]
	if !ok {
		return nil
	}
	return a.simple(Atom(a.x.find(b + int32(i))))
}

// Role says how a parameter's axis is used: it reads units, makes them, or both.
func (a *Atoms) Role(p *Param, axis int) Role {
	if r := a.x.roles[p]; r != nil {
		return r[axis]
	}
	return 0
}

// Divisions lists the operations that divide an axis into factors or join it of them.
func (a *Atoms) Divisions() (nodes []*Node) {
	for _, f := range a.x.products {
		if len(nodes) == 0 || nodes[len(nodes)-1] != f.node {
			nodes = append(nodes, f.node)
		}
	}
	return nodes
}

// Links are the unifications in the order in which the rules made them.
func (a *Atoms) Links() []Link { return a.x.links }

// Keep returns what Restrict asks for: per axis the indices that stay when the
// atoms for which gone holds go.
func (a *Atoms) Keep(gone func(Atom) bool) Keep {
	return func(v Value, axis int) []int {
		s := v.Shape()
		k := len(s) + axis
		if !s[k].IsFixed() {
			return nil
		}
		var kept []int
		all := true
		for i := range s[k].Size {
			if slices.ContainsFunc(a.Of(v, k, i), gone) {
				all = false
			} else {
				kept = append(kept, i)
			}
		}
		if all {
			return nil
		}
		return append([]int{}, kept...)
	}
}
