package npz_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/core/tensor/npz"
)

// npy is a .npy file of version 1 with the header text as NumPy pads it.
func npy(header string, data []byte) []byte {
	for (10+len(header)+1)%64 != 0 {
		header += " "
	}
	header += "\n"
	b := []byte("\x93NUMPY\x01\x00")
	b = binary.LittleEndian.AppendUint16(b, uint16(len(header)))
	return append(append(b, header...), data...)
}

func f4(values ...float32) (out []byte) {
	for _, v := range values {
		out = binary.LittleEndian.AppendUint32(out, math.Float32bits(v))
	}
	return out
}

// zipped is a zip file of entries in their order, packed or not.
func zipped(t testing.TB, packed bool, entries ...any) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(entries); i += 2 {
		method := zip.Store
		if packed {
			method = zip.Deflate
		}
		w, err := z.CreateHeader(&zip.FileHeader{Name: entries[i].(string), Method: method})
		require.NoError(t, err)
		_, err = w.Write(entries[i+1].([]byte))
		require.NoError(t, err)
	}
	require.NoError(t, z.Close())
	return b.Bytes()
}

func open(b []byte) (*npz.File, error) {
	return npz.NewFile("f.npz", bytes.NewReader(b), int64(len(b)))
}

const matrix = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }"

func TestRead(t *testing.T) {
	f8 := binary.BigEndian.AppendUint64(nil, math.Float64bits(-2.5))
	f2 := []byte{0x00, 0x3c, 0x00, 0xc0, 0x01, 0x00, 0x00, 0x7c} // 1, -2, the least above 0, infinite
	for _, packed := range []bool{false, true} {
		f, err := open(zipped(t, packed,
			"w.npy", npy(matrix, f4(1, 2, 3, 4, 5, 6)),
			"fortran.npy", npy("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }", f4(1, 4, 2, 5, 3, 6)),
			"a/scalar.npy", npy("{'descr': '>f8', 'fortran_order': False, 'shape': (), }", f8),
			"half.npy", npy("{'descr': '<f2', 'fortran_order': False, 'shape': (4,), }", f2),
			"none.npy", npy("{'descr': '<f4', 'fortran_order': False, 'shape': (0, 5), }", nil),
			"step.npy", npy("{'descr': '<i8', 'fortran_order': False, 'shape': (), }", make([]byte, 8)),
		))
		require.NoError(t, err)
		assert.Equal(t, []string{"a/scalar", "fortran", "half", "none", "step", "w"}, f.Names())
		for name, want := range map[string][]float32{
			"w": {1, 2, 3, 4, 5, 6}, "fortran": {1, 2, 3, 4, 5, 6}, "a/scalar": {-2.5}, "none": {},
			"half": {1, -2, 1.0 / (1 << 24), float32(math.Inf(1))},
		} {
			got, err := f.Read(name)
			require.NoError(t, err, name)
			assert.Equal(t, want, got.Data, name)
			shape, ok := f.Shape(name)
			assert.True(t, ok)
			assert.Equal(t, shape, got.Shape, name)
		}
		_, err = f.Read("step")
		assert.EqualError(t, err, `npz: f.npz: "step": is of type <i8; floats of 2, 4 and 8 bytes can be read here, convert it first`)
		_, err = f.Read("v")
		assert.ErrorContains(t, err, `no array "v"`)
	}
}

// Everything that is wrong is an error, with the array's name, when the file is
// opened.
func TestHostile(t *testing.T) {
	whole := npy(matrix, f4(1, 2, 3, 4, 5, 6))
	with := func(header string, data ...byte) []byte { return zipped(t, false, "w.npy", npy(header, data)) }
	tests := []struct {
		name string
		file []byte
		want string
	}{
		{"no zip", []byte("PK\x03\x04 and no more"), "zip: not a valid zip file"},
		{"another file in it", zipped(t, false, "data.pkl", []byte("x")), `"data.pkl" is no .npy file`},
		{"twice", zipped(t, false, "w.npy", whole, "w.npy", whole), `"w": is there twice`},
		{"no magic", zipped(t, false, "w.npy", []byte("NUMPY is not here")), "does not begin like a .npy file"},
		{"version", zipped(t, false, "w.npy", []byte("\x93NUMPY\x09\x00\x10\x00")), "version 9"},
		{"short", zipped(t, false, "w.npy", whole[:40]), "the .npy header"},
		{"long header", zipped(t, false, "w.npy", []byte("\x93NUMPY\x02\x00\xff\xff\xff\x7f")), "a .npy header of 2147483647 bytes; 65536 is the most"},
		{"objects", with("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", 1), `is of type "|O", which is not one of numbers`},
		{"records", with("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", 1), "is not one of an array of numbers"},
		{"code", with("__import__('os')"), "is not one of an array of numbers"},
		{"negative", with("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }"), "is not one of an array of numbers"},
		{"beyond count", with("{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296), }"), "more numbers than can be counted"},
		{"beyond int", with("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }"), "the size"},
		{"more than there is", with("{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000,), }", 1, 2, 3, 4), "shape [1000000000] of <f4 and its header are 4000000128 bytes, and the entry says 132"},
		{"less than there is", with("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }", 1, 2, 3, 4, 5), "and the entry says 133"},
		{"many axes", with("{'descr': '<f4', 'fortran_order': False, 'shape': ("+strings.Repeat("1,", 33)+"), }", 1, 2, 3, 4), "33 axes; 32 is the most"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := open(tt.file)
			assert.ErrorContains(t, err, tt.want)
			assert.ErrorContains(t, err, "npz: f.npz: ")
		})
	}
}

// A changed byte of the numbers is found by the checksum.
func TestDamage(t *testing.T) {
	b := zipped(t, false, "w.npy", npy(matrix, f4(1, 2, 3, 4, 5, 6)))
	i := bytes.Index(b, f4(3))
	require.Positive(t, i)
	b[i]++
	f, err := open(b)
	require.NoError(t, err)
	_, err = f.Read("w")
	assert.ErrorContains(t, err, "checksum")
}

// lie writes another unpacked size into the directory of a zip file, and into
// the array's shape.
func lie(b []byte, size uint32) []byte {
	i := bytes.Index(b, []byte("PK\x01\x02"))
	binary.LittleEndian.PutUint32(b[i+24:], size)
	return b
}

// Neither a bomb nor a lie makes the reader allocate more than the file can
// hold.
func TestMemoryIsBounded(t *testing.T) {
	const claimed = 1 << 30
	header := fmt.Sprintf("{'descr': '<f4', 'fortran_order': False, 'shape': (%d,), }", claimed/4)
	b := lie(zipped(t, true, "w.npy", npy(header, nil)), claimed+128)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := open(b)
	runtime.ReadMemStats(&after)
	assert.ErrorContains(t, err, "cannot unpack to")
	assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(1<<20))

	// Claims that deflate could keep, and the bytes are not there.
	b = zipped(t, true, "w.npy", npy("{'descr': '<f4', 'fortran_order': False, 'shape': (16000,), }", nil))
	_, err = open(lie(b, 16000*4+128))
	assert.ErrorContains(t, err, "unexpected EOF")
}

func TestOpen(t *testing.T) {
	path := t.TempDir() + "/w.npz"
	require.NoError(t, os.WriteFile(path, zipped(t, true, "w.npy", npy(matrix, f4(1, 2, 3, 4, 5, 6))), 0o666))
	f, err := npz.Open(path)
	require.NoError(t, err)
	require.NoError(t, f.Close())
	_, err = npz.Open(path + "x")
	assert.ErrorIs(t, err, os.ErrNotExist)
}

// No bytes make the reader panic, and what it opens it can say the shape of.
func FuzzOpen(f *testing.F) {
	f.Add(zipped(f, false, "w.npy", npy(matrix, f4(1, 2, 3, 4, 5, 6))))
	f.Add(zipped(f, true, "w.npy", npy(matrix, f4(1, 2, 3, 4, 5, 6)), "b.npy", npy("{'descr': '>f8', 'fortran_order': True, 'shape': (1,), }", make([]byte, 8))))
	f.Add(lie(zipped(f, true, "w.npy", npy("{'descr': '<f2', 'fortran_order': False, 'shape': (500,), }", nil)), 1128))
	f.Fuzz(func(t *testing.T, b []byte) {
		file, err := open(b)
		if err != nil {
			return
		}
		for _, name := range file.Names() {
			shape, ok := file.Shape(name)
			require.True(t, ok)
			w, err := file.Read(name)
			if err == nil {
				require.Equal(t, shape, w.Shape)
				require.Len(t, w.Data, w.Size())
			}
		}
	})
}

// No header makes the parser panic or believe a shape that cannot be counted.
func FuzzHeader(f *testing.F) {
	f.Add(matrix)
	f.Add("{'descr': '<f4', 'fortran_order': True, 'shape': (), }")
	f.Add("{'descr': '|b1', 'fortran_order': False, 'shape': (3,4,5)}")
	f.Fuzz(func(t *testing.T, header string) {
		if len(header) > 60000 {
			return
		}
		file, err := open(zipped(t, false, "w.npy", npy(header, make([]byte, 64))))
		if err != nil {
			return
		}
		w, err := file.Read("w")
		if err == nil {
			require.LessOrEqual(t, len(w.Data), 64)
		}
	})
}
