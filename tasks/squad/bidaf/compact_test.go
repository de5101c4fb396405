package bidaf_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/core/engine"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/graph/graphtest"
	"github.com/seed391906a2/iss/core/interp"
	"github.com/seed391906a2/iss/core/tensor"
	"github.com/seed391906a2/iss/groups"
	"github.com/seed391906a2/iss/tasks/squad/bidaf"
)

// classes are all that a unit can be learned away from.
var classes = []string{"u1/fw", "u1/bw", "g0/fw", "g0/bw", "g1/fw", "g1/bw", "g2/fw", "g2/bw"}

// odd is a model whose layers and directions all differ in size.
func odd(t testing.TB) *graph.Graph {
	t.Helper()
	sizes := [bidaf.Layers][2]int{{5, 3}, {4, 6}, {3, 5}, {6, 4}}
	c := bidaf.Config{Words: 9, Chars: 7, WordDim: 3, CharDim: 2, CharWidth: 5, CharFilters: 4, CharTaps: 3, Highways: 2,
		Keep: map[string]float64{"chars": 0.7, "recurrent": 0.6, "ends": 0.8}}
	in := bidaf.Inputs(7, func(i int) int { return sizes[i][0] + sizes[i][1] })
	for i := range c.Layers {
		c.Layers[i] = bidaf.Layer{Fw: lstm(t, in[i], sizes[i][0]), Bw: lstm(t, in[i], sizes[i][1])}
	}
	g, err := bidaf.Trace(c)
	require.NoError(t, err)
	return g
}

// weights are random, biases too.
func weights(g *graph.Graph, seed uint64) map[string]tensor.Dense[float32] {
	r := rand.New(rand.NewPCG(seed, 1))
	out := map[string]tensor.Dense[float32]{}
	for _, p := range g.Params {
		out[p.Name] = tensor.New[float32](p.Shape...)
		graphtest.Uniform(r, out[p.Name].Data, 0.6)
	}
	return out
}

// feed fills the inputs of a model with questions of all lengths, empty ones too.
func feed[T tensor.Float](t testing.TB, m graph.Machine[T], b graph.Binding, seed uint64) {
	t.Helper()
	require.NoError(t, m.Bind(b))
	r := rand.New(rand.NewPCG(seed, 2))
	for _, text := range []string{"question", "context"} {
		for i := range m.Ints(text + "_words") {
			m.Ints(text + "_words")[i] = int32(r.IntN(9))
			m.Floats(text + "_frozen")[i] = T(r.IntN(2))
		}
		for i := range m.Ints(text + "_chars") {
			m.Ints(text + "_chars")[i] = int32(r.IntN(7))
		}
		graphtest.Uniform(r, m.Floats(text+"_vectors"), 1)
		for i := range m.Ints(text + "_lengths") {
			m.Ints(text + "_lengths")[i] = int32(1 + r.IntN(b[text]))
		}
		m.Ints(text + "_lengths")[0] = int32(b[text])
	}
	for i, n := range m.Ints("context_lengths") {
		m.Ints("start")[i], m.Ints("end")[i] = int32(r.IntN(int(n))), int32(r.IntN(int(n)))
	}
}

func give[T tensor.Float](g *graph.Graph, m graph.Machine[T], ts map[string]tensor.Dense[float32]) {
	for _, p := range g.Params {
		for i, v := range ts[p.Name].Data {
			m.Param(p.Name)[i] = T(v)
		}
	}
	m.Changed()
}

// silence zeroes units of a class: all that belongs to them but their biases,
// which speak; or, with candidate true, what makes their candidate alone, so
// that they are silent but read and gated as before.
func silence(g *graph.Graph, ts map[string]tensor.Dense[float32], c *groups.Class, unit int, candidate bool) {
	clear := func(e groups.Entry) {
		shape := g.Param(e.Var).Shape
		for i := range ts[e.Var].Data {
			at := i
			if e.Axis == 0 {
				at = i / (ts[e.Var].Size() / shape[0])
			} else {
				at = i % shape[1]
			}
			if at == e.Index(unit) {
				ts[e.Var].Data[i] = 0
			}
		}
	}
	if !candidate {
		for _, e := range c.Entries {
			clear(e)
		}
		return
	}
	j := c.Units // gates lie in the order i, j, f, o
	for _, e := range append(c.Entries[:len(c.Entries):len(c.Entries)], c.Followers...) {
		if own := e.Var == c.Owners[0] && e.Axis == 1 || len(g.Param(e.Var).Shape) == 1; own && e.Index(0) == j {
			clear(e)
		}
	}
}

// Units of one class, or of all, whose groups are zero go without a trace, as
// do those that are silent: every bit of every output stays, in training with
// its masks and in evaluation, whatever the lengths.
func TestCompactIsBitwise(t *testing.T) {
	for _, candidate := range []bool{false, true} {
		for _, name := range append([]string{"all"}, classes...) {
			title := name
			if candidate {
				title += ", silent"
			}
			t.Run(title, func(t *testing.T) {
				g := odd(t)
				d, err := groups.Derive(g)
				require.NoError(t, err)
				ts := weights(g, 5)
				r := rand.New(rand.NewPCG(6, 7))
				want := map[string][]int{}
				var all []*groups.Class
				for _, n := range classes {
					c, err := d.Class(n)
					require.NoError(t, err)
					all = append(all, c)
					if name != "all" && name != n {
						continue
					}
					for _, unit := range r.Perm(c.Units)[:1+r.IntN(c.Units-1)] {
						silence(g, ts, c, unit, candidate)
						want[n] = append(want[n], unit)
					}
				}
				cert, err := groups.Certify(d, all, func(n string) []float32 { return ts[n].Data })
				require.NoError(t, err)
				assert.True(t, cert.Bitwise)
				got := map[string][]int{}
				for _, c := range cert.Classes {
					for _, u := range c.Units {
						if u.Removable {
							got[c.Class.Name] = append(got[c.Class.Name], u.ID)
						}
					}
				}
				for n, units := range want {
					assert.ElementsMatch(t, units, got[n], n)
				}
				cut, err := groups.Compact(g, ts, nil, cert.Keep())
				require.NoError(t, err)
				whole, small := interp.New[float32](g), interp.New[float32](cut.Graph)
				give(g, whole, ts)
				give(cut.Graph, small, cut.Tensors)
				for seed := range uint64(4) {
					b := graph.Binding{"batch": 3, "context": 2 + int(seed)*2, "question": 1 + int(seed)}
					feed(t, whole, b, seed)
					feed(t, small, b, seed)
					mode := graph.Mode{Training: seed%2 == 0, Seed: 9, Step: seed}
					require.NoError(t, whole.Run(mode))
					require.NoError(t, small.Run(mode))
					for _, out := range g.Names {
						assert.Equal(t, whole.Output(out), small.Output(out), "%s, %v", out, b)
						for _, v := range whole.Output(out) {
							require.False(t, v != v, "%s is no number", out)
						}
					}
				}
			})
		}
	}
}

// Probabilities of what lies behind a context are zero and the others add up
// to one, and a row's outputs do not depend on what it is padded with.
func TestPaddingDoesNotMatter(t *testing.T) {
	g := odd(t)
	ts := weights(g, 8)
	m := interp.New[float64](g)
	give(g, m, ts)
	b := graph.Binding{"batch": 4, "context": 6, "question": 4}
	run := func(noise int32) (start, end, nll []float64) {
		feed(t, m, b, 3)
		for _, text := range []string{"question", "context"} {
			lengths := m.Ints(text + "_lengths")
			for i := range m.Ints(text + "_words") {
				if i/4 >= int(lengths[i%4]) {
					m.Ints(text + "_words")[i] = noise
					m.Ints(text + "_chars")[i*5] = noise
				}
			}
		}
		require.NoError(t, m.Run(graph.Mode{}))
		return append(start, m.Output("start_at")...), append(end, m.Output("end_at")...), append(nll, m.Output("nll")...)
	}
	start, end, nll := run(1)
	start2, end2, nll2 := run(5)
	assert.Equal(t, start, start2)
	assert.Equal(t, end, end2)
	assert.Equal(t, nll, nll2)
	for row, n := range m.Ints("context_lengths") {
		for _, p := range [][]float64{start, end} {
			sum := 0.0
			for i, v := range p[row*6:][:6] {
				if i >= int(n) {
					assert.Zero(t, v)
				}
				sum += v
			}
			assert.InDelta(t, 1, sum, 1e-12)
		}
	}
}

// The engine computes what the interpreter does, gradients too, and nothing of
// it by a reference forward.
func TestEngine(t *testing.T) {
	g := odd(t)
	h := graph.Subset(g, "loss", "start_at", "end_at")
	wrt := make([]graph.Value, len(h.Params))
	for i, p := range h.Params {
		wrt[i] = h.Leaf(p)
	}
	for i, v := range graph.Gradient(h, h.Output("loss"), wrt) {
		require.False(t, v.IsZero(), h.Params[i].Name)
		h.AddOutput("d/"+h.Params[i].Name, v)
	}
	ts := weights(g, 11)
	most := graph.Binding{"batch": 3, "context": 7, "question": 5}
	e, err := engine.New(h, engine.Options{Max: most, Threads: 2})
	require.NoError(t, err)
	defer e.Close()
	m := interp.New[float64](h)
	give(h, m, ts)
	give(h, e, ts)
	for seed, b := range []graph.Binding{most, {"batch": 2, "context": 3, "question": 1}, {"batch": 3, "context": 1, "question": 5}} {
		feed(t, m, b, uint64(seed))
		feed(t, e, b, uint64(seed))
		mode := graph.Mode{Training: true, Seed: 3, Step: uint64(seed)}
		require.NoError(t, m.Run(mode))
		require.NoError(t, e.Run(mode))
		for _, out := range h.Names {
			want, got := m.Output(out), e.Output(out)
			require.Len(t, got, len(want))
			for i := range want {
				assert.InDelta(t, want[i], got[i], 2e-5, "%s[%d], %v", out, i, b)
			}
		}
	}
}
