package celltest

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/groups"
)

// askGroups: the units of a layer are classes that can be named, written down
// and read again, and its states are among those that may go.
func (x *exam) askGroups() {
	for _, v := range x.variants() {
		g, err := x.stack(v)
		if err != nil {
			x.faultf(v, "%v", err)
			continue
		}
		d, err := groups.Derive(g)
		if err != nil {
			x.faultf(v, "%v", err)
			continue
		}
		if x.states(v, d) {
			x.covered(v, d)
			x.forms(v, d)
		}
	}
}

// states: each layer has a class of units that it carries and that may go.
func (x *exam) states(v variant, d *groups.Derivation) (sound bool) {
	before := len(x.faults)
	for _, layer := range []string{"cell_0", "cell_1"} {
		free, pins := false, []string{}
		for _, c := range d.Classes {
			for _, st := range c.States {
				if strings.HasPrefix(st, layer+"/") {
					free = free || !c.Pinned() && c.Units > 1
					for _, p := range c.Pins {
						pins = append(pins, fmt.Sprintf("%s is held by %s", st, p))
					}
				}
			}
		}
		if !free && len(pins) > 0 {
			x.faultf(v, "no unit of %s can ever go: %v", layer, slices.Compact(pins))
		} else if !free {
			x.faultf(v, "no state of %s is a class of units: no parameter carries its units one by one, or all of them are one unit", layer)
		}
	}
	return len(x.faults) == before
}

// covered (properties 1 and 5): each index of each axis of each parameter is in
// one class, or in one for each factor, at the place that its atom says.
func (x *exam) covered(v variant, d *groups.Derivation) {
	type index struct {
		name    string
		axis, i int
	}
	times := map[index]int{}
	for _, c := range d.Classes {
		for _, e := range slices.Concat(c.Entries, c.Followers) {
			p := d.Graph.Param(e.Var)
			for k := range c.Units {
				times[index{e.Var, e.Axis, e.Index(k)}]++
				at := graph.Place{Param: p, Axis: e.Axis, Index: e.Index(k)}
				if !slices.Contains(d.Atoms.Carry(c.Atoms[k]), at) {
					x.faultf(v, "class %s says that unit %d owns index %d of axis %d of %s, which the trace does not", c.Name, k, at.Index, at.Axis, e.Var)
					return
				}
			}
		}
	}
	for _, p := range d.Graph.Params {
		for axis, n := range p.Shape {
			for i := range n {
				want := len(d.Atoms.Of(d.Graph.Leaf(p), axis, i))
				if got := times[index{p.Name, axis, i}]; got != want || want == 0 {
					x.faultf(v, "index %d of axis %d of %s is in %d classes, and of %d units", i, axis, p.Name, got, want)
					return
				}
			}
		}
	}
}

// forms (property 6): what is derived can be written as a group file, is found
// sound when it is read, and is the same then.
func (x *exam) forms(v variant, d *groups.Derivation) {
	classes, err := d.Select(nil)
	if err != nil {
		x.faultf(v, "%v", err)
		return
	}
	var b bytes.Buffer
	if _, err := d.Spec(classes).WriteTo(&b); err != nil {
		x.faultf(v, "the group file cannot be written: %v", err)
		return
	}
	spec, err := groups.ParseSpec("derived.json", b.Bytes())
	if err != nil {
		x.faultf(v, "the derived group file cannot be read: %v", err)
		return
	}
	bound, err := spec.Bind(d.Graph)
	if err != nil {
		x.faultf(v, "the derived group file does not fit the model that it was derived from: %v", err)
		return
	}
	for i, want := range d.Groups(classes) {
		if got := bound[i]; !reflect.DeepEqual(got.Entries, want.Entries) || got.Units != want.Units {
			x.faultf(v, "class %s is another group after it was written and read: %v, not %v", want.Name, got.Entries, want.Entries)
		}
	}
}
