package groups

import (
	"slices"
)

// entangled pins classes that share indices of parameters in a way that is no
// grid: of an axis that a model divides into factors, cutting a unit of one
// factor takes the same from every unit of the other. Where two divisions of
// one axis disagree it would take from some and leave others, and the class
// would no longer be a class.
func (d *Derivation) entangled() {
	type pair struct {
		a, b *Class
		at   spot
	}
	shared := map[pair]map[[2]int]int{}
	for _, c := range d.Classes {
		for _, e := range slices.Concat(c.Entries, c.Followers) {
			leaf := d.Graph.Leaf(findParam(d.Graph, e.Var))
			for k := range c.Units {
				for _, a := range d.Atoms.Of(leaf, e.Axis, e.Index(k)) {
					m, ok := d.members[a]
					if !ok || m.class == c && m.k == k {
						continue
					}
					key := pair{c, m.class, spot{e.Var, e.Axis}}
					if shared[key] == nil {
						shared[key] = map[[2]int]int{}
					}
					shared[key][[2]int{k, m.k}]++
				}
			}
		}
	}
	for p, counts := range shared {
		if p.a == p.b || !isGrid(counts, p.a.Units*p.b.Units) {
			for _, c := range []*Class{p.a, p.b} {
				c.Pins = appendNew(c.Pins, "an axis that is divided into factors in two ways")
			}
		}
	}
}

// isGrid reports whether all pairs of units are there, equally often.
func isGrid(counts map[[2]int]int, pairs int) bool {
	first := -1
	for _, n := range counts {
		if first < 0 {
			first = n
		}
		if n != first {
			return false
		}
	}
	return len(counts) == pairs
}
