package graph_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/interp"
)

// free lists the units that parameters carry and that may go.
func free(a *graph.Atoms) (list []graph.Atom) {
	for _, u := range a.All() {
		if len(a.Pins(u)) == 0 {
			list = append(list, u)
		}
	}
	return list
}

// alone reports whether a unit is the only one of an axis, or could become it
// for another: such an axis is broadcast and cannot be emptied.
func alone(a *graph.Atoms, u graph.Atom) bool {
	return slices.ContainsFunc(a.Carry(u), func(p graph.Place) bool { return p.Param.Shape[p.Axis] == 1 })
}

func checkUnits(t *testing.T, c *opCase) {
	b := c.model(false)
	atoms := graph.Index(b.g)
	assert.Len(t, free(atoms), c.atoms, "units that may go")
	// Every index of every axis of every parameter is in exactly one unit, or
	// is a product whose factors are.
	for i, o := range b.in {
		if o.limit > 0 {
			continue
		}
		for axis, n := range o.shape {
			for k := range n {
				of := atoms.Of(b.x[i], axis, k)
				require.NotEmpty(t, of, "operand %d, axis %d, index %d", i, axis, k)
				for _, u := range of {
					assert.Contains(t, atoms.Carry(u), graph.Place{Param: b.g.Param(b.x[i].Node.Op.(*graph.ParamOp).P.Name), Axis: axis, Index: k})
				}
			}
		}
	}
}

// silence zeroes every weight that belongs to a unit.
func silence[T float32 | float64](m *interp.Machine[T], a *graph.Atoms, u graph.Atom) {
	for _, p := range a.Carry(u) {
		w := m.Param(p.Param.Name)
		inner := 1
		for _, n := range p.Param.Shape[p.Axis+1:] {
			inner *= n
		}
		n := p.Param.Shape[p.Axis]
		for i := range w {
			if i/inner%n == p.Index {
				w[i] = 0
			}
		}
	}
}

// cut takes the kept indices out of row-major data.
func cut[T any](data []T, shape []int, keep func(axis int) []int) []T {
	inner := len(data)
	for axis, n := range shape {
		inner /= max(1, n)
		kept := keep(axis)
		if kept == nil {
			continue
		}
		var out []T
		for at := 0; at < len(data); at += n * inner {
			for _, k := range kept {
				out = append(out, data[at+k*inner:at+(k+1)*inner]...)
			}
		}
		data = out
	}
	return data
}

// copyCut gives the machine of a cut graph what is left of the parameters.
func copyCut[T float32 | float64](from, to *interp.Machine[T], g *graph.Graph, keep graph.Keep) {
	for _, p := range g.Params {
		leaf := g.Leaf(p)
		copy(to.Param(p.Name), cut(from.Param(p.Name), p.Shape, func(axis int) []int { return keep(leaf, axis-len(p.Shape)) }))
	}
}

// checkRestrict cuts random units, whose weights are zero, out of a case: the
// result's kept indices keep their values, bit for bit. A centred norm groups
// its sum anew, and a maximum may have been a zero.
func checkRestrict(t *testing.T, c *opCase) {
	b := c.model(false)
	atoms := graph.Index(b.g)
	b.g.AddOutput("y", b.y) // only now: a model's outputs are pinned
	r := rand.New(rand.NewPCG(7, 0))
	for range 12 {
		gone := map[graph.Atom]bool{}
		for _, u := range free(atoms) {
			largest := slices.ContainsFunc(atoms.Readers(u), func(f graph.FixedReader) bool { return f.How == graph.NeverExact })
			if r.IntN(2) == 0 && !largest && !alone(atoms, u) {
				gone[u] = true
			}
		}
		keep := atoms.Keep(func(u graph.Atom) bool { return gone[u] })
		small, err := graph.Restrict(b.g, keep)
		require.NoError(t, err)
		m := start[float32](t, b, b.g, 11)
		for u := range gone {
			silence(m, atoms, u)
		}
		n := interp.New[float32](small)
		require.NoError(t, n.Bind(nil))
		copyCut(m, n, b.g, keep)
		for i, o := range b.in {
			if o.limit > 0 {
				label := b.x[i].Node.Op.(*graph.InputOp).Label
				copy(n.Ints(label), m.Ints(label))
			}
		}
		mode := graph.Mode{Training: true, Seed: 5, Step: 2}
		require.NoError(t, m.Run(mode))
		require.NoError(t, n.Run(mode))
		want := cut(m.Output("y"), b.y.Shape().Bind(nil), func(axis int) []int { return keep(b.y, axis-b.y.Rank()) })
		got := n.Output("y")
		require.Len(t, got, len(want))
		if strings.HasPrefix(c.name, "deviation") || c.name == "layer norm" {
			assert.InDeltaSlice(t, want, got, 1e-6)
		} else {
			assert.Equal(t, append([]float32{}, want...), append([]float32{}, got...), "%d units gone", len(gone))
		}
	}
}

// checkZeroSound draws parameters with random zero columns: what FindZeros
// says is zero must be, for several inputs.
func checkZeroSound(t *testing.T, c *opCase) {
	b := c.model(false)
	h, _ := graph.Clone(b.g)
	y := h.Nodes[b.y.Node.ID].At(b.y.Out)
	h.AddOutput("y", y)
	r := rand.New(rand.NewPCG(13, 0))
	for range 12 {
		m := start[float32](t, b, h, r.Uint64())
		for _, p := range h.Params {
			w := m.Param(p.Name)
			last := 1
			if len(p.Shape) > 0 {
				last = p.Shape[len(p.Shape)-1]
			}
			for k := range last {
				if r.IntN(2) == 0 {
					for i := k; i < len(w); i += last {
						w[i] = 0
					}
				}
			}
		}
		zeros := graph.FindZeros(h, func(p *graph.Param) []float32 { return m.Param(p.Name) })
		require.NoError(t, m.Run(graph.Mode{}))
		claimed := zeros.Of(y)
		if claimed == nil {
			continue
		}
		require.Len(t, claimed, y.Shape().Last().Size)
		for i, v := range m.Output("y") {
			if claimed[i%len(claimed)] {
				assert.Zero(t, v, "y[%d]", i)
			}
		}
	}
}

// checkSilent zeroes all operands: a silent case must be known to give zeros.
func checkSilent(t *testing.T, c *opCase) {
	b := c.model(false)
	zeros := graph.FindZeros(b.g, func(p *graph.Param) []float32 { return make([]float32, p.Size()) })
	if b.y.Rank() == 0 || !c.silent {
		assert.NotContains(t, zeros.Of(b.y), true)
		return
	}
	require.NotNil(t, zeros.Of(b.y))
	assert.NotContains(t, zeros.Of(b.y), false)
}
