package graphtest

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/seed391906a2/iss/core/graph"
)

// Cut returns a case whose model is that of c with random units cut out, as a
// compacted model has them: slices that became gathers, means that divide by
// the width they had, masks that draw by original numbers. No axis is emptied.
func Cut(r *rand.Rand, c *Case) *Case {
	atoms := graph.Index(c.Graph)
	var gone []graph.Atom
	for _, u := range atoms.All() {
		single := slices.ContainsFunc(atoms.Carry(u), func(p graph.Place) bool { return p.Param.Shape[p.Axis] == 1 })
		if len(atoms.Pins(u)) == 0 && !single && r.IntN(3) == 0 {
			gone = append(gone, u)
		}
	}
	for {
		g, err := graph.Restrict(c.Graph, atoms.Keep(func(u graph.Atom) bool { return slices.Contains(gone, u) }))
		if err != nil {
			panic(err) // any set of units that are not pinned can go
		}
		if !hollow(g) {
			return &Case{Name: fmt.Sprintf("%s without %d units", c.Name, len(gone)), Graph: g, Binding: c.Binding, Limits: c.Limits}
		}
		gone = gone[:len(gone)/2]
	}
}

// hollow reports whether a value of g has an axis of no elements.
func hollow(g *graph.Graph) bool {
	for _, n := range g.Nodes {
		for _, s := range n.Shapes {
			if slices.Contains(s, graph.Fixed(0)) {
				return true
			}
		}
		if op, ok := n.Op.(*graph.ScanOp); ok && hollow(op.Body) {
			return true
		}
	}
	return false
}
