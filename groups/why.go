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
	Inert bool   // To is a weight, or made of weights alone
}

// Reason says why an index of a parameter belongs to a class.
type Reason struct {
	Var   string
	Index string // "row 3", "column 7", ...
	Class *Class
	Unit  int    // the unit's number before any cut
	Steps []Step // chain to a recurrent state of the class, else to its owner
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
// unified, along the data where there is one. An index of an axis that the model divides into factors has a
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
	if d.whole != nil {
		return d.whyCut(p, axis, index)
	}
	start := elem{graph.Axis{Value: d.Graph.Leaf(p), Axis: axis}, index}
	var out []Reason
	for _, atom := range d.Atoms.Of(start.axis.Value, axis, index) {
		m := d.members[atom]
		r := Reason{Var: varName, Index: spotName(p, axis, index), Class: m.class, Unit: m.class.IDs[m.k]}
		r.Steps = d.path(start, atom, d.Atoms.Role(p, axis), d.goal(m.class))
		out = append(out, r)
	}
	return out, nil
}

// whyCut asks the first ancestor. Its steps count as before any cut.
func (d *Derivation) whyCut(p *graph.Param, axis, index int) ([]Reason, error) {
	old := index
	if p.Kept != nil && p.Kept[axis] != nil {
		old = p.Kept[axis][index]
	}
	out, err := d.whole.Why(p.Name, axis, old)
	for i := range out {
		if old != index {
			out[i].Index = fmt.Sprintf("%s (%d before any cut)", spotName(p, axis, index), old)
		}
		if out[i].Class, err = d.Class(out[i].Class.Name); err != nil {
			return nil, err
		}
	}
	return out, err
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

// spotName names an index of an axis of a parameter for people.
func spotName(p *graph.Param, axis, index int) string {
	switch len(p.Shape) {
	case 1:
		return fmt.Sprintf("element %d", index)
	case 2:
		return fmt.Sprintf("%s %d", [...]string{"row", "column"}[axis], index)
	}
	return fmt.Sprintf("index %d of axis %d", index, axis)
}

// inputKinds name the roles of inputs.
var inputKinds = map[graph.InputRole]string{
	graph.Feed: "input", graph.Carried: "carried state", graph.Sequence: "the step's slice of", graph.Previous: "state",
}

// String names the index together with its value.
func (e elem) String() string {
	n := e.axis.Value.Node
	switch op := n.Op.(type) {
	case *graph.ParamOp:
		return spotName(op.P, e.axis.Axis, e.index) + " of " + op.P.Name
	case *graph.InputOp:
		if op.Role == graph.Capture { // the step reads it from around it
			return elem{graph.Axis{Value: op.Outer, Axis: e.axis.Axis}, e.index}.String() + ", read in the step"
		}
		return fmt.Sprintf("index %d of axis %d of %s %s in %s", e.index, e.axis.Axis, inputKinds[op.Role], op.Label, orRoot(n.Place))
	}
	return fmt.Sprintf("index %d of axis %d of the result of %v", e.index, e.axis.Axis, n)
}

func orRoot(place string) string {
	if place == "" {
		return "the model"
	}
	return place
}
