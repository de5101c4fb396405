package train_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/groups"
	"github.com/seed391906a2/iss/tasks"
	"github.com/seed391906a2/iss/tasks/train"
)

// A step of training allocates nothing: forward and backward pass, penalty and
// threshold, clipping, the update, carried states.
func TestStepDoesNotAllocate(t *testing.T) {
	lasso := []tasks.Regularizer{{Kind: "group_lasso", On: "iss", Lambda: 0.02}}
	decay := []tasks.Regularizer{{Kind: "l2", On: "all", Lambda: 0.02}}
	for _, row := range []struct {
		name    string
		on      []tasks.Regularizer
		threads int
	}{
		{"plain", nil, 1},
		{"group Lasso", lasso, 1},
		{"group Lasso, two workers", lasso, 2},
		{"l2", decay, 2},
		{"both", append(lasso, decay...), 2},
		{"every kind", every, 2},
		{"every kind, proximal", proximal(every), 2},
	} {
		t.Run(row.name, func(t *testing.T) {
			cfg, p, chosen := tiny(t)
			cfg.ISS.Regularizers, cfg.ISS.Biases = row.on, "zero-with-group"
			s := stepper(t, cfg, p.Graph(), chosen, row.threads)
			mode := graph.Mode{Training: true, Seed: 1}
			got := testing.AllocsPerRun(10, func() {
				mode.Step++
				if _, err := s.Step(0.1, mode); err != nil {
					t.Error(err)
				}
			})
			assert.Zero(t, got)
		})
	}
}

// stepper is one with weights and data; ids are all 1.
func stepper(t *testing.T, cfg tasks.Config, g *graph.Graph, chosen []groups.Group, threads int) *train.Stepper {
	t.Helper()
	s, err := train.NewStepper(g, graph.Binding{"batch": 4, "time": 5}, cfg, chosen, threads)
	require.NoError(t, err)
	t.Cleanup(s.Close)
	for _, p := range g.Params {
		w := s.Engine().Param(p.Name)
		for i := range w {
			w[i] = 0.1 * float32(i%7-3)
		}
	}
	for _, v := range g.Inputs {
		if in := v.Node.Op.(*graph.InputOp); in.Kind == graph.Int {
			ids := s.Engine().Ints(in.Label)
			for i := range ids {
				ids[i] = 1
			}
		}
	}
	s.Engine().Changed()
	return s
}

// What a term adds to the gradients of words that are not in a batch is gone in
// the next step: where nothing moves, all steps have the same gradient norm.
func TestTermsDoNotPileUp(t *testing.T) {
	for _, list := range [][]tasks.Regularizer{
		{{Kind: "l2", On: "all", Lambda: 0.5}},
		{{Kind: "l1", On: "all", Lambda: 0.5}},
		{{Kind: "group_lasso", On: "rows", Lambda: 0.5}},
	} {
		cfg, p, chosen := tiny(t)
		cfg.Model.Keep, cfg.ISS.Regularizers, cfg.ISS.Tau = nil, list, 0
		s := stepper(t, cfg, p.Graph(), chosen, 2)
		first, err := s.Step(0, graph.Mode{})
		require.NoError(t, err)
		for _, name := range train.Carried(p.Graph()) {
			clear(s.Engine().Floats(name))
		}
		second, err := s.Step(0, graph.Mode{})
		require.NoError(t, err)
		assert.Equal(t, first.Cost, second.Cost, list[0].Kind)
		assert.InEpsilon(t, first.Norm, second.Norm, 1e-6, list[0].Kind)
	}
}
