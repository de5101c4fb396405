package train_test

import (
	"context"
	"encoding/json"
	"io/fs"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/cells"
	"github.com/seed391906a2/iss/core/checkpoint"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/interp"
	"github.com/seed391906a2/iss/core/tensor"
	"github.com/seed391906a2/iss/groups"
	"github.com/seed391906a2/iss/tasks"
	"github.com/seed391906a2/iss/tasks/ptb"
	"github.com/seed391906a2/iss/tasks/train"
)

// Tensor is a weight.
type Tensor = tensor.Dense[float32]

// tiny is a small model on the embedded corpus, with dropout and group Lasso.
func tiny(t *testing.T) (tasks.Config, tasks.Problem, []groups.Group) {
	t.Helper()
	cfg := tasks.Config{
		Task: "grammar", Seed: 7,
		Model: tasks.Model{Cell: "lstm", Embedding: 6, Hidden: []int{8, 7}, InitScale: 0.2, Keep: map[string]float64{"input": 0.8, "output": 0.7}},
		Train: tasks.Train{
			Batch: 20, Steps: 30, Epochs: 2, Clip: 5,
			Optimizer: tasks.Optimizer{Kind: "sgd", Rate: 0.5}, Schedule: tasks.Schedule{Kind: "hold", Hold: 1, Factor: 0.5},
		},
		ISS: tasks.ISS{
			Tau: 1e-3, TauOn: "all", Count: "multiset", Biases: "follow",
			Regularizers: []tasks.Regularizer{{Kind: "group_lasso", On: "iss", Lambda: 0.02}},
		},
	}
	catalogue, err := cells.Catalogue(cells.All()...)
	require.NoError(t, err)
	p, err := ptb.NewGrammar().Open(cfg, catalogue)
	require.NoError(t, err)
	d, err := groups.Derive(p.Graph())
	require.NoError(t, err)
	classes, err := d.Select(nil)
	require.NoError(t, err)
	return cfg, p, d.Groups(classes)
}

// memory is a Journal that keeps everything in memory.
type memory struct {
	lines [][]byte
	last  *checkpoint.Snapshot
	saves int
}

func (m *memory) Append(metric any) error {
	b, err := json.Marshal(metric)
	m.lines = append(m.lines, b)
	return err
}
func (m *memory) Position() int64 { return int64(len(m.lines)) }
func (m *memory) Rewind(n int64) error {
	m.lines = m.lines[:n]
	return nil
}

func (m *memory) Save(s checkpoint.Snapshot) error {
	m.saves++
	copied := checkpoint.Snapshot{State: s.State, Tensors: map[string]Tensor{}, Slots: map[string]map[string]Tensor{}}
	for name, d := range s.Tensors {
		copied.Tensors[name] = d.Clone()
	}
	for slot, tensors := range s.Slots {
		copied.Slots[slot] = map[string]Tensor{}
		for name, d := range tensors {
			copied.Slots[slot][name] = d.Clone()
		}
	}
	m.last = &copied
	return nil
}

func (m *memory) Load() (checkpoint.Snapshot, error) {
	if m.last == nil {
		return checkpoint.Snapshot{}, fs.ErrNotExist
	}
	return *m.last, nil
}

// A run that is stopped in the middle of an epoch and resumed ends with the
// very weights and metrics of one that was not.
func TestResumeIsExact(t *testing.T) {
	cfg, p, chosen := tiny(t)
	whole := &memory{}
	want, err := train.Train(context.Background(), train.Options{Problem: p, Config: cfg, Groups: chosen, Journal: whole, Threads: 2})
	require.NoError(t, err)

	for _, stopAt := range []int{1, 42, p.Train(0).Len(), p.Train(0).Len() + 1} {
		journal := &memory{}
		ctx, cancel := context.WithCancel(context.Background())
		seen := 0
		report := recorder{func(train.Progress) {
			if seen++; seen == stopAt {
				cancel()
			}
		}}
		o := train.Options{Problem: p, Config: cfg, Groups: chosen, Journal: journal, Report: report, Threads: 2}
		_, err := train.Train(ctx, o)
		require.ErrorIs(t, err, train.ErrStopped, "stopped at %d", stopAt)
		require.NoError(t, journal.Append("not in the checkpoint"))

		o.Report, o.Resume = nil, true
		got, err := train.Train(context.Background(), o)
		require.NoError(t, err)
		for name, d := range want.Tensors {
			require.Equal(t, d.Data, got.Tensors[name].Data, "%s, stopped at %d", name, stopAt)
		}
		assert.Equal(t, want.Valid, got.Valid)
		assert.Equal(t, want.Test, got.Test)
		assert.Equal(t, want.Units, got.Units)
		require.Len(t, journal.lines, len(whole.lines), "stopped at %d", stopAt)
		for i := range whole.lines {
			assert.Equal(t, timeless(t, whole.lines[i]), timeless(t, journal.lines[i]))
		}
	}
}

// timeless is a metric without what a clock and the system say.
func timeless(t *testing.T, line []byte) map[string]any {
	t.Helper()
	m := map[string]any{}
	require.NoError(t, json.Unmarshal(line, &m))
	if m["kind"] == "epoch" {
		assert.Positive(t, m["words_per_s"])
	}
	delete(m, "seconds")
	delete(m, "words_per_s")
	delete(m, "eval_seconds")
	delete(m, "peak_bytes")
	return m
}

// A run killed before its first checkpoint begins anew.
func TestResumeWithoutCheckpoint(t *testing.T) {
	cfg, p, chosen := tiny(t)
	cfg.Train.Epochs = 1
	journal := &memory{lines: [][]byte{[]byte("left over")}}
	r, err := train.Train(context.Background(), train.Options{Problem: p, Config: cfg, Groups: chosen, Journal: journal, Resume: true, Threads: 2})
	require.NoError(t, err)
	fresh, err := train.Train(context.Background(), train.Options{Problem: p, Config: cfg, Groups: chosen, Threads: 2})
	require.NoError(t, err)
	assert.Equal(t, fresh.Test, r.Test)
	assert.NotContains(t, journal.lines, []byte("left over"))
}

// The first step's cost, penalty and gradient norm are those of the reference
// interpreter with the penalties' gradients added by their definitions: dropout
// masks, λ and the unit of the loss included, l2 on biases too.
func TestFirstStepAgainstInterpreter(t *testing.T) {
	cfg, p, chosen := tiny(t)
	const l2 = 0.3
	cfg.ISS.Regularizers = append(cfg.ISS.Regularizers, tasks.Regularizer{Kind: "l2", On: "all", Lambda: l2})
	var got train.Progress
	ctx, cancel := context.WithCancel(context.Background())
	report := recorder{func(q train.Progress) {
		if got.Batch == 0 {
			got = q
		}
		cancel()
	}}
	journal := &memory{}
	zero := cfg
	zero.Train.Optimizer.Rate = 1e-30 // the weights stay as they were drawn
	zero.ISS.Tau = 0
	_, err := train.Train(ctx, train.Options{Problem: p, Config: zero, Groups: chosen, Journal: journal, Report: report, Threads: 2})
	require.ErrorIs(t, err, train.ErrStopped)

	g := train.Training(p.Graph())
	m := interp.New[float64](g)
	b := p.Train(0)
	require.NoError(t, m.Bind(b.Binding(0)))
	weights, grads := map[string][]float32{}, map[string][]float32{}
	for _, q := range g.Params {
		weights[q.Name] = journal.last.Tensors[q.Name].Data
		for i, v := range weights[q.Name] {
			m.Param(q.Name)[i] = float64(v)
		}
	}
	feed := tasks.NewFeed(g, b.Binding(0))
	b.Load(0, feed)
	tasks.Give(feed, m)
	require.NoError(t, m.Run(graph.Mode{Training: true, Seed: cfg.Seed, Step: 0}))
	for _, q := range g.Params {
		for _, v := range m.Output(train.GradientOf(q.Name)) {
			grads[q.Name] = append(grads[q.Name], float32(v))
		}
	}
	penalty := groups.NewPenalty(p.Graph(), chosen, cfg.ISS.Regularizers[0].Lambda, groups.Multiset)
	value := penalty.AddGradient(func(n string) []float32 { return weights[n] }, func(n string) []float32 { return grads[n] })
	sq := 0.0
	for name, d := range grads {
		for i, v := range d {
			w := float64(weights[name][i])
			value += l2 / 2 * w * w
			sq += (float64(v) + l2*w) * (float64(v) + l2*w)
		}
	}
	assert.InEpsilon(t, m.Output("loss")[0], got.Cost, 1e-5)
	assert.InEpsilon(t, value, got.Penalty, 1e-5)
	assert.InEpsilon(t, math.Sqrt(sq), got.Norm, 1e-4)
}

// Group Lasso with τ leaves exact zeros, whole units of them; without a
// regulariser no weight is touched by τ.
func TestThreshold(t *testing.T) {
	cfg, p, chosen := tiny(t)
	cfg.ISS.Regularizers[0].Lambda, cfg.ISS.Tau = 0.1, 0.02
	sparse, err := train.Train(context.Background(), train.Options{Problem: p, Config: cfg, Groups: chosen, Threads: 2})
	require.NoError(t, err)
	dead := 0
	for _, u := range sparse.Units {
		dead += u[1] - u[0]
	}
	assert.Positive(t, dead)

	cfg.ISS.Regularizers = nil
	dense, err := train.Train(context.Background(), train.Options{Problem: p, Config: cfg, Groups: chosen, Threads: 2})
	require.NoError(t, err)
	small := 0
	for _, d := range dense.Tensors {
		for _, v := range d.Data {
			if v != 0 && math.Abs(float64(v)) < cfg.ISS.Tau {
				small++
			}
		}
	}
	assert.Positive(t, small, "weights below τ stay in a dense run")
}

// A loss that is no number stops training, and the last checkpoint stays.
func TestDivergence(t *testing.T) {
	cfg, p, chosen := tiny(t)
	cfg.Train.Epochs = 2
	journal := &memory{}
	ctx, cancel := context.WithCancel(context.Background())
	_, err := train.Train(ctx, train.Options{
		Problem: p, Config: cfg, Groups: chosen, Journal: journal, Threads: 2,
		Report: recorder{func(train.Progress) { cancel() }},
	})
	require.ErrorIs(t, err, train.ErrStopped)
	good := *journal.last

	broken := checkpoint.Snapshot{Tensors: map[string]Tensor{}, Slots: good.Slots, State: good.State}
	for name, d := range good.Tensors {
		broken.Tensors[name] = d.Clone()
	}
	broken.Tensors["Model/softmax_b"].Data[0] = float32(math.NaN())
	journal.last, journal.saves = &broken, 0
	_, err = train.Train(context.Background(), train.Options{
		Problem: p, Config: cfg, Groups: chosen, Journal: journal, Resume: true, Threads: 2, SaveEvery: time.Hour,
	})
	var diverged *train.DivergedError
	require.ErrorAs(t, err, &diverged)
	assert.Equal(t, uint64(1), diverged.Step)
	assert.ErrorContains(t, err, "smaller")
	assert.Zero(t, journal.saves, "nothing is saved over the last checkpoint")
}

// Rates are the published schedules, epochs counting from 0.
func TestRates(t *testing.T) {
	for _, c := range []struct {
		name     string
		schedule tasks.Schedule
		epoch    int
		want     float64
	}{
		{"small, last at 1", tasks.Schedule{Kind: "hold", Hold: 4, Factor: 0.5}, 3, 1},
		{"small, first decay", tasks.Schedule{Kind: "hold", Hold: 4, Factor: 0.5}, 4, 0.5},
		{"small, epoch 13", tasks.Schedule{Kind: "hold", Hold: 4, Factor: 0.5}, 12, math.Pow(0.5, 9)},
		{"large, epoch 55", tasks.Schedule{Kind: "hold", Hold: 14, Factor: 1 / 1.15}, 54, math.Pow(1/1.15, 41)},
		{"ISS, epoch 18", tasks.Schedule{Kind: "every", Every: 18, Factor: 0.1}, 17, 1},
		{"ISS, epoch 19", tasks.Schedule{Kind: "every", Every: 18, Factor: 0.1}, 18, 0.1},
		{"ISS, epoch 55", tasks.Schedule{Kind: "every", Every: 18, Factor: 0.1}, 54, 0.001},
		{"constant", tasks.Schedule{Kind: "constant"}, 54, 1},
	} {
		cfg := tasks.Config{Train: tasks.Train{Optimizer: tasks.Optimizer{Kind: "sgd", Rate: 1}, Schedule: c.schedule}}
		assert.InEpsilon(t, c.want, cfg.Rate(c.epoch), 1e-12, c.name)
	}
}
