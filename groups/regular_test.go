package groups_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/kernel"
	"github.com/seed391906a2/iss/core/tensor"
	"github.com/seed391906a2/iss/groups"
	"github.com/seed391906a2/iss/groups/grouptest"
)

// structures are the groups of every kind that can be penalised on a model:
// units with their biases, rows, columns, and those scaled by their sizes.
func structures(t *testing.T, g *graph.Graph) map[string][]groups.Group {
	t.Helper()
	d := derive(t, g)
	chosen, err := d.Select(nil)
	require.NoError(t, err)
	out := map[string][]groups.Group{}
	for _, group := range d.Groups(chosen) {
		out["biases"] = append(out["biases"], group.WithBiases())
		out["scaled"] = append(out["scaled"], group.WithBiases().Scaled(groups.Multiset.Size(g, group)))
	}
	var matrices []string
	for _, p := range g.Params {
		if len(p.Shape) == 2 {
			matrices = append(matrices, p.Name)
		}
	}
	for axis, name := range []string{"rows", "columns"} {
		lines, err := groups.LinesOf(g, axis, matrices)
		require.NoError(t, err)
		out[name] = lines
	}
	return out
}

// Value and gradient of every structure, against the formula, whose gradient is
// checked by differences.
func TestPenaltyOfStructures(t *testing.T) {
	const lambda, step = 0.2, 1e-6
	g := stacked(t, 9, 4, 5, 3)
	for name, gs := range structures(t, g) {
		t.Run(name, func(t *testing.T) {
			ts := grouptest.Weights(g, 4)
			w := wide(ts)
			value, gradient := grouptest.Lasso(g, gs, lambda, groups.Multiset, w)
			for v, x := range w {
				for i := range x {
					at := x[i]
					x[i] = at + step
					up, _ := grouptest.Lasso(g, gs, lambda, groups.Multiset, w)
					x[i] = at - step
					down, _ := grouptest.Lasso(g, gs, lambda, groups.Multiset, w)
					x[i] = at
					require.InDelta(t, (up-down)/(2*step), gradient[v][i], 1e-7, "%s[%d]", v, i)
				}
			}
			grads := map[string][]float32{}
			for v, x := range w {
				grads[v] = make([]float32, len(x))
			}
			p := groups.NewPenalty(g, gs, lambda, groups.Multiset)
			assert.InEpsilon(t, value, p.AddGradient(grouptest.Read(ts), func(v string) []float32 { return grads[v] }), 1e-5)
			for v, x := range gradient {
				for i := range x {
					require.InDelta(t, x[i], float64(grads[v][i]), 1e-6, "%s[%d]", v, i)
				}
			}
		})
	}
}

// The sub-gradient of a component that is zero is zero: all of it, whatever it
// is a component of.
func TestPenaltyAtZero(t *testing.T) {
	g := stacked(t, 9, 4, 5, 3)
	for name, gs := range structures(t, g) {
		ts := grouptest.Weights(g, 4)
		for _, e := range gs[0].Entries {
			grouptest.Each(g, e, 1, func(i int) { ts[e.Var].Data[i] = 0 })
		}
		grads := map[string][]float32{}
		for v, d := range ts {
			grads[v] = make([]float32, len(d.Data))
		}
		groups.NewPenalty(g, gs, 0.3, groups.Multiset).AddGradient(grouptest.Read(ts), func(v string) []float32 { return grads[v] })
		for _, e := range gs[0].Entries {
			grouptest.Each(g, e, 1, func(i int) { require.Zero(t, grads[e.Var][i], "%s: %s[%d]", name, e.Var, i) })
		}
	}
}

// By hand: a matrix of two rows (3 4 0) and (0.3 0.4 0), λ = 2.
func TestLinesByHand(t *testing.T) {
	g, err := graph.Trace("m", func(s *graph.Scope) {
		s.Output("y", graph.Sum(s.Param("m", nil, 2, 3), -1, -2))
	})
	require.NoError(t, err)
	w := map[string]tensor.Dense[float32]{"m": tensor.Of([]float32{3, 4, 0, 0.3, 0.4, 0}, 2, 3)}
	rows, err := groups.LinesOf(g, 0, []string{"m"})
	require.NoError(t, err)
	columns, err := groups.LinesOf(g, 1, []string{"m"})
	require.NoError(t, err)
	for _, c := range []struct {
		name      string
		gs        []groups.Group
		value     float64
		gradient  []float64
		size      float64 // of the proximal step: 2·size is taken from each norm
		left      []float64
		leftZeros []int // components that are zero then
	}{
		{"rows", rows, 2 * (5 + 0.5), []float64{1.2, 1.6, 0, 1.2, 1.6, 0}, 0.5, []float64{3 * 0.8, 4 * 0.8, 0, 0, 0, 0}, []int{1}},
		{"columns", columns, 2 * (math.Hypot(3, 0.3) + math.Hypot(4, 0.4) + 1e-4),
			[]float64{6 / math.Hypot(3, 0.3), 8 / math.Hypot(4, 0.4), 0, 0.6 / math.Hypot(3, 0.3), 0.8 / math.Hypot(4, 0.4), 0},
			1.75, []float64{0, 4 * (1 - 3.5/math.Hypot(4, 0.4)), 0, 0, 0.4 * (1 - 3.5/math.Hypot(4, 0.4)), 0}, []int{2}},
		{"rows, scaled by √3", []groups.Group{rows[0].Scaled(3)}, 2 * math.Sqrt(3) * (5 + 0.5), []float64{1.2 * math.Sqrt(3), 1.6 * math.Sqrt(3), 0, 1.2 * math.Sqrt(3), 1.6 * math.Sqrt(3), 0},
			0.1, []float64{3 * (1 - 0.2*math.Sqrt(3)/5), 4 * (1 - 0.2*math.Sqrt(3)/5), 0, 0.3 * (1 - 0.4*math.Sqrt(3)), 0.4 * (1 - 0.4*math.Sqrt(3)), 0}, []int{0}},
	} {
		x := w["m"].Clone()
		param := func(string) []float32 { return x.Data }
		p := groups.NewPenalty(g, c.gs, 2, groups.Multiset)
		grad := make([]float32, 6)
		assert.InDelta(t, c.value, p.AddGradient(param, func(string) []float32 { return grad }), 1e-5, c.name)
		for i := range grad {
			assert.InDelta(t, c.gradient[i], grad[i], 1e-6, "%s: gradient %d", c.name, i)
		}
		for workers := 1; workers <= 3; workers++ {
			copy(x.Data, w["m"].Data)
			team := kernel.NewTeam(workers)
			p.Reserve(workers)
			p.Bind(param, nil)
			team.Run(func(w int) { p.Prox(w, team, c.size) })
			team.Close()
			for i := range x.Data {
				assert.InDelta(t, c.left[i], x.Data[i], 1e-6, "%s: left of %d", c.name, i)
				assert.Equal(t, c.left[i] == 0, math.Float32bits(x.Data[i]) == 0, "%s: zeros are exact and have no sign", c.name)
			}
			assert.Equal(t, c.leftZeros, p.Zeros(), c.name)
		}
	}
	_, err = groups.LinesOf(g, 0, []string{"n"})
	assert.EqualError(t, err, `groups: no variable "n"`)
}

// Where components do not overlap, no point near what Prox leaves is better for
// ½·‖x−w‖²/size + λ·Σ‖x_c‖, of which it is the minimiser.
func TestProxMinimises(t *testing.T) {
	const lambda, size = 0.4, 0.7
	g := stacked(t, 9, 4, 5, 3)
	for axis := range 2 {
		gs, err := groups.LinesOf(g, axis, []string{"Model/softmax_w"})
		require.NoError(t, err)
		ts := grouptest.Weights(g, 4)
		before := wide(ts)["Model/softmax_w"]
		team := kernel.NewTeam(2)
		p := groups.NewPenalty(g, gs, lambda, groups.Multiset)
		p.Reserve(2)
		p.Bind(grouptest.Read(ts), nil)
		team.Run(func(w int) { p.Prox(w, team, size) })
		team.Close()
		x := wide(ts)["Model/softmax_w"]
		objective := func() (sum float64) {
			for i := range x {
				sum += (x[i] - before[i]) * (x[i] - before[i]) / 2 / size
			}
			for k := range gs[0].Units {
				s := 0.0
				grouptest.Each(g, gs[0].Entries[0], k, func(i int) { s += x[i] * x[i] })
				sum += lambda * math.Sqrt(s)
			}
			return sum
		}
		best := objective()
		for i := range x {
			for _, d := range []float64{-1e-3, 1e-3} {
				at := x[i]
				x[i] = at + d
				require.Greater(t, objective(), best, "axis %d, %d moved by %g", axis, i, d)
				x[i] = at
			}
		}
	}
}

// A scalar that is in two components is multiplied by the factors of both, as
// they were before any changed.
func TestProxOverlap(t *testing.T) {
	g := stacked(t, 9, 4, 5, 3)
	gs := structures(t, g)["biases"]
	ts := grouptest.Weights(g, 4)
	before := wide(ts)
	want := wide(ts)
	for _, group := range gs {
		for k := range group.Units {
			s := 0.0
			for _, e := range group.Entries {
				grouptest.Each(g, e, k, func(i int) { s += before[e.Var][i] * before[e.Var][i] })
			}
			factor := math.Max(0, 1-0.5*2/math.Sqrt(s))
			for _, e := range group.Entries {
				grouptest.Each(g, e, k, func(i int) { want[e.Var][i] *= factor })
			}
		}
	}
	for workers := 1; workers <= 3; workers++ {
		ts := grouptest.Weights(g, 4)
		team := kernel.NewTeam(workers)
		p := groups.NewPenalty(g, gs, 2, groups.Multiset)
		p.Reserve(workers)
		p.Bind(grouptest.Read(ts), nil)
		team.Run(func(w int) { p.Prox(w, team, 0.5) })
		team.Close()
		for name, d := range wide(ts) {
			assert.InDeltaSlice(t, want[name], d, 1e-5, name)
		}
	}
}

// Biases leave when the rest of their component is zero, and not before; a
// variable that may not be changed is not.
func TestBurial(t *testing.T) {
	g := stacked(t, 9, 4, 5, 3)
	d := derive(t, g)
	chosen, err := d.Select(nil)
	require.NoError(t, err)
	gs := d.Groups(chosen)
	ts := grouptest.Weights(g, 4)
	for name, x := range ts { // no bias is zero by itself
		for i := range x.Data {
			if x.Data[i] == 0 {
				x.Data[i] = 1
			}
		}
		ts[name] = x
	}
	grouptest.Clear(g, ts, gs[0].Entries, 2)
	grouptest.Clear(g, ts, gs[1].Entries, 0)
	last := gs[1].Entries[len(gs[1].Entries)-1]
	grouptest.Each(g, last, 0, func(i int) { ts[last.Var].Data[i] = 1e-30 }) // almost dead
	b := groups.NewBurial(g, gs, func(string) bool { return true })
	b.Bind(grouptest.Read(ts))
	for w := range 2 {
		b.Share(w, 2)
	}
	for i, group := range gs {
		require.Len(t, group.Followers, 4)
		for _, e := range group.Followers {
			for k := range group.Units {
				grouptest.Each(g, e, k, func(at int) { assert.Equal(t, i == 0 && k == 2, ts[e.Var].Data[at] == 0, "%s %d", e.Var, k) })
			}
		}
	}

	ts = grouptest.Weights(g, 4)
	grouptest.Clear(g, ts, gs[0].Entries, 2)
	before := wide(ts)
	b = groups.NewBurial(g, gs, func(string) bool { return false })
	b.Bind(grouptest.Read(ts))
	b.Share(0, 1)
	assert.Equal(t, before, wide(ts))
}
