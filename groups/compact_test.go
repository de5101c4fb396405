package groups_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/graph/graphtest"
	"github.com/seed391906a2/iss/core/tensor"
	"github.com/seed391906a2/iss/groups"
)

type dense = map[string]tensor.Dense[float32]

// Tensors are cut where their class says, by hand.
func TestCompactByHand(t *testing.T) {
	g := stacked(t, 10, 3, 3)
	ts := tensors(g, 1)
	c, err := groups.Compact(g, ts, nil, map[string][]int{"cell_0": {0, 2}, "embedding": {1}})
	require.NoError(t, err)
	assert.Equal(t, []int{3, 8}, c.Tensors[cell0+"weights"].Shape)
	rows, cols := []int{1, 3, 5}, []int{0, 2, 3, 5, 6, 8, 9, 11}
	for i, r := range rows {
		for j, k := range cols {
			assert.Equal(t, ts[cell0+"weights"].Data[r*12+k], c.Tensors[cell0+"weights"].Data[i*8+j])
		}
	}
	assert.Equal(t, []int{10, 1}, c.Tensors["Model/embedding"].Shape)
	assert.Equal(t, []int{8}, c.Tensors[cell0+"biases"].Shape)
	assert.Equal(t, []int{2, 10}, c.Tensors["Model/softmax_w"].Shape)
	assert.Equal(t, ts["Model/softmax_b"], c.Tensors["Model/softmax_b"])
	assert.Equal(t, []float32{1, 3, 4, 6}, c.State("cell_0/h", []float32{1, 2, 3, 4, 5, 6}, 3), "two rows of three units")

	d := derive(t, c.Graph)
	assert.Equal(t, []int{0, 2}, class(t, d, "cell_0").IDs)
	assert.Equal(t, 3, class(t, d, "cell_0").Of)
	assert.Equal(t, groups.Entry{Var: cell0 + "weights", Axis: 0, Start: 1, Step: 1, Multi: 1}, class(t, d, "cell_0").Entries[0])
	assert.Contains(t, class(t, d, "cell_0").String(), "cell_0: 2 units of 3")
}

// Training masks are drawn by original numbers: cutting silent units out
// changes no bit of a training run either.
func TestMasksSurvive(t *testing.T) {
	for _, c := range cases(0) {
		m, small := zeroed(t, c, 11)
		for step := range uint64(3) {
			mode := graph.Mode{Training: true, Seed: 5, Step: step}
			assert.Equal(t, train(t, c, m, mode), train(t, c, small, mode), c.Name)
		}
	}
}

func train(t *testing.T, c *graphtest.Case, m groups.Model, mode graph.Mode) []float32 {
	x := machine(t, m, c)
	require.NoError(t, x.Run(mode))
	return slices.Clone(x.Output("logits"))
}

func TestCompactErrors(t *testing.T) {
	g := stacked(t, 20, 4, 4)
	ts := tensors(g, 1)
	wrong := tensors(g, 1)
	wrong["Model/softmax_w"] = tensor.New[float32](5, 20)
	missing := tensors(g, 1)
	delete(missing, "Model/softmax_b")
	extra := tensors(g, 1)
	extra["Model/softmax_v"] = tensor.New[float32](1)
	for _, c := range []struct {
		name  string
		ts    dense
		slots map[string]dense
		keep  map[string][]int
		err   string
	}{
		{"unknown class", ts, nil, map[string][]int{"cell_1": {0}}, `no class "cell_1"`},
		{"pinned class", ts, nil, map[string][]int{"softmax": {0, 1}}, `class "softmax" cannot lose units`},
		{"empty class", ts, nil, map[string][]int{"cell_0": {}}, `class "cell_0" would be empty`},
		{"unknown unit", ts, nil, map[string][]int{"cell_0": {1, 4}}, `class "cell_0" has no unit 4 to keep; it has 4 of the units 0 to 3`},
		{"unit twice", ts, nil, map[string][]int{"cell_0": {1, 1}}, "unit 1 is kept twice"},
		{"misshapen", wrong, nil, nil, `tensors: "Model/softmax_w" has shape [5 20], the model needs [4 20]`},
		{"missing", missing, nil, nil, `tensors: "Model/softmax_b" [20] is missing`},
		{"extra", extra, nil, nil, `no parameter "Model/softmax_v"`},
		{"misshapen slot", ts, map[string]dense{"m": wrong}, nil, `slot m: "Model/softmax_w" has shape [5 20]`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := groups.Compact(g, c.ts, c.slots, c.keep)
			assert.ErrorContains(t, err, c.err)
		})
	}
	small, err := groups.Compact(g, ts, nil, map[string][]int{"cell_0": {1, 3}})
	require.NoError(t, err)
	_, err = groups.Compact(small.Graph, small.Tensors, nil, map[string][]int{"cell_0": {0}})
	assert.ErrorContains(t, err, "has no unit 0 to keep; it has 2 of the units 0 to 3", "gone is gone")
}
