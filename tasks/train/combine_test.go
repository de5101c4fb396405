package train_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/groups"
	"github.com/seed391906a2/iss/tasks"
	"github.com/seed391906a2/iss/tasks/train"
)

// combination is a way to train a model that shrinks.
type combination struct {
	name      string
	optimizer tasks.Optimizer
	average   float64
	list      []tasks.Regularizer
	tau       float64
}

var (
	sgd     = tasks.Optimizer{Kind: "sgd", Rate: 0.5}
	moments = tasks.Optimizer{Kind: "adam", Rate: 0.01}
)

// combinations: each optimiser with what makes zeros, with averages and
// without. A proximal step is SGD's alone; columns alone let nothing go, so they
// come with rows. TestShrinkingIsSealing and TestShrinkingUnderTerms have SGD
// without averages.
var combinations = []combination{
	{"sgd, group Lasso, averages", sgd, 0.9, []tasks.Regularizer{{Kind: "group_lasso", On: "iss", Lambda: 0.1}}, 3e-3},
	{"sgd, proximal, averages", sgd, 0.9, []tasks.Regularizer{{Kind: "group_lasso", On: "iss", Lambda: 0.1, Method: "proximal"}}, 0},
	{"sgd, l1 and l2", sgd, 0, []tasks.Regularizer{{Kind: "l1", On: "all", Lambda: 1e-2}, {Kind: "l2", On: "all", Lambda: 1e-3}}, 5e-3},
	{"sgd, l1 and l2, averages", sgd, 0.9, []tasks.Regularizer{{Kind: "l1", On: "all", Lambda: 1e-2}, {Kind: "l2", On: "all", Lambda: 1e-3}}, 5e-3},
	{"sgd, rows and columns, averages", sgd, 0.9, []tasks.Regularizer{
		{Kind: "group_lasso", On: "rows", Lambda: 0.05}, {Kind: "group_lasso", On: "columns", Lambda: 0.01},
	}, 3e-3},
	{"adam, group Lasso", moments, 0, []tasks.Regularizer{{Kind: "group_lasso", On: "iss", Lambda: 1}}, 1e-2},
	{"adam, group Lasso, averages", moments, 0.9, []tasks.Regularizer{{Kind: "group_lasso", On: "iss", Lambda: 1}}, 1e-2},
	{"adam, group Lasso, l1 and l2, averages", moments, 0.9, []tasks.Regularizer{
		{Kind: "group_lasso", On: "iss", Lambda: 1}, {Kind: "l1", On: "all", Lambda: 1e-3}, {Kind: "l2", On: "all", Lambda: 1e-3},
	}, 1e-2},
	{"adam, rows and columns", moments, 0, []tasks.Regularizer{
		{Kind: "group_lasso", On: "rows", Lambda: 0.3}, {Kind: "group_lasso", On: "columns", Lambda: 0.1},
	}, 1e-2},
}

// follow trains the combination for some steps, stopped after those given and
// resumed, and returns its journal, and what each step told.
func (c combination) follow(t *testing.T, sealOnly bool, stops ...int) (m *memory, told []float64) {
	t.Helper()
	m = &memory{}
	for i, stop := range stops {
		o := dying(t, sealOnly)
		o.Config.Train.Optimizer, o.Config.Train.Average = c.optimizer, c.average
		o.Config.ISS.Regularizers, o.Config.ISS.Tau = c.list, c.tau
		o.Config.ISS.Shrink.After = 5
		o.Journal, o.Resume = m, i > 0
		ctx, cancel := context.WithCancel(context.Background())
		o.Report = recorder{func(p train.Progress) {
			if told = append(told, p.Cost, p.Norm, p.Penalty); len(told)/3 == stop {
				cancel()
			}
		}}
		_, err := train.Train(ctx, o)
		require.ErrorIs(t, err, train.ErrStopped)
	}
	return m, told
}

// Shrinking goes the way of sealing whatever makes the zeros and takes the
// steps: cost, gradient norm and penalty of each step, weights and averages; and
// both go on when they are resumed, to the bit.
func TestShrinkingIsSealingInAllCombinations(t *testing.T) {
	const steps = 50
	for _, c := range combinations {
		t.Run(c.name, func(t *testing.T) {
			seals, want := c.follow(t, true, steps)
			cuts, got := c.follow(t, false, steps)
			list := events(t, cuts)
			require.NotEmpty(t, list, "it shrinks")
			first := int(list[0].Step)
			require.Less(t, first, steps-5, "and goes on")
			require.Len(t, got, len(want))
			for i := range want {
				bound := []float64{1e-4, 1e-3, 1e-4}[i%3]
				require.InEpsilon(t, want[i], got[i], bound, "%s of step %d", [...]string{"cost", "norm", "penalty"}[i%3], i/3)
			}
			c.same(t, seals, cuts)
			for _, sealOnly := range []bool{true, false} {
				whole := map[bool]*memory{true: seals, false: cuts}[sealOnly]
				parts, told := c.follow(t, sealOnly, first, steps)
				assert.Equal(t, map[bool][]float64{true: want, false: got}[sealOnly], told, "resumed, seal only %v", sealOnly)
				assert.Equal(t, whole.last.Tensors, parts.last.Tensors)
				assert.Equal(t, whole.last.Slots, parts.last.Slots)
			}
		})
	}
}

// same demands that the weights and averages of a shrunk model are those of the
// sealed one without the units that went.
func (c combination) same(t *testing.T, seals, cuts *memory) {
	t.Helper()
	o := dying(t, false)
	g := o.Problem.Graph()
	var at struct{ Kept map[string][]int }
	require.NoError(t, json.Unmarshal(cuts.last.State, &at))
	require.NotEmpty(t, at.Kept)
	slots := map[string]map[string]Tensor{}
	if c.average > 0 {
		slots["average"] = seals.last.Slots["average"]
	}
	cut, err := groups.Compact(g, seals.last.Tensors, slots, at.Kept)
	require.NoError(t, err)
	held := map[string]map[string]Tensor{"weights": cut.Tensors}
	got := map[string]map[string]Tensor{"weights": cuts.last.Tensors}
	if c.average > 0 {
		held["average"], got["average"] = cut.Slots["average"], cuts.last.Slots["average"]
	}
	for what, list := range held {
		for name, w := range list {
			require.Equal(t, w.Shape, got[what][name].Shape, fmt.Sprint(what, " of ", name))
			for i, v := range w.Data {
				u := got[what][name].Data[i]
				if math.Abs(float64(v-u)) > 1e-3 { // one of them fell below τ
					require.Zero(t, v*u, "%s of %s[%d]", what, name, i)
				}
			}
		}
	}
}
