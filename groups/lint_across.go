package groups

import (
	"fmt"
	"slices"
)

// across compares groups with each other: a class whose entries are divided
// among several, and units that two groups hold.
func (l *linter) across(studies []*study) {
	for i, g := range studies {
		if g.whole == nil || g.whole.class.Pinned() {
			continue
		}
		for _, h := range studies[:i] {
			if h.whole == nil || h.whole.class != g.whole.class || !shareUnits(g.whole, h.whole) {
				continue
			}
			if apart(g, h) {
				l.split(h, g)
			} else {
				f := l.say(Fatal, Twice, l.groupPointer(g.index), "units of class %s are in group %d already: λ counts for them twice", g.whole.class.Name, h.index)
				f.Class, f.Do = g.whole.class.Name, "keep one of the groups"
			}
			break
		}
	}
}

// shareUnits reports whether two readings of one class have a unit in common.
func shareUnits(a, b *reading) bool {
	in := make([]bool, a.class.Units)
	for _, u := range a.units {
		in[u] = true
	}
	return slices.ContainsFunc(b.units, func(u int) bool { return in[u] })
}

// apart reports whether two groups hold different entries of a class.
func apart(g, h *study) bool {
	for i := range g.expected {
		if g.matched[i] >= 0 && h.matched[i] >= 0 {
			return false
		}
	}
	return true
}

// split tells of a class in two groups. What both lack is told of the first.
func (l *linter) split(first, g *study) {
	c := g.whole.class
	f := l.say(Unsound, Split, l.groupPointer(g.index), "class %s is split: group %d holds other weights of the same units; each group can be zero without the other", c.Name, first.index)
	f.Class, f.Do = c.Name, fmt.Sprintf("put the entries into group %d", first.index)
	if first.whole.key() != g.whole.key() {
		return
	}
	for i := range g.expected {
		if g.matched[i] >= 0 || g.lost[i] {
			first.lost[i] = true
		}
		g.lost[i] = true
	}
}

// coverage remarks on units that are in no group, of classes that are wanted or
// in the file.
func (l *linter) coverage(studies []*study, wanted []*Class) {
	held := map[*Class][]bool{}
	first := map[*Class]*study{}
	hold := func(r *reading, g *study) {
		if held[r.class] == nil {
			held[r.class], first[r.class] = make([]bool, r.class.Units), g
		}
		for _, u := range r.units {
			if u >= 0 {
				held[r.class][u] = true
			}
		}
	}
	lines := false
	for _, g := range studies {
		lines = lines || l.groups[g.index].line
		if g.whole != nil {
			hold(g.whole, g)
		}
		for j, e := range l.groups[g.index].Entries {
			if !g.used[j] && !l.groups[g.index].line {
				for _, r := range l.readings(e, e.Axis) { // of a stranger
					hold(r, g)
				}
			}
		}
	}
	known := len(held)+len(l.byName) > 0 // else the file is of another model
	for _, c := range l.d.Classes {
		switch {
		case held[c] != nil && first[c].whole != nil && first[c].whole.class == c && !c.Pinned():
			if left := gaps(held[c]); left != "" {
				f := l.say(Remark, Uncovered, l.groupPointer(first[c].index), "%s of class %s: in no group, so not penalised", left, c.Name)
				f.Class = c.Name
			}
		case known && held[c] == nil && l.byName[c.Name] == nil && slices.Contains(wanted, c) && !lines:
			pointer := "/groups"
			if len(l.spec.layers) > 0 {
				pointer = "/grouplasso"
			}
			f := l.say(Remark, Uncovered, pointer, "class %s is in no group: its %s are not penalised", c.Name, plural(c.Units, "unit", "units"))
			f.Class = c.Name
		}
	}
}

// gaps names the units that are not held.
func gaps(held []bool) string {
	n, from := 0, -1
	for u, ok := range held {
		if !ok {
			if n++; from < 0 {
				from = u
			}
		}
	}
	switch n {
	case 0:
		return ""
	case 1:
		return fmt.Sprintf("unit %d", from)
	}
	return fmt.Sprintf("%d units from %d on", n, from)
}
