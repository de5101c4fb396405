package groups

import (
	"fmt"
	"math"

	"github.com/seed391906a2/iss/core/graph"
)

// LinesOf are the rows (axis 0) or the columns (axis 1) of the named matrices, as
// groups: each line is a component by itself. That is the structure that
// Wen et al. (NIPS 2016) and the published row_decay_multi and col_decay_multi
// take. A zero row or column is no unit, so by itself it lets nothing go. An
// unknown name or one that is no matrix is an error.
func LinesOf(g *graph.Graph, axis int, vars []string) ([]Group, error) {
	out := make([]Group, 0, len(vars))
	for _, name := range vars {
		p := g.Param(name)
		if p == nil {
			return nil, fmt.Errorf("groups: no variable %q", name)
		}
		if len(p.Shape) != 2 {
			return nil, fmt.Errorf("groups: %s has shape %v; only a matrix has rows and columns", name, p.Shape)
		}
		what := [...]string{"rows", "columns"}[axis]
		out = append(out, Group{
			Name: what + " of " + name, Multi: 1, Units: p.Shape[axis],
			Entries: []Entry{{Var: name, Axis: axis, Step: 1, Multi: 1}},
		})
	}
	return out, nil
}

// WithBiases is the group with its followers, the elements of biases that leave
// with its units, in its components: they are penalised with the rest.
func (g Group) WithBiases() Group {
	g.Entries = append(append([]Entry(nil), g.Entries...), g.Followers...)
	return g
}

// Size is the number of scalars of one component, as count says.
func (c Counting) Size(g *graph.Graph, group Group) int {
	n := Count(g, group)
	if c == Distinct {
		return n.Distinct
	}
	return n.Multiset
}

// Scaled is the group with its λ multiplied by the root of its components'
// size, so that large and small components are held down alike: an average
// weight of either costs the same (Yuan and Lin, 2006; coef_scaling of
// the published code). The size is that in g, which may be the model before
// any cut.
func (g Group) Scaled(size int) Group {
	g.Multi *= math.Sqrt(float64(size))
	return g
}
