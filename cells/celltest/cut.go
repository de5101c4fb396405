package celltest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/tensor"
)

// restrict: the operation that is left computes what the whole one does at the
// indices that are left.
func (o *operation) restrict() error {
	atoms := graph.Index(o.graph)
	r := rand.New(rand.NewPCG(17, 0))
	for seed := range uint64(8) {
		gone, bound := o.leaving(atoms, r)
		if err := o.cutEqual(atoms, gone, seed, bound); err != nil {
			return err
		}
	}
	return nil
}

// leaving draws units that may be cut out if they are zero, but not all of an
// axis, and says how near the results must stay.
func (o *operation) leaving(atoms *graph.Atoms, r *rand.Rand) (gone map[graph.Atom]bool, bound float64) {
	gone = map[graph.Atom]bool{}
	for _, u := range atoms.All() {
		how := mostStrict(atoms.Readers(u))
		if len(atoms.Pins(u)) > 0 || how == graph.NeverExact || r.IntN(3) > 0 || single(atoms, u) {
			continue
		}
		if how == graph.Averaged {
			bound = 1e-5
		}
		gone[u] = true
	}
	keep := atoms.Keep(func(u graph.Atom) bool { return gone[u] })
	for _, p := range o.graph.Params {
		leaf := o.graph.Leaf(p)
		for axis := range p.Shape {
			if kept := keep(leaf, axis-len(p.Shape)); kept != nil && len(kept) == 0 {
				for _, u := range atoms.Of(leaf, axis, 0) {
					delete(gone, u)
				}
			}
		}
	}
	return gone, bound
}

// single reports whether a unit is alone on an axis, where it is broadcast.
func single(atoms *graph.Atoms, u graph.Atom) bool {
	return slices.ContainsFunc(atoms.Carry(u), func(p graph.Place) bool { return p.Param.Shape[p.Axis] == 1 })
}

func mostStrict(list []graph.FixedReader) (how graph.Contracting) {
	for _, f := range list {
		how = max(how, f.How)
	}
	return how
}

// cutEqual cuts units, whose operands are zero, out of the operation.
func (o *operation) cutEqual(atoms *graph.Atoms, gone map[graph.Atom]bool, seed uint64, bound float64) error {
	keep := atoms.Keep(func(u graph.Atom) bool { return gone[u] })
	whole, vals := graph.Clone(o.graph)
	of := map[graph.Value]graph.Value{} // in the copy -> as the atoms know it
	for v, w := range vals {
		of[w] = v
	}
	for i, y := range o.y {
		whole.AddOutput(resultName(i), vals[y])
	}
	small, err := graph.Restrict(whole, func(v graph.Value, axis int) []int { return keep(of[v], axis) })
	if err != nil {
		return err
	}
	ts := weights(whole, seed)
	for u := range gone {
		for _, p := range atoms.Carry(u) {
			clearIndex(ts[p.Param.Name], p.Axis, p.Index)
		}
	}
	cut := dense{}
	for _, p := range whole.Params {
		cut[p.Name] = restricted(ts[p.Name], func(axis int) []int { return keep(o.graph.Leaf(o.graph.Param(p.Name)), axis) })
	}
	all, err := play(whole, ts, drawn)
	if err != nil {
		return err
	}
	left, err := play(small, cut, drawn)
	if err != nil {
		return err
	}
	for i, y := range o.y {
		want := restricted(tensor.Of(all[resultName(i)], y.Shape().Bind(nil)...), func(axis int) []int { return keep(y, axis) }).Data
		got := left[resultName(i)]
		if !slices.EqualFunc(got, want, func(a, b float32) bool { return near(float64(a), float64(b), bound) }) {
			return fmt.Errorf("with units cut out (operands of shape %v left of %v), result %d is %v where the whole one gives %v", cut["operand 0"].Shape, ts["operand 0"].Shape, i, got, want)
		}
	}
	return nil
}

// near compares two numbers; both are no numbers outside what an operation is
// defined for.
func near(a, b, bound float64) bool {
	return a == b || math.Abs(a-b) <= bound || math.IsNaN(a) && math.IsNaN(b)
}

// clearIndex zeroes all that has index i on an axis.
func clearIndex(d tensor.Dense[float32], axis, i int) {
	inner := 1
	for _, n := range d.Shape[axis+1:] {
		inner *= n
	}
	for k := range d.Data {
		if k/inner%d.Shape[axis] == i {
			d.Data[k] = 0
		}
	}
}

// restricted keeps the indices that keep lists for each axis, counted from the end.
func restricted(d tensor.Dense[float32], keep func(axis int) []int) tensor.Dense[float32] {
	for k := range d.Shape {
		if kept := keep(k - len(d.Shape)); kept != nil {
			d = d.Restrict(k, kept)
		}
	}
	return d
}
