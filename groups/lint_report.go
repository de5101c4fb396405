package groups

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed391906a2/iss/core/graph"
)

// report tells what is wrong with one group.
func (l *linter) report(g *study) {
	spec := l.groups[g.index]
	if spec.Class != "" {
		l.named(g)
	}
	if spec.line {
		f := l.say(Remark, Lines, l.groupPointer(g.index), "the %s are a group each: no unit, so a zero one by itself lets nothing go", spec.Name)
		f.Do = "for the groups of units: iss groups derive"
		return
	}
	strangers := map[*Class][]int{}
	var order []*Class
	for j := range spec.Entries {
		s, slipped := g.slips[j]
		switch {
		case slipped:
			l.tell(g, j, s)
		case g.problems[j][1] != "":
			kind := Unusable
			if strings.HasSuffix(g.problems[j][1], repeats) {
				kind = Repeated
			}
			if !g.used[j] { // else another entry is at fault
				f := l.say(Fatal, kind, l.pointer(g.index, j)+g.problems[j][0], "%s", g.problems[j][1])
				if kind == Repeated {
					f.Do = "leave it out"
				}
			}
		case !g.used[j]:
			if c := l.stranger(g, j); c != nil {
				if strangers[c] == nil {
					order = append(order, c)
				}
				strangers[c] = append(strangers[c], j)
			}
		}
	}
	for _, c := range order {
		l.mixed(g, c, strangers[c])
	}
	if g.whole == nil {
		return
	}
	if c := g.whole.class; c.Pinned() {
		f := l.say(Fatal, Fixed, l.groupPointer(g.index), "class %s cannot lose units: its size is fixed by %s", c.Name, strings.Join(c.Pins, ", "))
		f.Class, f.Do = c.Name, "leave the group out"
		return
	}
	l.missed(g)
	l.multipliers(g)
}

// named checks the class that a group gives by name.
func (l *linter) named(g *study) {
	name, pointer := l.groups[g.index].Class, l.groupPointer(g.index)+"/class"
	known := l.class(pointer, name)
	for _, f := range l.faults {
		l.out = append(l.out, Finding{Fault: f, Severity: Fatal, Kind: Unusable})
	}
	l.faults = nil
	if known != nil && g.whole != nil && g.whole.class != known {
		f := l.say(Fatal, Misnamed, pointer, "the group is called class %s, but its entries are those of class %s", name, g.whole.class.Name)
		f.Class = g.whole.class.Name
	}
}

// stranger returns the class of an entry that fits nowhere in its group, or
// tells what it is and returns nil.
func (l *linter) stranger(g *study, j int) *Class {
	e := l.groups[g.index].Entries[j]
	what := e.describe(e.Count, false) + " of " + e.Var
	var own *Class
	if g.whole != nil {
		own = g.whole.class
	}
	if r := l.other(e, own); r != nil {
		return r.class
	}
	pointer := l.pointer(g.index, j)
	for _, r := range l.readings(e, e.Axis) {
		if r.class == own && r.complete() {
			f := l.say(Fatal, Unaligned, pointer, "component 0 has unit %d of class %s here and unit %d elsewhere in the group", r.units[0], own.Name, g.whole.units[0])
			f.Class, f.Do = own.Name, "the ranges of a group run in step: give these units a group of their own, or leave the entry out"
			return nil
		}
	}
	l.say(Fatal, Mixed, pointer, "%s are not units of one class, each once: %s", what, l.span(e))
	return nil
}

// mixed tells of entries of another class.
func (l *linter) mixed(g *study, c *Class, entries []int) {
	e := l.groups[g.index].Entries[entries[0]]
	what := e.describe(e.Count, false) + " of " + e.Var
	if n := len(entries); n > 1 {
		what += " and " + plural(n-1, "entry more", "entries more")
	}
	pointer := l.pointer(g.index, entries[0])
	if c.Pinned() {
		f := l.say(Fatal, Fixed, pointer, "%s are those of class %s, which cannot lose units: its size is fixed by %s", what, c.Name, strings.Join(c.Pins, ", "))
		f.Class, f.Do = c.Name, "leave it out"
		return
	}
	f := l.say(Fatal, Mixed, pointer, "%s are those of class %s, which is independent of class %s, the group's", what, c.Name, g.whole.class.Name)
	f.Class, f.Do = c.Name, "give the other class a group of its own, or leave it out"
}

// missed tells of entries that a unit has and the group has not, one finding
// for each axis of a variable.
func (l *linter) missed(g *study) {
	c, n := g.whole.class, len(g.whole.units)
	type key struct{ spot }
	var order []key
	rest := map[key][]Entry{}
	for i, x := range g.expected {
		if g.matched[i] >= 0 || g.lost[i] {
			continue
		}
		k := key{spot{x.Var, x.Axis}}
		if rest[k] == nil {
			order = append(order, k)
		}
		rest[k] = append(rest[k], x)
	}
	for _, k := range order {
		var parts, lines []string
		for _, x := range rest[k] {
			parts = append(parts, x.describe(n, false))
			lines = append(lines, "add "+l.suggest(x, n))
		}
		what := strings.Join(parts, ", ") + " of " + k.name
		f := l.absent(g, k.spot, what)
		f.Class = c.Name
		if why, err := l.d.Why(k.name, k.axis, rest[k][0].Index(0)); err == nil {
			for _, r := range why {
				if r.Class == c {
					f.Path = r.Steps
				}
			}
		}
		f.Do = l.sizes(g) + "\n" + strings.Join(lines, "\n")
	}
}

// absent tells that weights of the class are missing, and what that means.
func (l *linter) absent(g *study, at spot, what string) *Finding {
	c := g.whole.class
	role := l.d.Atoms.Role(findParam(l.d.Origin().Graph, at.name), at.axis)
	pointer := l.groupPointer(g.index)
	if role&graph.Reads == 0 {
		return l.say(Unsound, NoOwner, pointer, "%s make the units of class %s and are missing: the group is not the whole unit", what, c.Name)
	}
	verb := "read class " + c.Name
	if slices.Contains(c.Owners, at.name) {
		verb = "feed class " + c.Name + " back"
	}
	return l.say(Unsound, NoReader, pointer, "%s %s and are missing: they still do when the whole group is zero", what, verb)
}

// sizes compares a component with a unit.
func (l *linter) sizes(g *study) string {
	mine := Group{Units: len(g.whole.units)}
	for i, j := range g.matched {
		if j >= 0 {
			mine.Entries = append(mine.Entries, g.expected[i])
		}
	}
	whole := g.whole.class.Group()
	return fmt.Sprintf("a component has %d scalars, a unit of class %s %d", Count(l.d.Graph, mine).Multiset, whole.Class, Count(l.d.Graph, whole).Multiset)
}

// multipliers tells of multipliers by which entries count for nothing, or that
// differ.
func (l *linter) multipliers(g *study) {
	spec := l.groups[g.index]
	if spec.Multi == 0 {
		l.say(Remark, Unweighted, l.groupPointer(g.index), "λ times 0: the group is not penalised")
	}
	counts := map[float64]int{}
	for _, e := range spec.Entries {
		counts[e.Multi]++
	}
	usual := 1.0
	for _, e := range spec.Entries {
		if e.Multi > 0 && counts[e.Multi] > counts[usual] {
			usual = e.Multi
		}
	}
	for j, e := range spec.Entries {
		switch {
		case e.Multi == 0:
			l.say(Unsound, Unweighted, l.pointer(g.index, j)+"/multi", "multi is 0: %s of %s are in the group and not penalised with it", e.describe(e.Count, false), e.Var)
		case e.Multi != usual:
			l.say(Remark, Unweighted, l.pointer(g.index, j)+"/multi", "multi is %g here and %g in most entries of the group: its squares count %g times as much", e.Multi, usual, e.Multi/usual)
		}
	}
}
