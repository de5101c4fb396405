package grouptest

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/tensor"
	"github.com/seed391906a2/iss/groups"
)

// Lasso is the penalty λ·Σ_g multi_g·√(1e-8 + Σ_e multi_e·‖w_e‖²) and its
// gradient by the formula, scalar by scalar in float64: an independent
// reference.
func Lasso(g *graph.Graph, gs []groups.Group, lambda float64, count groups.Counting, w map[string][]float64) (value float64, gradient map[string][]float64) {
	gradient = map[string][]float64{}
	for name, x := range w {
		gradient[name] = make([]float64, len(x))
	}
	for _, group := range gs {
		for k := range group.Units {
			held := map[string]map[int]float64{}
			for _, e := range group.Entries {
				if held[e.Var] == nil {
					held[e.Var] = map[int]float64{}
				}
				Each(g, e, k, func(i int) {
					if count == groups.Distinct {
						held[e.Var][i] = max(held[e.Var][i], e.Multi)
					} else {
						held[e.Var][i] += e.Multi
					}
				})
			}
			s := 1e-8
			for name, h := range held {
				for i, m := range h {
					s += m * w[name][i] * w[name][i]
				}
			}
			value += lambda * group.Multi * math.Sqrt(s)
			for name, h := range held {
				for i, m := range h {
					gradient[name][i] += lambda * group.Multi * m * w[name][i] / math.Sqrt(s)
				}
			}
		}
	}
	return value, gradient
}

// Groups are those of all classes that are free to go, with random
// multipliers; some repeat an entry.
func Groups(d *groups.Derivation, r *rand.Rand) (out []groups.Group) {
	for _, c := range d.Classes {
		if c.Pinned() || len(c.Entries) == 0 {
			continue
		}
		group := c.Group()
		group.Multi = 0.5 + r.Float64()
		group.Entries = append([]groups.Entry(nil), group.Entries...)
		for i := range group.Entries {
			group.Entries[i].Multi = 0.5 + r.Float64()
		}
		if r.IntN(3) == 0 { // a row or column that a file lists once more
			e := group.Entries[0]
			e.Multi = 3
			group.Entries = append(group.Entries, e)
		}
		out = append(out, group)
	}
	return out
}

// penalty: value and gradient are those of the formula, where rows and columns
// of one group cross, where groups overlap and where a group is zero, in both
// counts.
func (s *Subject) penalty() error {
	const lambda = 0.0123
	g := s.Case.Graph
	gs := Groups(s.Derivation, s.rand)
	ts := Weights(g, s.seed)
	for i, group := range gs {
		if i%2 == 0 {
			Clear(g, ts, group.Entries, i%group.Units)
		}
	}
	wide := map[string][]float64{}
	for name, t := range ts {
		wide[name] = tensor.Convert[float64](t).Data
	}
	for _, count := range []groups.Counting{groups.Multiset, groups.Distinct} {
		value, gradient := Lasso(g, gs, lambda, count, wide)
		grads := map[string][]float32{}
		for name, x := range wide {
			grads[name] = make([]float32, len(x))
		}
		got := groups.NewPenalty(g, gs, lambda, count).AddGradient(Read(ts), func(name string) []float32 { return grads[name] })
		if math.Abs(got-value) > 1e-5*math.Abs(value) {
			return fmt.Errorf("the penalty (%v) is %v, by the formula %v", count, got, value)
		}
		for name, x := range gradient {
			for i, want := range x {
				if math.Abs(float64(grads[name][i])-want) > 2e-6 {
					return fmt.Errorf("the penalty's gradient (%v) of %s[%d] is %v, by the formula %v", count, name, i, grads[name][i], want)
				}
			}
		}
		s.count("groups penalised", len(gs))
	}
	return nil
}
