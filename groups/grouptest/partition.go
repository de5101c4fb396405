package grouptest

import (
	"fmt"
	"slices"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/groups"
)

// partition: the ranges of the classes say what the atoms say, and each index
// of each axis of each parameter is in one class, or in one for each factor.
// No two units are carried at the same places.
func (s *Subject) partition() error {
	d := s.Derivation
	covered := map[graph.Place]int{}
	names := map[string]bool{}
	units := map[string]string{}
	for _, c := range d.Classes {
		if c.Name == "" || names[c.Name] {
			return fmt.Errorf("class name %q is empty or there twice", c.Name)
		}
		names[c.Name] = true
		entries := slices.Concat(c.Entries, c.Followers)
		for k, a := range c.Atoms {
			carry := d.Atoms.Carry(a)
			if len(carry) != len(entries) {
				return fmt.Errorf("unit %d of %s has %d entries, its atom %d places", k, c.Name, len(entries), len(carry))
			}
			for _, e := range entries {
				p := graph.Place{Param: d.Graph.Param(e.Var), Axis: e.Axis, Index: e.Index(k)}
				if !slices.Contains(carry, p) {
					return fmt.Errorf("unit %d of %s: index %d of axis %d of %s is not its atom's", k, c.Name, p.Index, p.Axis, e.Var)
				}
				covered[p]++
			}
			if twin, known := units[fmt.Sprint(carry)]; known {
				return fmt.Errorf("unit %d of %s has the same places as %s", k, c.Name, twin)
			}
			units[fmt.Sprint(carry)] = fmt.Sprintf("unit %d of %s", k, c.Name)
			for _, pin := range d.Atoms.Pins(a) {
				if !slices.Contains(c.Pins, pin) {
					return fmt.Errorf("unit %d of %s is pinned by %s, its class is not", k, c.Name, pin)
				}
			}
		}
		s.count("units", c.Units)
	}
	for _, p := range d.Graph.Params {
		for axis, n := range p.Shape {
			for i := range n {
				want, got := len(d.Atoms.Of(d.Graph.Leaf(p), axis, i)), covered[graph.Place{Param: p, Axis: axis, Index: i}]
				if got != want || want == 0 {
					return fmt.Errorf("index %d of axis %d of %s is in %d classes and has %d atoms", i, axis, p.Name, got, want)
				}
			}
		}
	}
	return nil
}

// owners: a trace that loses a unit everywhere but on one axis of one
// parameter does not fit together. A soup takes parts of weights that nothing
// reads; there nothing notices.
func (s *Subject) owners() error {
	if s.Soup {
		return nil
	}
	d := s.Derivation
	for _, c := range s.few() {
		k := s.rand.IntN(c.Units)
		whole := d.Atoms.Keep(func(a graph.Atom) bool { return a == c.Atoms[k] })
		for _, e := range slices.Concat(c.Entries, c.Followers) {
			leaf := d.Graph.Leaf(d.Graph.Param(e.Var))
			if len(d.Atoms.Of(leaf, e.Axis, e.Index(k))) > 1 {
				continue // an axis that is divided: the other factor's units lie here too
			}
			_, err := graph.Restrict(d.Graph, func(v graph.Value, axis int) []int {
				if v == leaf && axis == e.Axis-v.Rank() {
					return nil
				}
				return whole(v, axis)
			})
			if err == nil {
				return fmt.Errorf("unit %d of %s can be cut out everywhere but on axis %d of %s, and nothing notices", k, c.Name, e.Axis, e.Var)
			}
			s.count("forgotten entries", 1)
		}
	}
	return nil
}

// keepSome draws for most classes that may lose units some that stay.
func (s *Subject) keepSome(d *groups.Derivation) map[string][]int {
	keep := map[string][]int{}
	for _, c := range d.Classes {
		if !c.Pinned() && c.Units > 1 && s.rand.IntN(4) > 0 {
			keep[c.Name] = without(c, s.some(c)...)
		}
	}
	return keep
}
