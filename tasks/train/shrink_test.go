package train_test

import (
	"context"
	"encoding/json"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/interp"
	"github.com/seed391906a2/iss/core/rng"
	"github.com/seed391906a2/iss/core/tensor"
	"github.com/seed391906a2/iss/groups"
	"github.com/seed391906a2/iss/tasks"
	"github.com/seed391906a2/iss/tasks/train"
)

// dying is a small model whose units die within an epoch, with dropout; looked
// at every 20 steps.
func dying(t *testing.T, sealOnly bool) train.Options {
	t.Helper()
	cfg, p, chosen := tiny(t)
	cfg.Train.Epochs = 1
	cfg.ISS.Tau, cfg.ISS.Regularizers[0].Lambda = 3e-3, 0.1
	cfg.ISS.Shrink = &tasks.Shrink{After: 20, SealOnly: sealOnly}
	return train.Options{Problem: p, Config: cfg, Groups: chosen, Threads: 2}
}

// events are the lines of a journal that are no measurements.
func events(t *testing.T, m *memory) (out []train.EventMetric) {
	for _, line := range m.lines {
		var e train.EventMetric
		require.NoError(t, json.Unmarshal(line, &e))
		if e.Kind == "event" {
			out = append(out, e)
		}
	}
	return out
}

// A model that shrinks while it is trained goes the way of one whose units are
// sealed and stay: cost, penalty and gradient norm of every step, the weights
// at the end, the result.
func TestShrinkingIsSealing(t *testing.T) {
	follow := func(o train.Options) (steps []train.Progress, r *train.Result, m *memory) {
		m = &memory{}
		o.Journal, o.Report = m, recorder{func(p train.Progress) { steps = append(steps, p) }}
		r, err := train.Train(context.Background(), o)
		require.NoError(t, err)
		return steps, r, m
	}
	sealed, a, seals := follow(dying(t, true))
	shrunk, b, cuts := follow(dying(t, false))

	require.NotEmpty(t, events(t, cuts))
	assert.Equal(t, "shrink", events(t, cuts)[0].Event)
	assert.Equal(t, "seal", events(t, seals)[0].Event)
	require.Len(t, shrunk, len(sealed))
	for i, want := range sealed {
		require.InEpsilon(t, want.Cost, shrunk[i].Cost, 1e-4, "cost of step %d", i)
		require.InEpsilon(t, want.Norm, shrunk[i].Norm, 1e-3, "gradient norm of step %d", i)
		require.InEpsilon(t, want.Penalty, shrunk[i].Penalty, 1e-4, "penalty of step %d", i)
	}
	assert.Equal(t, a.Units, b.Units)
	gone := 0
	for _, u := range b.Units {
		gone += u[1] - u[0]
	}
	assert.GreaterOrEqual(t, gone, 3, "units are gone: %v", b.Units)

	d, err := groups.Derive(b.Graph)
	require.NoError(t, err)
	require.NotEmpty(t, d.Kept(), "the model is smaller")
	cut, err := groups.Compact(a.Graph, a.Tensors, nil, d.Kept())
	require.NoError(t, err)
	for name, w := range cut.Tensors {
		require.Equal(t, w.Shape, b.Tensors[name].Shape, name)
		for i, v := range w.Data {
			require.InDelta(t, v, b.Tensors[name].Data[i], 1e-3, "%s[%d]", name, i)
		}
	}
	assert.InEpsilon(t, a.Valid.Loss, b.Valid.Loss, 1e-4)
	assert.InEpsilon(t, a.Test.Loss, b.Test.Loss, 1e-4)
}

// A model that was stopped after it shrank is resumed at its size, to the bit.
func TestShrinkingResumes(t *testing.T) {
	whole := &memory{}
	o := dying(t, false)
	o.Journal = whole
	want, err := train.Train(context.Background(), o)
	require.NoError(t, err)
	first := int(events(t, whole)[0].Step)
	for _, stopAt := range []int{first - 1, first, first + 7, o.Problem.Train(0).Len() - 1} {
		journal := &memory{}
		ctx, cancel := context.WithCancel(context.Background())
		seen := 0
		o := dying(t, false)
		o.Journal, o.Report = journal, recorder{func(train.Progress) {
			if seen++; seen == stopAt {
				cancel()
			}
		}}
		_, err := train.Train(ctx, o)
		require.ErrorIs(t, err, train.ErrStopped)
		o.Report, o.Resume = nil, true
		got, err := train.Train(context.Background(), o)
		require.NoError(t, err)
		assert.Equal(t, want.Tensors, got.Tensors, "stopped at %d", stopAt)
		assert.Equal(t, want.Units, got.Units)
		assert.Equal(t, want.Test, got.Test)
		require.Len(t, journal.lines, len(whole.lines))
	}
}

// lab trains a model in the reference interpreter, in float64, by the
// definitions: SGD with clipping, the penalty scalar by scalar, no threshold.
type lab struct {
	m      *interp.Machine[float64]
	g, h   *graph.Graph
	chosen []groups.Group
	lambda float64
	mask   map[string][]float32 // of each weight, 0 where it stays; nil: none does
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
		for i, v := range w.Data {
			l.m.Param(name)[i] = float64(v)
		}
	}
	return l
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
	for _, q := range l.g.Params {
		for i, v := range add[q.Name] {
			l.m.Param(q.Name)[i] -= 0.5 * 2 / max(norm, 2) * v
		}
	}
	for _, v := range l.g.Inputs {
		if in := v.Node.Op.(*graph.InputOp); in.Role == graph.Carried {
			copy(l.m.Floats(in.Label), l.m.Output(in.Label))
		}
	}
	return l.m.Output("loss")[0], norm
}

// In the reference interpreter shrinking is sealing bit for bit: cost, gradient
// norm and weights, dropout and carried states included. Sealing itself changes
// no output.
func TestShrinkingIsSealingBitwise(t *testing.T) {
	cfg, p, _ := tiny(t)
	g := p.Graph()
	weights := map[string]tensor.Dense[float32]{}
	for _, q := range g.Params {
		w := tensor.New[float32](q.Shape...)
		q.Init.Fill(w.Data, q.Shape, rng.New(cfg.Seed, "init/"+q.Name))
		weights[q.Name] = w
	}
	d, err := groups.Derive(g)
	require.NoError(t, err)
	classes, err := d.Select(nil)
	require.NoError(t, err)
	// Nothing reads units 2 and 5 of either layer; they are alive.
	for _, c := range classes {
		for _, e := range c.Entries {
			q := g.Param(e.Var)
			if d.Atoms.Role(q, e.Axis)&graph.Reads == 0 {
				continue
			}
			for _, k := range []int{2, 5} {
				clear(weights[e.Var].Row(e.Index(k)))
			}
		}
	}
	param := func(name string) []float32 { return weights[name].Data }
	cert, err := groups.Certify(d, classes, param)
	require.NoError(t, err)
	require.Equal(t, 4, cert.Removable())
	require.Zero(t, cert.Dead())
	b := p.Train(0)

	before := newLab(t, g, b.Binding(0), weights)
	assert.Equal(t, map[string]int{"cell_0": 2, "cell_1": 2}, cert.Seal(g, param))
	assert.Empty(t, cert.Seal(g, param), "they are sealed")
	cut, err := groups.Compact(g, weights, nil, cert.Keep())
	require.NoError(t, err)
	sealed, small := newLab(t, g, b.Binding(0), weights), newLab(t, cut.Graph, b.Binding(0), cut.Tensors)
	unsealed, _ := before.step(t, b, 0)
	for n := range 12 {
		cost, norm := sealed.step(t, b, n)
		if n == 0 {
			require.Equal(t, unsealed, cost, "sealing changes no output")
		}
		cost2, norm2 := small.step(t, b, n)
		require.Equal(t, cost, cost2, "cost of step %d", n)
		require.Equal(t, norm, norm2, "gradient norm of step %d", n)
	}
	for _, q := range cut.Graph.Params {
		w := tensor.Of(sealed.m.Param(q.Name), g.Param(q.Name).Shape...)
		for axis, kept := range q.Kept {
			if kept != nil {
				w = w.Restrict(axis, kept)
			}
		}
		require.Equal(t, w.Data, small.m.Param(q.Name), q.Name)
	}
	for _, c := range classes { // absorbing: still sealed
		for _, e := range c.Entries {
			if d.Atoms.Role(g.Param(e.Var), e.Axis)&graph.Makes == 0 {
				w := sealed.m.Param(e.Var)
				cols := g.Param(e.Var).Shape[1]
				for _, v := range w[e.Index(2)*cols : (e.Index(2)+1)*cols] {
					require.Zero(t, v)
				}
			}
		}
	}
}

// What cannot shrink is refused, and a unit that comes back is counted.
func TestShrinkFaults(t *testing.T) {
	o := dying(t, false)
	o.Config.Train.KeepBest = true
	_, err := train.Train(context.Background(), o)
	assert.ErrorContains(t, err, "keep_best does not go with shrink")
	o = dying(t, false)
	o.Groups[0].Class, o.Groups[0].Name = "", "mine"
	_, err = train.Train(context.Background(), o)
	assert.ErrorContains(t, err, `group "mine" is not a class of the model`)
}
