package groups

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
)

// study is what a group turns out to be: the class that most of its entries
// agree on, and how each entry fits.
type study struct {
	index    int
	problems map[int][2]string // entry -> field and message, of those that cannot be used
	whole    *reading          // the units of the class, one a component; nil if no entry says
	others   []*reading        // that some entries speak for too, the likeliest first
	expected []Entry           // what a component of those units consists of
	matched  []int             // for each expected entry, the entry of the file, or -1
	used     map[int]bool      // entries of the file that are matched
	slips    map[int]slip      // entries that miss an expected one by a slip
	lost     []bool            // expected entries that another group holds
}

// reading is how the components of an entry lie in a class: component k is
// unit units[k], or none (-1).
type reading struct {
	class *Class
	units []int
	hits  int // that are units of the class
}

// complete reports whether each component is another unit of the class.
func (r *reading) complete() bool {
	seen := make(map[int]bool, len(r.units))
	for _, u := range r.units {
		if u < 0 || seen[u] {
			return false
		}
		seen[u] = true
	}
	return true
}

func (r *reading) key() string { return fmt.Sprintf("%p %v", r.class, r.units) }

// readings are those of an entry on an axis, one for each class that holds one
// of its indices; nil if the range is not on the axis. A class of divided axes
// can hold an index for several of its units: the entry then has no reading in it.
func (l *linter) readings(e SpecEntry, axis int) (out []*reading) {
	p := l.d.Graph.Param(e.Var)
	e.Axis = axis
	if p == nil || axis < 0 || axis >= len(p.Shape) || len(p.Shape) < 2 {
		return nil
	}
	if _, message := spanProblem(e, p); message != "" {
		return nil
	}
	held := l.holders[spot{e.Var, axis}]
	if held == nil {
		return nil
	}
	at := map[*Class]*reading{}
	for k := range e.Count {
		for _, m := range held[e.Index(k)] {
			r := at[m.class]
			if r == nil {
				r = &reading{class: m.class, units: slices.Repeat([]int{-1}, e.Count)}
				at[m.class] = r
				out = append(out, r)
			}
			if r.units[k] < 0 {
				r.hits++
			}
			r.units[k] = m.k
		}
	}
	return out
}

// study finds out what a group is meant to be and how its entries fit.
func (l *linter) study(i int) *study {
	g := &study{index: i, problems: map[int][2]string{}, used: map[int]bool{}, slips: map[int]slip{}}
	for j := range l.groups[i].Entries {
		if field, message := l.problem(i, j); message != "" {
			g.problems[j] = [2]string{field, message}
		}
	}
	if l.groups[i].line {
		return g
	}
	if found := l.elect(l.groups[i].Entries); len(found) > 0 {
		g.others = found[1:]
		l.fit(g, found[0])
	}
	return g
}

// fit finds out how a group's entries fit one reading of it.
func (l *linter) fit(g *study, r *reading) {
	g.whole, g.expected, g.matched = r, nil, nil
	g.used, g.slips = map[int]bool{}, map[int]slip{}
	for _, e := range g.whole.class.Entries {
		at := make([]int, len(g.whole.units))
		for k, u := range g.whole.units {
			at[k] = e.Index(u)
		}
		x := newEntry(e.Var, e.Axis, at)
		g.expected = append(g.expected, x)
		g.matched = append(g.matched, slices.IndexFunc(l.groups[g.index].Entries, func(f SpecEntry) bool { return f.says(x, len(at)) }))
	}
	g.lost = make([]bool, len(g.expected))
	for _, j := range g.matched {
		if j >= 0 {
			g.used[j] = true
		}
	}
	l.pair(g)
}

// says reports whether an entry of a file gives each of n components the same
// index as x does.
func (e SpecEntry) says(x Entry, n int) bool {
	return e.Var == x.Var && e.Axis == x.Axis && e.places(x, n)
}

// places is says for the indices alone.
func (e SpecEntry) places(x Entry, n int) bool {
	if e.Count != n {
		return false
	}
	for k := range n {
		if e.Index(k) != x.Index(k) {
			return false
		}
	}
	return true
}

// elect returns the units that entries speak for, those first that most agree
// on. An entry whose axis is
// flipped has a voice too, a weaker one: else a group that is flipped throughout
// would be taken for what it says. If no entry lies in a class as a whole, the
// one that comes closest is taken for a slip of it.
func (l *linter) elect(entries []SpecEntry) []*reading {
	votes := map[string]float64{}
	var order []*reading
	for _, e := range entries {
		voice := map[string]float64{}
		for _, axis := range []int{e.Axis, 1 - e.Axis} {
			weight := 1.0
			if axis != e.Axis {
				weight = 0.7
				if p := l.d.Graph.Param(e.Var); p == nil || len(p.Shape) != 2 {
					continue
				}
			}
			for _, r := range l.readings(e, axis) {
				if !r.complete() || axis != e.Axis && r.class.Pinned() {
					continue
				}
				w := weight
				if r.class.Pinned() {
					w *= 0.5
				}
				key := r.key()
				if _, known := votes[key]; !known {
					votes[key] = 0
					order = append(order, r)
				}
				voice[key] = max(voice[key], w)
			}
		}
		for key, w := range voice {
			votes[key] += w
		}
	}
	if len(order) == 0 {
		if best := l.closest(entries); best != nil {
			return []*reading{best}
		}
		return nil
	}
	score := func(r *reading) float64 {
		v := votes[r.key()]
		v += 0.5 * v / float64(len(r.class.Entries)) // rather the class that misses less
		if len(r.units) == r.class.Units {
			v += 0.25
		}
		return math.Round(v * 1e9)
	}
	slices.SortStableFunc(order, func(a, b *reading) int { return cmp.Compare(score(b), score(a)) })
	return order
}

// closest is all of the class that the most components of an entry are of, if
// it has as many units as the entry.
func (l *linter) closest(entries []SpecEntry) (best *reading) {
	hits := 0
	for _, e := range entries {
		for _, r := range l.readings(e, e.Axis) {
			if r.hits > hits && len(r.units) == r.class.Units {
				hits = r.hits
				best = &reading{class: r.class, units: make([]int, r.class.Units), hits: r.class.Units}
				for k := range best.units {
					best.units[k] = k
				}
			}
		}
	}
	return best
}

// span says where in the model's classes a range begins and ends; "" if it
// begins in none.
func (l *linter) span(e SpecEntry) string {
	held := l.holders[spot{e.Var, e.Axis}]
	var ends []string
	for _, k := range []int{0, e.Count - 1} {
		if m := held[e.Index(k)]; len(m) > 0 {
			ends = append(ends, fmt.Sprintf("unit %d of class %s", m[0].class.IDs[m[0].k], m[0].class.Name))
		}
	}
	return strings.Join(ends, " to ")
}
