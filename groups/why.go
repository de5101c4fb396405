package groups

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/registry"
)

// Step is one unification on the way from a parameter to its class: the
// operation that made two indices one unit.
type Step struct {
	Op    string // and where in the model it stands
	From  string // index of an axis before
	To    string // and the one that it is the same unit as
	State string // "owner/state" if To is a recurrent state
}

// Reason says why an index of a parameter belongs to a class.
type Reason struct {
	Var   string
	Index string // "row 3", "column 7", ...
	Class *Class
	Unit  int    // the unit's number before any cut
	Steps []Step // shortest chain to a recurrent state of the class, else to its owner
}

// String prints the chain, one step a line.
func (r Reason) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s of %s is unit %d of class %s", r.Index, r.Var, r.Unit, r.Class.Name)
	for _, s := range r.Steps {
		fmt.Fprintf(&b, "\n  %s\n    = %s   by %s", s.From, s.To, s.Op)
		if s.State != "" {
			fmt.Fprintf(&b, ", which is state %s", s.State)
		}
	}
	if len(r.Steps) == 0 {
		b.WriteString("\n  it makes the unit itself")
	}
	for _, p := range r.Class.Pins {
		fmt.Fprintf(&b, "\n  pinned by %s", p)
	}
	return b.String()
}

// Why says by which operations an index of a parameter's axis (from the
// front) belongs to its class: a shortest path through what the index rules
// unified. An index of an axis that the model divides into factors has a
// reason for each. Unknown names and indices outside the axis are errors.
func (d *Derivation) Why(varName string, axis, index int) ([]Reason, error) {
	p := d.Graph.Param(varName)
	if p == nil {
		var names []string
		for _, q := range d.Graph.Params {
			names = append(names, q.Name)
		}
		slices.Sort(names)
		return nil, fmt.Errorf("groups: %w", registry.Unknown("variable", varName, names))
	}
	if axis < 0 || axis >= len(p.Shape) {
		return nil, fmt.Errorf("groups: %s has %d axes, so there is no axis %d", varName, len(p.Shape), axis)
	}
	if index < 0 || index >= p.Shape[axis] {
		return nil, fmt.Errorf("groups: axis %d of %s has %d indices, so there is no index %d", axis, varName, p.Shape[axis], index)
	}
	start := elem{graph.Axis{Value: d.Graph.Leaf(p), Axis: axis}, index}
	var out []Reason
	for _, atom := range d.Atoms.Of(start.axis.Value, axis, index) {
		for _, m := range d.members[atom] {
			r := Reason{Var: varName, Index: d.spot(start), Class: m.class, Unit: m.class.IDs[m.k]}
			r.Steps = d.path(start, atom, d.goal(m.class))
			out = append(out, r)
		}
	}
	return out, nil
}

// goal says where a path may end: at a state of a class that has one, else at
// an axis that makes the class.
func (d *Derivation) goal(c *Class) func(elem) bool {
	return func(e elem) bool {
		switch op := e.axis.Value.Node.Op.(type) {
		case *graph.InputOp:
			return op.Role == graph.Previous && c.Recurrent
		case *graph.ParamOp:
			return !c.Recurrent && d.Atoms.Role(op.P, e.axis.Axis)&graph.Makes != 0 && slices.Contains(c.Owners, op.P.Name)
		}
		return false
	}
}

// spot names an index of an axis of a value for people.
func (d *Derivation) spot(e elem) string {
	v := e.axis.Value
	switch op := v.Node.Op.(type) {
	case *graph.ParamOp:
		switch {
		case len(op.P.Shape) == 1:
			return fmt.Sprintf("element %d", e.index)
		case len(op.P.Shape) == 2:
			return fmt.Sprintf("%s %d", [...]string{"row", "column"}[e.axis.Axis], e.index)
		}
		return fmt.Sprintf("index %d of axis %d", e.index, e.axis.Axis)
	}
	return fmt.Sprintf("index %d of axis %d", e.index, e.axis.Axis)
}

// place names an index of an axis together with its value.
func (d *Derivation) place(e elem) string {
	n := e.axis.Value.Node
	if op, ok := n.Op.(*graph.ParamOp); ok {
		return d.spot(e) + " of " + op.P.Name
	}
	if op, ok := n.Op.(*graph.InputOp); ok {
		kind := map[graph.InputRole]string{graph.Feed: "input", graph.Carried: "carried state", graph.Sequence: "the step's slice of", graph.Previous: "state", graph.Capture: "captured"}[op.Role]
		return fmt.Sprintf("%s of %s %s in %s", d.spot(e), kind, op.Label, orRoot(n.Place))
	}
	return fmt.Sprintf("%s of the result of %v", d.spot(e), n)
}

func orRoot(place string) string {
	if place == "" {
		return "the model"
	}
	return place
}
