package train_test

import (
	"maps"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/interp"
	"github.com/seed391906a2/iss/core/tensor"
	"github.com/seed391906a2/iss/groups"
	"github.com/seed391906a2/iss/tasks"
	"github.com/seed391906a2/iss/tasks/train"
)

// lab trains a model in the reference interpreter, in float64, by the
// definitions: SGD or Adam with averages, clipping, the penalty scalar by
// scalar, no threshold.
type lab struct {
	m      *interp.Machine[float64]
	g, h   *graph.Graph
	chosen []groups.Group
	lambda float64
	mask   map[string][]float32            // of each weight, 0 where it stays; nil: none does
	slots  map[string]map[string][]float64 // of Adam, "mean", "square" and "average"; nil: SGD
	steps  int                             // of Adam, so far
}

func newLab(t *testing.T, h *graph.Graph, b graph.Binding, weights map[string]tensor.Dense[float32]) *lab {
	d, err := groups.Derive(h)
	require.NoError(t, err)
	classes, err := d.Select(nil)
	require.NoError(t, err)
	l := &lab{g: train.Training(h), h: h, chosen: d.Groups(classes), lambda: 0.05}
	l.m = interp.New[float64](l.g)
	require.NoError(t, l.m.Bind(b))
	for name, w := range weights {
		widen(l.m.Param(name), w.Data)
	}
	return l
}

// adam makes it train by Adam from its first step on, and keep averages.
func (l *lab) adam() {
	l.slots = map[string]map[string][]float64{"mean": {}, "square": {}, "average": {}}
	for _, q := range l.g.Params {
		for _, s := range l.slots {
			s[q.Name] = make([]float64, q.Size())
		}
		copy(l.slots["average"][q.Name], l.m.Param(q.Name))
	}
}

// step trains batch n and returns cost and gradient norm.
func (l *lab) step(t *testing.T, b tasks.Batches, n int) (cost, norm float64) {
	feed := tasks.NewFeed(l.g, b.Binding(n))
	b.Load(n, feed)
	tasks.Give(feed, l.m)
	require.NoError(t, l.m.Run(graph.Mode{Training: true, Seed: 3, Step: uint64(n)}))
	penalty := 0.0
	add := penaltyGradient(l.h, l.chosen, l.lambda, l.m.Param, &penalty)
	for _, q := range l.g.Params {
		for i, v := range l.m.Output(train.GradientOf(q.Name)) {
			add[q.Name][i] += v
			if l.mask != nil {
				add[q.Name][i] *= float64(l.mask[q.Name][i])
			}
			norm += add[q.Name][i] * add[q.Name][i]
		}
	}
	norm = math.Sqrt(norm)
	l.steps++
	for _, q := range l.g.Params {
		l.move(q.Name, add[q.Name], 2/max(norm, 2))
	}
	for _, in := range l.carried() {
		copy(l.m.Floats(in.Label), l.m.Output(in.Label))
	}
	return l.m.Output("loss")[0], norm
}

// move takes a step of the optimiser down a gradient that is clipped by scale.
func (l *lab) move(name string, gradient []float64, scale float64) {
	w := l.m.Param(name)
	if l.slots == nil {
		for i, v := range gradient {
			w[i] -= 0.5 * scale * v
		}
		return
	}
	k := float64(l.steps)
	rate := 0.01 * math.Sqrt(1-math.Pow(0.999, k)) / (1 - math.Pow(0.9, k))
	mean, square, average := l.slots["mean"][name], l.slots["square"][name], l.slots["average"][name]
	for i, v := range gradient {
		v *= scale
		mean[i] = 0.9*mean[i] + 0.1*v
		square[i] = 0.999*square[i] + 0.001*v*v
		w[i] -= rate * mean[i] / (math.Sqrt(square[i]) + 1e-8)
		average[i] = 0.9*average[i] + 0.1*w[i]
	}
}

// values are weights and slots, by what they are and by parameter.
func (l *lab) values() map[string]map[string][]float64 {
	out := map[string]map[string][]float64{"weights": {}}
	for _, q := range l.g.Params {
		out["weights"][q.Name] = l.m.Param(q.Name)
	}
	maps.Copy(out, l.slots)
	return out
}

func (l *lab) carried() (in []*graph.InputOp) {
	for _, v := range l.g.Inputs {
		if op := v.Node.Op.(*graph.InputOp); op.Role == graph.Carried {
			in = append(in, op)
		}
	}
	return in
}

// stored is a lab that was put away, in float32 as checkpoints are.
type stored struct {
	weights map[string]Tensor
	slots   map[string]map[string]Tensor
	states  map[string][]float32
	steps   int
}

func (l *lab) store() stored {
	s := stored{slots: map[string]map[string]Tensor{}, states: map[string][]float32{}, steps: l.steps}
	for what, values := range l.values() {
		s.slots[what] = map[string]Tensor{}
		for _, q := range l.g.Params {
			s.slots[what][q.Name] = tensor.Of(narrow(values[q.Name]), q.Shape...)
		}
	}
	s.weights = s.slots["weights"]
	delete(s.slots, "weights")
	for _, in := range l.carried() {
		s.states[in.Label] = narrow(l.m.Floats(in.Label))
	}
	return s
}

// open goes on with what was stored, in a model h.
func (s stored) open(t *testing.T, h *graph.Graph, b graph.Binding) *lab {
	l := newLab(t, h, b, s.weights)
	if l.steps = s.steps; len(s.slots) > 0 {
		l.adam()
	}
	for name, values := range s.slots {
		for param, d := range values {
			widen(l.slots[name][param], d.Data)
		}
	}
	for name, x := range s.states {
		widen(l.m.Floats(name), x)
	}
	return l
}

func widen(to []float64, from []float32) {
	for i, v := range from {
		to[i] = float64(v)
	}
}

func narrow(from []float64) []float32 {
	to := make([]float32, len(from))
	for i, v := range from {
		to[i] = float32(v)
	}
	return to
}
