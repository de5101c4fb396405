package tensor_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/core/tensor"
)

// file returns the bytes of a safetensors file.
func file(header, data string) []byte {
	return append(binary.LittleEndian.AppendUint64(nil, uint64(len(header))), header+data...)
}

func open(text []byte) (*tensor.File, error) {
	return tensor.NewFile("f", bytes.NewReader(text), int64(len(text)))
}

// The whole file by hand, from the format's description.
func TestWriteBytes(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, tensor.Write(&b, map[string]tensor.Array{
		"w":  tensor.Of([]float32{1, -2}, 1, 2),
		"a":  tensor.Ints{Shape: []int{1}, Data: []int32{-1}},
		"d":  tensor.Of([]float64{0.5}),
		"n":  tensor.Ints64{Shape: []int{1}, Data: []int64{math.MinInt64}},
		"no": tensor.New[float32](0, 3),
	}, map[string]string{"kind": "test"}))
	header := `{"__metadata__":{"kind":"test"},` +
		`"a":{"dtype":"I32","shape":[1],"data_offsets":[16,20]},` +
		`"d":{"dtype":"F64","shape":[],"data_offsets":[0,8]},` +
		`"n":{"dtype":"I64","shape":[1],"data_offsets":[8,16]},` +
		`"no":{"dtype":"F32","shape":[0,3],"data_offsets":[20,20]},` +
		`"w":{"dtype":"F32","shape":[1,2],"data_offsets":[20,28]}}`
	header += strings.Repeat(" ", (8-len(header)%8)%8)
	data := "\x00\x00\x00\x00\x00\x00\xe0\x3f" + "\x00\x00\x00\x00\x00\x00\x00\x80" + "\xff\xff\xff\xff" + "\x00\x00\x80\x3f" + "\x00\x00\x00\xc0"
	assert.Equal(t, string(file(header, data)), b.String())
}

func TestRoundTrip(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.safetensors")
	large := tensor.New[float32](300, 333) // several pieces and a rest
	for i := range large.Data {
		large.Data[i] = float32(i) * 0.1
	}
	odd := tensor.Of([]float64{math.NaN(), math.Inf(-1), math.Copysign(0, -1), 5e-324}, 2, 2)
	ids := tensor.Ints{Shape: []int{3}, Data: []int32{math.MinInt32, 0, math.MaxInt32}}
	steps := tensor.Ints64{Shape: []int{2}, Data: []int64{math.MinInt64, 1 << 40}}
	meta := map[string]string{"format": "iss", "é\"": "\n<&>"}
	require.NoError(t, tensor.WriteFile(path, map[string]tensor.Array{"large/é \"w\"": large, "odd": odd, "ids": ids, "steps": steps}, meta))

	f, err := tensor.Open(path)
	require.NoError(t, err)
	defer f.Close()
	assert.Equal(t, []string{"ids", "large/é \"w\"", "odd", "steps"}, f.Names())
	assert.Equal(t, meta, f.Metadata())
	e, ok := f.Entry("odd")
	require.True(t, ok)
	assert.Equal(t, tensor.F64, e.Type)
	assert.Equal(t, []int{2, 2}, e.Shape)
	_, ok = f.Entry("none")
	assert.False(t, ok)

	gotLarge, err := tensor.Floats[float32](f, "large/é \"w\"")
	require.NoError(t, err)
	assert.Equal(t, large, gotLarge)
	gotOdd, err := tensor.Floats[float64](f, "odd")
	require.NoError(t, err)
	for i := range odd.Data {
		assert.Equal(t, math.Float64bits(odd.Data[i]), math.Float64bits(gotOdd.Data[i]))
	}
	gotIDs, err := f.Ints("ids")
	require.NoError(t, err)
	assert.Equal(t, ids, gotIDs)
	gotSteps, err := f.Ints64("steps")
	require.NoError(t, err)
	assert.Equal(t, steps, gotSteps)

	// Other precisions.
	wide, err := tensor.Floats[float64](f, "large/é \"w\"")
	require.NoError(t, err)
	assert.Equal(t, tensor.Convert[float64](large), wide)
	narrow, err := tensor.Floats[float32](f, "odd")
	require.NoError(t, err)
	assert.Equal(t, float32(0), narrow.Data[3])
	wideIDs, err := f.Ints64("ids")
	require.NoError(t, err)
	assert.Equal(t, []int64{math.MinInt32, 0, math.MaxInt32}, wideIDs.Data)
}

func TestReadFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.safetensors")
	want := map[string]tensor.Dense[float32]{"a": tensor.Of([]float32{1, 2}, 2), "b": tensor.New[float32](2, 0)}
	require.NoError(t, tensor.WriteFile(path, tensor.Arrays(want), map[string]string{"k": "v"}))
	got, meta, err := tensor.ReadFile[float32](path)
	require.NoError(t, err)
	assert.Equal(t, want["a"], got["a"])
	assert.Equal(t, []int{2, 0}, got["b"].Shape)
	assert.Len(t, got, 2)
	assert.Equal(t, map[string]string{"k": "v"}, meta)

	_, _, err = tensor.ReadFile[float32](filepath.Join(t.TempDir(), "none"))
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestReadFaults(t *testing.T) {
	f, err := open(file(`{"h":{"dtype":"BF16","shape":[1],"data_offsets":[0,2]},"n":{"dtype":"I64","shape":[2],"data_offsets":[2,18]},"softmax_w":{"dtype":"F32","shape":[],"data_offsets":[18,22]}}  `,
		"..\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00...."))
	require.NoError(t, err)
	_, err = tensor.Floats[float32](f, "h")
	require.EqualError(t, err, `tensor: f: "h" is of type BF16; only [F32 F64] can be read here, convert it first`)
	_, err = tensor.Floats[float32](f, "softmax_v")
	require.EqualError(t, err, `tensor: f: no tensor "softmax_v"; nearest is "softmax_w"`)
	_, err = tensor.Floats[float32](f, "lstm")
	require.EqualError(t, err, `tensor: f: no tensor "lstm"`)
	_, err = f.Ints("softmax_w")
	require.EqualError(t, err, `tensor: f: "softmax_w" is of type F32; only [I32 I64] can be read here, convert it first`)
	_, err = f.Ints("n")
	require.EqualError(t, err, `tensor: f: "n": 4294967296 at 1 does not fit 32 bits`)
	assert.NoError(t, f.Close(), "there is nothing to close")
}

func TestOpenFaults(t *testing.T) {
	one := func(entry string) []byte { return file(`{"w":`+entry+`}`, "12345678") }
	tests := []struct {
		name string
		text []byte
		want string
	}{
		{"empty", nil, "0 bytes are no safetensors file"},
		{"short", []byte("1234567"), "7 bytes are no safetensors file"},
		{"another format", []byte("PK\x03\x04........"), "a header of 3327647949844073296 bytes; 100000000 is the most"},
		{"length beyond 63 bits", bytes.Repeat([]byte{0xff}, 20), "a header of 18446744073709551615 bytes"},
		{"cut in the header", file(`{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`, "")[:40], "a header of 54 bytes in a file of 40; the file is cut short or damaged"},
		{"cut in the numbers", file(`{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`, "1234567"), `"w": its numbers end at byte 8 of 7; the file is cut short or damaged`},
		{"too long", file(`{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`, "123456789"), "the tensors end at byte 8, the data at 9"},
		{"no header", file("", "12345678"), "the header does not begin with {"},
		{"blank first", file(" {}", ""), "the header does not begin with {"},
		{"no JSON", file("{w", ""), "the header is not JSON"},
		{"open JSON", file(`{"w":{"dtype"`, ""), "the header ends too early"},
		{"text after JSON", file(`{} x`, ""), `text after the header's end, " x"`},
		{"not UTF-8", file("{\"\xff\":1}", ""), "the header is not UTF-8"},
		{"entry is a number", one(`3`), `"w": 3 where { should be`},
		{"two of a name", file(`{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`, "12345678"), `"w" is there twice`},
		{"two of a name, one escaped", file(`{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"\u0077":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`, "12345678"), `"w" is there twice`},
		{"two of a field", one(`{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}`), `"w": dtype is there twice`},
		{"unknown field", one(`{"dtype":"F32","shape":[2],"offsets":[0,8]}`), `"w": no such field "offsets"; known: data_offsets, dtype, shape`},
		{"no dtype", one(`{"shape":[2],"data_offsets":[0,8]}`), `"w": dtype is missing`},
		{"no shape", one(`{"dtype":"F32","data_offsets":[0,8]}`), `"w": shape is missing`},
		{"no offsets", one(`{"dtype":"F32","shape":[2]}`), `"w": data_offsets is missing`},
		{"three offsets", one(`{"dtype":"F32","shape":[2],"data_offsets":[0,8,8]}`), `"w": 3 data_offsets; there must be 2`},
		{"unknown type", one(`{"dtype":"F31","shape":[2],"data_offsets":[0,8]}`), `"w": no such type "F31"`},
		{"type is a number", one(`{"dtype":32,"shape":[2],"data_offsets":[0,8]}`), `"w": 32 where text should be`},
		{"size is negative", one(`{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}`), `"w": -2 is no size and no offset`},
		{"size is broken", one(`{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}`), `"w": 2.0 is no size and no offset`},
		{"size is text", one(`{"dtype":"F32","shape":["2"],"data_offsets":[0,8]}`), `"w": 2 where a number should be`},
		{"size beyond 64 bits", one(`{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,8]}`), `is no size and no offset`},
		{"product overflows to 2", one(`{"dtype":"F32","shape":[4294967296,4294967296,2],"data_offsets":[0,8]}`), `has more elements than can be counted`},
		{"bytes overflow to 8", one(`{"dtype":"F32","shape":[4611686018427387906],"data_offsets":[0,8]}`), `"w": 8 bytes for shape [4611686018427387906] of type F32, which needs 4611686018427387906 numbers of 4 bytes`},
		{"too few bytes", one(`{"dtype":"F32","shape":[3],"data_offsets":[0,8]}`), `"w": 8 bytes for shape [3] of type F32, which needs 3 numbers of 4 bytes`},
		{"half a number", one(`{"dtype":"F64","shape":[0],"data_offsets":[0,7]}`), `"w": 7 bytes for shape [0] of type F64`},
		{"end before begin", one(`{"dtype":"F32","shape":[2],"data_offsets":[8,0]}`), `"w": bytes 8 to 0 are no range`},
		{"beyond the file", one(`{"dtype":"F32","shape":[2],"data_offsets":[9223372036854775799,9223372036854775807]}`), `its numbers end at byte 9223372036854775807 of 8`},
		{"overlap", file(`{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`, "12345678"), `"b" begins at byte 4, inside of "a", which ends at 8`},
		{"gap", file(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}`, "123456789012"), `bytes 4 to 8 before "b" belong to no tensor`},
		{"gap at the start", one(`{"dtype":"F32","shape":[1],"data_offsets":[4,8]}`), `bytes 0 to 4 before "w" belong to no tensor`},
		{"metadata twice", file(`{"__metadata__":{},"__metadata__":{}}`, ""), "__metadata__ is there twice"},
		{"metadata key twice", file(`{"__metadata__":{"a":"1","a":"2"}}`, ""), `__metadata__: "a" is there twice`},
		{"metadata is a number", file(`{"__metadata__":{"a":1}}`, ""), `__metadata__: "a": 1 where text should be`},
		{"metadata is nested", file(`{"__metadata__":{"a":{}}}`, ""), `__metadata__: "a": { where text should be`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := open(tt.text)
			require.ErrorContains(t, err, tt.want)
			assert.True(t, strings.HasPrefix(err.Error(), "tensor: f: "), err)
		})
	}
	_, err := tensor.Open(t.TempDir())
	require.Error(t, err, "a folder")
}

// What others write: padding with blanks, tensors in any order.
func TestOpenForeignLayout(t *testing.T) {
	f, err := open(file(`{ "b": {"data_offsets":[4,8], "shape":[1], "dtype":"F32"}, "a" : {"dtype":"F32","shape":[1],"data_offsets":[0,4]} }    `, "\x00\x00\x80\x3f\x00\x00\x00\x40"))
	require.NoError(t, err)
	b, err := tensor.Floats[float64](f, "b")
	require.NoError(t, err)
	assert.Equal(t, []float64{2}, b.Data)
	assert.Nil(t, f.Metadata())

	f, err = open(file("{}", ""))
	require.NoError(t, err)
	assert.Empty(t, f.Names())
}

// A header that promises much makes the reader allocate little.
func TestHostileHeadersAllocateLittle(t *testing.T) {
	tests := map[string][]byte{
		"length":       append(binary.LittleEndian.AppendUint64(nil, 99_999_999), '{'),
		"shape":        file(`{"w":{"dtype":"F32","shape":[1000000000],"data_offsets":[0,4000000000]}}`, ""),
		"shape alone":  file(`{"w":{"dtype":"F32","shape":[1000000000],"data_offsets":[0,0]}}`, ""),
		"deep nesting": file(`{"w":`+strings.Repeat("[", 20_000), ""),
	}
	for name, text := range tests {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := open(text)
			runtime.ReadMemStats(&after)
			require.Error(t, err)
			assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(1<<20))
		})
	}
}

type brokenDisk struct{ io.ReaderAt }

func (d brokenDisk) ReadAt(p []byte, off int64) (int, error) {
	if off > 50 {
		return 0, errors.New("bad sector")
	}
	return d.ReaderAt.ReadAt(p, off)
}

func TestReadErrorNamesTheTensor(t *testing.T) {
	text := file(`{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`, "12345678")
	f, err := tensor.NewFile("f", brokenDisk{bytes.NewReader(text)}, int64(len(text)))
	require.NoError(t, err)
	_, err = tensor.Floats[float32](f, "w")
	require.EqualError(t, err, `tensor: f: "w": bad sector`)
}
