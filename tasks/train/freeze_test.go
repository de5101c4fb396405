package train_test

import (
	"context"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/groups"
	"github.com/seed391906a2/iss/tasks"
	"github.com/seed391906a2/iss/tasks/train"
)

// sparse is a trained model with zeros, units of them among them.
func sparse(t *testing.T) (train.Options, map[string]Tensor) {
	t.Helper()
	o := dying(t, false)
	o.Config.ISS.Shrink = nil
	r, err := train.Train(context.Background(), o)
	require.NoError(t, err)
	o.Config.ISS.Regularizers, o.Config.ISS.Tau = nil, 0
	o.Init = r.Tensors
	return o, r.Tensors
}

// Frozen zeros stay through fine-tuning, the others do not, and a fine-tuning
// that is stopped goes on with the same ones frozen.
func TestFreeze(t *testing.T) {
	o, before := sparse(t)
	dead := func(w map[string]Tensor) (units int) {
		for _, c := range groups.CountZeros(o.Problem.Graph(), o.Groups, func(n string) []float32 { return w[n].Data }).Groups {
			units += c.Of - c.Left
		}
		return units
	}
	require.Positive(t, dead(before))
	for _, mode := range []string{"", "elements", "groups"} {
		o.Config.Train.Freeze = mode
		r, err := train.Train(context.Background(), o)
		require.NoError(t, err)
		stayed, woke, moved := 0, 0, 0
		for name, w := range before {
			for i, v := range w.Data {
				now := r.Tensors[name].Data[i]
				switch {
				case v == 0 && now == 0:
					stayed++
				case v == 0:
					woke++
				case v != now:
					moved++
				}
			}
		}
		assert.Positive(t, moved, mode)
		switch mode {
		case "":
			assert.Positive(t, woke)
			assert.Zero(t, dead(r.Tensors), "units come back when nothing holds them")
		case "elements":
			assert.Zero(t, woke)
			assert.Positive(t, stayed)
			assert.Equal(t, dead(before), dead(r.Tensors))
		case "groups":
			assert.Positive(t, woke, "zeros outside dead components are free")
			assert.Equal(t, dead(before), dead(r.Tensors))
		}
		if mode == "" {
			continue
		}
		for _, stopAt := range []int{0, 40} { // 0: before the first step
			journal := &memory{}
			ctx, cancel := context.WithCancel(context.Background())
			seen := 0
			half := o
			half.Journal, half.Report = journal, recorder{func(train.Progress) {
				if seen++; seen == stopAt {
					cancel()
				}
			}}
			if stopAt == 0 {
				cancel()
			}
			_, err = train.Train(ctx, half)
			require.ErrorIs(t, err, train.ErrStopped)
			half.Report, half.Resume, half.Init = nil, true, nil
			again, err := train.Train(context.Background(), half)
			require.NoError(t, err)
			assert.Equal(t, r.Tensors, again.Tensors, "%s, stopped at %d", mode, stopAt)
		}
	}
}

// A run that starts from given weights has them in its first checkpoint, so
// that one that is killed before its second goes on from them.
func TestInitIsSaved(t *testing.T) {
	o, before := sparse(t)
	journal := &memory{}
	o.Journal = journal
	ctx, cancel := context.WithCancel(context.Background())
	o.Report = recorder{func(train.Progress) {
		if journal.saves == 1 {
			assert.Equal(t, before, journal.last.Tensors)
		}
		cancel()
	}}
	_, err := train.Train(ctx, o)
	require.ErrorIs(t, err, train.ErrStopped)
	assert.Equal(t, 2, journal.saves)
}

// Variables that are not named stay what they are to the bit: no gradient, no
// threshold, no proximal step, no l2 reaches them.
func TestOnly(t *testing.T) {
	for _, list := range [][]tasks.Regularizer{every, proximal(every)} {
		cfg, p, chosen := tiny(t)
		cfg.Train.Epochs, cfg.Train.Only = 1, []string{"*cell_1*", "Model/softmax_w"}
		cfg.ISS.Regularizers, cfg.ISS.Tau, cfg.ISS.Biases = list, 0.01, "zero-with-group"
		start := map[string]Tensor{}
		_, before, _, _ := firstStep(t, train.Options{Problem: p, Config: cfg, Groups: chosen})
		for name, w := range before {
			start[name] = w.Clone()
		}
		r, err := train.Train(context.Background(), train.Options{Problem: p, Config: cfg, Groups: chosen, Init: start, Threads: 2})
		require.NoError(t, err)
		for name, w := range before {
			if name == "Model/embedding" || name == "Model/softmax_b" || name == lstm0 || name == lstm0[:len(lstm0)-7]+"biases" {
				assert.Equal(t, w.Data, r.Tensors[name].Data, name)
			} else {
				assert.NotEqual(t, w.Data, r.Tensors[name].Data, name)
			}
		}
	}
}

// A model shrinks under other regularizers as one does that is sealed, and what
// is frozen in it stays frozen.
func TestShrinkingUnderTerms(t *testing.T) {
	_, start := sparse(t)
	for _, c := range []struct {
		name   string
		list   []tasks.Regularizer
		freeze string
	}{
		{"l1, units scaled, proximal", []tasks.Regularizer{
			{Kind: "group_lasso", On: "iss", Lambda: 0.0002, CoefScaling: true, Method: "proximal"}, {Kind: "l1", On: "all", Lambda: 2e-4},
		}, ""},
		{"rows and columns, frozen", []tasks.Regularizer{
			{Kind: "group_lasso", On: "rows", Lambda: 0.03, Vars: []string{"*weights", "*softmax_w"}}, {Kind: "group_lasso", On: "columns", Lambda: 0.01, CoefScaling: true},
		}, "elements"},
	} {
		t.Run(c.name, func(t *testing.T) {
			follow := func(sealOnly bool) (costs []float64, r *train.Result, m *memory) {
				o := dying(t, sealOnly)
				o.Config.ISS.Regularizers, o.Config.Train.Freeze = c.list, c.freeze
				o.Init = start
				m = &memory{}
				o.Journal, o.Report = m, recorder{func(p train.Progress) { costs = append(costs, p.Cost, p.Norm, p.Penalty) }}
				r, err := train.Train(context.Background(), o)
				require.NoError(t, err)
				return costs, r, m
			}
			want, a, _ := follow(true)
			got, b, cuts := follow(false)
			require.NotEmpty(t, events(t, cuts), "it shrinks: %v", b.Units)
			require.Len(t, got, len(want))
			for i := range want {
				require.InEpsilon(t, want[i], got[i], 1e-4, "%s of step %d", [...]string{"cost", "norm", "penalty"}[i%3], i/3)
			}
			assert.Equal(t, a.Units, b.Units)
			d, err := groups.Derive(b.Graph)
			require.NoError(t, err)
			cut, err := groups.Compact(a.Graph, a.Tensors, nil, d.Kept())
			require.NoError(t, err)
			for name, w := range cut.Tensors {
				for i, v := range w.Data {
					if math.Abs(float64(v-b.Tensors[name].Data[i])) > 1e-3 { // one of them fell below τ
						require.Zero(t, v*b.Tensors[name].Data[i], "%s[%d]", name, i)
					}
				}
			}
		})
	}
}
