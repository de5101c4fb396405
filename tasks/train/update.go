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
	weights   [][]float32
	gradients [][]float32
	clip      float64
	penalty   *groups.Penalty   // nil without a group Lasso
	threshold *groups.Threshold // nil without a group Lasso
	decay     float64           // λ of l2
	sums      []float64         // per worker, padded
	squares   []float64         // the same, of the weights
	shrinks   bool              // components that are all zero are left out of the penalty that is told
	was       []bool            // components that were all zero in the last step
	rate      float64           // of the step under way, clipped
	add, step func(w int)       // a worker's part of the two halves, made once: a step allocates nothing
}

// newUpdate prepares the update of a model g whose training graph is h. λ is in the unit of the loss.
func newUpdate(g, h *graph.Graph, m *engine.Engine, cfg tasks.Config, chosen []groups.Group) (*update, error) {
	u := &update{m: m, g: g, team: m.Team(), groups: chosen, clip: cfg.Train.Clip, decay: cfg.ISS.L2()}
	u.sums, u.squares = make([]float64, lineFloats*u.team.N()), make([]float64, lineFloats*u.team.N())
	u.add, u.step = u.addShare, u.stepShare
	for _, p := range g.Params {
		if slices.Contains(h.Names, GradientOf(p.Name)) {
			u.weights = append(u.weights, m.Param(p.Name))
			u.gradients = append(u.gradients, m.Output(GradientOf(p.Name)))
		}
	}
	lambda := cfg.ISS.Lambda()
	if lambda == 0 {
		return u, nil
	}
	u.penalty = groups.NewPenalty(g, chosen, lambda, groups.Counting(cfg.ISS.Count))
	u.penalty.Reserve(u.team.N())
	u.penalty.Bind(m.Param, u.gradient1)
	u.shrinks, u.was = cfg.ISS.Shrink != nil, make([]bool, u.penalty.Components())
	// As published, weights are thresholded only where a group Lasso is on.
	var err error
	u.threshold, err = groups.NewThreshold(g, chosen, cfg.ISS.TauOn, cfg.ISS.Tau)
	return u, err
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
	if u.penalty != nil {
		u.penalty.Step(w, u.team)
		u.team.Barrier()
	}
	if u.decay > 0 {
		u.squares[w*lineFloats] = optim.Decay(u.team, w, u.weights, u.gradients, u.decay)
	}
	u.sums[w*lineFloats] = optim.SumSq(u.team, w, u.gradients)
}

// apply clips, steps, and zeroes what is below the threshold.
func (u *update) apply(rate, norm float64) {
	u.rate = rate * optim.ClipScale(norm, u.clip)
	u.team.Run(u.step)
	u.m.Changed()
}

func (u *update) stepShare(w int) {
	optim.SGD(u.team, w, u.weights, u.gradients, u.rate)
	if u.threshold != nil {
		u.team.Barrier()
		u.threshold.Share(w, u.team.N(), u.m.Param)
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
