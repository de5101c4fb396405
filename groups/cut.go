package groups

import (
	"fmt"
	"slices"

	"github.com/seed391906a2/iss/core/graph"
)

// deriveCut gives a cut model the classes of its first ancestor. The cut trace
// is not indexed itself: an axis of one unit that is left looks like one that
// is broadcast.
func deriveCut(g *graph.Graph) (*Derivation, error) {
	whole := deriveWhole(g.Origin)
	d := &Derivation{Graph: g, Atoms: whole.Atoms, whole: whole}
	s := &survivors{g: g, at: map[spot]map[int]int{}}
	for _, w := range whole.Classes {
		c, err := s.class(w)
		if err != nil {
			return nil, err
		}
		d.Classes = append(d.Classes, c)
	}
	return d, nil
}

// survivors finds places of an ancestor in the model that was cut out of it.
type survivors struct {
	g  *graph.Graph
	at map[spot]map[int]int // old index -> new one
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
func (s *survivors) class(whole *Class) (*Class, error) {
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
			c.Atoms = append(c.Atoms, whole.Atoms[k])
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
	return &c, nil
}
