package train_test

import (
	"context"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/rng"
	"github.com/seed391906a2/iss/tasks"
	"github.com/seed391906a2/iss/tasks/train"
)

// adam is a small model trained by Adam with averages, whose units die.
func adam(t *testing.T, shrink *tasks.Shrink) train.Options {
	t.Helper()
	cfg, p, chosen := tiny(t)
	cfg.Train.Epochs, cfg.Train.Average = 1, 0.9
	cfg.Train.Optimizer = tasks.Optimizer{Kind: "adam", Rate: 0.01}
	cfg.ISS.Tau, cfg.ISS.Regularizers[0].Lambda = 1e-2, 1
	cfg.ISS.Shrink = shrink
	return train.Options{Problem: p, Config: cfg, Groups: chosen, Threads: 2}
}

// The weights after some steps are those of a loop that does what Adam, the
// averages and τ are defined to do, with the gradients of the engine.
func TestAdamAndAverages(t *testing.T) {
	o := adam(t, nil)
	cfg := o.Config
	const steps = 5
	b := o.Problem.Train(0)
	s, err := train.NewStepper(o.Problem.Graph(), tasks.Largest(b), cfg, o.Groups, 1)
	require.NoError(t, err)
	defer s.Close()
	m := s.Engine()
	type state struct{ w, mean, square []float64 }
	want := map[string]state{}
	for _, p := range o.Problem.Graph().Params {
		p.Init.Fill(m.Param(p.Name), p.Shape, rng.New(1, p.Name))
		n := len(m.Param(p.Name))
		st := state{make([]float64, n), make([]float64, n), make([]float64, n)}
		for i, v := range m.Param(p.Name) {
			st.w[i] = float64(v)
		}
		want[p.Name] = st
	}
	m.Changed()
	for n := range steps {
		require.NoError(t, s.Bind(b.Binding(n)))
		b.Load(n, m)
		out, err := s.Step(0.01, graph.Mode{Training: true, Seed: 1, Step: uint64(n)})
		require.NoError(t, err)
		scale := min(1, cfg.Train.Clip/out.Norm)
		k := float64(n + 1)
		rate := 0.01 * math.Sqrt(1-math.Pow(0.999, k)) / (1 - math.Pow(0.9, k))
		for name, st := range want {
			for i, g := range m.Output(train.GradientOf(name)) {
				d := float64(g) * scale
				st.mean[i] = 0.9*st.mean[i] + 0.1*d
				st.square[i] = 0.999*st.square[i] + 0.001*d*d
				st.w[i] -= rate * st.mean[i] / (math.Sqrt(st.square[i]) + 1e-8)
				if math.Abs(st.w[i]) < cfg.ISS.Tau {
					st.w[i] = 0
				}
				require.InDelta(t, st.w[i], m.Param(name)[i], 2e-5, "%s[%d], step %d", name, i, n)
				st.w[i] = float64(m.Param(name)[i])
			}
		}
	}
}

// What is kept are the averages: zero where the weights are.
func TestAveragesAreKept(t *testing.T) {
	o := adam(t, nil)
	journal := &memory{}
	ctx, cancel := context.WithCancel(context.Background())
	n := 0
	o.Journal, o.Report = journal, recorder{func(train.Progress) {
		if n++; n == 60 {
			cancel()
		}
	}}
	_, err := train.Train(ctx, o)
	require.ErrorIs(t, err, train.ErrStopped)
	differ, zeros := 0, 0
	for name, w := range journal.last.Tensors {
		avg := journal.last.Slots["average"][name]
		require.Equal(t, w.Shape, avg.Shape, name)
		for i, v := range w.Data {
			if v == 0 {
				zeros++
				assert.Zero(t, avg.Data[i], "%s[%d]", name, i)
			} else if v != avg.Data[i] {
				differ++
			}
		}
	}
	assert.Positive(t, differ)
	assert.Positive(t, zeros)

	o = adam(t, nil)
	kept, err := train.Train(context.Background(), o)
	require.NoError(t, err)
	again, err := train.Evaluate(context.Background(), o.Problem, kept.Graph, kept.Tensors, "valid", 2)
	require.NoError(t, err)
	assert.Equal(t, kept.Valid, again, "what was measured is what is kept")
}

// Moments and averages go on where a run was stopped, and are cut with the units.
func TestSlotsResume(t *testing.T) {
	for _, shrink := range []*tasks.Shrink{nil, {After: 20}} {
		whole := adam(t, shrink)
		want, err := train.Train(context.Background(), whole)
		require.NoError(t, err)
		gone := 0
		for _, u := range want.Units {
			gone += u[1] - u[0]
		}
		require.Positive(t, gone)
		journal := &memory{}
		ctx, cancel := context.WithCancel(context.Background())
		n := 0
		o := adam(t, shrink)
		o.Journal, o.Report = journal, recorder{func(train.Progress) {
			if n++; n == 63 {
				cancel()
			}
		}}
		_, err = train.Train(ctx, o)
		require.ErrorIs(t, err, train.ErrStopped)
		o.Report, o.Resume = nil, true
		got, err := train.Train(context.Background(), o)
		require.NoError(t, err)
		assert.Equal(t, want.Tensors, got.Tensors)
		assert.Equal(t, want.Valid, got.Valid)
		assert.Equal(t, want.Units, got.Units)
	}
}
