package tensor

import (
	"encoding/binary"
	"fmt"
	"math"
)

// DType is the type of a tensor's numbers in a file, by its name there.
type DType string

// The types that are read and written.
const (
	F32 DType = "F32"
	F64 DType = "F64"
	I32 DType = "I32"
	I64 DType = "I64"
)

// widths holds the bytes a number takes, of every type that the format knows:
// a file may hold tensors that are not read.
var widths = map[DType]int64{
	"BOOL": 1, "U8": 1, "I8": 1, "F8_E5M2": 1, "F8_E4M3": 1,
	"I16": 2, "U16": 2, "F16": 2, "BF16": 2,
	I32: 4, "U32": 4, F32: 4,
	I64: 8, "U64": 8, F64: 8,
}

// Array is a tensor that can be written to a file: a Dense of float32 or
// float64, an Ints or an Ints64.
type Array interface {
	dtype() DType
	shape() []int
	count() int
	// encode appends elements from up to but not including to, in the
	// file's order of bytes.
	encode(dst []byte, from, to int) []byte
}

var (
	_ Array = Dense[float32]{}
	_ Array = Dense[float64]{}
	_ Array = Ints{}
	_ Array = Ints64{}
)

// Ints64 is Ints in 64 bits; files hold counters and seeds in it.
type Ints64 struct {
	Shape []int
	Data  []int64
}

func (d Dense[T]) shape() []int { return d.Shape }
func (d Dense[T]) count() int   { return len(d.Data) }

func (d Dense[T]) dtype() DType {
	if single[T]() {
		return F32
	}
	return F64
}

func (d Dense[T]) encode(dst []byte, from, to int) []byte {
	if single[T]() {
		for _, v := range d.Data[from:to] {
			dst = binary.LittleEndian.AppendUint32(dst, math.Float32bits(float32(v)))
		}
		return dst
	}
	for _, v := range d.Data[from:to] {
		dst = binary.LittleEndian.AppendUint64(dst, math.Float64bits(float64(v)))
	}
	return dst
}

func (t Ints) dtype() DType { return I32 }
func (t Ints) shape() []int { return t.Shape }
func (t Ints) count() int   { return len(t.Data) }

func (t Ints) encode(dst []byte, from, to int) []byte {
	for _, v := range t.Data[from:to] {
		dst = binary.LittleEndian.AppendUint32(dst, uint32(v))
	}
	return dst
}

func (t Ints64) dtype() DType { return I64 }
func (t Ints64) shape() []int { return t.Shape }
func (t Ints64) count() int   { return len(t.Data) }

func (t Ints64) encode(dst []byte, from, to int) []byte {
	for _, v := range t.Data[from:to] {
		dst = binary.LittleEndian.AppendUint64(dst, uint64(v))
	}
	return dst
}

// single reports whether T has 32 bits.
func single[T Float]() bool {
	const tiny = 0x1p-30
	return T(1)+T(tiny) == 1
}

// whole checks that an array has the elements that its shape says.
func whole(name string, a Array) error {
	n, err := size(a.shape())
	if err != nil {
		return fmt.Errorf("%q: %w", name, err)
	}
	if n != a.count() {
		return fmt.Errorf("%q: %d numbers for shape %v of %d", name, a.count(), a.shape(), n)
	}
	return nil
}
