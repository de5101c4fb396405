package tensor_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/seed391906a2/iss/core/tensor"
)

// count returns a tensor holding 0, 1, 2, ...
func count(shape ...int) tensor.Dense[float64] {
	d := tensor.New[float64](shape...)
	for i := range d.Data {
		d.Data[i] = float64(i)
	}
	return d
}

func TestDense(t *testing.T) {
	d := count(2, 3, 4)
	assert.Equal(t, 24, d.Size())
	assert.Equal(t, 6, d.Rows())
	assert.Equal(t, []float64{20, 21, 22, 23}, d.Row(5))
	assert.Equal(t, 4, cap(d.Row(0)), "appending to a row does not write into the next")

	c := d.Clone()
	c.Data[0], c.Shape[0] = 7, 9
	assert.Equal(t, count(2, 3, 4), d)

	scalar := tensor.Of([]float32{3})
	assert.Equal(t, 1, scalar.Size())
	assert.Equal(t, 1, scalar.Rows())
	assert.Equal(t, []float32{3}, scalar.Row(0))

	empty := tensor.New[float32](0, 5)
	assert.Zero(t, empty.Size())
	assert.Zero(t, empty.Rows())
	assert.Zero(t, tensor.New[float32](math.MaxInt, 0, math.MaxInt).Size())
	assert.Equal(t, []int32{0, 0}, tensor.NewInts(2).Data)

	shape := []int{2}
	kept := tensor.Of([]float64{1, 2}, shape...)
	shape[0] = 5
	assert.Equal(t, []int{2}, kept.Shape, "the shape is copied")
}

func TestConvert(t *testing.T) {
	d := tensor.Of([]float64{1, 0.1, 1e300}, 3)
	f := tensor.Convert[float32](d)
	assert.Equal(t, []float32{1, 0.1, float32(math.Inf(1))}, f.Data)
	assert.Equal(t, float64(float32(0.1)), tensor.Convert[float64](f).Data[1])
}

func TestRestrict(t *testing.T) {
	d := count(2, 3)
	assert.Equal(t, tensor.Of([]float64{2, 0, 5, 3}, 2, 2), d.Restrict(1, []int{2, 0}))
	assert.Equal(t, tensor.Of([]float64{3, 4, 5, 3, 4, 5}, 2, 3), d.Restrict(0, []int{1, 1}))
	assert.Equal(t, tensor.Of([]float64{}, 0, 3), d.Restrict(0, nil))
	assert.Equal(t, count(2, 3), d, "the original is whole")
}

// Element (i, j, k) of the result is the element of the source at the index
// chosen, whatever the axis.
func TestRestrictElements(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		shape := rapid.SliceOfN(rapid.IntRange(1, 4), 3, 3).Draw(t, "shape")
		axis := rapid.IntRange(0, 2).Draw(t, "axis")
		indices := rapid.SliceOfN(rapid.IntRange(0, shape[axis]-1), 0, 5).Draw(t, "indices")
		d := count(shape...)
		got := d.Restrict(axis, indices)
		n := 0
		for i := range got.Shape[0] {
			for j := range got.Shape[1] {
				for k := range got.Shape[2] {
					from := [3]int{i, j, k}
					from[axis] = indices[from[axis]]
					require.Equal(t, d.Data[(from[0]*shape[1]+from[1])*shape[2]+from[2]], got.Data[n])
					n++
				}
			}
		}
		require.Len(t, got.Data, n)
	})
}

func TestDensePanics(t *testing.T) {
	d := count(2, 3)
	tests := []struct {
		want string
		call func()
	}{
		{"tensor: shape [2 -1] has a negative size", func() { tensor.New[float32](2, -1) }},
		{fmt.Sprintf("tensor: shape [%d 2] has more elements than can be counted", math.MaxInt), func() { tensor.New[float32](math.MaxInt, 2) }},
		{"tensor: 3 numbers for shape [2 2] of 4", func() { tensor.Of(make([]float32, 3), 2, 2) }},
		{"tensor: no row 2 in shape [2 3] of 2 rows", func() { d.Row(2) }},
		{"tensor: no row -1 in shape [2 3] of 2 rows", func() { d.Row(-1) }},
		{"tensor: no axis 2 in shape [2 3]", func() { d.Restrict(2, nil) }},
		{"tensor: no index 3 on axis 1 of shape [2 3]", func() { d.Restrict(1, []int{0, 3}) }},
	}
	for _, tt := range tests {
		t.Run(tt.want, func(t *testing.T) { assert.PanicsWithValue(t, tt.want, tt.call) })
	}
}

func ExampleDense_Restrict() {
	w := tensor.Of([]float32{1, 2, 3, 4, 5, 6}, 2, 3)
	fmt.Println(w.Restrict(1, []int{0, 2}))
	// Output: {[2 2] [1 3 4 6]}
}
