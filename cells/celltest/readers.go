package celltest

import (
	"slices"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/groups"
)

// askReaders: no part of a unit is missing from its component and none is there
// for nothing. One that lives keeps the unit alive; one that is forgotten does
// not fit; a unit that makes nothing but zeros goes whoever reads it.
func (x *exam) askReaders() {
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
		for _, c := range free(d) {
			x.living(v, d, c)
			x.forgotten(v, d, c)
			x.silent(v, d, c)
		}
	}
}

// probe is the unit that the questions are asked of.
const probe = 1

// living (properties 4a and 8): a unit of whose readers one is alive is not
// certified, and cutting it out changes a result, for some weights.
func (x *exam) living(v variant, d *groups.Derivation, c *groups.Class) {
	reads := func(e groups.Entry) bool { return d.Atoms.Role(d.Graph.Param(e.Var), e.Axis) == graph.Reads }
	for j, alive := range c.Entries {
		if !reads(alive) {
			continue
		}
		noticed := false
		for seed := uint64(6); seed < 12 && !noticed; seed++ {
			ts := weights(d.Graph, seed)
			for i, e := range c.Entries {
				if i != j && reads(e) {
					clearUnit(ts, []groups.Entry{e}, probe)
				}
			}
			cert, err := groups.Certify(d, []*groups.Class{c}, read(ts))
			if err != nil {
				x.faultf(v, "%v", err)
				return
			}
			if cert.Removable() > 0 {
				x.faultf(v, "unit %d of %s is certified to be removable, although its weights in %s are not zero", probe, c.Name, alive.Var)
				return
			}
			small, err := groups.Compact(d.Graph, ts, nil, map[string][]int{c.Name: without(c, probe)})
			if err != nil {
				x.faultf(v, "%v", err)
				return
			}
			r, err := groups.Verify(groups.Model{Graph: d.Graph, Tensors: ts}, groups.Model{Graph: small.Graph, Tensors: small.Tensors}, batches(d.Graph), groups.VerifyOptions{})
			if err != nil {
				x.faultf(v, "%v", err)
				return
			}
			noticed = !r.Equal
		}
		if !noticed {
			x.faultf(v, "the weights of %s that read unit %d of %s (axis %d, index %d) change no result: the step reads the unit there and does nothing with it", alive.Var, probe, c.Name, alive.Axis, alive.Index(probe))
		}
	}
}

// forgotten (property 4b): a cut that forgets one of a unit's parameters does
// not fit together.
func (x *exam) forgotten(v variant, d *groups.Derivation, c *groups.Class) {
	whole := d.Atoms.Keep(func(a graph.Atom) bool { return a == c.Atoms[probe] })
	for _, e := range slices.Concat(c.Entries, c.Followers) {
		_, err := graph.Restrict(d.Graph, func(v graph.Value, axis int) []int {
			if p := paramOf(v); p != nil && p.Name == e.Var && axis == e.Axis-v.Rank() {
				return nil
			}
			return whole(v, axis)
		})
		if err == nil {
			x.faultf(v, "unit %d of %s can be cut out everywhere but in axis %d of %s, and nothing notices: an operation that reads it takes any width. Look at its Infer", probe, c.Name, e.Axis, e.Var)
		}
	}
}

// paramOf is the parameter that a value is, inside a loop or outside, or nil.
func paramOf(v graph.Value) *graph.Param {
	switch op := v.Node.Op.(type) {
	case *graph.ParamOp:
		return op.P
	case *graph.InputOp:
		if op.Role == graph.Capture {
			return paramOf(op.Outer)
		}
	}
	return nil
}

// silent (property 4c): a unit whose columns and biases are all zero goes, if
// the zero rules show that it is zero wherever it is read, although its readers
// live.
func (x *exam) silent(v variant, d *groups.Derivation, c *groups.Class) {
	ts := weights(d.Graph, 5)
	for _, e := range c.Entries {
		if d.Atoms.Role(d.Graph.Param(e.Var), e.Axis)&graph.Makes != 0 {
			clearUnit(ts, []groups.Entry{e}, probe)
		}
	}
	clearUnit(ts, c.Followers, probe)
	cert, err := groups.Certify(d, []*groups.Class{c}, read(ts))
	if err != nil {
		x.faultf(v, "%v", err)
		return
	}
	if cert.Removable() == 0 {
		return // a value of it speaks without weights, as after a sigmoid
	}
	small, err := groups.Compact(d.Graph, ts, nil, cert.Keep())
	if err != nil {
		x.faultf(v, "%v", err)
		return
	}
	x.same(v, d, ts, small, cert.Bitwise, "after a unit of "+c.Name+" that is zero by the Zero rules of its operations was cut out of the model",
		"Look for a Zero rule that promises more than Forward keeps")
}
