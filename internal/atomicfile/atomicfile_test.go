package atomicfile_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/internal/atomicfile"
)

func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func content(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(text)
}

func TestWrite(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.json")
	require.NoError(t, atomicfile.WriteBytes(path, []byte("old")))
	assert.Equal(t, "old", content(t, path))

	large := bytes.Repeat([]byte("new "), 100_000)
	require.NoError(t, atomicfile.Write(path, func(w io.Writer) error {
		assert.Equal(t, "old", content(t, path), "while writing, the old file is there")
		for i := 0; i < len(large); i += 1000 {
			if _, err := w.Write(large[i : i+1000]); err != nil {
				return err
			}
		}
		assert.Equal(t, "old", content(t, path))
		return nil
	}))
	assert.Equal(t, string(large), content(t, path))
	assert.Equal(t, []string{"a.json"}, names(t, dir))
}

func TestWriteFailsWhole(t *testing.T) {
	full := errors.New("disk full")
	tests := []struct {
		name string
		fill func(w io.Writer) error
	}{
		{"at once", func(io.Writer) error { return full }},
		{"half way", func(w io.Writer) error {
			if _, err := w.Write(make([]byte, 1<<20)); err != nil {
				return err
			}
			return full
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "a")
			require.ErrorIs(t, atomicfile.Write(path, tt.fill), full)
			assert.Empty(t, names(t, dir))

			require.NoError(t, atomicfile.WriteBytes(path, []byte("old")))
			require.ErrorIs(t, atomicfile.Write(path, tt.fill), full)
			assert.Equal(t, []string{"a"}, names(t, dir))
			assert.Equal(t, "old", content(t, path))
		})
	}
}

func TestWritePanics(t *testing.T) {
	dir := t.TempDir()
	assert.Panics(t, func() {
		_ = atomicfile.Write(filepath.Join(dir, "a"), func(io.Writer) error { panic("shape") })
	})
	assert.Empty(t, names(t, dir))
}

func TestWriteRefuses(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	require.NoError(t, atomicfile.WriteBytes(file, nil))
	tests := []struct{ name, path, want string }{
		{"a folder", dir, "no regular file"},
		{"a missing folder", filepath.Join(dir, "none", "a"), "none"},
		{"a path below a file", filepath.Join(file, "a"), "file"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := atomicfile.WriteBytes(tt.path, []byte("x"))
			require.ErrorContains(t, err, tt.want)
			assert.True(t, strings.HasPrefix(err.Error(), "atomicfile: "), err)
			assert.Equal(t, []string{"file"}, names(t, dir))
		})
	}
}

func TestWriteKeepsPermissionsAndLinks(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("permissions and links are those of Unix")
	}
	dir := t.TempDir()
	path, link := filepath.Join(dir, "a"), filepath.Join(dir, "link")
	require.NoError(t, os.WriteFile(path, []byte("old"), 0o640))
	require.NoError(t, os.Chmod(path, 0o640))
	require.NoError(t, os.Symlink("a", link))
	require.NoError(t, atomicfile.WriteBytes(link, []byte("new")))
	assert.Equal(t, "new", content(t, path))
	info, err := os.Lstat(path)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o640), info.Mode())
	info, err = os.Lstat(link)
	require.NoError(t, err)
	assert.NotZero(t, info.Mode()&os.ModeSymlink, "the link is still a link")

	require.Error(t, atomicfile.WriteBytes(os.DevNull, []byte("x")), "a device is not replaced")
}

func TestIsLeftover(t *testing.T) {
	dir := t.TempDir()
	var seen []string
	require.NoError(t, atomicfile.Write(filepath.Join(dir, "a"), func(io.Writer) error {
		seen = names(t, dir)
		return nil
	}))
	require.Len(t, seen, 1)
	assert.True(t, atomicfile.IsLeftover(seen[0]), seen[0])
	assert.False(t, atomicfile.IsLeftover("a"))
	assert.False(t, atomicfile.IsLeftover("manifest.json"))
}
