package graph_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/graph/graphtest"
	"github.com/seed391906a2/iss/core/interp"
)

// each runs a test on every named and random model.
func each(t *testing.T, f func(t *testing.T, c *graphtest.Case)) {
	for _, c := range cases() {
		t.Run(strings.ReplaceAll(c.Name, " ", "-"), func(t *testing.T) { f(t, c) })
	}
}

// loaded is an interpreter with a case's random numbers.
func loaded[T float32 | float64](t *testing.T, c *graphtest.Case, g *graph.Graph, seed uint64) *interp.Machine[T] {
	t.Helper()
	m := interp.New[T](g)
	require.NoError(t, graphtest.Load(c, m, seed))
	return m
}

// outputs runs a machine and copies what it puts out.
func outputs[T float32 | float64](t *testing.T, m *interp.Machine[T], g *graph.Graph, mode graph.Mode) map[string][]T {
	t.Helper()
	require.NoError(t, m.Run(mode))
	out := map[string][]T{}
	for _, name := range g.Names {
		out[name] = slices.Clone(m.Output(name))
	}
	return out
}

func TestPrecisionOfModels(t *testing.T) {
	mode := graph.Mode{Training: true, Seed: 1}
	each(t, func(t *testing.T, c *graphtest.Case) {
		h, _ := graphtest.WithGradient(c.Graph)
		single, double := outputs(t, loaded[float32](t, c, h, 2), h, mode), outputs(t, loaded[float64](t, c, h, 2), h, mode)
		for name, want := range double {
			for i := range want {
				assert.InDelta(t, want[i], float64(single[name][i]), 2e-4*(1+math.Abs(want[i])), "%s[%d]", name, i)
			}
		}
	})
}

// TestSecondGradientOfModels differentiates the squared norm of the gradient.
func TestSecondGradientOfModels(t *testing.T) {
	list := graphtest.Named()
	for seed := range 8 {
		list = append(list, random(1000+seed))
	}
	for _, c := range list {
		t.Run(strings.ReplaceAll(c.Name, " ", "-"), func(t *testing.T) {
			h, names := graphtest.WithGradient(c.Graph)
			var norm graph.Value
			for _, name := range names {
				d := h.Output(name)
				axes := make([]int, d.Rank())
				for i := range axes {
					axes[i] = -1 - i
				}
				s := graph.Sum(graph.Mul(d, d), axes...)
				if !norm.IsZero() {
					s = graph.Add(norm, s)
				}
				norm = s
			}
			h.Outputs, h.Names = nil, nil
			h.AddOutput("loss", norm)
			second := *c
			second.Graph = h
			checkGradient(t, &second, graph.Mode{Training: true, Seed: 4}, 1)
		})
	}
}

// TestRestrictionOfModels cuts random units out of random models. Their
// weights are zero in rows, columns and biases, and no operation reads them
// without weights: what is left computes the same, bit for bit.
func TestRestrictionOfModels(t *testing.T) {
	removed := 0
	each(t, func(t *testing.T, c *graphtest.Case) {
		atoms := graph.Index(c.Graph)
		r := rand.New(rand.NewPCG(5, 0))
		for range 3 {
			gone := map[graph.Atom]bool{}
			for _, u := range free(atoms) {
				if r.IntN(3) == 0 && !alone(atoms, u) && len(atoms.Readers(u)) == 0 {
					gone[u] = true
				}
			}
			removed += len(gone)
			checkCut(t, c, atoms, gone)
		}
	})
	assert.Greater(t, removed, 500, "units removed in all")
}

func checkCut(t *testing.T, c *graphtest.Case, atoms *graph.Atoms, gone map[graph.Atom]bool) {
	g := c.Graph
	keep := atoms.Keep(func(u graph.Atom) bool { return gone[u] })
	small, err := graph.Restrict(g, keep)
	require.NoError(t, err)
	m := loaded[float32](t, c, g, 3)
	for u := range gone {
		silence(m, atoms, u)
	}
	n := interp.New[float32](small)
	require.NoError(t, n.Bind(c.Binding))
	copyCut(m, n, g, keep)
	for _, v := range g.Inputs {
		label := v.Node.Op.(*graph.InputOp).Label
		shape := v.Shape().Bind(c.Binding)
		copy(n.Floats(label), cut(m.Floats(label), shape, func(axis int) []int { return keep(v, axis-v.Rank()) }))
		copy(n.Ints(label), m.Ints(label))
	}
	mode := graph.Mode{Training: true, Seed: 9, Step: 1}
	want, got := outputs(t, m, g, mode), outputs(t, n, small, mode)
	for i, name := range g.Names {
		v := g.Outputs[i]
		w := cut(want[name], v.Shape().Bind(c.Binding), func(axis int) []int { return keep(v, axis-v.Rank()) })
		require.Equal(t, append([]float32{}, w...), append([]float32{}, got[name]...), "%s, %d units gone", name, len(gone))
	}
	for _, p := range small.Params {
		for axis, kept := range p.Kept {
			if kept != nil {
				assert.Len(t, kept, p.Shape[axis], "%s remembers what it kept", p.Name)
			}
		}
	}
}

// TestRestrictTwice cuts a model in two steps and in one.
func TestRestrictTwice(t *testing.T) {
	each(t, func(t *testing.T, c *graphtest.Case) {
		atoms := graph.Index(c.Graph)
		var list []graph.Atom
		for _, u := range free(atoms) {
			if !alone(atoms, u) {
				list = append(list, u)
			}
		}
		if len(list) < 2 {
			return
		}
		both := map[graph.Atom]bool{list[0]: true, list[len(list)-1]: true}
		once, err := graph.Restrict(c.Graph, atoms.Keep(func(u graph.Atom) bool { return both[u] }))
		require.NoError(t, err)
		half, err := graph.Restrict(c.Graph, atoms.Keep(func(u graph.Atom) bool { return u == list[0] }))
		require.NoError(t, err)
		for _, p := range atoms.Carry(list[len(list)-1]) {
			if half.Param(p.Param.Name).Shape[p.Axis] == 1 {
				return // the last unit of its axis, which now broadcasts
			}
		}
		// The second unit is found again by the original numbers of its indices.
		again := graph.Index(half)
		want := places(slices.DeleteFunc(slices.Clone(atoms.Carry(list[len(list)-1])), func(p graph.Place) bool {
			kept := half.Param(p.Param.Name).Kept // indices that are products went with their other factor
			return kept != nil && kept[p.Axis] != nil && !slices.Contains(kept[p.Axis], number(p))
		}))
		unit := slices.IndexFunc(again.All(), func(u graph.Atom) bool {
			return slices.Equal(places(again.Carry(u)), want) && len(again.Pins(u)) == 0
		})
		require.GreaterOrEqual(t, unit, 0, "the unit %v is left", want)
		second := again.All()[unit]
		twice, err := graph.Restrict(half, again.Keep(func(u graph.Atom) bool { return u == second }))
		require.NoError(t, err)
		require.Len(t, twice.Params, len(once.Params))
		for i, p := range once.Params {
			assert.Equal(t, p.Shape, twice.Params[i].Shape, p.Name)
			assert.Equal(t, p.Kept, twice.Params[i].Kept, p.Name)
		}
	})
}

// places are the indices that a unit has, by their original numbers.
func places(carry []graph.Place) (list []string) {
	for _, p := range carry {
		list = append(list, fmt.Sprint(p.Param.Name, " ", p.Axis, " ", number(p)))
	}
	slices.Sort(list)
	return list
}

// number is what an index was in the first ancestor.
func number(p graph.Place) int {
	if p.Param.Kept != nil && p.Param.Kept[p.Axis] != nil {
		return p.Param.Kept[p.Axis][p.Index]
	}
	return p.Index
}

// TestZerosOfModels zeroes random columns and biases: what FindZeros says of
// any value is so in a run with carried states at zero.
func TestZerosOfModels(t *testing.T) {
	claims := 0
	each(t, func(t *testing.T, c *graphtest.Case) {
		h, vals := graph.Clone(c.Graph)
		h.Outputs, h.Names = slices.Clone(h.Outputs), slices.Clone(h.Names)
		m := loaded[float32](t, c, h, 3)
		r := rand.New(rand.NewPCG(5, 0))
		for _, p := range h.Params {
			w := m.Param(p.Name)
			n := p.Shape[len(p.Shape)-1]
			for k := range n {
				for i := k; i < len(w) && r.IntN(3) > 0; i += n {
					w[i] = 0
				}
			}
		}
		zeros := graph.FindZeros(h, func(p *graph.Param) []float32 { return m.Param(p.Name) })
		for _, v := range vals {
			if z := zeros.Of(v); v.Graph() == h && slices.Contains(z, true) {
				h.AddOutput(v.Node.String()+string(rune('0'+v.Out))+"/"+string(rune('0'+len(h.Names))), v)
			}
		}
		probe := interp.New[float32](h)
		require.NoError(t, probe.Bind(c.Binding))
		for _, p := range h.Params {
			copy(probe.Param(p.Name), m.Param(p.Name))
		}
		for _, v := range h.Inputs {
			op := v.Node.Op.(*graph.InputOp)
			copy(probe.Ints(op.Label), m.Ints(op.Label))
			if op.Role != graph.Carried {
				copy(probe.Floats(op.Label), m.Floats(op.Label))
			}
		}
		require.NoError(t, probe.Run(graph.Mode{}))
		for i, name := range h.Names {
			z := zeros.Of(h.Outputs[i])
			for k, x := range probe.Output(name) {
				if z != nil && z[k%len(z)] {
					claims++
					require.Zero(t, x, "%s[%d]", name, k)
				}
			}
		}
	})
	assert.Greater(t, claims, 1000, "zeros that were claimed and found")
}
