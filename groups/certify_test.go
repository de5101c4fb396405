package groups_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/graph/graphtest"
	"github.com/seed391906a2/iss/core/interp"
	"github.com/seed391906a2/iss/core/tensor"
	"github.com/seed391906a2/iss/groups"
)

// machine is an interpreter with a model's weights and a case's inputs.
func machine(t testing.TB, m groups.Model, c *graphtest.Case) *interp.Machine[float32] {
	x := interp.New[float32](m.Graph)
	require.NoError(t, x.Bind(c.Binding))
	b := batches(c, 1, 3)[0]
	for name, v := range b.Ints {
		copy(x.Ints(name), v)
	}
	for name, v := range b.Floats {
		copy(x.Floats(name), v)
	}
	for name, v := range m.Tensors {
		copy(x.Param(name), v.Data)
	}
	return x
}

// zeroed is a model some of whose units have components of zeros, and what is
// left when the certified ones are cut out. Biases are random.
func zeroed(t testing.TB, c *graphtest.Case, seed uint64) (whole, small groups.Model) {
	r := rand.New(rand.NewPCG(seed, 5))
	d := derive(t, c.Graph)
	ts := tensors(c.Graph, seed)
	for _, class := range d.Classes {
		for k := range class.Units {
			if !class.Pinned() && r.IntN(2) == 0 {
				clearUnit(c.Graph, ts, class.Entries, k)
			}
		}
	}
	cert, err := groups.Certify(d, nil, read(ts))
	require.NoError(t, err)
	out, err := groups.Compact(c.Graph, ts, nil, cert.Keep())
	require.NoError(t, err)
	return groups.Model{Graph: c.Graph, Tensors: ts}, groups.Model{Graph: out.Graph, Tensors: out.Tensors}
}

func TestCertifyRules(t *testing.T) {
	g := stacked(t, 20, 4, 5, 5)
	d := derive(t, g)
	chosen, err := d.Select(nil)
	require.NoError(t, err)
	c0, c1 := chosen[0], chosen[1]
	ts := tensors(g, 1)
	clearUnit(g, ts, c0.Entries, 2)
	clearUnit(g, ts, c1.Entries, 1)
	clearUnit(g, ts, c1.Entries, 4)
	clearUnit(g, ts, c0.Entries[1:], 3)                 // its own rows live on: no candidate
	clearUnit(g, ts, c0.Entries[:len(c0.Entries)-1], 0) // cell_1 reads it: no candidate
	cert, err := groups.Certify(d, chosen, read(ts))
	require.NoError(t, err)
	assert.Equal(t, 3, cert.Removable())
	assert.True(t, cert.Bitwise)
	assert.Equal(t, map[string][]int{"cell_0": {0, 1, 3, 4}, "cell_1": {0, 2, 3}}, cert.Keep())
	u := cert.Classes[0].Units
	require.Len(t, u, 1)
	assert.Equal(t, 2, u[0].ID)
	assert.Equal(t, "R", u[0].By())
	assert.Len(t, u[0].Witnesses, 2, "its own layer and the next read it: %v", u[0].Witnesses)
	assert.Empty(t, u[0].Reason)
}

// One unit of a class always stays.
func TestClassNeverRunsEmpty(t *testing.T) {
	g := stacked(t, 20, 4, 3, 3)
	d := derive(t, g)
	ts := tensors(g, 1)
	c := class(t, d, "cell_0")
	for k := range c.Units {
		clearUnit(g, ts, c.Entries, k)
	}
	cert, err := groups.Certify(d, nil, read(ts))
	require.NoError(t, err)
	// Nothing reads the embedding any more, so it goes too.
	assert.Equal(t, map[string][]int{"cell_0": {0}, "embedding": {0}}, cert.Keep())
	assert.Equal(t, 3, cert.Dead(), "the paper's count")
	for _, k := range cert.Classes {
		if k.Class == c {
			assert.Equal(t, "the class must keep one unit", k.Units[0].Reason)
		}
	}
}

// The unit that stays when a class dies wholly is the first that is not all
// zero: whether units that died before it are sealed and still there, or were
// cut out then. If all are zero to the last bias it is the first.
func TestLastUnitOfAClass(t *testing.T) {
	g := stacked(t, 20, 4, 3, 3)
	d := derive(t, g)
	ts := tensors(g, 1)
	c := class(t, d, "cell_0")
	keep := func(d *groups.Derivation, ts map[string]tensor.Dense[float32]) []int {
		cert, err := groups.Certify(d, []*groups.Class{class(t, d, "cell_0")}, read(ts))
		require.NoError(t, err)
		return cert.Keep()["cell_0"]
	}
	for _, e := range c.Followers {
		for k := range c.Units {
			ts[e.Var].Data[e.Index(k)] = 0.5 // alive
		}
	}
	clearUnit(g, ts, c.Entries, 0) // dies first
	first, err := groups.Certify(d, []*groups.Class{c}, read(ts))
	require.NoError(t, err)
	require.Equal(t, map[string][]int{"cell_0": {1, 2}}, first.Keep())
	require.Equal(t, map[string]int{"cell_0": 1}, first.Seal(g, read(ts)))
	cut, err := groups.Compact(g, ts, nil, first.Keep())
	require.NoError(t, err)
	after := derive(t, cut.Graph)

	for k := range 2 { // then the others die
		clearUnit(g, ts, c.Entries, k+1)
		clearUnit(cut.Graph, cut.Tensors, class(t, after, "cell_0").Entries, k)
	}
	assert.Equal(t, []int{1}, keep(d, ts), "with the sealed unit")
	assert.Equal(t, []int{1}, keep(after, cut.Tensors), "without it")
	all, err := groups.Certify(d, []*groups.Class{c}, read(ts))
	require.NoError(t, err)
	all.Seal(g, read(ts))
	assert.Equal(t, []int{1}, keep(d, ts), "and again")

	clearUnit(g, ts, c.Followers, 1)
	assert.Equal(t, []int{0}, keep(d, ts), "nothing is left of any")
}

// reading is a model whose units an operation without weights reads.
func reading(t *testing.T, op func(s *graph.Scope, x graph.Value) graph.Value) *graph.Graph {
	g, err := graph.Trace("reading", func(s *graph.Scope) {
		m := s.Layer("m", "m")
		x := s.Input("x", graph.Symbol("batch"), graph.Fixed(3))
		h := graph.Tanh(graph.Add(graph.MatMul(x, m.Param("in", nil, 3, 4)), m.Param("bias", nil, 4)))
		s.Output("y", graph.Add(graph.MatMul(h, m.Param("out", nil, 4, 2)), op(m, h)))
	})
	require.NoError(t, err)
	return g
}

// Readers without weights: a sum and a mean need a silent unit, a maximum lets
// none go, a norm lets it go but not bit by bit, computed and derived matrices
// are looked at and not guessed.
func TestFixedReaders(t *testing.T) {
	for _, c := range []struct {
		name         string
		op           func(s *graph.Scope, x graph.Value) graph.Value
		loud, silent string // by what a unit goes with its bias alive, and zero
		bitwise      bool
		reason       string
	}{
		{"sum", func(_ *graph.Scope, x graph.Value) graph.Value { return column(graph.Sum(x, -1)) }, "", "R+P", true, "sum over [-1] in m reads it without weights, and it is not always zero: its biases speak"},
		{"mean", func(_ *graph.Scope, x graph.Value) graph.Value { return column(graph.Mean(x, -1)) }, "", "R+P", true, "mean over [-1]"},
		{"max", func(_ *graph.Scope, x graph.Value) graph.Value { return column(graph.Largest(x, -1)) }, "", "", true, "max over [-1] in m reads it, and does so even if it is zero"},
		{"rms norm", func(s *graph.Scope, x graph.Value) graph.Value {
			return graph.MatMul(graph.RMSNorm(x, graph.Value{}, 1e-3), s.Param("more", nil, 4, 2))
		}, "", "R+P", true, "reciprocal deviation"},
		{"layer norm", func(s *graph.Scope, x graph.Value) graph.Value {
			return graph.MatMul(graph.LayerNorm(x, graph.Value{}, graph.Value{}, 1e-3), s.Param("more", nil, 4, 2))
		}, "", "R+P", false, "m reads it without weights"},
		{"matrix through a function", func(s *graph.Scope, x graph.Value) graph.Value {
			return graph.MatMul(x, graph.Sigmoid(s.Param("more", nil, 4, 2))) // σ(0) is not 0
		}, "", "R+P", true, "matmul in m reads it with a weight that is not zero"},
		{"matrix cut out of a larger one", func(s *graph.Scope, x graph.Value) graph.Value {
			return graph.MatMul(x, graph.Slice(s.Param("more", nil, 4, 5), -1, 1, 3, 1))
		}, "R", "R", true, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := reading(t, c.op)
			d := derive(t, g)
			k := d.Classes[slices.IndexFunc(d.Classes, func(c *groups.Class) bool { return c.Units == 4 })]
			require.Equal(t, []string{"m/in"}, k.Owners[:1])
			for _, by := range []string{c.loud, c.silent} {
				ts := tensors(g, 1)
				clearUnit(g, ts, k.Entries, 2)
				if by == c.silent {
					clearUnit(g, ts, k.Followers, 2)
				}
				cert, err := groups.Certify(d, []*groups.Class{k}, read(ts))
				require.NoError(t, err)
				require.Len(t, cert.Classes[0].Units, 1)
				u := cert.Classes[0].Units[0]
				assert.Equal(t, by, u.By())
				assert.Equal(t, by != "", u.Removable)
				if by == "" {
					assert.Contains(t, u.Reason, c.reason)
				}
				out, err := groups.Compact(g, ts, nil, cert.Keep())
				require.NoError(t, err)
				r, err := groups.Verify(groups.Model{Graph: g, Tensors: ts}, groups.Model{Graph: out.Graph, Tensors: out.Tensors},
					feed(g, 3), groups.VerifyOptions{Numeric: true, Machine: interpreter})
				require.NoError(t, err)
				assert.True(t, r.Equal)
				if by != "" {
					assert.Equal(t, c.bitwise, cert.Bitwise)
				}
			}
		})
	}
}

func column(x graph.Value) graph.Value {
	return graph.Reshape(x, 0, 1)
}

// feed makes batches for a model that reads "x" [batch, 3].
func feed(g *graph.Graph, windows int) []groups.Batch {
	return batches(&graphtest.Case{Graph: g, Binding: graph.Binding{"batch": 5}}, windows, 8)
}

// Units whose component is not zero: one that feeds only its own gates, two
// that feed only each other, a chain whose end nobody reads. None of them is
// dead, all can go, and what is left computes the same bit for bit. Two that
// feed each other and one that lives must stay.
func TestUnitsThatFeedNobodyElse(t *testing.T) {
	for _, c := range []*graphtest.Case{graphtest.RNN(graphtest.Small), graphtest.LSTM(graphtest.Small), graphtest.GRUAfter(graphtest.Small)} {
		t.Run(c.Name, func(t *testing.T) {
			d := derive(t, c.Graph)
			chosen, err := d.Select(nil)
			require.NoError(t, err)
			k := chosen[0]
			n := k.Units
			require.GreaterOrEqual(t, n, 4)
			// reads lets only units of to read unit u, in every matrix.
			reads := func(ts map[string]tensor.Dense[float32], u int, to ...int) {
				for _, e := range k.Entries {
					if d.Atoms.Role(c.Graph.Param(e.Var), e.Axis)&graph.Reads == 0 {
						continue
					}
					w := ts[e.Var]
					cols := w.Shape[len(w.Shape)-1]
					for i := range cols {
						own := false
						for _, f := range k.Entries { // column i makes a unit of to
							if f.Var == e.Var && f.Axis == 1 {
								for _, v := range to {
									own = own || f.Index(v) == i
								}
							}
						}
						if !own {
							w.Data[e.Index(u)*cols+i] = 0
						}
					}
				}
			}
			for _, s := range []struct {
				name string
				do   func(ts map[string]tensor.Dense[float32])
				gone []int
			}{
				{"itself", func(ts map[string]tensor.Dense[float32]) { reads(ts, 1, 1) }, []int{1}},
				{"each other", func(ts map[string]tensor.Dense[float32]) { reads(ts, 1, 2); reads(ts, 2, 1) }, []int{1, 2}},
				{"a chain", func(ts map[string]tensor.Dense[float32]) { reads(ts, 3, 1); reads(ts, 1, 2); reads(ts, 2) }, []int{1, 2, 3}},
				{"one that lives", func(ts map[string]tensor.Dense[float32]) { reads(ts, 1, 2); reads(ts, 2, 1, 0) }, nil},
			} {
				ts := tensors(c.Graph, 1)
				s.do(ts)
				cert, err := groups.Certify(d, []*groups.Class{k}, read(ts))
				require.NoError(t, err)
				var gone []int
				for _, u := range cert.Classes[0].Units {
					require.True(t, u.Removable, "%s: %+v", s.name, u)
					assert.False(t, u.Dead, s.name)
					assert.Equal(t, "R", u.By(), s.name)
					gone = append(gone, u.ID)
				}
				require.Equal(t, s.gone, gone, s.name)
				out, err := groups.Compact(c.Graph, ts, nil, cert.Keep())
				require.NoError(t, err)
				r, err := groups.Verify(groups.Model{Graph: c.Graph, Tensors: ts}, groups.Model{Graph: out.Graph, Tensors: out.Tensors}, batches(c, 2, 1), groups.VerifyOptions{})
				require.NoError(t, err)
				assert.True(t, r.Equal, "%s: %v", s.name, r.First)
			}
		})
	}
}

// A model without the outputs that feed its states, as inference uses it, is
// certified and compared too; its states may be anything.
func TestModelsThatFeedNothingBack(t *testing.T) {
	whole, _ := zeroed(t, graphtest.LSTM(graphtest.Small), 4)
	g := graph.Subset(whole.Graph, "logits")
	d := derive(t, g)
	cert, err := groups.Certify(d, nil, read(whole.Tensors))
	require.NoError(t, err)
	require.Positive(t, cert.Removable())
	out, err := groups.Compact(g, whole.Tensors, nil, cert.Keep())
	require.NoError(t, err)
	c := &graphtest.Case{Graph: g, Binding: graph.Binding{"time": 4, "batch": 3}, Limits: map[string]int{"x": 7}}
	r, err := groups.Verify(groups.Model{Graph: g, Tensors: whole.Tensors}, groups.Model{Graph: out.Graph, Tensors: out.Tensors}, batches(c, 2, 1), groups.VerifyOptions{})
	require.NoError(t, err)
	assert.True(t, r.Equal, "%v", r.First)
}

func TestCertifyErrors(t *testing.T) {
	g := stacked(t, 20, 4, 4)
	d := derive(t, g)
	_, err := groups.Certify(d, []*groups.Class{class(t, d, "softmax")}, read(tensors(g, 1)))
	assert.ErrorContains(t, err, `class "softmax" cannot lose units`)
	for _, v := range []float64{math.NaN(), math.Inf(-1)} {
		ts := tensors(g, 1)
		ts["Model/softmax_w"].Data[21] = float32(v)
		_, err = groups.Certify(d, nil, read(ts))
		assert.ErrorContains(t, err, "at [1 1]: removal needs finite weights")
	}
}
