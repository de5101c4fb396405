package groups

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed391906a2/iss/core/graph"
)

// Class is a run of units that play the same part in a model. Unit k of it
// owns index Entries[j].Index(k) in each of its entries.
type Class struct {
	Name  string
	Units int
	Of    int   // units before any cut
	IDs   []int // numbers that the units had before any cut: 0 to Of-1 in a whole model
	// Entries are the class's rows and columns of parameters with two or more
	// axes, Followers its elements of parameters with one: biases and the like
	// leave with their unit but are in no penalty.
	Entries   []Entry
	Followers []Entry
	// Owners are the weights that make the units (their output axis carries
	// them), Readers those that read them. A recurrent weight is both.
	Owners, Readers []string
	Pins            []string     // why no unit can ever go; empty if they can
	FixedReaders    []string     // what reads the units without weights of its own
	States          []string     // recurrent states that hold the units, as "owner/state"
	Recurrent       bool         // there is such a state
	Atoms           []graph.Atom // of the units, in the whole trace
}

// Pinned reports whether the number of units is dictated from outside.
func (c *Class) Pinned() bool { return len(c.Pins) > 0 }

// Unit returns the position of the unit that had the number id before any cut.
func (c *Class) Unit(id int) (k int, ok bool) { return slices.BinarySearch(c.IDs, id) }

// Group is the class as it is penalised.
func (c *Class) Group() Group {
	return Group{Name: c.Name, Class: c.Name, Multi: 1, Units: c.Units, Entries: c.Entries, Followers: c.Followers}
}

// String says in a few lines what belongs to a unit and what keeps it.
func (c *Class) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %d units", c.Name, c.Units)
	if c.Units != c.Of {
		fmt.Fprintf(&b, " of %d", c.Of)
	}
	line := func(label string, items []string) {
		if len(items) > 0 {
			fmt.Fprintf(&b, "\n  %-10s%s", label, strings.Join(items, ", "))
		}
	}
	line("states", c.States)
	entries := slices.Concat(c.Entries, c.Followers)
	for i := 0; i < len(entries); {
		v := entries[i].Var
		var parts []string
		for ; i < len(entries) && entries[i].Var == v; i++ {
			parts = append(parts, entries[i].describe(c.Units, i >= len(c.Entries)))
		}
		line("owns", []string{v + " " + strings.Join(parts, ", ")})
	}
	line("made by", c.Owners)
	line("read by", c.Readers)
	line("also by", c.FixedReaders)
	line("pinned:", c.Pins)
	return b.String()
}
