package groups

import "github.com/seed391906a2/iss/core/graph"

// Counting says how a scalar counts that lies in a row and in a column of one
// component.
type Counting string

// The two counts.
const (
	// Multiset is the paper's: each entry is counted in full, so such a scalar
	// counts twice.
	Multiset Counting = "multiset"
	// Distinct counts each scalar of a component once; if entries with
	// different multipliers hold it, with the largest.
	Distinct Counting = "distinct"
)

// Counts are the sizes of one component in scalars.
type Counts struct {
	Multiset int // each entry in full
	Distinct int // each scalar once
	Biases   int // followers; in neither of the other two
}

// Count says how many scalars one component of a group has: the numbers that
// Wen et al. (ICLR 2018) give as the size of an ISS component. It panics if
// the group is not of this model.
func Count(g *graph.Graph, group Group) Counts {
	c := Counts{Biases: len(group.Followers)}
	if group.Units == 0 {
		return Counts{}
	}
	held := map[string][]map[int]bool{} // per variable and axis, the indices of unit 0
	var order []string
	for _, e := range group.Entries {
		p := findParam(g, e.Var)
		c.Multiset += p.Size() / p.Shape[e.Axis]
		if held[e.Var] == nil {
			held[e.Var] = make([]map[int]bool, len(p.Shape))
			order = append(order, e.Var)
		}
		if held[e.Var][e.Axis] == nil {
			held[e.Var][e.Axis] = map[int]bool{}
		}
		held[e.Var][e.Axis][e.Index(0)] = true
	}
	for _, name := range order {
		p := findParam(g, name)
		rest := 1 // scalars with no coordinate among those held
		for k, n := range p.Shape {
			rest *= n - len(held[name][k])
		}
		c.Distinct += p.Size() - rest
	}
	return c
}
