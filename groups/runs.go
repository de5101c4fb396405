package groups

import (
	"cmp"
	"slices"
)

// runs divides units of one kind into maximal runs: in a run each place moves
// by a constant step from unit to unit. Interleaved runs come apart when the
// units are sorted by the right place, so the order with the fewest runs is
// taken. Where runs are shorter than three units on the average (a gather in
// disorder), the units are one class with listed indices.
func runs(us []unit) [][]unit {
	var best [][]unit
	for j := range us[0].at {
		sorted := slices.Clone(us)
		slices.SortStableFunc(sorted, func(a, b unit) int { return cmp.Compare(a.at[j].Index, b.at[j].Index) })
		if r := inOrder(sorted); best == nil || len(r) < len(best) {
			best = r
		}
		if len(best) == 1 {
			break
		}
	}
	if len(best) > 1 && 3*len(best) > len(us) {
		best = [][]unit{slices.Clone(us)}
	}
	for _, r := range best {
		slices.SortStableFunc(r, func(a, b unit) int { return cmp.Compare(a.at[0].Index, b.at[0].Index) })
	}
	slices.SortFunc(best, func(a, b []unit) int { return cmp.Compare(a[0].at[0].Index, b[0].at[0].Index) })
	return best
}

// inOrder cuts a list of units into runs without changing its order.
func inOrder(us []unit) (out [][]unit) {
	for len(us) > 0 {
		n := 1
		if begins(us) {
			for n = 2; n < len(us) && sameStep(us[n-2:]); n++ {
			}
		}
		out = append(out, us[:n:n])
		us = us[n:]
	}
	return out
}

// begins reports whether the first two units are of one run. Two units always
// could be; they are not if the second one rather begins a run of its own.
func begins(us []unit) bool {
	switch {
	case len(us) < 2:
		return false
	case len(us) < 3 || sameStep(us):
		return true
	case len(us) > 3 && sameStep(us[1:]):
		return false
	}
	return !(ones(us[1:]) && !ones(us))
}

// sameStep reports whether units 0, 1, 2 have one distance in every place.
func sameStep(us []unit) bool {
	for j := range us[0].at {
		if us[1].at[j].Index-us[0].at[j].Index != us[2].at[j].Index-us[1].at[j].Index {
			return false
		}
	}
	return true
}

// ones reports whether units 0 and 1 are neighbours in every place.
func ones(us []unit) bool {
	for j := range us[0].at {
		if us[1].at[j].Index-us[0].at[j].Index != 1 {
			return false
		}
	}
	return true
}
