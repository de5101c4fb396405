package cmd_test

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/cmd"
)

// peaking is iss as the command iss-peak, which tells last what Linux knows of
// its memory.
func peaking() {
	code := cmd.Main()
	status, _ := os.ReadFile("/proc/self/status") // other systems have none
	os.Stderr.Write(status)
	os.Exit(code)
}

// highest is a line of proc(5)'s status: the most memory that was held at once.
var highest = regexp.MustCompile(`VmHWM:\s+(\d+) kB`)

// Files that are made to harm: iss says which file and tensor, with the numbers,
// and has needed no more memory than a small multiple of the file, or of the
// model, at its peak.
func TestHostileFiles(t *testing.T) {
	const mb = 1 << 20
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "vocab.txt"), []byte("a\nb\n"), 0o666))
	for _, c := range []struct {
		file  string
		bytes []byte
		most  int // of memory, in bytes
		want  string
	}{
		{"length.safetensors", binary.LittleEndian.AppendUint64(nil, 1<<40), 64 * mb,
			"length.safetensors: a header of 1099511627776 bytes; 100000000 is the most; this is no safetensors file"},
		{"million.safetensors", million(), 256 * mb,
			`million.safetensors: more than 100000 tensors, which is the most; "t100000" is one too many`},
		{"overflow.safetensors", one(`{"w":{"dtype":"F32","shape":[4294967296,4294967296,4],"data_offsets":[0,16]}}`, 16), 64 * mb,
			`overflow.safetensors: "w": shape [4294967296 4294967296 4] has more elements than can be counted`},
		{"bomb.npz", bomb(t, 512*mb), 96 * mb,
			"misshapen: encoder.weight [134217728]: that makes [134217728], and the model's Model/embedding is [2 200]"},
		{"overflow.npz", stored(t, "w.npy", npy("4294967296, 4294967296, 4", 16)), 64 * mb,
			`overflow.npz: "w": the shape (4294967296, 4294967296, 4,) has more numbers than can be counted`},
	} {
		t.Run(c.file, func(t *testing.T) {
			require.NoError(t, os.WriteFile(filepath.Join(dir, c.file), c.bytes, 0o666))
			run := exec.Command("iss-peak", "import", c.file, "--as", "ptb-small", "--map", "pytorch-lstm", "--vocab", "vocab.txt", "--out", "out")
			run.Dir = dir
			said, err := run.CombinedOutput()
			var exit *exec.ExitError
			require.True(t, errors.As(err, &exit), "%v\n%s", err, said)
			assert.Equal(t, 2, exit.ExitCode())
			assert.Contains(t, string(said), c.want)
			assert.NoDirExists(t, filepath.Join(dir, "out"))
			told := highest.FindSubmatch(said)
			if told == nil {
				t.Skip("this system does not tell a process's memory")
			}
			peak, err := strconv.Atoi(string(told[1]))
			require.NoError(t, err)
			t.Logf("%d bytes of file, %d MB of memory", len(c.bytes), peak>>10)
			assert.Less(t, peak<<10, c.most)
		})
	}
}

// one is a safetensors file of a header and zeros.
func one(header string, zeros int) []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(b, header...), make([]byte, zeros)...)
}

// million is a safetensors file of a million tensors without numbers.
func million() []byte {
	var h bytes.Buffer
	for i := range 1_000_000 {
		fmt.Fprintf(&h, `,"t%d":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}`, i)
	}
	h.WriteByte('}')
	h.Bytes()[0] = '{'
	return one(h.String(), 0)
}

// npy is an array of a shape and some zeros.
func npy(shape string, zeros int) []byte {
	head := fmt.Sprintf("{'descr': '<f4', 'fortran_order': False, 'shape': (%s,), }", shape)
	b := binary.LittleEndian.AppendUint16([]byte("\x93NUMPY\x01\x00"), uint16(len(head)))
	return append(append(b, head...), make([]byte, zeros)...)
}

func stored(t *testing.T, name string, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.CreateHeader(&zip.FileHeader{Name: name})
	require.NoError(t, err)
	_, err = w.Write(data)
	require.NoError(t, err)
	require.NoError(t, z.Close())
	return b.Bytes()
}

// bomb is an .npz file that unpacks to so many zeros, a thousand times its size:
// its checksum and sizes are true, so that nothing but its shape gives it away.
// Deflate's blocks of equal zeros are equal, so one is packed and repeated.
func bomb(t *testing.T, size int) []byte {
	t.Helper()
	const block = 1 << 20
	head := npy(fmt.Sprint(size/4), 0)
	var packed bytes.Buffer
	w, err := flate.NewWriter(&packed, flate.BestCompression)
	require.NoError(t, err)
	write := func(data []byte) []byte {
		from := packed.Len()
		_, err := w.Write(data)
		require.NoError(t, err)
		require.NoError(t, w.Flush())
		return bytes.Clone(packed.Bytes()[from:])
	}
	zeros := make([]byte, block)
	write(head)
	write(zeros)
	again := write(zeros) // refers to zeros only
	for range size/block - 2 {
		packed.Write(again)
	}
	require.NoError(t, w.Close())
	sum := crc32.NewIEEE()
	sum.Write(head)
	for range size / block {
		sum.Write(zeros)
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	raw, err := z.CreateRaw(&zip.FileHeader{
		Name: "encoder.weight.npy", Method: zip.Deflate, CRC32: sum.Sum32(),
		CompressedSize64: uint64(packed.Len()), UncompressedSize64: uint64(len(head) + size),
	})
	require.NoError(t, err)
	_, err = raw.Write(packed.Bytes())
	require.NoError(t, err)
	require.NoError(t, z.Close())
	require.Less(t, 900*b.Len(), size, "a bomb")
	// It is a true file: what it unpacks to has the sum that it says.
	in, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	require.NoError(t, err)
	f, err := in.File[0].Open()
	require.NoError(t, err)
	n, err := io.Copy(io.Discard, f)
	require.NoError(t, err)
	require.Equal(t, int64(len(head)+size), n)
	return b.Bytes()
}
