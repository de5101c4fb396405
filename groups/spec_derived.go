package groups

import (
	"slices"

	"github.com/seed391906a2/iss/core/graph"
)

// Spec is the group file of classes. A class whose units lie in disorder is
// written as several groups of ranges, where ranges are long enough.
func (d *Derivation) Spec(classes []*Class) *Spec {
	s := &Spec{Version: 1}
	for _, c := range classes {
		for _, span := range linear(c) {
			g := SpecGroup{Multi: 1, bare: true}
			for _, e := range c.Entries {
				se := d.specEntry(e, e.indices(c.Units)[span[0]:span[1]])
				g.Entries = append(g.Entries, se)
			}
			if len(g.Entries) > 0 {
				s.Groups = append(s.Groups, g)
			}
		}
	}
	return s
}

// specEntry is an entry that holds units at the given indices, as a file can
// say it.
func (d *Derivation) specEntry(e Entry, at []int) SpecEntry {
	se := SpecEntry{Entry: newEntry(e.Var, e.Axis, at), Count: len(at)}
	if se.Step < 0 { // a file has no negative step
		se.Indices = slices.Clone(at)
		se.Start, se.Step = 0, 0
	}
	se.Multi = e.Multi
	se.Along = len(findParam(d.Graph, e.Var).Shape) != 2
	if se.Indices == nil {
		se.end = se.Start + (se.Count-1)*se.Step + 1
	}
	return se
}

// SpecByClass is the group file of version 2, which names the classes.
func (d *Derivation) SpecByClass(classes []*Class) *Spec {
	s := &Spec{Version: 2}
	for _, c := range classes {
		s.Groups = append(s.Groups, SpecGroup{Class: c.Name, Multi: 1})
	}
	return s
}

// linear divides the units of a class into spans in which every entry is a
// range: one span for most classes; one too, with listed indices, where spans
// would be shorter than three units on the average.
func linear(c *Class) [][2]int {
	irregular := func(e Entry) bool { return e.Indices != nil }
	whole := [][2]int{{0, c.Units}}
	if c.Units == 0 {
		return nil
	}
	if !slices.ContainsFunc(c.Entries, irregular) {
		return whole
	}
	var us []unit
	for k := range c.Units {
		u := unit{}
		for _, e := range c.Entries {
			u.at = append(u.at, graph.Place{Axis: e.Axis, Index: e.Index(k)})
		}
		us = append(us, u)
	}
	var spans [][2]int
	for _, run := range inOrder(us) {
		at := 0
		if len(spans) > 0 {
			at = spans[len(spans)-1][1]
		}
		spans = append(spans, [2]int{at, at + len(run)})
	}
	if 3*len(spans) > c.Units {
		return whole
	}
	return spans
}
