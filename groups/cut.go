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
// axis into factors, a unit of one factor loses the places that it shared with
// the lost units of the other, all units of the class alike.
func (s *survivors) class(whole *Class) (*Class, error) {
	c := *whole
	c.IDs, c.Atoms, c.Entries, c.Followers = nil, nil, nil, nil
	entries := slices.Concat(whole.Entries, whole.Followers)
	var left []unit
	for k := range whole.Units {
		u := unit{atom: whole.Atoms[k]}
		for _, e := range entries {
			if i, ok := s.where(e.Var, e.Axis, e.Index(k)); ok {
				u.at = append(u.at, graph.Place{Param: findParam(s.g, e.Var), Axis: e.Axis, Index: i})
			}
		}
		if len(u.at) == 0 {
			continue
		}
		if len(left) > 0 && !slices.EqualFunc(u.at, left[0].at, sameAxis) {
			return nil, fmt.Errorf("groups: class %s was cut in half: unit %d has %d places left, unit %d has %d", whole.Name, c.IDs[0], len(left[0].at), whole.IDs[k], len(u.at))
		}
		left = append(left, u)
		c.IDs, c.Atoms = append(c.IDs, whole.IDs[k]), append(c.Atoms, u.atom)
	}
	c.Units = len(left)
	if c.Units > 0 {
		c.fill(left)
	}
	return &c, nil
}

func sameAxis(p, q graph.Place) bool { return p.Param == q.Param && p.Axis == q.Axis }
