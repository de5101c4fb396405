package report

import (
	"slices"
	"strings"

	"github.com/seed391906a2/iss/groups"
)

// gone are the units of a class that are no longer there or hold nothing: cut
// out, or left with a component that is all zero.
type gone struct {
	cut, dead []bool // by number before any cut
}

func (g gone) count() (cut, dead int) {
	for k := range g.cut {
		if g.cut[k] {
			cut++
		} else if g.dead[k] {
			dead++
		}
	}
	return cut, dead
}

// strips are the rows and columns that belong to units that are gone, at their
// places in the whole model.
type strips struct {
	units map[string]gone           // by class
	dead  [][]bool                  // by group and component: it is all zero
	on    map[string]map[int][]bool // parameter, axis, index
}

// strips finds them. Weights are those of the whole model (see
// groups.Derivation.Expanded).
func (r *Run) strips(param func(name string) []float32) (*strips, error) {
	whole := r.Model.Origin()
	s := &strips{units: map[string]gone{}, on: map[string]map[int][]bool{}}
	chosen, err := r.wholeGroups()
	if err != nil {
		return nil, err
	}
	for _, c := range whole.Classes {
		now, err := r.Model.Class(c.Name)
		if err != nil {
			return nil, err
		}
		u := gone{make([]bool, c.Of), make([]bool, c.Of)}
		for id := range c.Of {
			_, left := now.Unit(id)
			u.cut[id] = !left
		}
		s.units[c.Name] = u
		s.mark(whole, c.Group(), u.cut)
	}
	for i, norms := range groups.Norms(whole.Graph, chosen, groups.Multiset, param) {
		g := chosen[i]
		dead := make([]bool, g.Units)
		for k, v := range norms {
			dead[k] = v == 0
		}
		s.dead = append(s.dead, dead)
		s.mark(whole, g, dead)
		if u, ok := s.units[g.Class]; ok && len(u.dead) == len(dead) {
			copy(u.dead, dead)
		}
	}
	return s, nil
}

// mark marks the rows and columns of some of a group's components.
func (s *strips) mark(whole *groups.Derivation, g groups.Group, which []bool) {
	for _, e := range slices.Concat(g.Entries, g.Followers) {
		axes := s.on[e.Var]
		if axes == nil {
			axes = map[int][]bool{}
			s.on[e.Var] = axes
		}
		if axes[e.Axis] == nil {
			axes[e.Axis] = make([]bool, whole.Graph.Param(e.Var).Shape[e.Axis])
		}
		for k, yes := range which {
			if yes {
				axes[e.Axis][e.Index(k)] = true
			}
		}
	}
}

// list says of each index of an axis whether it is of such a unit.
func (s *strips) list(whole *groups.Derivation, name string, axis int) []bool {
	if on := s.on[name][axis]; on != nil {
		return on
	}
	return make([]bool, whole.Graph.Param(name).Shape[axis])
}

// count is how many indices of an axis are of such units.
func (s *strips) count(name string, axis int) int { return share(s.on[name][axis]) }

// share is how many of a list are set.
func share(list []bool) (n int) {
	for _, yes := range list {
		if yes {
			n++
		}
	}
	return n
}

// touched lists the parameters with two axes that the groups have entries in,
// in the order of the model.
func touched(whole *groups.Derivation, chosen []groups.Group) (names []string) {
	for _, p := range whole.Graph.Params {
		if len(p.Shape) != 2 {
			continue
		}
		if slices.ContainsFunc(chosen, func(g groups.Group) bool {
			return slices.ContainsFunc(g.Entries, func(e groups.Entry) bool { return e.Var == p.Name })
		}) {
			names = append(names, p.Name)
		}
	}
	return names
}

// commonPath is what all names begin with, up to and with a slash.
func commonPath(names []string) string {
	if len(names) == 0 {
		return ""
	}
	common := names[0]
	for _, name := range names {
		for !strings.HasPrefix(name, common) {
			common = common[:len(common)-1]
		}
	}
	return common[:strings.LastIndex(common, "/")+1]
}
