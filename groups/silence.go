package groups

import (
	"fmt"
	"math"

	"github.com/seed391906a2/iss/core/graph"
)

// Norms returns, group by group, the norm √(Σ_e multi_e·‖w_e‖²) of every
// component, without the 1e-8 that a penalty has under its root. It reads only.
func Norms(g *graph.Graph, groups []Group, count Counting, param func(name string) []float32) [][]float64 {
	p := NewPenalty(g, groups, 0, count)
	p.Value(param)
	out := make([][]float64, len(groups))
	for i, r := range p.ranges {
		out[i] = make([]float64, r.Count)
		for k, s := range p.sum[r.First : r.First+r.Count] {
			out[i][k] = math.Sqrt(s)
		}
	}
	return out
}

// UnitThreshold sets whole components to zero: those whose root mean square is
// below τ, so whose norm is below τ·√size. It is the group-wise counterpart of
// Threshold, which judges each weight by itself and may leave a component with
// a single weight. Norm and size are counted alike. Biases stay: they leave
// with their unit when it is cut.
type UnitThreshold struct {
	Tau    float64
	g      *graph.Graph
	groups []Group
	count  Counting
}

// NewUnitThreshold prepares the threshold on components of a model. A τ that
// is negative or not a number is an error.
func NewUnitThreshold(g *graph.Graph, groups []Group, count Counting, tau float64) (*UnitThreshold, error) {
	if !(tau >= 0) {
		return nil, fmt.Errorf("groups: tau is %g; it must be 0 or more", tau)
	}
	return &UnitThreshold{tau, g, groups, count}, nil
}

// Apply sets the small components to zero and returns how many it judged
// small, those that were zero before among them unless τ is 0. All are judged
// before any is changed, since components overlap.
func (t *UnitThreshold) Apply(param func(name string) []float32) (units int) {
	norms := Norms(t.g, t.groups, t.count, param)
	for i, group := range t.groups {
		limit := t.Tau * math.Sqrt(float64(t.count.Size(t.g, group)))
		for k, norm := range norms[i] {
			if norm >= limit {
				continue
			}
			units++
			for _, e := range group.Entries {
				silence(findParam(t.g, e.Var).Shape, e.Axis, e.Index(k), param(e.Var))
			}
		}
	}
	return units
}

// silence sets index i of an axis to zero and reports whether anything there was not.
func silence(shape []int, axis, i int, w []float32) (changed bool) {
	inner := 1
	for _, n := range shape[axis+1:] {
		inner *= n
	}
	for at := i * inner; at < len(w); at += shape[axis] * inner {
		changed = changed || anyNonZero(w[at:at+inner])
		clear(w[at : at+inner])
	}
	return changed
}
