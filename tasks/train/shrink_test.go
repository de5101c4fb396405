package train_test

import (
	"context"
	"encoding/json"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/core/graph"
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

// In the reference interpreter shrinking is sealing bit for bit: cost, gradient
// norm, weights, moments and averages, carried states; dropout included, and
// when both are put away and resumed behind the cut. Sealing itself changes no
// output.
func TestShrinkingIsSealingBitwise(t *testing.T) {
	for _, row := range []struct {
		name  string
		start func(l *lab)
	}{
		{"SGD", func(*lab) {}},
		{"Adam, averages", (*lab).adam},
	} {
		t.Run(row.name, func(t *testing.T) {
			o := dying(t, false)
			weights, classes := initial(t, o)
			g, b := o.Problem.Graph(), o.Problem.Train(0)
			first := newLab(t, g, b.Binding(0), weights)
			row.start(first)
			const cutAt, resumedAt, end = 3, 6, 10
			for n := range cutAt {
				first.step(t, b, n)
			}
			at := first.store()
			unread(g, classes, at.weights, 2, 5) // as τ would make them
			before := at.open(t, g, b.Binding(0))
			cert, gone := at.seal(t, g, classes)
			require.Equal(t, 4, cert.Removable())
			assert.Equal(t, map[string]int{"cell_0": 2, "cell_1": 2}, gone)
			require.Zero(t, cert.Dead(), "they were alive")
			kept := cert.Keep()

			sealed := at.open(t, g, b.Binding(0))
			h, err := groups.Restore(g, kept)
			require.NoError(t, err)
			small := at.cut(t, g, kept).open(t, h, b.Binding(0))
			unsealed, _ := before.step(t, b, cutAt)
			for n := cutAt; n < end; n++ {
				if n == resumedAt {
					sealed = sealed.store().open(t, g, b.Binding(0))
					small = small.store().open(t, h, b.Binding(0))
				}
				cost, norm := sealed.step(t, b, n)
				if n == cutAt {
					require.Equal(t, unsealed, cost, "sealing changes no output")
				}
				cost2, norm2 := small.step(t, b, n)
				require.Equal(t, cost, cost2, "cost of step %d", n)
				require.Equal(t, norm, norm2, "gradient norm of step %d", n)
			}
			for what, values := range sealed.values() {
				for _, q := range h.Params {
					w := tensor.Of(values[q.Name], g.Param(q.Name).Shape...)
					for axis, ids := range q.Kept {
						if ids != nil {
							w = w.Restrict(axis, ids)
						}
					}
					require.Equal(t, w.Data, small.values()[what][q.Name], "%s of %s", what, q.Name)
				}
			}
			last := sealed.store()
			assert.Equal(t, last.cut(t, g, kept).states, small.store().states)
			cert, gone = last.seal(t, g, classes)
			assert.Equal(t, kept, cert.Keep(), "still sealed")
			assert.Empty(t, gone)
			assert.Equal(t, sealed.store(), last, "nothing is there to seal any more: it is absorbing")
		})
	}
}

// unread zeroes what reads some units of an LSTM: rows.
func unread(g *graph.Graph, classes []*groups.Class, weights map[string]Tensor, units ...int) {
	for _, c := range classes {
		for _, e := range c.Entries {
			for _, k := range units {
				if e.Axis == 0 {
					clear(weights[e.Var].Row(e.Index(k)))
				}
			}
		}
	}
}

// seal seals the units that nothing reads, as a trainer does: weights, slots,
// carried states; gone are those whose weights were not zero, by class.
func (s stored) seal(t *testing.T, g *graph.Graph, classes []*groups.Class) (cert *groups.Certificate, gone map[string]int) {
	d, err := groups.Derive(g)
	require.NoError(t, err)
	read := func(of map[string]Tensor) func(string) []float32 {
		return func(name string) []float32 { return of[name].Data }
	}
	cert, err = groups.CertifyRunning(d, classes, read(s.weights), func(name string) []float32 { return s.states[name] })
	require.NoError(t, err)
	gone = cert.Seal(g, read(s.weights))
	for _, values := range s.slots {
		cert.Seal(g, read(values))
	}
	cut, err := groups.Compact(g, s.weights, s.slots, cert.Keep())
	require.NoError(t, err)
	for name, x := range s.states {
		width := g.Output(name).Shape().Last().Size
		for _, i := range cut.StateGone(name, width) {
			for at := i; at < len(x); at += width {
				x[at] = 0
			}
		}
	}
	return cert, gone
}

// cut is what was stored without the units that are not kept.
func (s stored) cut(t *testing.T, g *graph.Graph, keep map[string][]int) stored {
	c, err := groups.Compact(g, s.weights, s.slots, keep)
	require.NoError(t, err)
	out := stored{weights: c.Tensors, slots: c.Slots, states: map[string][]float32{}, steps: s.steps}
	for name, x := range s.states {
		out.states[name] = c.State(name, x, g.Output(name).Shape().Last().Size)
	}
	return out
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

// weighed is a Problem that weighs the heap when a part of its data is asked
// for: when measuring is planned, and when it begins.
type weighed struct {
	tasks.Problem
	parts func()
}

func (w weighed) Part(name string) (tasks.Batches, error) {
	w.parts()
	return w.Problem.Part(name)
}

// When a shrunk model is planned, nothing of the larger one is in memory but its
// weights: two plans never lie side by side.
func TestShrinkingForgetsBeforeItPlans(t *testing.T) {
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.GC() // what pools hold too
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	o := dying(t, false)
	inner, steps, at := o.Problem, 0, 0
	var planned, full uint64 // the heap when a plan begins, and in the middle of training
	o.Problem = weighed{inner, func() {
		if steps > 0 && planned == 0 {
			planned, at = heap(), steps
		}
	}}
	o.Report = recorder{func(train.Progress) {
		if planned == 0 {
			full = heap()
		}
		steps++
	}}
	_, err := train.Train(context.Background(), o)
	require.NoError(t, err)
	require.Less(t, at, inner.Train(0).Len(), "planned within the epoch, as the model shrinks")
	s, err := train.NewStepper(inner.Graph(), tasks.Largest(inner.Train(0)), o.Config, o.Groups, 1)
	require.NoError(t, err)
	defer s.Close()
	needs := s.Engine().Footprint()
	require.Greater(t, full, planned)
	assert.Greater(t, full-planned, uint64(needs.Total()*9/10), "of %v", needs)
}
