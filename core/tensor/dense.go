// Package tensor holds arrays of numbers and keeps them in files.
//
// A Dense is plain data, a shape and a row-major slice; there are no views and
// no arithmetic (core/kernel and the executors calculate):
//
//	w := tensor.New[float32](1500, 6000)
//	kept := w.Restrict(0, []int{3, 5, 8}) // rows 3, 5 and 8
//
// Files are in the safetensors format, which PyTorch, JAX and others read: an
// 8-byte length, a JSON header, the raw numbers. Nothing in such a file can
// make the reader execute code, allocate more than the file's size, or read
// outside of it.
//
// Source of the format: https://github.com/huggingface/safetensors.
package tensor

import (
	"fmt"
	"slices"
)

// Float is the constraint of everything that exists in both precisions.
type Float interface{ ~float32 | ~float64 }

// Dense is an array in row-major order: the last axis changes fastest. The
// length of Data is the product of Shape; no axes is a scalar of length 1.
type Dense[T Float] struct {
	Shape []int
	Data  []T
}

// Ints is Dense for whole numbers, such as word ids.
type Ints struct {
	Shape []int
	Data  []int32
}

// New returns an array of zeros. It panics if a size is negative or the number
// of elements does not fit an int.
func New[T Float](shape ...int) Dense[T] {
	return Dense[T]{Shape: slices.Clone(shape), Data: make([]T, mustSize(shape))}
}

// Of returns an array that uses data as it is. It panics if data does not have
// as many elements as the shape.
func Of[T Float](data []T, shape ...int) Dense[T] {
	if n := mustSize(shape); n != len(data) {
		panic(fmt.Sprintf("tensor: %d numbers for shape %v of %d", len(data), shape, n))
	}
	return Dense[T]{Shape: slices.Clone(shape), Data: data}
}

// NewInts is New for Ints.
func NewInts(shape ...int) Ints {
	return Ints{Shape: slices.Clone(shape), Data: make([]int32, mustSize(shape))}
}

// Size returns the number of elements that the shape says.
func (d Dense[T]) Size() int { return mustSize(d.Shape) }

// Rows returns the product of all sizes but the last, and 1 for a scalar.
func (d Dense[T]) Rows() int {
	if len(d.Shape) == 0 {
		return 1
	}
	return mustSize(d.Shape[:len(d.Shape)-1])
}

// Row returns the i-th run of the last axis; it shares memory with d. It
// panics if there is no such row.
func (d Dense[T]) Row(i int) []T {
	if rows := d.Rows(); i < 0 || i >= rows {
		panic(fmt.Sprintf("tensor: no row %d in shape %v of %d rows", i, d.Shape, rows))
	}
	n := 1
	if len(d.Shape) > 0 {
		n = d.Shape[len(d.Shape)-1]
	}
	return d.Data[i*n : (i+1)*n : (i+1)*n]
}

// Clone returns a copy that shares nothing with d.
func (d Dense[T]) Clone() Dense[T] {
	return Dense[T]{Shape: slices.Clone(d.Shape), Data: slices.Clone(d.Data)}
}

// Restrict returns a copy of d that has, on one axis, only the given indices,
// in their order; an index may come more than once. It panics if d has no such
// axis or the axis no such index.
func (d Dense[T]) Restrict(axis int, indices []int) Dense[T] {
	if axis < 0 || axis >= len(d.Shape) {
		panic(fmt.Sprintf("tensor: no axis %d in shape %v", axis, d.Shape))
	}
	size := d.Shape[axis]
	for _, i := range indices {
		if i < 0 || i >= size {
			panic(fmt.Sprintf("tensor: no index %d on axis %d of shape %v", i, axis, d.Shape))
		}
	}
	shape := slices.Clone(d.Shape)
	shape[axis] = len(indices)
	inner := mustSize(shape[axis+1:])
	out := Dense[T]{Shape: shape, Data: make([]T, 0, mustSize(shape))}
	for outer := range mustSize(shape[:axis]) {
		block := d.Data[outer*size*inner : (outer+1)*size*inner]
		for _, i := range indices {
			out.Data = append(out.Data, block[i*inner:(i+1)*inner]...)
		}
	}
	return out
}

// Convert returns a copy of d in another precision, rounded to nearest.
func Convert[To, From Float](d Dense[From]) Dense[To] {
	out := Dense[To]{Shape: slices.Clone(d.Shape), Data: make([]To, len(d.Data))}
	for i, v := range d.Data {
		out.Data[i] = To(v)
	}
	return out
}

// size returns the product of a shape, or an error if that is no int.
func size(shape []int) (int, error) {
	if slices.ContainsFunc(shape, func(s int) bool { return s < 0 }) {
		return 0, fmt.Errorf("shape %v has a negative size", shape)
	}
	if slices.Contains(shape, 0) {
		return 0, nil
	}
	n := 1
	for _, s := range shape {
		if n > maxInt/s {
			return 0, fmt.Errorf("shape %v has more elements than can be counted", shape)
		}
		n *= s
	}
	return n, nil
}

const maxInt = int(^uint(0) >> 1)

func mustSize(shape []int) int {
	n, err := size(shape)
	if err != nil {
		panic("tensor: " + err.Error())
	}
	return n
}
