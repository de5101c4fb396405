package train_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/cells"
	"github.com/seed391906a2/iss/core/rng"
	"github.com/seed391906a2/iss/core/tensor"
	"github.com/seed391906a2/iss/groups"
	"github.com/seed391906a2/iss/tasks"
	"github.com/seed391906a2/iss/tasks/ptb"
	"github.com/seed391906a2/iss/tasks/train"
)

// normalised is a small model of ln-lstm, whose layer norms read every unit,
// with units 2 and 5 of both layers dead from the start, biases and gains
// alive. The first epoch's rate moves nothing past τ, so that they are sealed;
// the second's moves much.
func normalised(t *testing.T, sealOnly bool) (train.Options, []*groups.Class) {
	t.Helper()
	o := dying(t, sealOnly)
	o.Config.Model.Cell = "ln-lstm"
	o.Config.ISS.Tau, o.Config.ISS.Shrink.After, o.Config.Train.Epochs = 1e-3, 10, 2
	o.Config.Train.Optimizer.Rate, o.Config.Train.Schedule = 1e-7, tasks.Schedule{Kind: "hold", Hold: 1, Factor: 5e6}
	catalogue, err := cells.Catalogue(cells.All()...)
	require.NoError(t, err)
	o.Problem, err = ptb.NewGrammar().Open(o.Config, catalogue)
	require.NoError(t, err)
	var classes []*groups.Class
	o.Init, classes = initial(t, o)
	o.Groups = nil
	for _, c := range classes {
		o.Groups = append(o.Groups, c.Group())
	}
	for _, c := range classes {
		for _, v := range unitsOf(o.Init, c.Entries, 2, 5) {
			*v = 0
		}
	}
	return o, classes
}

// initial draws the weights that a training starts with.
func initial(t *testing.T, o train.Options) (map[string]tensor.Dense[float32], []*groups.Class) {
	t.Helper()
	g := o.Problem.Graph()
	d, err := groups.Derive(g)
	require.NoError(t, err)
	classes, err := d.Select(nil)
	require.NoError(t, err)
	weights := map[string]tensor.Dense[float32]{}
	for _, q := range g.Params {
		w := tensor.New[float32](q.Shape...)
		q.Init.Fill(w.Data, q.Shape, rng.New(o.Config.Seed, "init/"+q.Name))
		weights[q.Name] = w
	}
	return weights, classes
}

// unitsOf are the scalars of some units.
func unitsOf(weights map[string]tensor.Dense[float32], entries []groups.Entry, units ...int) (out []*float32) {
	for _, e := range entries {
		w := weights[e.Var]
		inner := 1
		for _, n := range w.Shape[e.Axis+1:] {
			inner *= n
		}
		for i := range w.Data {
			for _, k := range units {
				if i/inner%w.Shape[e.Axis] == e.Index(k) {
					out = append(out, &w.Data[i])
				}
			}
		}
	}
	return out
}

// Under a layer norm a sealed unit that stays is held: the statistics would
// give the weights that make it gradients, and it would come back, whereas a
// model that shrank has lost it. Held, both go the same way (to what float32
// sums grouped anew allow), and a resumed run goes on holding.
func TestSealedUnitsAreHeldUnderLayerNorm(t *testing.T) {
	follow := func(sealOnly bool) (steps []train.Progress, r *train.Result) {
		o, _ := normalised(t, sealOnly)
		o.Report = recorder{func(p train.Progress) { steps = append(steps, p) }}
		r, err := train.Train(context.Background(), o)
		require.NoError(t, err)
		return steps, r
	}
	sealed, a := follow(true)
	shrunk, b := follow(false)
	assert.Equal(t, map[string][2]int{"cell_0": {6, 8}, "cell_1": {5, 7}}, a.Units, "sealed")
	assert.Equal(t, a.Units, b.Units, "shrunk")
	for i, want := range sealed[:len(sealed)/2] { // after that rounding alone parts them
		require.InEpsilon(t, want.Cost, shrunk[i].Cost, 1e-5, "cost of step %d", i)
		// Where a layer's values lie close together its norm divides by little:
		// the gradient is large, and what rounding does to it larger still.
		require.InEpsilon(t, want.Norm, shrunk[i].Norm, min(2e-2, 1e-4*want.Norm), "gradient norm of step %d", i)
		require.InEpsilon(t, want.Penalty, shrunk[i].Penalty, 1e-5, "penalty of step %d", i)
	}
	_, classes := normalised(t, true)
	for _, c := range classes {
		for _, list := range [][]groups.Entry{c.Entries, c.Followers} {
			for _, v := range unitsOf(a.Tensors, list, 2, 5) {
				require.Zero(t, *v, "of a sealed unit of %s", c.Name)
			}
		}
	}

	o, _ := normalised(t, true)
	ctx, cancel := context.WithCancel(context.Background())
	seen := 0
	o.Journal, o.Report = &memory{}, recorder{func(train.Progress) {
		if seen++; seen == 25 { // sealed at 10
			cancel()
		}
	}}
	_, err := train.Train(ctx, o)
	require.ErrorIs(t, err, train.ErrStopped)
	o.Report, o.Resume = nil, true
	got, err := train.Train(context.Background(), o)
	require.NoError(t, err)
	assert.Equal(t, a.Tensors, got.Tensors)
}

// In float64 shrinking under a layer norm is sealing and holding: cost and
// gradient norm of each step. Not held, the sealed units come back.
func TestShrinkingUnderLayerNormIsHolding(t *testing.T) {
	o, classes := normalised(t, true)
	g, b := o.Problem.Graph(), o.Problem.Train(0)
	d, err := groups.Derive(g)
	require.NoError(t, err)
	param := func(name string) []float32 { return o.Init[name].Data }
	cert, err := groups.Certify(d, classes, param)
	require.NoError(t, err)
	require.Equal(t, 4, cert.Removable())
	cert.Seal(g, param)
	cut, err := groups.Compact(g, o.Init, nil, cert.Keep())
	require.NoError(t, err)

	held, free := newLab(t, g, b.Binding(0), o.Init), newLab(t, g, b.Binding(0), o.Init)
	small := newLab(t, cut.Graph, b.Binding(0), cut.Tensors)
	held.mask = map[string][]float32{}
	for _, q := range g.Params {
		m := make([]float32, q.Size())
		for i := range m {
			m[i] = 1
		}
		held.mask[q.Name] = m
	}
	cert.Seal(g, func(name string) []float32 { return held.mask[name] })
	parted := 0.0
	for n := range 8 {
		cost, norm := held.step(t, b, n)
		cost2, norm2 := small.step(t, b, n)
		require.InEpsilon(t, cost, cost2, 1e-9, "cost of step %d", n)
		require.InEpsilon(t, norm, norm2, 1e-7, "gradient norm of step %d", n)
		loose, _ := free.step(t, b, n)
		parted = max(parted, loose-cost, cost-loose)
	}
	assert.Greater(t, parted, 1e-3, "what is not held comes back")
}
