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
// all others stay whole. Slots of the optimiser have their parameters' shapes
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
	h, gone, err := d.cut(keep)
	if err != nil {
		return nil, err
	}
	c := &Compacted{Graph: h, Tensors: d.restrict(gone, tensors), Slots: map[string]map[string]tensor.Dense[float32]{}, states: d.carried(gone)}
	for name, slot := range slots {
		c.Slots[name] = d.restrict(gone, slot)
	}
	after, err := Derive(h)
	if err != nil {
		return nil, err
	}
	c.Kept = after.Kept()
	return c, nil
}

// Restore cuts a whole trace down to the kept units of a compacted model, as
// Compacted.Kept lists them: how such a model is opened again.
func Restore(g *graph.Graph, kept map[string][]int) (*graph.Graph, error) {
	d, err := Derive(g)
	if err != nil {
		return nil, err
	}
	h, _, err := d.cut(kept)
	return h, err
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

// cut restricts the trace; gone holds for the atoms that are cut out.
func (d *Derivation) cut(keep map[string][]int) (h *graph.Graph, gone func(graph.Atom) bool, err error) {
	out := map[graph.Atom]bool{}
	for _, name := range slices.Sorted(maps.Keys(keep)) {
		c, err := d.Class(name)
		if err != nil {
			return nil, nil, err
		}
		if err := c.checkKept(keep[name]); err != nil {
			return nil, nil, err
		}
		for k, id := range c.IDs {
			if !slices.Contains(keep[name], id) {
				out[c.Atoms[k]] = true
			}
		}
	}
	gone = func(a graph.Atom) bool { return out[a] }
	h, err = graph.Restrict(d.Graph, d.Atoms.Keep(gone))
	if err != nil {
		return nil, nil, fmt.Errorf("groups: %w", err)
	}
	return h, gone, nil
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

// restrict cuts tensors, each of its parameter's shape.
func (d *Derivation) restrict(gone func(graph.Atom) bool, tensors map[string]tensor.Dense[float32]) map[string]tensor.Dense[float32] {
	keep := d.Atoms.Keep(gone)
	out := map[string]tensor.Dense[float32]{}
	for name, t := range tensors {
		v := d.Graph.Leaf(findParam(d.Graph, name))
		cut := false
		for k := range t.Shape {
			if kept := keep(v, k-len(t.Shape)); kept != nil {
				t, cut = t.Restrict(k, kept), true
			}
		}
		if !cut {
			t = t.Clone()
		}
		out[name] = t
	}
	return out
}

// carried lists the kept positions of each carried state's units.
func (d *Derivation) carried(gone func(graph.Atom) bool) map[string][]int {
	keep := d.Atoms.Keep(gone)
	out := map[string][]int{}
	for _, v := range d.Graph.Inputs {
		if op := v.Node.Op.(*graph.InputOp); op.Role == graph.Carried && v.Rank() > 0 {
			out[op.Label] = keep(v, -1)
		}
	}
	return out
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
