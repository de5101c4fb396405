package groups

import "github.com/seed391906a2/iss/core/graph"

// entry checks one entry by itself and reports whether it can be used.
func (b *binder) entry(pointer string, e SpecEntry) bool {
	p := b.d.Graph.Param(e.Var)
	if p == nil {
		b.fault(pointer+"/var_name", "no variable %q%s; list them with: iss show", e.Var, nearest(e.Var, b.vars))
		return false
	}
	return b.axis(pointer, e, p) && b.span(pointer, e, p)
}

// axis checks that the axis is one of the variable's, and that the variable
// can be in a group at all.
func (b *binder) axis(pointer string, e SpecEntry, p *graph.Param) bool {
	switch rank := len(p.Shape); {
	case rank < 2:
		b.fault(pointer+"/var_name", "%s has shape %v; a bias follows its units and is in no group, so leave the entry out", e.Var, p.Shape)
	case !e.Along && rank != 2:
		b.fault(pointer+"/axis", "%s has %d axes %v, not two; say with \"along\" which of them carries the units", e.Var, rank, p.Shape)
	case e.Along && e.Axis >= rank:
		b.fault(pointer+"/along", "%s has %d axes, so there is no axis %d", e.Var, rank, e.Axis)
	default:
		return true
	}
	return false
}

// span checks that the range lies on the axis.
func (b *binder) span(pointer string, e SpecEntry, p *graph.Param) bool {
	size := p.Shape[e.Axis]
	for i, k := range e.Indices {
		if k >= size {
			b.fault(pointer+"/indices", "index %d at position %d, but axis %d of %s has %d", k, i, e.Axis, e.Var, size)
			return false
		}
	}
	switch {
	case e.Indices != nil:
		return true
	case e.Start >= e.end:
		b.fault(pointer+"/end", "the range ends at %d, not behind its start %d", e.end, e.Start)
	case e.end > size:
		b.fault(pointer+"/end", "the range ends at %d, but axis %d of %s has %d", e.end, e.Axis, e.Var, size)
	default:
		return true
	}
	return false
}

// fresh reports whether entry j gives no unit what an earlier entry of the
// group gives it.
func (b *binder) fresh(i, j int) bool {
	entries := b.spec.Groups[i].Entries
	e := entries[j]
	at := e.indices(e.Count)
	for k, f := range entries[:j] {
		if f.Var != e.Var || f.Axis != e.Axis || f.Count != e.Count {
			continue
		}
		for n, other := range f.indices(f.Count) {
			if at[n] == other {
				b.fault(b.pointer(i, j), "index %d of axis %d of %s is in entry %d of the group already, for the same unit", other, e.Axis, e.Var, k)
				return false
			}
		}
	}
	return true
}
