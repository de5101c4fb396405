package groups

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed391906a2/iss/core/graph"
)

// ClassConstants is what of a class's living units no input reaches: what their
// biases alone decide. Units whose whole component is zero are left out.
type ClassConstants struct {
	Class *Class
	Gates []ConstantGate
	// Units are those whose values no input reaches wherever they are read, and
	// that are not zero: they say what their biases say. Silent are those that
	// are zero wherever they are read, which Certify removes.
	Units, Silent []int // by number in the first ancestor
}

// ConstantGate is a function that a class's units are put through, with the
// units for which its operand is a bias alone: every column that makes it is
// zero towards all that inputs reach.
type ConstantGate struct {
	Function string // "sigmoid"
	Made     string // by which weights: "lstm_cell/weights columns 0 to 3"
	Units    []int  // by number in the first ancestor
	Of       int
}

// Constants finds, class by class, gates and units that do not depend on any
// input: group Lasso and τ can clear the columns of one gate and leave the
// others. It reads only. A pinned class is left out.
//
// Such a unit could go if its share were added to the biases of its readers.
// That would group sums anew, so it would not be exact to the last bit, and
// Compact does not do it; Certify removes those that are silent.
func Constants(d *Derivation, param func(name string) []float32) ([]ClassConstants, error) {
	j, err := newJudge(d, d.Expanded(param))
	if err != nil {
		return nil, err
	}
	f := &constantFinder{judge: j, now: d, live: &liveness{d.Graph, param, map[spot][]bool{}}, known: graph.FindConstants(j.d.Graph, func(p *graph.Param) []float32 { return j.param(p.Name) })}
	f.gates(j.d.Graph)
	var out []ClassConstants
	for _, c := range d.Classes {
		if c.Pinned() {
			continue
		}
		cc := ClassConstants{Class: c}
		for _, g := range f.found {
			if g.class == c && len(g.Units) > 0 {
				cc.Gates = append(cc.Gates, g.ConstantGate)
			}
		}
		for _, a := range c.Atoms {
			j.candidate(a)
		}
		out = append(out, cc)
	}
	j.occur()
	for i := range out {
		f.units(&out[i])
	}
	return out, nil
}

// constantFinder looks at the trace of the first ancestor.
type constantFinder struct {
	*judge
	now   *Derivation
	live  *liveness // in the model as it is now
	known *graph.Constants
	found []*foundGate
}

type foundGate struct {
	ConstantGate
	class *Class
}

// gates looks at every function in a trace, loops included.
func (f *constantFinder) gates(g *graph.Graph) {
	for _, n := range g.Nodes {
		if scan, ok := n.Op.(*graph.ScanOp); ok {
			f.gates(scan.Body)
		}
		if u, ok := n.Op.(*graph.UnaryOp); ok && u.Kind != graph.AffineOf {
			f.gate(n.In[0], u.Kind.String())
		}
	}
}

// gate looks at the operand of one function: for which units of which class
// it is made by weights, and a constant.
func (f *constantFinder) gate(v graph.Value, function string) {
	of := map[string]*foundGate{}
	for i := range v.Shape().Last().Size {
		atoms := f.d.Atoms.Of(v, v.Rank()-1, i)
		if len(atoms) != 1 {
			continue
		}
		m, ok := f.d.members[atoms[0]]
		if !ok || m.class.Pinned() {
			continue
		}
		c := f.now.Classes[slices.Index(f.d.Classes, m.class)]
		k, left := c.Unit(m.class.IDs[m.k])
		made := madeBy(v, i)
		if !left || len(made) == 0 || !f.live.component(c.Group(), k) { // gone or dead, or a state or something computed from one
			continue
		}
		name := f.describe(c, k, made)
		if of[name] == nil {
			of[name] = &foundGate{ConstantGate{Function: function, Made: name}, c}
			f.found = append(f.found, of[name])
		}
		of[name].Of++
		if f.known.At(v, i) {
			of[name].Units = append(of[name].Units, c.IDs[k])
		}
	}
}

// column is one that makes an index of a value.
type column struct {
	param *graph.Param
	axis  int
	index int
}

// madeBy lists the columns of weights whose products are added up to index i of
// a value's last axis; nothing else may be.
func madeBy(v graph.Value, i int) (out []column) {
	n := v.Node
	switch op := n.Op.(type) {
	case *graph.MatMulOp:
		if p := paramOf(n.In[1]); p != nil {
			axis := 1
			if op.Trans {
				axis = 0
			}
			return []column{{p, axis, i}}
		}
	case *graph.UnaryOp:
		if op.Kind == graph.AffineOf {
			return madeBy(n.In[0], i)
		}
	case *graph.SliceOp:
		if op.Axis == -1 {
			return madeBy(n.In[0], op.Start+i*op.Step)
		}
	case *graph.BinaryOp:
		if op.Kind == graph.AddOf || op.Kind == graph.SubOf {
			return append(madeBy(n.In[0], min(i, n.In[0].Shape().Last().Size-1)), madeBy(n.In[1], min(i, n.In[1].Shape().Last().Size-1))...)
		}
	}
	return nil
}

// describe names columns by the range of the class that they are in.
func (f *constantFinder) describe(c *Class, k int, made []column) string {
	var parts []string
	for _, m := range made {
		p := findParam(f.model, m.param.Name)
		for _, e := range c.Entries {
			at := e.Index(k)
			if e.Var == p.Name && e.Axis == m.axis && p.Kept != nil && p.Kept[e.Axis] != nil {
				at = p.Kept[e.Axis][at]
			}
			if e.Var == p.Name && e.Axis == m.axis && at == m.index {
				parts = append(parts, fmt.Sprintf("%s %s", e.Var, e.describe(c.Units, false)))
			}
		}
	}
	return strings.Join(parts, " and ")
}

// units finds those of a class that say nothing but their biases.
func (f *constantFinder) units(cc *ClassConstants) {
	group := cc.Class.Group()
	for k, a := range cc.Class.Atoms {
		if !f.live.component(group, k) {
			continue
		}
		silent, constant := len(f.at[a]) > 0, len(f.at[a]) > 0
		for _, o := range f.at[a] {
			u := &f.uses[o.use]
			last := u.axis == u.X.Rank()-1
			silent = silent && last && f.known.Silent(u.X, o.index)
			constant = constant && last && f.known.At(u.X, o.index)
		}
		switch {
		case silent:
			cc.Silent = append(cc.Silent, cc.Class.IDs[k])
		case constant:
			cc.Units = append(cc.Units, cc.Class.IDs[k])
		}
	}
}
