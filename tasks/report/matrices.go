package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed391906a2/iss/groups"
)

// matrices draws the weights that the groups touch as they are stored, in ×
// out, with what belongs to units that are gone as strips at its original
// place: figure 4 of the paper, and the first layout of figure 5.
func (r *Run) matrices(s *strips, param func(name string) []float32) (out []picture, err error) {
	whole := r.Model.Origin()
	chosen, err := r.wholeGroups()
	if err != nil {
		return nil, err
	}
	names := touched(whole, chosen)
	common := commonPath(names)
	for _, name := range names {
		shape, w := whole.Graph.Param(name).Shape, param(name)
		zeros := 0
		for _, v := range w {
			if v == 0 {
				zeros++
			}
		}
		rows, cols := s.list(whole, name, 0), s.list(whole, name, 1)
		percent := 100 * float64(zeros) / float64(len(w))
		m := &heat{
			rows: shape[0], cols: shape[1], name: strings.TrimPrefix(name, common),
			across: fmt.Sprintf("%d columns (out)", shape[1]),
			down:   fmt.Sprintf("%d rows (in)", shape[0]),
			told: fmt.Sprintf("%d of %d rows and %d of %d columns of %s belong to units that are gone; %.1f %% of its weights are zero.",
				share(rows), shape[0], share(cols), shape[1], name, percent),
			kind: func(i, j int) int {
				switch {
				case w[i*shape[1]+j] != 0:
					return alive
				case rows[i] || cols[j]:
					return lost
				}
				return zero
			},
		}
		p, err := m.picture()
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

// components draws each group with a component a column and its weights, entry
// after entry, below one another: the second layout of figure 5. A unit that is
// gone is a column without a weight, wherever its weights are stored.
func (r *Run) components(s *strips, param func(name string) []float32) (out []picture, err error) {
	whole := r.Model.Origin()
	chosen, err := r.wholeGroups()
	if err != nil {
		return nil, err
	}
	for i, g := range chosen {
		rows := []line{}
		for _, e := range g.Entries {
			shape := whole.Graph.Param(e.Var).Shape
			if len(shape) != 2 {
				continue
			}
			for i := range shape[1-e.Axis] {
				rows = append(rows, line{e, param(e.Var), shape[1], i})
			}
		}
		if len(rows) == 0 || g.Units == 0 {
			continue
		}
		lacks := slices.Clone(s.dead[i])
		if u, ok := s.units[g.Class]; ok && len(u.cut) == g.Units {
			for k, cut := range u.cut {
				lacks[k] = lacks[k] || cut
			}
		}
		m := &heat{
			rows: len(rows), cols: g.Units, name: g.Name + ", one component a column", stretch: true,
			across: fmt.Sprintf("%d components", g.Units),
			down:   fmt.Sprintf("%d weights of each", len(rows)),
			told:   fmt.Sprintf("The weights of each component of %s below one another: %d of %d columns are empty.", g.Name, share(lacks), g.Units),
			kind: func(i, k int) int {
				switch {
				case rows[i].at(k) != 0:
					return alive
				case lacks[k]:
					return lost
				}
				return zero
			},
		}
		p, err := m.picture()
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

// line is one weight of every component: place i across an entry.
type line struct {
	e    groups.Entry
	w    []float32
	cols int
	i    int
}

func (l line) at(k int) float32 {
	if l.e.Axis == 0 {
		return l.w[l.e.Index(k)*l.cols+l.i]
	}
	return l.w[l.i*l.cols+l.e.Index(k)]
}
