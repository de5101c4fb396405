package graphtest

import (
	"fmt"
	"slices"

	"github.com/seed391906a2/iss/core/graph"
)

// CheckContractions demands that what g computes as y keeps to what its
// operations' index and contraction rules say: where an index of a parameter
// changes, y changes at indices of the same unit only, unless the unit is
// pinned or one of the operations contracts it. m runs a copy of g that puts y
// out under that name; its parameters are put back.
func CheckContractions(g *graph.Graph, y graph.Value, m graph.Machine[float64], mode graph.Mode) error {
	atoms := graph.Index(g)
	list, err := graph.Contractions(g)
	if err != nil {
		return err
	}
	met := map[graph.Atom]bool{}
	note := func(v graph.Value, axis int) {
		for i := range v.Shape()[v.Rank()+axis].Size {
			for _, a := range atoms.Of(v, v.Rank()+axis, i) {
				met[a] = true
			}
		}
	}
	for _, c := range list {
		if c.Node.Graph == g && c.Node.ID > y.Node.ID {
			continue
		}
		note(c.X, c.Axis)
		if c.How == graph.ReadByWeight {
			note(c.W, c.Sum)
		}
	}
	run := func() ([]float64, error) {
		if err := m.Run(mode); err != nil {
			return nil, err
		}
		return slices.Clone(m.Output("y")), nil
	}
	before, err := run()
	if err != nil {
		return err
	}
	shape := y.Shape().Bind(nil)
	for _, p := range g.Params {
		for axis, n := range p.Shape {
			for i := range n {
				unit := atoms.Of(g.Leaf(p), axis, i)
				if n == 1 || slices.ContainsFunc(unit, func(a graph.Atom) bool { return met[a] || len(atoms.Pins(a)) > 0 }) {
					continue
				}
				after, err := moved(m.Param(p.Name), p.Shape, axis, i, run)
				if err != nil {
					return err
				}
				for k := range after {
					if after[k] != before[k] && !touches(atoms, y, coordinates(shape, k), unit) {
						return fmt.Errorf("index %d of axis %d of %s changes the result at %v, which is another unit", i, axis-len(p.Shape), p.Name, coordinates(shape, k))
					}
				}
			}
		}
	}
	return nil
}

// moved runs with all elements at index i of an axis changed.
func moved(x []float64, shape []int, axis, i int, run func() ([]float64, error)) ([]float64, error) {
	old := slices.Clone(x)
	defer copy(x, old)
	for k := range x {
		if coordinates(shape, k)[axis] == i {
			x[k] += 0.25 + 0.01*float64(k)
		}
	}
	return run()
}

// touches reports whether an element of y has an index that belongs to one of
// the units.
func touches(atoms *graph.Atoms, y graph.Value, at []int, unit []graph.Atom) bool {
	for axis, i := range at {
		for _, a := range atoms.Of(y, axis, i) {
			if slices.Contains(unit, a) {
				return true
			}
		}
	}
	return false
}

// coordinates of element k of a tensor.
func coordinates(shape []int, k int) []int {
	at := make([]int, len(shape))
	for axis := len(shape) - 1; axis >= 0; axis-- {
		at[axis] = k % shape[axis]
		k /= shape[axis]
	}
	return at
}
