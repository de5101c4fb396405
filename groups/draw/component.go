package draw

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/groups"
)

// component is what is highlighted: one unit of a class, or all that were cut
// out of it. Everything is seen in the whole model, before any cut.
type component struct {
	d     *groups.Derivation // of the whole model
	class *groups.Class
	ids   []int
	cut   bool                // ids are what was cut out
	has   map[graph.Atom]bool // atoms of the component
	kin   map[graph.Atom]bool // and of its whole class
	unit  map[graph.Atom]place
}

// place is a unit's class and number.
type place struct {
	class *groups.Class
	k     int
}

// choose finds the component of the options.
func choose(d *groups.Derivation, o Options) (*component, error) {
	whole := d.Origin()
	name := o.Class
	if name == "" {
		if name = usual(d); name == "" {
			return nil, fmt.Errorf("draw: no unit of the model can go, so there is no component to draw; name a class: %s", strings.Join(d.Names(), ", "))
		}
	}
	now, err := d.Class(name)
	if err != nil {
		return nil, err
	}
	c := &component{d: whole, has: map[graph.Atom]bool{}, kin: map[graph.Atom]bool{}, unit: map[graph.Atom]place{}}
	if c.class, err = whole.Class(name); err != nil {
		return nil, err
	}
	switch {
	case o.Unit != nil && (*o.Unit < 0 || *o.Unit >= c.class.Of):
		return nil, fmt.Errorf("draw: class %q has the units 0 to %d, so there is no unit %d", name, c.class.Of-1, *o.Unit)
	case o.Unit != nil:
		c.ids = []int{*o.Unit}
	case now.Units < now.Of:
		c.cut = true
		for id := range now.Of {
			if _, ok := now.Unit(id); !ok {
				c.ids = append(c.ids, id)
			}
		}
	default:
		c.ids = []int{c.class.Of / 3}
	}
	for _, id := range c.ids {
		c.has[c.class.Atoms[id]] = true
	}
	for _, class := range whole.Classes {
		for k, a := range class.Atoms {
			c.unit[a] = place{class, k}
			c.kin[a] = c.kin[a] || class == c.class
		}
	}
	return c, nil
}

// usual is the class that is drawn when none is named: the first that was cut,
// else the first that has a state and can lose units, else the first that can.
func usual(d *groups.Derivation) string {
	for _, ok := range []func(c *groups.Class) bool{
		func(c *groups.Class) bool { return c.Units < c.Of },
		func(c *groups.Class) bool { return c.Recurrent && !c.Pinned() },
		func(c *groups.Class) bool { return !c.Pinned() && len(c.Entries) > 0 },
	} {
		if i := slices.IndexFunc(d.Classes, ok); i >= 0 {
			return d.Classes[i].Name
		}
	}
	return ""
}

// String names the component.
func (c *component) String() string {
	if c.cut {
		return fmt.Sprintf("the %d of %d units of %s that were cut out", len(c.ids), c.class.Of, c.class.Name)
	}
	return fmt.Sprintf("unit %d of %s, which has %d", c.ids[0], c.class.Name, c.class.Of)
}

// span is a range of indices, to excluded.
type span struct{ from, to int }

// spans are the indices of an axis (from the front) that hold atoms of a set.
func (c *component) spans(v graph.Value, axis int, set map[graph.Atom]bool) (out []span) {
	d := v.Shape()[axis]
	if !d.IsFixed() {
		return nil
	}
	for i := range d.Size {
		if !slices.ContainsFunc(c.d.Atoms.Of(v, axis, i), func(a graph.Atom) bool { return set[a] }) {
			continue
		}
		if n := len(out); n > 0 && out[n-1].to == i {
			out[n-1].to++
		} else {
			out = append(out, span{i, i + 1})
		}
	}
	return out
}

// strip is where a span lies on n indices that are drawn over a length, at
// least thick pixels wide.
func strip(s span, n int, length, thick float64) (from, to float64) {
	scale := length / float64(n)
	from, to = float64(s.from)*scale, float64(s.to)*scale
	if w := to - from; w < thick {
		from = min(max(0, from-(thick-w)/2), length-min(thick, length))
		to = min(length, from+thick)
	}
	return from, to
}
