package groups

import (
	"fmt"
	"slices"
)

// across compares groups with each other: a class whose entries are divided
// among several, and units that two groups hold.
func (l *linter) across(studies []*study) {
	for _, g := range studies {
		l.reconsider(g, studies)
	}
	for i, g := range studies {
		if g.whole == nil || g.whole.class.Pinned() {
			continue
		}
		for _, h := range studies[:i] {
			if !sameUnits(g, h) {
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

// reconsider takes a group for another class where, as it was read, it is a
// part of a class whose same entries another group holds. A row or column of an
// axis that the model divides is of units of several classes, so a few of them
// alone can be read in several ways; and entries of two classes, one of which is
// a slip, rather are the class that misses less than a part of a larger one with
// its axis flipped. The reading taken instead explains every entry, no other
// group holds it, and it is what another group lacks or lacks less itself.
func (l *linter) reconsider(g *study, studies []*study) {
	missing := g.missing()
	if missing == 0 || !held(g, studies) {
		return
	}
	for _, r := range g.others {
		if r.class.Pinned() {
			continue
		}
		as := &study{index: g.index, problems: g.problems}
		l.fit(as, r)
		if !l.explained(as) || held(as, studies) {
			continue
		}
		if as.missing() < missing || slices.ContainsFunc(studies, func(h *study) bool { return h != g && sameUnits(as, h) }) {
			*g = *as
			return
		}
	}
}

// held reports whether another group holds the same entries of the same units.
func held(g *study, studies []*study) bool {
	return slices.ContainsFunc(studies, func(h *study) bool {
		return h.index != g.index && sameUnits(g, h) && !apart(g, h)
	})
}

// sameUnits reports whether two groups are of one class and have a unit in common.
func sameUnits(g, h *study) bool {
	return g.whole != nil && h.whole != nil && g.whole.class == h.whole.class && !g.whole.class.Pinned() && shareUnits(g.whole, h.whole)
}

// missing counts the expected entries that are not there, not even by a slip.
func (g *study) missing() (n int) {
	for i := range g.expected {
		if g.matched[i] < 0 && !g.lost[i] {
			n++
		}
	}
	return n
}

// explained reports whether each entry is as expected or misses that by a slip.
func (l *linter) explained(g *study) bool {
	for j := range l.groups[g.index].Entries {
		if _, slipped := g.slips[j]; !g.used[j] && !slipped {
			return false
		}
	}
	return true
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
