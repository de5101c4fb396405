package groups

import "github.com/seed391906a2/iss/core/graph"

// Burial sets the biases of components that are all zero to zero, after each
// step of training: the rule zero-with-group. Without it a component that is
// zero still speaks by its biases, and the rows that read it may come back.
//
// Unlike Seal it looks at the components alone and not at what a cut would
// change, so it does change what the model computes where a bias was not zero.
type Burial struct {
	components []grave
	values     [][]float32
	names      []string
}

// grave is a component: its lines, and those of its biases.
type grave struct{ body, biases []line }

// line is one index of an axis of a variable: inner values at from, and again
// every stride.
type line struct{ at, from, inner, stride int }

// NewBurial prepares the rule for groups of a model; may says which variables
// may be changed. It panics if the groups are those of another model.
func NewBurial(g *graph.Graph, groups []Group, may func(name string) bool) *Burial {
	b := &Burial{}
	number := map[string]int{}
	lines := func(list []Entry, k int) (out []line) {
		for _, e := range list {
			p := findParam(g, e.Var)
			at, known := number[e.Var]
			if !known {
				at = len(b.names)
				number[e.Var] = at
				b.names = append(b.names, e.Var)
			}
			inner := 1
			for _, n := range p.Shape[e.Axis+1:] {
				inner *= n
			}
			out = append(out, line{at, e.Index(k) * inner, inner, p.Shape[e.Axis] * inner})
		}
		return out
	}
	for _, group := range groups {
		var biases []Entry
		for _, e := range group.Followers {
			if may(e.Var) {
				biases = append(biases, e)
			}
		}
		for k := range group.Units {
			if len(biases) > 0 && len(group.Entries) > 0 {
				b.components = append(b.components, grave{lines(group.Entries, k), lines(biases, k)})
			}
		}
	}
	b.values = make([][]float32, len(b.names))
	return b
}

// Bind sets the weights.
func (b *Burial) Bind(param func(name string) []float32) {
	for i, name := range b.names {
		b.values[i] = param(name)
	}
}

// Share does worker w's part among workers; nobody may change weights
// meanwhile.
func (b *Burial) Share(w, workers int) {
	lo, hi := portion(w, workers, len(b.components))
	for _, c := range b.components[lo:hi] {
		if b.zero(c.body) {
			for _, l := range c.biases {
				for x := b.values[l.at]; l.from < len(x); l.from += l.stride {
					clear(x[l.from : l.from+l.inner])
				}
			}
		}
	}
}

func (b *Burial) zero(lines []line) bool {
	for _, l := range lines {
		for x := b.values[l.at]; l.from < len(x); l.from += l.stride {
			if anyNonZero(x[l.from : l.from+l.inner]) {
				return false
			}
		}
	}
	return true
}

// MaskZeros sets, in masks of the weights' shapes, all scalars of the components
// that are all zero to 0. It reads the weights only.
func MaskZeros(g *graph.Graph, groups []Group, param, mask func(name string) []float32) {
	live := &liveness{g: g, param: param, known: map[spot][]bool{}}
	for _, group := range groups {
		for k := range group.Units {
			if live.component(group, k) {
				continue
			}
			for _, e := range group.Entries {
				silence(findParam(g, e.Var).Shape, e.Axis, e.Index(k), mask(e.Var))
			}
		}
	}
}
