package atomicfile_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/internal/atomicfile"
)

// A folder is there with all its files, or not at all.
func TestWriteFolder(t *testing.T) {
	base := t.TempDir()
	dir := filepath.Join(base, "above", "out")
	files := atomicfile.Folder{"a.txt": atomicfile.Text([]byte("a")), "in/b.txt": atomicfile.Text([]byte("b"))}
	require.NoError(t, atomicfile.WriteFolder(dir, files))
	text, err := os.ReadFile(filepath.Join(dir, "in", "b.txt"))
	require.NoError(t, err)
	assert.Equal(t, "b", string(text))
	entries, err := os.ReadDir(filepath.Join(base, "above"))
	require.NoError(t, err)
	assert.Len(t, entries, 1, "nothing is left beside it")

	err = atomicfile.WriteFolder(dir, files)
	require.ErrorIs(t, err, atomicfile.ErrTaken)
	assert.ErrorContains(t, err, "is there already; name another folder, or remove it")
	require.ErrorIs(t, atomicfile.Vacant(dir), atomicfile.ErrTaken)

	broken := errors.New("no more")
	files["z.txt"] = func(io.Writer) error { return broken }
	other := filepath.Join(base, "else", "where", "out")
	require.ErrorIs(t, atomicfile.WriteFolder(other, files), broken)
	assert.NoDirExists(t, filepath.Join(base, "else"), "folders that were made for it go too")
	require.NoError(t, atomicfile.Vacant(other))
}
