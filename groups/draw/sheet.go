package draw

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/groups"
)

// sheet is a parameter of two or more axes as figure 3 shows it: its rows are
// its first axis, its columns its last one.
type sheet struct {
	p          *graph.Param
	name       string
	rows, cols side
	bias       []*graph.Param // of one axis, added to what the columns make
	piled      []string       // names of the sheets that look like this one, itself first
}

// side is an axis of a sheet.
type side struct {
	n      int
	parts  []part
	spans  []span // of the component
	colour string
	pinned bool // its size comes from outside: it may be drawn broken
}

// part is a run of a side that belongs to one class, once.
type part struct {
	span
	label string
}

var digits = regexp.MustCompile(`\d+`)

// sheets lists the parameters that the component touches, in the order of the
// model, and the vectors that go with none of them.
func sheets(c *component) (out []*sheet, alone []*graph.Param) {
	g := newGates(c.d.Atoms)
	var biases []*graph.Param
	for _, p := range c.d.Graph.Params {
		if !c.touches(p) {
			continue
		}
		if len(p.Shape) < 2 {
			biases = append(biases, p)
			continue
		}
		last := len(p.Shape) - 1
		out = append(out, &sheet{p: p, rows: c.side(g, p, 0), cols: c.side(g, p, last)})
	}
	for _, b := range biases {
		i := slices.IndexFunc(out, func(s *sheet) bool { return len(s.bias) == 0 && c.along(b, s.p) })
		if i < 0 {
			alone = append(alone, b)
		} else {
			out[i].bias = append(out[i].bias, b)
		}
	}
	cut := commonPath(c.d.Graph.Params)
	for _, s := range out {
		s.name = strings.TrimPrefix(s.p.Name, cut)
	}
	return piles(out), alone
}

// touches reports whether the component has a row, column or element of p.
func (c *component) touches(p *graph.Param) bool {
	return slices.ContainsFunc(slices.Concat(c.class.Entries, c.class.Followers), func(e groups.Entry) bool { return e.Var == p.Name })
}

// along reports whether a vector is added to what the columns of w make: each
// element belongs to the unit of its column, and both have the same owner.
func (c *component) along(b, w *graph.Param) bool {
	last := len(w.Shape) - 1
	if b.Shape[0] != w.Shape[last] || b.Owner != w.Owner {
		return false
	}
	x, y := c.d.Graph.Leaf(b), c.d.Graph.Leaf(w)
	for i := range b.Shape[0] {
		if !slices.Equal(c.d.Atoms.Of(x, 0, i), c.d.Atoms.Of(y, last, i)) {
			return false
		}
	}
	return true
}

// side says what lies along an axis of a parameter.
func (c *component) side(g *gates, p *graph.Param, axis int) side {
	v := c.d.Graph.Leaf(p)
	s := side{n: p.Shape[axis], spans: c.spans(v, axis, c.has), colour: c.colour(p, axis)}
	made := c.d.Atoms.Role(p, axis)&graph.Makes != 0
	var last place
	labels := map[int][]string{} // of a part, by function, in order
	for i := range s.n {
		var at place
		if atoms := c.d.Atoms.Of(v, axis, i); len(atoms) > 0 {
			at = c.unit[atoms[0]]
		}
		n := len(s.parts)
		if n == 0 || at.class != last.class || at.k < last.k {
			s.parts = append(s.parts, part{span: span{i, i}})
			if n++; at.class != nil {
				s.parts[n-1].label = partName(at.class)
				s.pinned = at.class.Pinned()
			}
		}
		if made && at.class != nil && at.k == 0 { // the gates of its first unit stand for all
			labels[n-1] = append(labels[n-1], g.of(v, axis, i))
		}
		s.parts[n-1].to = i + 1
		last = at
	}
	s.pinned = s.pinned && len(s.parts) == 1
	for i, names := range labels {
		if name := strings.Join(names, " "); strings.TrimSpace(name) != "" {
			s.parts[i].label = name
		}
	}
	return s
}

// partName names the units of a class as what weights read or make.
func partName(c *groups.Class) string {
	if len(c.Owners) == 0 && slices.ContainsFunc(c.Pins, func(p string) bool { return strings.Contains(p, "the model's input") }) {
		return "input"
	}
	return c.Name
}

// colour tells what an axis of a parameter is to the units of the class.
func (c *component) colour(p *graph.Param, axis int) string {
	switch role := c.d.Atoms.Role(p, axis); {
	case len(p.Shape) == 1:
		return follows
	case role&graph.Makes != 0:
		return makes
	case slices.Contains(c.class.Owners, p.Name):
		return feeds
	}
	return receives
}

// piles puts three and more sheets that differ in a number of their names only
// on one another.
func piles(all []*sheet) (out []*sheet) {
	key := func(s *sheet) string {
		k := fmt.Sprint(digits.ReplaceAllString(s.name, "#"), s.p.Shape, s.rows, s.cols)
		for _, b := range s.bias {
			k += " " + digits.ReplaceAllString(b.Name, "#")
		}
		return k
	}
	count := map[string][]string{}
	for _, s := range all {
		count[key(s)] = append(count[key(s)], s.name)
	}
	for _, s := range all {
		if names := count[key(s)]; len(names) < 3 {
			out = append(out, s)
		} else if names[0] == s.name {
			s.piled = names
			out = append(out, s)
		}
	}
	return out
}

// title is the sheet's name; that of a pile has a range for its number.
func (s *sheet) title() string {
	if len(s.piled) == 0 {
		return s.name
	}
	return rangeName(s.piled)
}

// rangeName writes a/x_1/w, a/x_2/w, a/x_3/w as a/x_1…3/w.
func rangeName(names []string) string {
	first, last := names[0], names[len(names)-1]
	a, b := digits.FindAllStringIndex(first, -1), digits.FindAllStringIndex(last, -1)
	for i := range a {
		if i < len(b) && first[a[i][0]:a[i][1]] != last[b[i][0]:b[i][1]] {
			return first[:a[i][1]] + "…" + last[b[i][0]:b[i][1]] + first[a[i][1]:]
		}
	}
	return first + " … " + last
}

// commonPath is the longest path, up to a slash, that all names begin with.
func commonPath(params []*graph.Param) string {
	if len(params) == 0 {
		return ""
	}
	cut := params[0].Name[:strings.LastIndexByte(params[0].Name, '/')+1]
	for _, p := range params {
		for !strings.HasPrefix(p.Name, cut) {
			cut = strings.TrimSuffix(cut, "/")
			cut = cut[:strings.LastIndexByte(cut, '/')+1]
		}
	}
	return cut
}
