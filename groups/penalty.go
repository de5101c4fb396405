package groups

import (
	"fmt"
	"math"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/kernel"
)

// epsilon stands under the root of every group, once, as in Wen et al.'s
// public code. A component that is all zero so still adds λ·1e-4.
const epsilon = 1e-8

// Penalty is λ·Σ_c multi_c·√(1e-8 + Σ_e multi_e·‖w_e‖²), with c over all
// components of all groups and e over the entries of c, each a row or a column
// of a weight.
//
// A scalar in a row and a column of one component counts as Counting says; in
// two components it counts in both, so the groups overlap. The unit of λ
// follows the loss: where the loss is summed over the steps and averaged over
// the batch, λ is too. Biases are in no group.
//
// Weights are read once for the norms and once, with the gradient, for its
// gradient; nothing is allocated after Reserve.
//
// Source: Wen et al., ICLR 2018, arXiv:1709.05027, eq. 4 and section 3.1.
type Penalty struct {
	lambda float64
	parts  []*part
	multi  []float64 // per component
	sum    []float64 // per component Σ multi_e·‖w_e‖², of the last gathering
	scale  []float64 // per component λ·multi/norm
	terms  [][]term  // per component
	twice  [][]crossing
	team   []worker
	ranges []GroupRange
}

// GroupRange says which components of a Penalty are those of a group.
type GroupRange struct {
	Name         string
	First, Count int
}

// term is a row or a column of a part in a component.
type term struct {
	part  *part
	col   bool
	index int
	multi float64
}

// crossing is a scalar that Distinct counting takes out of a component again.
type crossing struct {
	part  *part
	at    int
	multi float64
}

// worker is what one worker of a team needs for itself.
type worker struct {
	value, live float64
	colSq       [][]float32 // per part, sums over the worker's rows
	colc        [][]float32 // per part, coefficients of columns
}

// NewPenalty prepares the penalty on groups of a model. It panics if lambda is
// negative or not a number, if count is neither Multiset nor Distinct, or if the
// groups are those of another model.
func NewPenalty(g *graph.Graph, groups []Group, lambda float64, count Counting) *Penalty {
	if !(lambda >= 0) || math.IsInf(lambda, 0) {
		panic(fmt.Sprintf("groups: lambda is %g; it must be 0 or more", lambda))
	}
	if count != Multiset && count != Distinct {
		panic(fmt.Sprintf("groups: count is %q; it must be %q or %q", count, Multiset, Distinct))
	}
	p := &Penalty{lambda: lambda}
	for _, group := range groups {
		group = ordered(g, group)
		p.ranges = append(p.ranges, GroupRange{group.Name, len(p.multi), group.Units})
		for k := range group.Units {
			p.multi = append(p.multi, group.Multi)
			p.addComponent(g, group, k, count)
		}
	}
	for _, t := range p.parts {
		t.finish()
	}
	p.sum, p.scale = make([]float64, len(p.multi)), make([]float64, len(p.multi))
	p.Reserve(1)
	return p
}

// Reserve makes room for a team of n workers.
func (p *Penalty) Reserve(n int) {
	for len(p.team) < n {
		w := worker{colSq: make([][]float32, len(p.parts)), colc: make([][]float32, len(p.parts))}
		for i, t := range p.parts {
			w.colSq[i], w.colc[i] = kernel.Floats(t.colHi-t.colLo), kernel.Floats(t.colHi-t.colLo)
		}
		p.team = append(p.team, w)
	}
}

// Lambda is the strength that the penalty was made with.
func (p *Penalty) Lambda() float64 { return p.lambda }

// Vars lists the variables that the groups name, in the order of the model.
func (p *Penalty) Vars() []string {
	names := make([]string, len(p.parts))
	for i, t := range p.parts {
		names[i] = t.name
	}
	return names
}

// Value returns the penalty of the given weights. It reads only.
func (p *Penalty) Value(param func(name string) []float32) float64 {
	p.Bind(param, nil)
	p.alone()
	return p.Last()
}

// alone gathers the norms without a team.
func (p *Penalty) alone() {
	for i := range p.team { // what other workers have counted is of another time
		p.team[i].value, p.team[i].live = 0, 0
	}
	p.gather(0, 1)
	p.norms(0, 1)
}

// AddGradient adds the penalty's exact gradient to grad and returns its value.
func (p *Penalty) AddGradient(param, grad func(name string) []float32) float64 {
	p.Bind(param, grad)
	p.alone()
	p.add(0, 1)
	return p.Last()
}

// Bind sets the weights, and the gradients that Step adds to (nil: none).
func (p *Penalty) Bind(param, grad func(name string) []float32) {
	for _, t := range p.parts {
		t.w, t.g = param(t.name), nil
		if grad != nil {
			t.g = grad(t.name)
		}
		t.check()
	}
}

// Step is AddGradient on what Bind has set, for worker w of a team that runs
// it together: all of them call it inside one Team.Run, after Reserve(t.N()).
// The gradients may be read behind the next barrier. It returns worker w's share
// of Σg² over the gradients of Vars, the penalty's added: clipping need not read
// them again.
func (p *Penalty) Step(w int, t *kernel.Team) (squares float64) {
	p.gather(w, t.N())
	t.Barrier()
	p.norms(w, t.N())
	t.Barrier()
	return p.add(w, t.N())
}

// Run is AddGradient with a team.
func (p *Penalty) Run(t *kernel.Team, param, grad func(name string) []float32) float64 {
	p.Reserve(t.N())
	p.Bind(param, grad)
	t.Run(func(w int) { p.Step(w, t) })
	return p.Last()
}

// Last is the value of the penalty when its norms were last gathered.
func (p *Penalty) Last() (value float64) {
	for i := range p.team {
		value += p.team[i].value
	}
	return value
}

// LastLive is Last without the components that are all zero: unlike Last it
// does not change when they are cut out.
func (p *Penalty) LastLive() (value float64) {
	for i := range p.team {
		value += p.team[i].live
	}
	return value
}

// ValueLive is Value without the components that are all zero.
func (p *Penalty) ValueLive(param func(name string) []float32) float64 {
	p.Value(param)
	return p.LastLive()
}

// Revivals counts the components that were all zero when it was last called and
// were not when the norms were last gathered; was has one element for each
// component and remembers.
func (p *Penalty) Revivals(was []bool) (n int) {
	for c, s := range p.sum {
		if was[c] && s != 0 {
			n++
		}
		was[c] = s == 0
	}
	return n
}

// Components is the number of components.
func (p *Penalty) Components() int { return len(p.sum) }

// Ranges says which components are those of which group.
func (p *Penalty) Ranges() []GroupRange { return p.ranges }

// Zeros counts, for each group, the components whose sum of squares was zero
// when the norms were last gathered.
func (p *Penalty) Zeros() []int {
	out := make([]int, len(p.ranges))
	for i, r := range p.ranges {
		for _, s := range p.sum[r.First : r.First+r.Count] {
			if s == 0 {
				out[i]++
			}
		}
	}
	return out
}
