package glove

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const text = "the 1 -2.5 3e-2\n. . . 4 5 6\n北京 7 8 9\r\n"

func TestRead(t *testing.T) {
	got, err := Read(strings.NewReader(text), "a.txt", 3, nil)
	require.NoError(t, err)
	assert.Equal(t, []string{"the", ". . .", "北京"}, got.Words)
	assert.Equal(t, []float32{1, -2.5, 0.03, 4, 5, 6, 7, 8, 9}, got.Vectors)
	row, ok := got.Row("北京")
	assert.Equal(t, []any{2, true}, []any{row, ok})
	_, ok = got.Row("The")
	assert.False(t, ok)

	got, err = Read(strings.NewReader(text), "a.txt", 0, func(w string) bool { return w == "北京" })
	require.NoError(t, err)
	assert.Equal(t, &Table{Name: "a.txt", Dim: 3, Words: []string{"北京"}, Vectors: []float32{7, 8, 9}, Read: 3, rows: map[string]int{"北京": 0}}, got)

	got, err = Read(strings.NewReader("a 1 2\nb 3 4\na 5 6"), "a.txt", 2, nil)
	require.NoError(t, err)
	assert.Equal(t, []float32{1, 2, 3, 4}, got.Vectors, "the first counts")
	assert.Equal(t, 1, got.Again)
	assert.Equal(t, got.rows, New(2, got.Words, got.Vectors).rows)

	var none *Table
	assert.Zero(t, none.Len())
	_, ok = none.Row("a")
	assert.False(t, ok)
}

func TestReadSaysWhere(t *testing.T) {
	cases := []struct {
		name, text string
		dim        int
		want       string
	}{
		{"empty", "", 2, "glove: a.txt is empty"},
		{"empty line", "a 1 2\n\nb 3 4", 2, "a.txt:2: the line is empty"},
		{"no number", "a 1 2\nb 3 x", 2, `a.txt:2: number 2 is "x", which is none`},
		{"NaN", "a 1 NaN", 2, `a.txt:1: number 2 is "NaN"`},
		{"infinite", "a 1 2\nb 1e99 2", 2, `a.txt:2: number 1 is "1e99"`},
		{"too few", "a 1 2 3\nb 4 5", 3, "a.txt:2: the word has 2 numbers, not 3"},
		{"fewer than wanted", "a 1 2\nb 4 5", 3, "a.txt:1: the word has 2 numbers, not 3"},
		{"more than wanted", "a 1 2 3\nb 4 5 6", 2, "a.txt:1: the vectors have 3 numbers, where 2 are wanted"},
		{"cut in a number", "a 1 2\nb 4 -", 2, `a.txt:2: number 2 is "-"`},
		{"two blanks", "a 1 2\nb 4  5", 2, `a.txt:2: number 1 is ""`},
		{"no numbers at all", "hello\n", 0, "a.txt:1: the word has no numbers"},
		{"head of word2vec", "400000 100\nthe 1 2", 0, "looks like the head of a word2vec text"},
		{"no text", strings.Repeat("x", longest+1), 2, "a.txt:1: a line of more than"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			for _, keep := range []func(string) bool{nil, func(string) bool { return false }} {
				_, err := Read(strings.NewReader(c.text), "a.txt", c.dim, keep)
				assert.ErrorContains(t, err, c.want)
			}
		})
	}
	assert.PanicsWithValue(t, "glove: 1 words of dimension 2 need 2 numbers, not 1", func() { New(2, []string{"a"}, []float32{1}) })
	assert.Panics(t, func() { New(1, []string{"a", "a"}, []float32{1, 2}) })
}

func write(t *testing.T, name string, raw []byte) string {
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, raw, 0o600))
	return path
}

func zipped(t *testing.T, names ...string) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range names {
		w, err := z.Create(name)
		require.NoError(t, err)
		_, err = w.Write([]byte(text))
		require.NoError(t, err)
	}
	require.NoError(t, z.Close())
	return b.Bytes()
}

func gzipped(t *testing.T) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := z.Write([]byte(text))
	require.NoError(t, err)
	require.NoError(t, z.Close())
	return b.Bytes()
}

func TestReadFile(t *testing.T) {
	for name, raw := range map[string][]byte{
		"text.txt":    []byte(text),
		"gzip.txt.gz": gzipped(t),
		"gzip.txt":    gzipped(t), // whatever its name
		"one.zip":     zipped(t, "vectors.txt", "readme.md"),
		"several.zip": zipped(t, "glove.2d.txt", "glove.3d.txt"),
	} {
		t.Run(name, func(t *testing.T) {
			got, err := ReadFile(write(t, name, raw), 3, nil)
			require.NoError(t, err)
			assert.Equal(t, []string{"the", ". . .", "北京"}, got.Words)
		})
	}
	for name, c := range map[string]struct {
		raw  []byte
		want string
	}{
		"cut.gz":       {gzipped(t)[:30], "unexpected EOF"},
		"cut.zip":      {zipped(t, "a.txt")[:40], "the archive is cut short or broken"},
		"none.zip":     {zipped(t, "a.bin"), "holds no text"},
		"several.zip":  {zipped(t, "a.txt", "b.txt"), "several texts and 0 that are named for dimension 3: a.txt, b.txt"},
		"broken.gz":    {[]byte("\x1f\x8bxxxxxxxxxxx"), "gzip: invalid header"},
		"empty.txt.gz": {nil, "is empty"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ReadFile(write(t, name, c.raw), 3, nil)
			assert.ErrorContains(t, err, c.want)
		})
	}
	_, err := ReadFile("none.txt", 3, nil)
	assert.EqualError(t, err, "glove: file none.txt does not exist; fetch the vectors with: iss data get glove")
}
