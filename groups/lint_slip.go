package groups

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed391906a2/iss/registry"
)

// slip is how an entry misses the one that is meant.
type slip struct {
	kind Kind
	x    int // the expected entry
}

// pair finds, for the entries that fit nowhere, expected ones that are missing
// and that they are meant to be: the surest slips first.
func (l *linter) pair(g *study) {
	entries := l.groups[g.index].Entries
	n := len(g.whole.units)
	taken := map[int]bool{}
	for _, s := range []struct {
		kind Kind
		fits func(e SpecEntry, x Entry) bool
	}{
		{Flipped, func(e SpecEntry, x Entry) bool {
			return e.Var == x.Var && e.Axis == 1-x.Axis && !e.Along && e.places(x, n)
		}},
		{Renamed, func(e SpecEntry, x Entry) bool {
			return registry.Nearest(e.Var, []string{x.Var}) != "" && l.unknown(e.Var) && e.Axis == x.Axis && e.places(x, n)
		}},
		{Renamed, func(e SpecEntry, x Entry) bool { return l.unknown(e.Var) && e.Axis == x.Axis && e.places(x, n) }},
		{Shifted, func(e SpecEntry, x Entry) bool { return e.Var == x.Var && e.Axis == x.Axis && e.shifted(x, n) }},
		{Length, func(e SpecEntry, x Entry) bool { return e.Var == x.Var && e.Axis == x.Axis && e.overlaps(x, n) }},
		{Flipped, func(e SpecEntry, x Entry) bool { // and more is wrong
			return e.Var == x.Var && e.Axis == 1-x.Axis && !e.Along && (e.shifted(x, n) || e.overlaps(x, n)) && l.outside(e)
		}},
	} {
		for j, e := range entries {
			if _, done := g.slips[j]; g.used[j] || done {
				continue
			}
			best := -1
			for i, x := range g.expected {
				if g.matched[i] >= 0 || taken[i] || !s.fits(e, x) {
					continue
				}
				if best < 0 || e.distance(x) < e.distance(g.expected[best]) {
					best = i
				}
			}
			if best >= 0 {
				taken[best], g.slips[j] = true, slip{s.kind, best}
			}
		}
	}
	for i := range g.expected {
		g.lost[i] = taken[i]
	}
}

func (l *linter) unknown(name string) bool { return l.d.Graph.Param(name) == nil }

// outside reports whether an entry does not lie on its axis.
func (l *linter) outside(e SpecEntry) bool {
	_, message := spanProblem(e, l.d.Graph.Param(e.Var))
	return message != ""
}

// shifted reports whether an entry of n components is x moved by a distance.
func (e SpecEntry) shifted(x Entry, n int) bool {
	if e.Count != n || n == 0 {
		return false
	}
	by := e.Index(0) - x.Index(0)
	for k := range n {
		if e.Index(k)-x.Index(k) != by {
			return false
		}
	}
	return by != 0
}

// overlaps reports whether an entry of another length begins or ends where x
// does, or holds its first or last index.
func (e SpecEntry) overlaps(x Entry, n int) bool {
	if e.Count == n || e.Count == 0 || n == 0 {
		return false
	}
	first, last := e.Index(0), e.Index(e.Count-1)
	a, b := x.Index(0), x.Index(n-1)
	return first <= b && last >= a
}

// distance is how far apart the beginnings are.
func (e SpecEntry) distance(x Entry) int {
	if e.Count == 0 {
		return 0
	}
	d := e.Index(0) - x.Index(0)
	return max(d, -d)
}

// tell says what slip an entry is.
func (l *linter) tell(g *study, j int, s slip) {
	e, x := l.groups[g.index].Entries[j], g.expected[s.x]
	n := len(g.whole.units)
	pointer := l.pointer(g.index, j)
	meant := x.describe(n, false)
	var f *Finding
	switch s.kind {
	case Flipped:
		if f = l.flipped(g, j); f == nil {
			return
		}
		f.Class = g.whole.class.Name
		return
	case Renamed:
		f = l.say(Fatal, Renamed, pointer+"/var_name", "no variable %q; %s of %q, which class %s has, are missing", e.Var, meant, x.Var, g.whole.class.Name)
	case Shifted:
		f = l.say(Fatal, Shifted, pointer+e.field("/start"), "%s of %s are not those of class %s, which has %s: the range is shifted by %d",
			e.describe(e.Count, false), e.Var, g.whole.class.Name, meant, e.Index(0)-x.Index(0))
		if other := l.other(e, g.whole.class); other != nil {
			f.Fault.Message += fmt.Sprintf("; these are class %s's", other.class.Name)
		}
	case Length:
		f = l.say(Fatal, Length, pointer+e.field("/end"), "%s for %s: class %s has %s of %s", plural(e.Count, "index", "indices"), plural(n, "component", "components"), g.whole.class.Name, meant, x.Var)
	}
	f.Class = g.whole.class.Name
	f.Do = "write " + l.suggest(x, n)
}

// flipped tells of the first entry whose axis is flipped, and of the others
// with it; nil for those.
func (l *linter) flipped(g *study, j int) *Finding {
	n := len(g.whole.units)
	var write []string
	for k, e := range l.groups[g.index].Entries {
		if s, ok := g.slips[k]; ok && s.kind == Flipped {
			if k < j {
				return nil
			}
			write = append(write, fmt.Sprintf("entry %d: %s, not %s: write %s", k, g.expected[s.x].describe(n, false), e.describe(e.Count, false), l.suggest(g.expected[s.x], n)))
		}
	}
	e, x := l.groups[g.index].Entries[j], g.expected[g.slips[j].x]
	f := l.say(Fatal, Flipped, l.pointer(g.index, j)+"/axis", "the axis is flipped: it is the one that is summed away, so %d makes these %s; class %s has %s of %s",
		1-e.Axis, e.describe(e.Count, false), g.whole.class.Name, x.describe(n, false), x.Var)
	f.Do = "write " + l.suggest(x, n)
	f.Pinned = slices.ContainsFunc(l.readings(e, e.Axis), func(r *reading) bool { return r.class.Pinned() })
	if len(write) > 1 {
		f.Fault.Message += fmt.Sprintf(", and so in %s of the group", plural(len(write)-1, "entry more", "entries more"))
		f.Do = strings.Join(write, "\n")
	}
	return f
}

// field is the field of an entry that says where its range lies.
func (e SpecEntry) field(name string) string {
	if e.Indices != nil {
		return "/indices"
	}
	return name
}

// other is a class other than c that all components of an entry are of.
func (l *linter) other(e SpecEntry, c *Class) *reading {
	for _, r := range l.readings(e, e.Axis) {
		if r.class != c && r.complete() {
			return r
		}
	}
	return nil
}

// suggest is an entry as a line of a file.
func (l *linter) suggest(x Entry, n int) string { return l.d.specEntry(x, x.indices(n)).json() }
