package groups

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/seed391906a2/iss/core/graph"
)

// pair is two models that are compared.
type pair struct {
	a, b    Model
	da, db  *Derivation
	outputs []output
}

// output is a result that both models have.
type output struct {
	name   string
	a      graph.Value
	common [][]int // per axis, positions in a of b's indices; nil: all
}

func newPair(a, b Model) (*pair, error) {
	p := &pair{a: a, b: b}
	for _, m := range []*Model{&p.a, &p.b} {
		if err := fits(m.Graph, "tensors", m.Tensors, true); err != nil {
			return nil, err
		}
	}
	var err error
	if p.da, err = Derive(a.Graph); err != nil {
		return nil, err
	}
	if p.db, err = Derive(b.Graph); err != nil {
		return nil, err
	}
	if x, y := feeds(a.Graph), feeds(b.Graph); !slices.Equal(x, y) {
		return nil, fmt.Errorf("groups: verify: the models read different inputs: %s and %s", strings.Join(x, ", "), strings.Join(y, ", "))
	}
	if x, y := slices.Sorted(slices.Values(a.Graph.Names)), slices.Sorted(slices.Values(b.Graph.Names)); !slices.Equal(x, y) {
		return nil, fmt.Errorf("groups: verify: the models have different outputs: %s and %s", strings.Join(x, ", "), strings.Join(y, ", "))
	}
	for _, name := range a.Graph.Names {
		o := output{name: name, a: a.Graph.Output(name)}
		if o.common, err = p.common("output "+name, func(g *graph.Graph) graph.Value { return g.Output(name) }); err != nil {
			return nil, err
		}
		p.outputs = append(p.outputs, o)
	}
	return p, nil
}

// feeds describes what a model is fed, sorted.
func feeds(g *graph.Graph) (list []string) {
	for _, v := range g.Inputs {
		if op := v.Node.Op.(*graph.InputOp); op.Role == graph.Feed {
			list = append(list, op.Label+" "+v.Shape().String())
		}
	}
	slices.Sort(list)
	return list
}

// common finds, on each axis of an output or a parameter, where in the first
// model the units of the second are.
func (p *pair) common(what string, find func(g *graph.Graph) graph.Value) ([][]int, error) {
	s, t := find(p.a.Graph).Shape(), find(p.b.Graph).Shape()
	differ := fmt.Errorf("groups: verify: %s has shape %v in one model and %v in the other", what, s, t)
	if len(s) != len(t) {
		return nil, differ
	}
	out := make([][]int, len(s))
	for k := range s {
		if !s[k].IsFixed() || !t[k].IsFixed() {
			if s[k] != t[k] {
				return nil, differ
			}
			continue
		}
		names, other := p.da.units(find, k), p.db.units(find, k)
		if len(names) != s[k].Size || len(other) != t[k].Size {
			return nil, differ
		}
		at := map[string]int{}
		for i, n := range names {
			at[n] = i
		}
		for _, n := range other {
			i, ok := at[n]
			if !ok {
				return nil, fmt.Errorf("groups: verify: %s: the second model has unit %s, the first has not; put the larger model first", what, n)
			}
			out[k] = append(out[k], i)
		}
	}
	return out, nil
}

// units names the unit of each index of an axis (from the front) that is left,
// and, where an axis holds a unit more than once, which of its indices it is.
func (d *Derivation) units(find func(g *graph.Graph) graph.Value, axis int) (names []string) {
	whole, keep := d.Origin(), d.keep()
	v := find(whole.Graph)
	kept := keep(v, axis-v.Rank())
	seen := map[string]int{}
	for i := range v.Shape()[axis].Size {
		if kept != nil && !slices.Contains(kept, i) {
			continue
		}
		var parts []string
		for _, a := range whole.Atoms.Of(v, axis, i) {
			if m, ok := whole.members[a]; ok {
				parts = append(parts, fmt.Sprintf("%d of %s", m.class.IDs[m.k], m.class.Name))
			}
		}
		slices.Sort(parts)
		name := strings.Join(parts, ", ")
		seen[name]++
		names = append(names, fmt.Sprintf("%s #%d", name, seen[name]))
	}
	return names
}

// weights is the first weight that both models have and that differs.
func (p *pair) weights() *Difference {
	for _, name := range slices.Sorted(maps.Keys(p.a.Tensors)) {
		x, y := p.a.Graph.Param(name), p.b.Graph.Param(name)
		if y == nil {
			continue
		}
		common, err := p.common(name, func(g *graph.Graph) graph.Value { return g.Leaf(g.Param(name)) })
		if err != nil {
			continue // not a part of the other model; the outputs decide
		}
		v := newViews(output{name, p.a.Graph.Leaf(x), common}, x.Shape, p.a.Tensors[name].Data, p.b.Tensors[name].Data)
		var found *Difference
		v.each(func(i int, s, t float32) bool {
			if s != t {
				found = v.difference(-1, i)
			}
			return found == nil
		})
		if found != nil {
			return found
		}
	}
	return nil
}
