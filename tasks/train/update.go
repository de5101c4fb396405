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
// penalty's gradient, clipping, the step, the threshold.
type update struct {
	m         *engine.Engine
	g         *graph.Graph
	team      *kernel.Team
	groups    []groups.Group
	names     []string // of what has a gradient
	weights   [][]float32
	gradients [][]float32
	clip      float64
	penalty   *groups.Penalty   // nil without a group Lasso
	tau       []float32         // of each weight's threshold; nil: there is none
	rest      *groups.Threshold // of what has no gradient; nil likewise
	free      [][]float32       // gradients of what is not in the penalty
	decay     float64           // λ of l2
	sums      []float64         // per worker, padded
	squares   []float64         // the same, of the weights
	shrinks   bool              // components that are all zero are left out of the penalty that is told
	was       []bool            // components that were all zero in the last step
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

// newUpdate prepares the update of a model g whose training graph is h.
func newUpdate(g, h *graph.Graph, m *engine.Engine, cfg tasks.Config, chosen []groups.Group) (*update, error) {
	u := &update{m: m, g: g, team: m.Team(), groups: chosen, clip: cfg.Train.Clip, decay: cfg.ISS.L2()}
	u.sums, u.squares = make([]float64, lineFloats*u.team.N()), make([]float64, lineFloats*u.team.N())
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
	if lambda := cfg.ISS.Lambda(); lambda > 0 {
		u.penalise(lambda, cfg)
	} else if !cfg.ISS.TauAlways {
		return u, nil // as published for language models
	}
	t, err := groups.NewThreshold(g, chosen, cfg.ISS.TauOn, cfg.ISS.Tau)
	if err != nil {
		return nil, err
	}
	u.tau = make([]float32, len(u.names))
	u.rest = &groups.Threshold{Tau: t.Tau}
	for _, name := range t.Vars {
		if i := slices.Index(u.names, name); i >= 0 {
			u.tau[i] = float32(t.Tau)
		} else {
			u.rest.Vars = append(u.rest.Vars, name)
		}
	}
	return u, nil
}

// penalise prepares the group Lasso. λ is in the unit of the loss.
func (u *update) penalise(lambda float64, cfg tasks.Config) {
	u.penalty = groups.NewPenalty(u.g, u.groups, lambda, groups.Counting(cfg.ISS.Count))
	u.penalty.Reserve(u.team.N())
	u.penalty.Bind(u.m.Param, u.gradient1)
	u.shrinks, u.was = cfg.ISS.Shrink != nil, make([]bool, u.penalty.Components())
	u.free = nil
	for i, name := range u.names {
		if !slices.Contains(u.penalty.Vars(), name) {
			u.free = append(u.free, u.gradients[i])
		}
	}
}

// lineFloats is a cache line in float64: workers do not share one.
const lineFloats = 8

func (u *update) gradient1(name string) []float32 { return u.m.Output(GradientOf(name)) }

// gradient adds the gradient of the regularizers and returns the global norm of
// the sum, before clipping, and what the regularizers add to the loss.
func (u *update) gradient() (norm, penalty float64) {
	u.team.Run(u.add)
	sum, squares := 0.0, 0.0
	for w := range u.team.N() {
		sum += u.sums[w*lineFloats]
		squares += u.squares[w*lineFloats]
	}
	if u.penalty != nil {
		penalty = u.penalty.Last()
		if u.shrinks {
			penalty = u.penalty.LastLive()
		}
	}
	return math.Sqrt(sum), penalty + u.decay/2*squares
}

func (u *update) addShare(w int) {
	sum := 0.0
	if u.penalty != nil {
		sum = u.penalty.Step(w, u.team)
	}
	if u.decay > 0 {
		u.team.Barrier()
		u.squares[w*lineFloats] = optim.Decay(u.team, w, u.weights, u.gradients, u.decay)
		sum = optim.SumSq(u.team, w, u.gradients)
	} else {
		sum += optim.SumSq(u.team, w, u.free)
	}
	u.sums[w*lineFloats] = sum
}

// apply clips, steps, and zeroes what is below the threshold; steps count from 0.
func (u *update) apply(rate, norm float64, step uint64) {
	u.rate, u.scale, u.at = rate, optim.ClipScale(norm, u.clip), step+1
	u.team.Run(u.step)
	u.m.Changed()
}

func (u *update) stepShare(w int) {
	u.move(w)
	if u.rest != nil {
		u.rest.Share(w, u.team.N(), u.m.Param)
	}
}

// penaltyValue is what the regularizers add to the loss of the weights as they
// are.
func (u *update) penaltyValue() (value float64) {
	if u.penalty != nil {
		value = u.penalty.Value(u.m.Param)
		if u.shrinks {
			value = u.penalty.LastLive()
		}
		u.penalty.Bind(u.m.Param, u.gradient1)
	}
	if u.decay > 0 {
		for _, x := range u.weights {
			value += u.decay / 2 * kernel.SumSq(x)
		}
	}
	return value
}

// revivals counts the components that were all zero before the last step but
// one and are not any more: their biases, which are in no component, spoke.
func (u *update) revivals() int {
	if u.penalty == nil {
		return 0
	}
	return u.penalty.Revivals(u.was)
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
