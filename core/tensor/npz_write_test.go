package tensor_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/core/tensor"
)

// A file of NumPy's is a zip of arrays, each with a header that fills up to a
// multiple of 64 bytes. NumPy itself reads such files in the story of export
// (cmd/testdata/script/export.txtar).
func TestWriteNPZ(t *testing.T) {
	var file bytes.Buffer
	require.NoError(t, tensor.WriteNPZ(&file, map[string]tensor.Array{
		"a/w":    tensor.Of([]float32{1, -2, 0.5, 3, 4, 5}, 2, 3),
		"ids":    tensor.Ints{Shape: []int{2}, Data: []int32{7, -1}},
		"scalar": tensor.Of([]float64{2.5}),
	}))
	z, err := zip.NewReader(bytes.NewReader(file.Bytes()), int64(file.Len()))
	require.NoError(t, err)
	var names []string
	for _, f := range z.File {
		names = append(names, f.Name)
		assert.Equal(t, zip.Store, f.Method)
	}
	require.Equal(t, []string{"a/w.npy", "ids.npy", "scalar.npy"}, names)
	for i, want := range []struct {
		head string
		data []byte
	}{
		{"{'descr': '<f4', 'fortran_order': False, 'shape': (2,3,), }", numbers(float32(1), float32(-2), float32(0.5), float32(3), float32(4), float32(5))},
		{"{'descr': '<i4', 'fortran_order': False, 'shape': (2,), }", []byte{7, 0, 0, 0, 255, 255, 255, 255}},
		{"{'descr': '<f8', 'fortran_order': False, 'shape': (), }", binary.LittleEndian.AppendUint64(nil, math.Float64bits(2.5))},
	} {
		r, err := z.File[i].Open()
		require.NoError(t, err)
		got, err := io.ReadAll(r)
		require.NoError(t, err)
		require.Equal(t, "\x93NUMPY\x01\x00", string(got[:8]))
		n := 10 + int(binary.LittleEndian.Uint16(got[8:]))
		assert.Zero(t, n%64)
		assert.Equal(t, want.head, strings.TrimRight(string(got[10:n]), " \n"))
		assert.Equal(t, byte('\n'), got[n-1])
		assert.Equal(t, want.data, got[n:])
	}
}

func numbers(v ...float32) (out []byte) {
	for _, x := range v {
		out = binary.LittleEndian.AppendUint32(out, math.Float32bits(x))
	}
	return out
}

func TestWriteNPZFaults(t *testing.T) {
	err := tensor.WriteNPZ(io.Discard, map[string]tensor.Array{"a": tensor.Dense[float32]{Shape: []int{3}, Data: []float32{1}}})
	assert.ErrorContains(t, err, `tensor: `)
	assert.ErrorContains(t, err, `"a"`)
	err = tensor.WriteNPZ(full{}, map[string]tensor.Array{"a": tensor.Of([]float32{1}, 1)})
	assert.ErrorIs(t, err, errFull)
}

var errFull = errors.New("the disk is full")

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }
