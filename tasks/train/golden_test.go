package train_test

import (
	"context"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/cells"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/interp"
	"github.com/seed391906a2/iss/core/tensor"
	"github.com/seed391906a2/iss/tasks"
	"github.com/seed391906a2/iss/tasks/ptb"
	"github.com/seed391906a2/iss/tasks/train"
)

// golden is a trajectory that an independent implementation measured:
// ../shared/golden/lstm-dense.json.
type golden struct {
	Vocab  int `json:"vocab"`
	Config struct {
		Batch int     `json:"batch"`
		Steps int     `json:"steps"`
		LR    float64 `json:"lr"`
		Clip  float64 `json:"clip"`
	} `json:"config"`
	Shapes map[string][]int `json:"shapes"`
	Steps  []struct {
		Cost     float64 `json:"cost"`
		GradNorm float64 `json:"grad_norm"`
	} `json:"steps"`
	End map[string]struct {
		L2 float64 `json:"l2"`
	} `json:"end"`
}

// shared is the folder of test data beside the repository.
func shared(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("ISS_DATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "data")
	}
	root := filepath.Dir(filepath.Clean(dir))
	if _, err := os.Stat(filepath.Join(root, "golden")); err != nil {
		t.Skipf("no data at %s: set ISS_DATA to the folder with ptb beside golden", dir)
	}
	return root
}

func openGolden(t *testing.T) (golden, tasks.Config, tasks.Problem, map[string]tensor.Dense[float32]) {
	t.Helper()
	root := shared(t)
	raw, err := os.ReadFile(filepath.Join(root, "golden", "lstm-dense.json"))
	require.NoError(t, err)
	var g golden
	require.NoError(t, json.Unmarshal(raw, &g))
	init, _, err := tensor.ReadFile[float32](filepath.Join(root, "golden", "lstm-dense.init.safetensors"))
	require.NoError(t, err)

	catalogue, err := cells.Catalogue(cells.All()...)
	require.NoError(t, err)
	cfg := tasks.Config{
		Task: "ptb", Data: filepath.Join(root, "data", "ptb"),
		Model: tasks.Model{Cell: "lstm", Options: map[string]any{"forget_bias": 0}, Embedding: 40, Hidden: []int{40, 40}, InitScale: 0.1},
		Train: tasks.Train{
			Batch: g.Config.Batch, Steps: g.Config.Steps, Epochs: 1, Clip: g.Config.Clip,
			Optimizer: tasks.Optimizer{Kind: "sgd", Rate: g.Config.LR}, Schedule: tasks.Schedule{Kind: "constant"},
		},
	}
	p, err := ptb.New().Open(cfg, catalogue)
	require.NoError(t, err)
	return g, cfg, p, init
}

// The interpreter in float64 follows the independent twin to 1e-9, in cost and
// gradient norm of all steps.
func TestGoldenTrajectoryInterpreter(t *testing.T) {
	want, cfg, p, init := openGolden(t)
	g := train.Training(p.Graph())
	m := interp.New[float64](g)
	b := p.Train(0)
	require.NoError(t, m.Bind(b.Binding(0)))
	for _, q := range g.Params {
		for i, v := range init[q.Name].Data {
			m.Param(q.Name)[i] = float64(v)
		}
	}
	for step, w := range want.Steps {
		feed := tasks.NewFeed(g, b.Binding(step))
		b.Load(step, feed)
		tasks.Give(feed, m)
		require.NoError(t, m.Run(graph.Mode{Training: true}))
		require.InEpsilon(t, w.Cost, m.Output("loss")[0], 1e-9, "cost of step %d", step)
		sq := 0.0
		for _, q := range g.Params {
			for _, v := range m.Output(train.GradientOf(q.Name)) {
				sq += v * v
			}
		}
		norm := math.Sqrt(sq)
		require.InEpsilon(t, w.GradNorm, norm, 1e-9, "gradient norm of step %d", step)
		rate := cfg.Train.Optimizer.Rate * cfg.Train.Clip / math.Max(norm, cfg.Train.Clip)
		for _, q := range g.Params {
			weights := m.Param(q.Name)
			for i, v := range m.Output(train.GradientOf(q.Name)) {
				weights[i] -= rate * v
			}
		}
		for _, v := range g.Inputs {
			if in := v.Node.Op.(*graph.InputOp); in.Role == graph.Carried {
				copy(m.Floats(in.Label), m.Output(in.Label))
			}
		}
	}
	for name, w := range want.End {
		sq := 0.0
		for _, v := range m.Param(name) {
			sq += v * v
		}
		require.InEpsilon(t, w.L2, math.Sqrt(sq), 1e-9, "norm of %s at the end", name)
	}
}

// The training loop on the compiled engine follows it to 1e-4 in float32.
func TestGoldenTrajectoryEngine(t *testing.T) {
	want, cfg, p, init := openGolden(t)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	steps := 0
	report := recorder{func(q train.Progress) {
		if steps < len(want.Steps) {
			require.InEpsilon(t, want.Steps[steps].Cost, q.Cost, 1e-4, "cost of step %d", steps)
			require.InEpsilon(t, want.Steps[steps].GradNorm, q.Norm, 1e-4, "gradient norm of step %d", steps)
		}
		if steps++; steps == len(want.Steps) {
			cancel()
		}
	}}
	_, err := train.Train(ctx, train.Options{Problem: p, Config: cfg, Init: init, Report: report, Threads: 2})
	require.ErrorIs(t, err, train.ErrStopped)
	require.Equal(t, len(want.Steps), steps)
}

// recorder is a Reporter that looks at every batch.
type recorder struct{ progress func(train.Progress) }

func (r recorder) Begin(int, int, int, int)  {}
func (r recorder) Progress(p train.Progress) { r.progress(p) }
func (r recorder) Epoch(train.EpochMetric)   {}
func (r recorder) Note(string)               {}
