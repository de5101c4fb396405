package groups

import (
	"fmt"
	"maps"
	"slices"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/tensor"
	"github.com/seed391906a2/iss/registry"
)

// Compacted is a model without the units that were cut out.
type Compacted struct {
	Graph   *graph.Graph
	Tensors map[string]tensor.Dense[float32]            // by parameter
	Slots   map[string]map[string]tensor.Dense[float32] // by slot of the optimiser, then by parameter
	// Kept lists the units left in every class that was ever cut, by the
	// numbers that they had in the first ancestor: with the model's
	// configuration it is all that Restore needs.
	Kept map[string][]int

	states map[string][]int // by carried state, positions in the model before this cut; nil: all
}

// Compact cuts units out of a model and returns what is left, a model of its
// own; g and the tensors stay whole. keep lists for some classes the units
// that stay, by the numbers that they had before any cut (Certificate.Keep);
// all others stay as they are. The new trace is cut out of the first ancestor,
// so that cutting twice is cutting once. Slots of the optimiser have their parameters' shapes
// and are cut alike; slots may be nil.
//
// Compact does not ask whether the cut is exact: Certify says so beforehand
// and Verify afterwards. It is an error if a class is unknown, pinned or would
// be empty, if a kept unit is not there, if a tensor is missing or has another
// shape, or if an operation cannot be cut.
func Compact(g *graph.Graph, tensors map[string]tensor.Dense[float32], slots map[string]map[string]tensor.Dense[float32], keep map[string][]int) (*Compacted, error) {
	d, err := Derive(g)
	if err != nil {
		return nil, err
	}
	if err := fits(g, "tensors", tensors, true); err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(slots)) {
		if err := fits(g, "slot "+name, slots[name], false); err != nil {
			return nil, err
		}
	}
	h, err := d.cut(keep)
	if err != nil {
		return nil, err
	}
	after, err := Derive(h)
	if err != nil {
		return nil, err
	}
	c := &Compacted{Graph: h, Tensors: restrict(g, h, tensors), Kept: after.Kept(), states: map[string][]int{}}
	if slots != nil {
		c.Slots = map[string]map[string]tensor.Dense[float32]{}
	}
	for name, slot := range slots {
		c.Slots[name] = restrict(g, h, slot)
	}
	before, now := d.keep(), after.keep()
	for _, v := range d.Origin().Graph.Inputs {
		if op := v.Node.Op.(*graph.InputOp); op.Role == graph.Carried && v.Rank() > 0 {
			c.states[op.Label] = positions(before(v, -1), now(v, -1))
		}
	}
	return c, nil
}

// Restore cuts a whole trace down to the kept units of a compacted model, as
// Compacted.Kept lists them: how such a model is opened again.
func Restore(g *graph.Graph, kept map[string][]int) (*graph.Graph, error) {
	d, err := Derive(g)
	if err != nil {
		return nil, err
	}
	return d.cut(kept)
}

// State cuts the values of a carried state [..., units] like the model, into a
// new slice.
func (c *Compacted) State(name string, values []float32, units int) []float32 {
	kept := c.states[name]
	if kept == nil {
		return slices.Clone(values)
	}
	d := tensor.Dense[float32]{Shape: []int{len(values) / units, units}, Data: values}
	return d.Restrict(1, kept).Data
}

// StateGone lists which indices of a carried state [..., units] were cut.
func (c *Compacted) StateGone(name string, units int) []int {
	kept := c.states[name]
	if kept == nil {
		return nil
	}
	var gone []int
	for i := range units {
		if _, stays := slices.BinarySearch(kept, i); !stays {
			gone = append(gone, i)
		}
	}
	return gone
}

// cut restricts the trace of the first ancestor to what is left of it now,
// without the units that keep leaves out.
func (d *Derivation) cut(keep map[string][]int) (*graph.Graph, error) {
	left := map[string][]int{}
	for _, c := range d.Classes {
		left[c.Name] = c.IDs
	}
	for _, name := range slices.Sorted(maps.Keys(keep)) {
		c, err := d.Class(name)
		if err != nil {
			return nil, err
		}
		if err := c.checkKept(keep[name]); err != nil {
			return nil, err
		}
		left[name] = keep[name]
	}
	whole := d.Origin()
	h, err := graph.Restrict(whole.Graph, whole.keeping(left))
	if err != nil {
		return nil, fmt.Errorf("groups: %w", err)
	}
	return h, nil
}

// keeping says which indices stay when only the given units of each class do.
func (d *Derivation) keeping(left map[string][]int) graph.Keep {
	gone := map[graph.Atom]bool{}
	for _, c := range d.Classes {
		stay := map[int]bool{}
		for _, id := range left[c.Name] {
			stay[id] = true
		}
		for k, id := range c.IDs {
			if !stay[id] {
				gone[c.Atoms[k]] = true
			}
		}
	}
	return d.Atoms.Keep(func(a graph.Atom) bool { return gone[a] })
}

// keep says which indices of the first ancestor are left in this model.
func (d *Derivation) keep() graph.Keep {
	left := map[string][]int{}
	for _, c := range d.Classes {
		left[c.Name] = c.IDs
	}
	return d.Origin().keeping(left)
}

// checkKept returns an error if the class cannot be cut down to the units.
func (c *Class) checkKept(ids []int) error {
	if len(ids) == 0 {
		return fmt.Errorf("groups: class %q would be empty; it must keep one unit at least", c.Name)
	}
	for i, id := range ids {
		if _, ok := c.Unit(id); !ok {
			return fmt.Errorf("groups: class %q has no unit %d to keep; it has %d of the units 0 to %d", c.Name, id, c.Units, c.Of-1)
		}
		if slices.Contains(ids[:i], id) {
			return fmt.Errorf("groups: class %q: unit %d is kept twice", c.Name, id)
		}
	}
	if c.Pinned() && len(ids) < c.Units {
		return fmt.Errorf("groups: class %q cannot lose units: its size is fixed by %v", c.Name, c.Pins)
	}
	return nil
}

// restrict cuts tensors of model g, each of its parameter's shape, to those of h.
func restrict(g, h *graph.Graph, tensors map[string]tensor.Dense[float32]) map[string]tensor.Dense[float32] {
	kept := func(p *graph.Param, axis int) []int {
		if p.Kept == nil {
			return nil
		}
		return p.Kept[axis]
	}
	out := map[string]tensor.Dense[float32]{}
	for name, t := range tensors {
		from, to := findParam(g, name), findParam(h, name)
		cut := false
		for k := range t.Shape {
			if at := positions(kept(from, k), kept(to, k)); at != nil {
				t, cut = t.Restrict(k, at), true
			}
		}
		if !cut {
			t = t.Clone()
		}
		out[name] = t
	}
	return out
}

// positions says where in a list of kept indices those of a shorter one are;
// nil is all, of either list and of the result.
func positions(before, now []int) []int {
	if now == nil || before != nil && slices.Equal(before, now) {
		return nil
	}
	if before == nil {
		return now
	}
	at := make([]int, len(now))
	for i, k := range now {
		at[i], _ = slices.BinarySearch(before, k)
	}
	return at
}

// fits returns an error unless tensors are named and shaped like parameters;
// with all, each parameter must have one.
func fits(g *graph.Graph, what string, tensors map[string]tensor.Dense[float32], all bool) error {
	var names []string
	for _, p := range g.Params {
		names = append(names, p.Name)
		t, ok := tensors[p.Name]
		if !ok && all {
			return fmt.Errorf("groups: %s: %q %v is missing", what, p.Name, p.Shape)
		}
		if ok && !slices.Equal(t.Shape, p.Shape) {
			return fmt.Errorf("groups: %s: %q has shape %v, the model needs %v", what, p.Name, t.Shape, p.Shape)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(tensors)) {
		if !slices.Contains(names, name) {
			return fmt.Errorf("groups: %s: %w", what, registry.Unknown("parameter", name, names))
		}
	}
	return nil
}
