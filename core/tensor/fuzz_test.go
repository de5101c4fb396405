package tensor_test

import (
	"bytes"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/core/tensor"
)

// Whatever the bytes: no panic, and what can be opened can be read, written and
// read again with the same result.
func FuzzOpen(f *testing.F) {
	var b bytes.Buffer
	require.NoError(f, tensor.Write(&b, map[string]tensor.Array{
		"w": tensor.Of([]float32{1, 2, 3, 4}, 2, 2), "n": tensor.Ints64{Shape: []int{1}, Data: []int64{-1}},
	}, map[string]string{"a": "b"}))
	f.Add(b.Bytes())
	f.Add(file(`{"a":{"dtype":"F64","shape":[],"data_offsets":[0,8]},"b":{"dtype":"BOOL","shape":[0,7],"data_offsets":[8,8]}}`, "12345678"))
	f.Add(file(`{"a":{"dtype":"I32","shape":[4611686018427387906,4],"data_offsets":[0,8]}}`, "12345678"))
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, '{'})
	f.Fuzz(func(t *testing.T, text []byte) {
		file, err := open(text)
		if err != nil {
			return
		}
		arrays := make(map[string]tensor.Array)
		for _, name := range file.Names() {
			e, _ := file.Entry(name)
			switch e.Type {
			case tensor.F32:
				arrays[name] = must(tensor.Floats[float32](file, name))(t)
			case tensor.F64:
				arrays[name] = must(tensor.Floats[float64](file, name))(t)
			case tensor.I32:
				arrays[name] = must(file.Ints(name))(t)
			case tensor.I64:
				arrays[name] = must(file.Ints64(name))(t)
			}
		}
		var first, second bytes.Buffer
		require.NoError(t, tensor.Write(&first, arrays, file.Metadata()))
		again, err := open(first.Bytes())
		require.NoError(t, err)
		copied := make(map[string]tensor.Array)
		for name, a := range arrays {
			switch a.(type) {
			case tensor.Dense[float32]:
				copied[name] = must(tensor.Floats[float32](again, name))(t)
			case tensor.Dense[float64]:
				copied[name] = must(tensor.Floats[float64](again, name))(t)
			case tensor.Ints:
				copied[name] = must(again.Ints(name))(t)
			case tensor.Ints64:
				copied[name] = must(again.Ints64(name))(t)
			}
		}
		require.NoError(t, tensor.Write(&second, copied, again.Metadata()))
		require.Equal(t, first.Bytes(), second.Bytes())
	})
}

func must[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		require.NoError(t, err)
		return v
	}
}

func BenchmarkReadWrite(b *testing.B) {
	w := tensor.New[float32](1500, 1500)
	arrays := map[string]tensor.Array{"w": w}
	var text bytes.Buffer
	require.NoError(b, tensor.Write(&text, arrays, nil))
	b.Run("write", func(b *testing.B) {
		b.SetBytes(int64(text.Len()))
		for b.Loop() {
			require.NoError(b, tensor.Write(io.Discard, arrays, nil))
		}
	})
	b.Run("read", func(b *testing.B) {
		b.SetBytes(int64(text.Len()))
		for b.Loop() {
			f, err := open(text.Bytes())
			require.NoError(b, err)
			_, err = tensor.Floats[float32](f, "w")
			require.NoError(b, err)
		}
	})
}
