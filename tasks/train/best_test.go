package train_test

import (
	"context"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/tasks"
	"github.com/seed391906a2/iss/tasks/train"
)

// worst is a problem whose first epochs are its best.
type worst struct{ tasks.Problem }

func (w worst) Terms() tasks.Terms {
	t := w.Problem.Terms()
	t.Metrics = slices.Clone(t.Metrics)
	t.Metrics[0].Higher = true
	return t
}

// With keep_best a run ends with the weights of its best epoch, also if it was
// stopped after that epoch and resumed, and its valid is measured as the
// configuration says.
func TestKeepBest(t *testing.T) {
	cfg, p, chosen := tiny(t)
	cfg.Train.Epochs = 1
	want, err := train.Train(context.Background(), train.Options{Problem: p, Config: cfg, Groups: chosen, Threads: 2})
	require.NoError(t, err)

	cfg.Train.Epochs, cfg.Train.KeepBest, cfg.Train.FinalValid = 2, true, "stream"
	whole := &memory{}
	got, err := train.Train(context.Background(), train.Options{Problem: worst{p}, Config: cfg, Groups: chosen, Journal: whole, Threads: 2})
	require.NoError(t, err)
	check := func(got *train.Result, journal *memory) {
		t.Helper()
		for name, d := range want.Tensors {
			require.Equal(t, d.Data, got.Tensors[name].Data, name)
			require.Equal(t, d.Data, journal.last.Tensors[name].Data, "%s in the checkpoint", name)
		}
		assert.Equal(t, want.Test, got.Test)
		assert.Equal(t, want.Units, got.Units)
		assert.NotContains(t, journal.last.Slots, "best", "the run is finished")
		assert.Greater(t, got.Valid.Items, want.Valid.Items, "a stream has no tail to drop")
		stream, err := train.Evaluate(context.Background(), p, got.Graph, got.Tensors, tasks.ValidStream, 2)
		require.NoError(t, err)
		assert.Equal(t, stream, got.Valid)
	}
	check(got, whole)

	for _, stopAt := range []int{p.Train(0).Len() + 7} {
		journal := &memory{}
		ctx, cancel := context.WithCancel(context.Background())
		seen := 0
		o := train.Options{Problem: worst{p}, Config: cfg, Groups: chosen, Journal: journal, Threads: 2, Report: recorder{func(train.Progress) {
			if seen++; seen == stopAt {
				cancel()
			}
		}}}
		_, err := train.Train(ctx, o)
		require.ErrorIs(t, err, train.ErrStopped)
		assert.Contains(t, journal.last.Slots, "best")
		o.Report, o.Resume = nil, true
		got, err := train.Train(context.Background(), o)
		require.NoError(t, err)
		check(got, journal)
		require.Len(t, journal.lines, len(whole.lines))
		for i := range whole.lines {
			assert.Equal(t, timeless(t, whole.lines[i]), timeless(t, journal.lines[i]))
		}
		again, err := train.Train(context.Background(), o) // finished already
		require.NoError(t, err)
		check(again, journal)
	}
}

// Of falling losses the last epoch is the best, and l2 alone has no threshold.
func TestKeepBestOfFalling(t *testing.T) {
	cfg, p, _ := tiny(t)
	cfg.ISS.Regularizers = []tasks.Regularizer{{Kind: "l2", On: "all", Lambda: 1e-6}}
	want, err := train.Train(context.Background(), train.Options{Problem: p, Config: cfg, Threads: 2})
	require.NoError(t, err)
	cfg.Train.KeepBest, cfg.ISS.Tau = true, 0.5
	got, err := train.Train(context.Background(), train.Options{Problem: p, Config: cfg, Threads: 2})
	require.NoError(t, err)
	for name, d := range want.Tensors {
		require.Equal(t, d.Data, got.Tensors[name].Data, name)
	}
	assert.Equal(t, want.Valid, got.Valid)
}

// With patience a run ends when its first epoch, which was its best, is so many
// epochs past, with the weights of its last epoch or, under keep_best, of its
// best; also if it was stopped and resumed. One that gets better runs on.
func TestPatience(t *testing.T) {
	cfg, p, chosen := tiny(t)
	run := func(p tasks.Problem, epochs, patience int, best bool, stopAt ...int) *train.Result {
		t.Helper()
		cfg.Train.Epochs, cfg.Train.Patience, cfg.Train.KeepBest = epochs, patience, best
		o := train.Options{Problem: p, Config: cfg, Groups: chosen, Journal: &memory{}, Threads: 2}
		for _, at := range stopAt {
			ctx, cancel := context.WithCancel(context.Background())
			seen := 0
			o.Report = recorder{func(train.Progress) {
				if seen++; seen == at {
					cancel()
				}
			}}
			_, err := train.Train(ctx, o)
			require.ErrorIs(t, err, train.ErrStopped)
			o.Report, o.Resume = nil, true
		}
		r, err := train.Train(context.Background(), o)
		require.NoError(t, err)
		if o.Resume {
			again, err := train.Train(context.Background(), o)
			require.NoError(t, err)
			assert.Equal(t, r.Stopped, again.Stopped, "finished already")
		}
		return r
	}
	first, second := run(p, 1, 0, false), run(p, 2, 0, false)
	batches := p.Train(0).Len()

	got := run(worst{p}, 4, 1, false)
	assert.Equal(t, "stopped after epoch 2 of 4: perplexity on valid has not got better since epoch 1", got.Stopped)
	assert.Equal(t, second.Tensors, got.Tensors)
	assert.Equal(t, second.Test, got.Test)
	// Interrupted in the epoch after the best, and when all that is left of it
	// is to measure.
	resumed := run(worst{p}, 4, 1, true, batches+7, batches-7)
	assert.Equal(t, got.Stopped, resumed.Stopped)
	assert.Equal(t, first.Tensors, resumed.Tensors)

	got = run(p, 2, 1, false)
	assert.Empty(t, got.Stopped, "it gets better")
	assert.Equal(t, second.Tensors, got.Tensors)
}
