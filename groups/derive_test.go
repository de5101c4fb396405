package groups_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/groups"
)

const cell0, cell1 = "Model/RNN/multi_rnn_cell/cell_0/basic_lstm_cell/", "Model/RNN/multi_rnn_cell/cell_1/basic_lstm_cell/"

func TestStackedLSTM(t *testing.T) {
	d := derive(t, stacked(t, 50, 6, 6, 8))
	assert.Equal(t, []string{"embedding/rows", "embedding", "cell_0", "cell_1", "softmax"}, d.Names())

	c := class(t, d, "cell_0")
	assert.Equal(t, 6, c.Units)
	assert.Equal(t, []string{"cell_0/c", "cell_0/h"}, c.States)
	assert.Equal(t, []string{cell0 + "weights"}, c.Owners)
	assert.Equal(t, []string{cell0 + "weights", cell1 + "weights"}, c.Readers)
	assert.Equal(t, []groups.Entry{
		{Var: cell0 + "weights", Axis: 0, Start: 6, Step: 1, Multi: 1},
		{Var: cell0 + "weights", Axis: 1, Start: 0, Step: 1, Multi: 1},
		{Var: cell0 + "weights", Axis: 1, Start: 6, Step: 1, Multi: 1},
		{Var: cell0 + "weights", Axis: 1, Start: 12, Step: 1, Multi: 1},
		{Var: cell0 + "weights", Axis: 1, Start: 18, Step: 1, Multi: 1},
		{Var: cell1 + "weights", Axis: 0, Start: 0, Step: 1, Multi: 1},
	}, c.Entries)
	assert.Len(t, c.Followers, 4)
	assert.Equal(t, []string{"the vocabulary of a look-up table"}, class(t, d, "embedding/rows").Pins)

	chosen, err := d.Select(nil)
	require.NoError(t, err)
	assert.Equal(t, []*groups.Class{c, class(t, d, "cell_1")}, chosen, "those with a recurrent state")
}

func TestClassNames(t *testing.T) {
	for _, c := range []struct {
		model string
		names []string
	}{
		{"rnn 1", []string{"embedding/rows", "embedding", "cell_0", "softmax_w"}},
		{"lstm 2", []string{"embedding/rows", "embedding", "cell_0", "cell_1", "softmax_w"}},
		{"projection 2", []string{"embedding/rows", "embedding", "cell_0/c", "cell_0/h", "cell_1/c", "cell_1/h", "softmax_w"}},
		{"odd 1", []string{"embedding/rows", "embedding", "cell_0/h", "cell_0/m", "softmax_w"}},
		{"tied", []string{"embedding/rows", "cell_0"}},
		{"residual", []string{"embedding/rows", "cell_0", "softmax_w"}},
		{"bidirectional", []string{"embedding/rows", "embedding", "forward", "backward", "turned", "output", "tags"}},
	} {
		t.Run(c.model, func(t *testing.T) {
			for _, k := range cases(0) {
				if k.Name == c.model {
					assert.ElementsMatch(t, c.names, derive(t, k.Graph).Names())
					return
				}
			}
			t.Fatalf("no model %q", c.model)
		})
	}
}

// A feature vector that is divided, permuted, interleaved and turned round
// before a matrix reads it.
func TestIrregularRanges(t *testing.T) {
	const n = 12
	permuted := []int{7, 2, 11, 0, 5, 9, 1, 10, 3, 8, 4, 6}
	build := func(name string, f func(x graph.Value) graph.Value) *groups.Derivation {
		g, err := graph.Trace(name, func(s *graph.Scope) {
			x := graph.MatMul(s.Input("x", graph.Symbol("batch"), graph.Fixed(3)), s.Param("m/make", nil, 3, n))
			s.Output("y", graph.MatMul(f(graph.Tanh(x)), s.Param("m/read", nil, n, 2)))
		})
		require.NoError(t, err)
		return derive(t, g)
	}
	t.Run("gather in disorder", func(t *testing.T) {
		d := build("gather", func(x graph.Value) graph.Value { return graph.Gather(x, -1, permuted) })
		c := class(t, d, "make")
		require.Equal(t, n, c.Units)
		for i, k := range permuted {
			assert.Equal(t, i, c.Entries[1].Index(k))
		}
	})
	t.Run("interleaved halves", func(t *testing.T) {
		d := build("interleave", func(x graph.Value) graph.Value {
			return graph.Concat(-1, graph.Slice(x, -1, 0, n, 2), graph.Slice(x, -1, 1, n, 2))
		})
		c := class(t, d, "make/columns")
		assert.Equal(t, n/2, c.Units)
		assert.Equal(t, groups.Entry{Var: "m/make", Axis: 1, Start: 0, Step: 2, Multi: 1}, c.Entries[0])
		assert.Equal(t, groups.Entry{Var: "m/read", Axis: 0, Start: 0, Step: 1, Multi: 1}, c.Entries[1])
		assert.Equal(t, groups.Entry{Var: "m/read", Axis: 0, Start: n / 2, Step: 1, Multi: 1}, class(t, d, "make/columns/1").Entries[1])
	})
	t.Run("swapped halves", func(t *testing.T) {
		d := build("swap", func(x graph.Value) graph.Value {
			return graph.Concat(-1, graph.Slice(x, -1, n/2, n, 1), graph.Slice(x, -1, 0, n/2, 1))
		})
		assert.Equal(t, groups.Entry{Var: "m/read", Axis: 0, Start: n / 2, Step: 1, Multi: 1}, class(t, d, "make/columns").Entries[1])
	})
	t.Run("turned round", func(t *testing.T) {
		at := make([]int, n)
		for i := range at {
			at[i] = n - 1 - i
		}
		d := build("turn", func(x graph.Value) graph.Value { return graph.Gather(x, -1, at) })
		assert.Equal(t, groups.Entry{Var: "m/read", Axis: 0, Start: n - 1, Step: -1, Multi: 1}, class(t, d, "make").Entries[1])
	})
	t.Run("divided into heads", func(t *testing.T) {
		d := build("heads", func(x graph.Value) graph.Value {
			heads := graph.Reshape(x, 1, 3, n/3)
			return graph.Reshape(graph.Sigmoid(heads), 2, n)
		})
		c := class(t, d, "make/columns") // 3 heads of 4 indices each
		assert.Equal(t, 3, c.Units)
		assert.Len(t, c.Entries, 8)
		assert.Equal(t, groups.Entry{Var: "m/make", Axis: 1, Start: 0, Step: 4, Multi: 1}, c.Entries[0])
		c = class(t, d, "make/columns/1") // the same place of all heads
		assert.Equal(t, 4, c.Units)
		assert.Equal(t, groups.Entry{Var: "m/make", Axis: 1, Start: 4, Step: 1, Multi: 1}, c.Entries[1])
	})
	t.Run("heads that are one, and places", func(t *testing.T) {
		d := build("tied", func(x graph.Value) graph.Value {
			h := graph.Reshape(x, 1, 3, n/3)
			h = graph.Add(h, graph.Gather(h, -1, []int{1, 2, 3, 0}))
			h = graph.Add(h, graph.Gather(h, -2, []int{1, 2, 0}))
			return graph.Reshape(h, 2, n)
		})
		c := class(t, d, "make") // neither can go without all columns: one unit, not two with the same
		assert.Equal(t, 1, c.Units)
		assert.Len(t, c.Entries, 2*n)
		assert.Len(t, d.Classes, 3, "beside inputs and outputs")
	})
}

func TestNamesDoNotDependOnSizes(t *testing.T) {
	var first []string
	for _, n := range []int{1, 2, 3, 17} {
		names := derive(t, stacked(t, 5, n, n, 2*n)).Names()
		if first == nil {
			first = names
		}
		assert.Equal(t, first, names, "hidden %d", n)
	}
}

func TestSelect(t *testing.T) {
	d := derive(t, stacked(t, 20, 4, 4, 4))
	got, err := d.Select([]string{"cell_1", "embedding"})
	require.NoError(t, err)
	require.Len(t, got, 2)
	assert.Equal(t, "embedding", got[0].Name, "in the order of the model")

	for _, c := range []struct{ name, class, err string }{
		{"unknown", "cell_2", "no class \"cell_2\"; known: embedding/rows, embedding, cell_0, cell_1, softmax; nearest is cell_0"},
		{"pinned", "softmax", "class \"softmax\" cannot lose units: its size is fixed by the vocabulary or the labels of the loss"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := d.Select([]string{c.class})
			assert.ErrorContains(t, err, c.err)
		})
	}
	none, err := d.Select([]string{})
	require.NoError(t, err)
	assert.Empty(t, none, "nothing asked for, nothing selected")
}

func ExampleClass_String() {
	g, err := graph.Trace("rnn", func(s *graph.Scope) {
		time, batch := graph.Symbol("time"), graph.Symbol("batch")
		cell := s.Layer("rnn", "cell")
		x, h := s.Input("x", time, batch, graph.Fixed(3)), s.State("h", 0, batch, graph.Fixed(5))
		out, final := graph.Scan(cell, graph.ScanConfig{}, []graph.Value{x}, []graph.Carry{{Name: "h", Init: h}},
			func(s *graph.Scope, x, prev []graph.Value) (out, next []graph.Value) {
				w, b := s.Param("weights", nil, 3+5, 5), s.Param("biases", nil, 5)
				h := graph.Tanh(graph.Add(graph.MatMul(graph.Concat(-1, x[0], prev[0]), w), b))
				return []graph.Value{h}, []graph.Value{h}
			})
		s.Output("h", final[0])
		s.Output("y", graph.MatMul(out[0], s.Param("out", nil, 5, 2)))
	})
	if err != nil {
		panic(err)
	}
	d, err := groups.Derive(g)
	if err != nil {
		panic(err)
	}
	c, err := d.Class("cell")
	if err != nil {
		panic(err)
	}
	fmt.Println(c)
	// Output:
	// cell: 5 units
	//   states    cell/h
	//   owns      rnn/weights rows 3 to 7, columns 0 to 4
	//   owns      out rows 0 to 4
	//   owns      rnn/biases elements 0 to 4
	//   made by   rnn/weights
	//   read by   rnn/weights, out
}

// A unit of which one number is repeated along other units cannot go, although
// every weight that reads it is zero: it reads without weights, and without it
// there would be nothing to repeat.
func TestRepeatedUnitStays(t *testing.T) {
	for name, repeat := range map[string]func(h, z graph.Value) graph.Value{
		"a gate of all": func(h, z graph.Value) graph.Value { return graph.Mul(graph.Slice(h, -1, 0, 1, 1), z) },
		"a sum":         func(h, z graph.Value) graph.Value { return graph.Add(z, graph.Gather(h, -1, []int{0})) },
		"expanded": func(h, z graph.Value) graph.Value {
			return graph.Add(z, graph.Expand(graph.Slice(h, -1, 0, 1, 1), z.Shape()...))
		},
		"chosen by": func(h, z graph.Value) graph.Value {
			return graph.Select(graph.Slice(h, -1, 0, 1, 1), z, graph.Tanh(z))
		},
	} {
		t.Run(name, func(t *testing.T) {
			g, err := graph.Trace("repeating", func(s *graph.Scope) {
				m := s.Layer("m", "m")
				x := s.Input("x", graph.Symbol("batch"), graph.Fixed(3))
				h := graph.Tanh(graph.MatMul(x, m.Param("in", nil, 3, 4)))
				z := graph.MatMul(x, m.Param("more", nil, 3, 2))
				s.Output("y", graph.Add(graph.MatMul(h, m.Param("out", nil, 4, 2)), repeat(h, z)))
			})
			require.NoError(t, err)
			ts := tensors(g, 1)
			clear(ts["m/out"].Row(0))
			clear(ts["m/out"].Row(2))
			cert, err := groups.Certify(derive(t, g), nil, read(ts))
			require.NoError(t, err)
			assert.Equal(t, 1, cert.Removable(), "unit 2 goes, unit 0 stays")
			small, err := groups.Compact(g, ts, nil, cert.Keep())
			require.NoError(t, err)
			r, err := groups.Verify(groups.Model{Graph: g, Tensors: ts}, groups.Model{Graph: small.Graph, Tensors: small.Tensors}, feed(g, 3), groups.VerifyOptions{})
			require.NoError(t, err)
			assert.True(t, r.Equal)
		})
	}
}
