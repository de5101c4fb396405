package groups_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/kernel"
	"github.com/seed391906a2/iss/core/tensor"
	"github.com/seed391906a2/iss/groups"
	"github.com/seed391906a2/iss/groups/grouptest"
)

func wide(ts map[string]tensor.Dense[float32]) map[string][]float64 {
	out := map[string][]float64{}
	for name, t := range ts {
		out[name] = tensor.Convert[float64](t).Data
	}
	return out
}

// some are the groups of all classes that are free to go, with multipliers
// drawn from seed, and one group that repeats a row.
func some(t testing.TB, g *graph.Graph, seed uint64) []groups.Group {
	return grouptest.Groups(derive(t, g), rand.New(rand.NewPCG(seed, 3)))
}

// The reference is checked against central differences, and the penalty
// against the reference.
func TestReferenceByDifferences(t *testing.T) {
	const lambda, step = 0.3, 1e-6
	for _, c := range cases(6)[8:] {
		for _, count := range []groups.Counting{groups.Multiset, groups.Distinct} {
			gs := some(t, c.Graph, 1)
			w := wide(tensors(c.Graph, 5))
			_, gradient := grouptest.Lasso(c.Graph, gs, lambda, count, w)
			for name, x := range w {
				for i := 0; i < len(x); i += 3 {
					at := x[i]
					x[i] = at + step
					up, _ := grouptest.Lasso(c.Graph, gs, lambda, count, w)
					x[i] = at - step
					down, _ := grouptest.Lasso(c.Graph, gs, lambda, count, w)
					x[i] = at
					require.InDelta(t, (up-down)/(2*step), gradient[name][i], 1e-7, "%s %s[%d]", c.Name, name, i)
				}
			}
		}
	}
}

func TestPenalty(t *testing.T) {
	const lambda = 0.0123
	for _, c := range cases(40) {
		t.Run(c.Name, func(t *testing.T) {
			gs := some(t, c.Graph, 2)
			ts := tensors(c.Graph, 6)
			for i, group := range gs { // some units dead
				clearUnit(c.Graph, ts, group.Entries, i%group.Units)
			}
			for _, count := range []groups.Counting{groups.Multiset, groups.Distinct} {
				value, gradient := grouptest.Lasso(c.Graph, gs, lambda, count, wide(ts))
				p := groups.NewPenalty(c.Graph, gs, lambda, count)
				before := wide(ts)
				assert.InEpsilon(t, value, p.Value(read(ts)), 1e-5, count)
				assert.Equal(t, before, wide(ts), "reading does not write")
				for _, workers := range []int{1, 2, 3} {
					team := kernel.NewTeam(workers)
					grads := map[string][]float32{}
					for name, x := range ts {
						grads[name] = make([]float32, len(x.Data))
						for i := range grads[name] {
							grads[name][i] = float32(i % 5)
						}
					}
					got := p.Run(team, read(ts), func(name string) []float32 { return grads[name] })
					team.Close()
					assert.InEpsilon(t, value, got, 1e-5)
					for name, x := range gradient {
						for i := range x {
							require.InDelta(t, float64(float32(i%5))+x[i], float64(grads[name][i]), 2e-6, "%d workers, %s[%d]", workers, name, i)
						}
					}
				}
			}
		})
	}
}

// Tensors with more than two axes: groups on a middle and on the last one.
func TestPenaltyOnFilters(t *testing.T) {
	g, err := graph.Trace("filter", func(s *graph.Scope) {
		s.Output("y", graph.Sum(s.Param("filter", nil, 2, 5, 3, 4), -1, -2, -3, -4))
	})
	require.NoError(t, err)
	gs := []groups.Group{
		{Name: "in", Multi: 1, Units: 3, Entries: []groups.Entry{{Var: "filter", Axis: 2, Step: 1, Multi: 1}, {Var: "filter", Axis: 1, Start: 1, Step: 1, Multi: 2}}},
		{Name: "out", Multi: 0.5, Units: 2, Entries: []groups.Entry{{Var: "filter", Axis: 3, Start: 1, Step: 2, Multi: 1}, {Var: "filter", Axis: 0, Step: 1, Multi: 1}}},
	}
	assert.Equal(t, groups.Counts{Multiset: 2*5*4 + 2*3*4, Distinct: 2*5*4 + 2*3*4 - 2*4}, groups.Count(g, gs[0]))
	ts := tensors(g, 3)
	for _, count := range []groups.Counting{groups.Multiset, groups.Distinct} {
		value, gradient := grouptest.Lasso(g, gs, 0.7, count, wide(ts))
		grad := make([]float32, len(ts["filter"].Data))
		p := groups.NewPenalty(g, gs, 0.7, count)
		assert.InEpsilon(t, value, p.AddGradient(read(ts), func(string) []float32 { return grad }), 1e-5)
		for i, want := range gradient["filter"] {
			assert.InDelta(t, want, float64(grad[i]), 1e-6, "%s element %d", count, i)
		}
	}
}

// A component that is all zero adds λ·1e-4 to the penalty and nothing to the
// live one.
func TestLivePenalty(t *testing.T) {
	g := stacked(t, 20, 4, 4, 4)
	d := derive(t, g)
	chosen, err := d.Select(nil)
	require.NoError(t, err)
	gs := d.Groups(chosen)
	gs[1].Multi = 3
	ts := tensors(g, 1)
	p := groups.NewPenalty(g, gs, 0.5, groups.Multiset)
	full := p.Value(read(ts))
	assert.Equal(t, full, p.LastLive())
	assert.Equal(t, []int{0, 0}, p.Zeros())

	clearUnit(g, ts, gs[0].Entries, 2)
	clearUnit(g, ts, gs[1].Entries, 0)
	dead := p.Value(read(ts))
	assert.Less(t, dead, full)
	assert.InDelta(t, 0.5*(1+3)*1e-4, dead-p.ValueLive(read(ts)), 1e-9)
	assert.Equal(t, []int{1, 1}, p.Zeros())
	assert.Equal(t, []groups.GroupRange{{Name: "cell_0", First: 0, Count: 4}, {Name: "cell_1", First: 4, Count: 4}}, p.Ranges())
	assert.Equal(t, 0.5, p.Lambda())
	assert.Equal(t, []string{cell0 + "weights", cell1 + "weights", "Model/softmax_w"}, p.Vars())
}

func TestPenaltyPanics(t *testing.T) {
	g := stacked(t, 20, 4, 4)
	d := derive(t, g)
	chosen, err := d.Select(nil)
	require.NoError(t, err)
	for _, lambda := range []float64{-1, math.NaN(), math.Inf(1)} {
		assert.PanicsWithValue(t, fmt.Sprintf("groups: lambda is %g; it must be 0 or more", lambda), func() {
			groups.NewPenalty(g, d.Groups(chosen), lambda, groups.Multiset)
		})
	}
	assert.Panics(t, func() { groups.NewPenalty(g, d.Groups(chosen), 1, "twice") })
	assert.Panics(t, func() { groups.NewPenalty(highway(t, 9, 3, 2), d.Groups(chosen), 1, groups.Multiset) }, "groups of another model")
	p := groups.NewPenalty(g, d.Groups(chosen), 1, groups.Multiset)
	assert.Panics(t, func() { p.Value(func(string) []float32 { return make([]float32, 3) }) })
}

func TestPenaltyDoesNotAllocate(t *testing.T) {
	g := stacked(t, 50, 8, 8, 8)
	d := derive(t, g)
	chosen, err := d.Select(nil)
	require.NoError(t, err)
	ts, grads := tensors(g, 1), tensors(g, 2)
	p := groups.NewPenalty(g, d.Groups(chosen), 1, groups.Multiset)
	param, grad := read(ts), read(grads)
	assert.Zero(t, testing.AllocsPerRun(20, func() { p.AddGradient(param, grad) }))
}

// The penalty of a training step of the small published model: λ on both
// layers, vocabulary 10000.
func BenchmarkPenalty(b *testing.B) {
	g := stacked(b, 10000, 200, 200, 200)
	d := derive(b, g)
	chosen, err := d.Select(nil)
	require.NoError(b, err)
	ts, grads := tensors(g, 1), tensors(g, 2)
	for _, workers := range []int{1, 2} {
		b.Run(fmt.Sprintf("workers=%d", workers), func(b *testing.B) {
			team := kernel.NewTeam(workers)
			defer team.Close()
			p := groups.NewPenalty(g, d.Groups(chosen), 0.00245, groups.Multiset)
			param, grad := read(ts), read(grads)
			for b.Loop() {
				p.Run(team, param, grad)
			}
		})
	}
}

func BenchmarkThreshold(b *testing.B) {
	g := stacked(b, 10000, 200, 200, 200)
	ts := tensors(g, 1)
	th, err := groups.NewThreshold(g, nil, "all", 1e-4)
	require.NoError(b, err)
	param := read(ts)
	for _, workers := range []int{1, 2} {
		b.Run(fmt.Sprintf("workers=%d", workers), func(b *testing.B) {
			team := kernel.NewTeam(workers)
			defer team.Close()
			for b.Loop() {
				team.Run(func(w int) { th.Share(w, workers, param) })
			}
		})
	}
}

// A value that is asked for after a team has worked is that of the weights, not
// a mixture with what the team's workers had counted.
func TestPenaltyValueAfterTeam(t *testing.T) {
	g := stacked(t, 20, 4, 4, 4)
	chosen, ts := some(t, g, 1), tensors(g, 1)
	want := groups.NewPenalty(g, chosen, 0.1, groups.Multiset).Value(read(ts))

	team := kernel.NewTeam(3)
	defer team.Close()
	p := groups.NewPenalty(g, chosen, 0.1, groups.Multiset)
	grads := map[string][]float32{}
	for _, q := range g.Params {
		grads[q.Name] = make([]float32, q.Size())
	}
	p.Run(team, read(ts), func(name string) []float32 { return grads[name] })
	assert.InEpsilon(t, want, p.Value(read(ts)), 1e-6)
}

// What Step returns is the sum of squares of the gradients that it has added
// to, whatever the workers, the counting and where their rows end.
func TestPenaltyStepSquares(t *testing.T) {
	g := stacked(t, 50, 30, 200, 70)
	d := derive(t, g)
	chosen, err := d.Select(nil)
	require.NoError(t, err)
	for _, count := range []groups.Counting{groups.Multiset, groups.Distinct} {
		for workers := 1; workers <= 3; workers++ {
			team := kernel.NewTeam(workers)
			ts, grads := tensors(g, 1), tensors(g, 2)
			p := groups.NewPenalty(g, d.Groups(chosen), 0.3, count)
			p.Reserve(workers)
			p.Bind(read(ts), read(grads))
			parts := make([]float64, workers)
			team.Run(func(w int) { parts[w] = p.Step(w, team) })
			team.Close()
			got, want := 0.0, 0.0
			for _, x := range parts {
				got += x
			}
			for _, name := range p.Vars() {
				for _, x := range grads[name].Data {
					want += float64(x) * float64(x)
				}
			}
			assert.InEpsilon(t, want, got, 1e-9, "%s, %d workers", count, workers)
		}
	}
}
