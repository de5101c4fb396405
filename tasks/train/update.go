package train

import (
	"math"
	"slices"

	"github.com/seed391906a2/iss/core/engine"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/kernel"
	"github.com/seed391906a2/iss/core/optim"
	"github.com/seed391906a2/iss/groups"
	"github.com/seed391906a2/iss/tasks"
)

// update is what happens between a batch's gradient and the next batch: the
// gradients of the regularizers, clipping, the step, proximal steps, the
// threshold, what becomes of the biases of components that are zero.
type update struct {
	m         *engine.Engine
	g         *graph.Graph
	team      *kernel.Team
	groups    []groups.Group
	names     []string // of what is trained
	weights   [][]float32
	gradients [][]float32
	clip      float64
	lassos    []*lasso
	elements  []*elementwise
	values    []float64         // of the lassos and elements, in the step under way
	tau       []float32         // of each weight's threshold; nil without a regularizer that makes zeros
	rest      *groups.Threshold // of what has no gradient; nil without such a regularizer
	free      [][]float32       // gradients of what is not in the only lasso; nil: squares are summed anew
	proximal  bool              // a term is
	frozen    [][]float32       // of each weight, 0 where it stays; nil: none do
	dirty     [][]float32       // gradients of tables that the terms add to, cleared after the step
	burial    *groups.Burial    // nil unless biases become zero with their group
	sums      []float64         // per worker, padded
	shrinks   bool              // components that are all zero are left out of the penalty that is told
	rate      float64           // of the step under way
	scale     float64           // and what its gradients are multiplied by, to clip them
	at        uint64            // and its number, from 1
	slots     []slot
	mean      [][]float32 // Adam's, by weight; nil without it
	square    [][]float32
	average   [][]float32 // of the weights; nil: there are none
	decayOf   float64     // of the averages
	add, step func(w int) // a worker's part of the two halves, made once: a step allocates nothing
}

// newUpdate prepares the update of a model g whose training graph is h. λ is in the unit of the loss.
func newUpdate(g, h *graph.Graph, m *engine.Engine, cfg tasks.Config, chosen []groups.Group) (*update, error) {
	u := &update{m: m, g: g, team: m.Team(), groups: chosen, clip: cfg.Train.Clip, shrinks: cfg.ISS.Shrink != nil}
	u.sums = make([]float64, lineFloats*u.team.N())
	u.add, u.step = u.addShare, u.stepShare
	for _, p := range g.Params {
		if slices.Contains(h.Names, GradientOf(p.Name)) {
			u.names = append(u.names, p.Name)
			u.weights = append(u.weights, m.Param(p.Name))
			u.gradients = append(u.gradients, m.Output(GradientOf(p.Name)))
		}
	}
	u.newSlots(cfg)
	u.free = u.gradients
	if !cfg.ISS.TauAlways && len(cfg.ISS.Regularizers) == 0 && len(cfg.Train.Only) == 0 {
		return u, nil
	}
	terms, err := Terms(cfg, g, chosen)
	if err != nil {
		return nil, err
	}
	for _, t := range terms {
		u.proximal = u.proximal || t.Proximal()
		if t.Kind == "group_lasso" {
			u.lassos = append(u.lassos, newLasso(t, u, cfg))
		} else {
			u.elements = append(u.elements, newElementwise(t, u, u.names))
		}
	}
	u.values = make([]float64, len(terms))
	u.apart()
	u.soil()
	if !cfg.ISS.Sparse() && !cfg.ISS.TauAlways {
		return u, nil // as published for language models
	}
	if cfg.ISS.Biases == "zero-with-group" {
		u.burial = groups.NewBurial(g, chosen, func(name string) bool { return trains(cfg, name) })
		u.burial.Bind(m.Param)
	}
	return u, u.threshold(cfg)
}

// threshold prepares τ. As published, weights are thresholded only where a
// regularizer makes zeros.
func (u *update) threshold(cfg tasks.Config) error {
	t, err := groups.NewThreshold(u.g, u.groups, cfg.ISS.TauOn, cfg.ISS.Tau)
	if err != nil {
		return err
	}
	u.tau = make([]float32, len(u.names))
	u.rest = &groups.Threshold{Tau: t.Tau}
	for _, name := range t.Vars {
		if i := slices.Index(u.names, name); i >= 0 {
			u.tau[i] = float32(t.Tau)
		} else if trains(cfg, name) {
			u.rest.Vars = append(u.rest.Vars, name)
		}
	}
	return nil
}

// apart says which gradients are left to be summed when the only regularizer
// that adds to them is one group Lasso, which sums its own.
func (u *update) apart() {
	var adds []*lasso
	for _, l := range u.lassos {
		if !l.Proximal() {
			adds = append(adds, l)
		}
	}
	if len(adds) == 0 && len(u.elements) == 0 {
		return
	}
	if u.free = nil; len(adds) != 1 || len(u.lassos) != 1 || len(u.elements) > 0 {
		return
	}
	u.free = [][]float32{}
	for i, name := range u.names {
		if !slices.Contains(adds[0].p.Vars(), name) {
			u.free = append(u.free, u.gradients[i])
		}
	}
}

// soil lists the gradients of look-up tables that a term adds to. The engine
// clears of them, before each run, the rows alone that it wrote in the last one;
// what a term adds to the others would stay.
func (u *update) soil() {
	for i, p := range u.names {
		table := u.g.Leaf(u.g.Param(p))
		looked := slices.ContainsFunc(u.g.Nodes, func(n *graph.Node) bool {
			_, is := n.Op.(*graph.LookupOp)
			return is && n.In[0] == table
		})
		added := slices.ContainsFunc(u.lassos, func(l *lasso) bool { return !l.Proximal() && slices.Contains(l.p.Vars(), p) }) ||
			slices.ContainsFunc(u.elements, func(e *elementwise) bool { return !e.Proximal() && slices.Contains(e.Vars, p) })
		if looked && added {
			u.dirty = append(u.dirty, u.gradients[i])
		}
	}
}

// lineFloats is a cache line in float64: workers do not share one.
const lineFloats = 8

// gradientOf is the gradient of a variable, nil if it is not trained.
func (u *update) gradientOf(name string) []float32 {
	if i := slices.Index(u.names, name); i >= 0 {
		return u.gradients[i]
	}
	return nil
}

// gradient adds the gradient of the regularizers and returns the global norm of
// the sum, before clipping, and what the regularizers add to the loss.
func (u *update) gradient() (norm, penalty float64) {
	u.team.Run(u.add)
	sum := 0.0
	for w := range u.team.N() {
		sum += u.sums[w*lineFloats]
	}
	for i, l := range u.lassos {
		u.values[i] = l.last(u.shrinks)
		penalty += u.values[i]
	}
	for i, e := range u.elements {
		u.values[len(u.lassos)+i] = e.last()
		penalty += e.last()
	}
	return math.Sqrt(sum), penalty
}

func (u *update) addShare(w int) {
	sum := 0.0
	for _, l := range u.lassos {
		sum = l.add(w, u.team)
	}
	if u.free != nil && u.frozen == nil {
		u.sums[w*lineFloats] = sum + optim.SumSq(u.team, w, u.free)
		return
	}
	u.team.Barrier()
	for _, e := range u.elements {
		e.add(w, u.team)
	}
	if u.frozen != nil {
		optim.Mask(u.team, w, u.gradients, u.frozen)
	}
	u.sums[w*lineFloats] = optim.SumSq(u.team, w, u.gradients)
}

// apply clips, steps, and zeroes what is below the threshold; steps count from 0.
func (u *update) apply(rate, norm float64, step uint64) {
	u.rate, u.scale, u.at = rate, optim.ClipScale(norm, u.clip), step+1
	u.team.Run(u.step)
	u.m.Changed()
}

func (u *update) stepShare(w int) {
	if u.proximal {
		u.proximalShare(w)
	} else {
		u.move(w, u.tau)
	}
	u.follow(w)
	for _, g := range u.dirty { // by the shares that the step has read them in
		lo, hi := u.team.Share(w, len(g))
		clear(g[lo:hi])
	}
	if u.rest != nil {
		u.rest.Share(w, u.team.N(), u.m.Param)
	}
	if u.burial != nil {
		u.team.Barrier()
		u.burial.Share(w, u.team.N())
	}
}

// proximalShare steps, then takes the proximal steps one after the other, group
// Lassos first, each of the size of the clipped step.
func (u *update) proximalShare(w int) {
	u.move(w, nil)
	for _, l := range u.lassos {
		if l.Proximal() {
			u.team.Barrier()
			l.p.Prox(w, u.team, u.rate*u.scale)
		}
	}
	u.team.Barrier()
	for _, e := range u.elements {
		if e.Proximal() {
			optim.SoftThreshold(u.team, w, e.weights, u.rate*u.scale*e.Lambda)
		}
	}
	if u.tau != nil {
		optim.Threshold(u.team, w, u.weights, u.tau)
	}
}

// revivals counts the components of units that were all zero before the last
// step but one and are not any more: their biases, which are in no component,
// spoke.
func (u *update) revivals() (n int) {
	for _, l := range u.lassos {
		if l.was != nil {
			n += l.p.Revivals(l.was)
		}
	}
	return n
}

// units counts what is left of each group: left, of.
func (u *update) units() map[string][2]int {
	if len(u.groups) == 0 {
		return nil
	}
	units := map[string][2]int{}
	for _, c := range groups.CountZeros(u.g, u.groups, u.m.Param).Groups {
		units[c.Name] = [2]int{c.Left, c.Of}
	}
	return units
}
