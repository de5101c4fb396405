package groups

import (
	"fmt"

	"github.com/seed391906a2/iss/core/graph"
)

// problem says why an entry of a group cannot be used, and which of its fields
// is at fault ("/end"; "" is the entry); no message if it can.
func (b *binder) problem(i, j int) (field, message string) {
	s := b.groups[i]
	e := s.Entries[j]
	p := b.d.Graph.Param(e.Var)
	if p == nil {
		return "/var_name", fmt.Sprintf("no variable %q%s; list them with: iss show", e.Var, nearest(e.Var, b.vars))
	}
	if field, message = axisProblem(e, p); message == "" {
		field, message = spanProblem(e, p)
	}
	if message != "" {
		return field, message
	}
	if first := s.Entries[0]; e.Count != first.Count {
		return "", fmt.Sprintf("%d units, but the first entry of the group has %d; all entries of a group have one for each unit", e.Count, first.Count)
	}
	return "", b.repetition(i, j)
}

// axisProblem says that the axis is none of the variable's, or that the
// variable cannot be in a group at all.
func axisProblem(e SpecEntry, p *graph.Param) (field, message string) {
	switch rank := len(p.Shape); {
	case rank < 2:
		return "/var_name", fmt.Sprintf("%s has shape %v; a bias follows its units and is in no group, so leave the entry out", e.Var, p.Shape)
	case !e.Along && rank != 2:
		return "/axis", fmt.Sprintf("%s has %d axes %v, not two; say with \"along\" which of them carries the units", e.Var, rank, p.Shape)
	case e.Axis < 0 || e.Axis >= rank:
		return "/along", fmt.Sprintf("%s has %d axes, so there is no axis %d", e.Var, rank, e.Axis)
	}
	return "", ""
}

// spanProblem says that the range does not lie on the axis. Nothing that a
// file says about its length is believed before.
func spanProblem(e SpecEntry, p *graph.Param) (field, message string) {
	size := p.Shape[e.Axis]
	for i, k := range e.Indices {
		if k < 0 || k >= size {
			return "/indices", fmt.Sprintf("index %d at position %d, but axis %d of %s has %d", k, i, e.Axis, e.Var, size)
		}
	}
	switch {
	case e.Indices != nil:
		return "", ""
	case e.Start >= e.end:
		return "/end", fmt.Sprintf("the range ends at %d, not behind its start %d", e.end, e.Start)
	case e.end > size:
		return "/end", fmt.Sprintf("the range ends at %d, but axis %d of %s has %d", e.end, e.Axis, e.Var, size)
	}
	return "", ""
}

// repeats ends the message of a repetition.
const repeats = ", for the same unit"

// repetition says that an earlier entry of the group gives a unit what entry j
// gives it.
func (b *binder) repetition(i, j int) string {
	entries := b.groups[i].Entries
	e := entries[j]
	for k, f := range entries[:j] {
		if f.Var != e.Var || f.Axis != e.Axis || f.Count != e.Count {
			continue
		}
		if at, ok := meet(e.Entry, f.Entry, e.Count); ok {
			return fmt.Sprintf("index %d of axis %d of %s is in entry %d of the group already%s", at, e.Axis, e.Var, k, repeats)
		}
	}
	return ""
}

// meet returns the index that two entries of one axis give to one unit, of n.
func meet(e, f Entry, n int) (index int, ok bool) {
	if e.Indices == nil && f.Indices == nil {
		k, steps := f.Start-e.Start, e.Step-f.Step
		if steps != 0 && k%steps == 0 {
			k /= steps
		} else if k != 0 {
			return 0, false
		}
		return e.Index(k), k >= 0 && k < n
	}
	for k := range n {
		if e.Index(k) == f.Index(k) {
			return e.Index(k), true
		}
	}
	return 0, false
}
