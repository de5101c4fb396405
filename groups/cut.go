package groups

import (
	"fmt"
	"slices"

	"github.com/seed391906a2/iss/core/graph"
)

// deriveCut gives a cut model the classes of its first ancestor.
func deriveCut(g *graph.Graph) (*Derivation, error) {
	d := &Derivation{Graph: g, Atoms: graph.Index(g), whole: deriveWhole(g.Origin)}
	s := &survivors{g: g, at: map[spot]map[int]int{}, used: map[graph.Atom]bool{}}
	for _, whole := range d.whole.Classes {
		c, err := s.class(whole, d.Atoms)
		if err != nil {
			return nil, err
		}
		d.Classes = append(d.Classes, c)
	}
	d.index()
	return d, nil
}

// survivors finds places of an ancestor in the model that was cut out of it.
type survivors struct {
	g    *graph.Graph
	at   map[spot]map[int]int // old index -> new one
	used map[graph.Atom]bool
}

// spot is an axis of a parameter.
type spot struct {
	name string
	axis int
}

// where is the present index of an old index of a parameter's axis.
func (s *survivors) where(name string, axis, old int) (int, bool) {
	p := findParam(s.g, name)
	if p.Kept == nil || p.Kept[axis] == nil {
		return old, true
	}
	key := spot{name, axis}
	if s.at[key] == nil {
		s.at[key] = map[int]int{}
		for i, k := range p.Kept[axis] {
			s.at[key][k] = i
		}
	}
	i, ok := s.at[key][old]
	return i, ok
}

// class is what is left of an ancestor's class. Where the model divides an
// axis into factors, a unit of one factor loses the entries that belong to the
// lost units of the other.
func (s *survivors) class(whole *Class, atoms *graph.Atoms) (*Class, error) {
	c := *whole
	c.IDs, c.Atoms, c.Entries, c.Followers = nil, nil, nil, nil
	entries := slices.Concat(whole.Entries, whole.Followers)
	at := make([][]int, len(entries))
	for k := range whole.Units {
		found := false
		for j, e := range entries {
			if i, ok := s.where(e.Var, e.Axis, e.Index(k)); ok {
				at[j] = append(at[j], i)
				found = true
			}
		}
		if found {
			c.IDs = append(c.IDs, whole.IDs[k])
		}
	}
	c.Units = len(c.IDs)
	for j, e := range entries {
		switch len(at[j]) {
		case 0:
			continue
		case c.Units:
		default:
			return nil, fmt.Errorf("groups: class %s was cut in half: of its %d units %s has %d left on axis %d", whole.Name, c.Units, e.Var, len(at[j]), e.Axis)
		}
		left := newEntry(e.Var, e.Axis, at[j])
		if j < len(whole.Entries) {
			c.Entries = append(c.Entries, left)
		} else {
			c.Followers = append(c.Followers, left)
		}
	}
	for k := range c.Units {
		c.Atoms = append(c.Atoms, s.atom(&c, k, atoms))
	}
	return &c, nil
}

// atom is the one that holds all places of a unit. An index of a divided axis
// lies in several, so the place sets are compared; if the other factors are
// down to one unit each, theirs are equal and every atom serves once.
func (s *survivors) atom(c *Class, k int, atoms *graph.Atoms) graph.Atom {
	entries := slices.Concat(c.Entries, c.Followers)
	first := entries[0]
	candidates := atoms.Of(s.g.Leaf(findParam(s.g, first.Var)), first.Axis, first.Index(k))
	if len(candidates) == 1 {
		return candidates[0]
	}
	for _, a := range candidates {
		places := atoms.Carry(a)
		same := len(places) == len(entries) && !s.used[a]
		for j := 0; same && j < len(entries); j++ {
			e := entries[j]
			same = slices.ContainsFunc(places, func(q graph.Place) bool {
				return q.Param.Name == e.Var && q.Axis == e.Axis && q.Index == e.Index(k)
			})
		}
		if same {
			s.used[a] = true
			return a
		}
	}
	return candidates[0]
}
