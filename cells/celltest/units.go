package celltest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/seed391906a2/iss/groups"
)

// clearUnit zeroes the entries of unit k.
func clearUnit(ts dense, entries []groups.Entry, k int) {
	for _, e := range entries {
		clearIndex(ts[e.Var], e.Axis, e.Index(k))
	}
}

// free are the classes that may lose units, with two or more.
func free(d *groups.Derivation) (list []*groups.Class) {
	for _, c := range d.Classes {
		if !c.Pinned() && c.Units > 1 {
			list = append(list, c)
		}
	}
	return list
}

// without lists the ids of a class but for some units.
func without(c *groups.Class, gone ...int) (ids []int) {
	for k, id := range c.IDs {
		if !slices.Contains(gone, k) {
			ids = append(ids, id)
		}
	}
	return ids
}

// leave are units of a class that are to go.
type leave struct {
	class *groups.Class
	units []int
}

// someUnits are one or more units of a class, but not all.
func someUnits(c *groups.Class, r *rand.Rand) []int {
	order := r.Perm(c.Units)
	return order[:1+r.IntN(c.Units-1)]
}

func unitNames(set []leave) string {
	var parts []string
	for _, l := range set {
		parts = append(parts, fmt.Sprintf("units %v of %s", l.units, l.class.Name))
	}
	return strings.Join(parts, ", ")
}
