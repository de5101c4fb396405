package kernel

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAvailableMemory(t *testing.T) {
	n, known := AvailableMemory()
	require.True(t, known)
	assert.Greater(t, n, int64(1<<20), "this test runs in more than a megabyte")
}

// The tightest group on the way counts, and pages of files that can go do not.
func TestGroupMemory(t *testing.T) {
	root := t.TempDir()
	write := func(dir, name, text string) {
		require.NoError(t, os.MkdirAll(filepath.Join(root, dir), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(root, dir, name), []byte(text), 0o644))
	}
	assert.Equal(t, int64(1)<<62, groupMemory(root, "/a/b"), "no limits")
	write("a", "memory.max", "1000\n")
	write("a", "memory.current", "900\n")
	write("a", "memory.stat", "anon 600\ninactive_file 300\nactive_file 0\n")
	write("a/b", "memory.max", "max\n")
	write("a/b", "memory.current", "10\n")
	assert.Equal(t, int64(400), groupMemory(root, "/a/b"))
	write("a/b", "memory.max", "110\n")
	assert.Equal(t, int64(100), groupMemory(root, "/a/b"))
	write("a/b", "memory.current", "500\n")
	assert.Equal(t, int64(0), groupMemory(root, "/a/b"), "more in use than allowed")
	assert.Equal(t, int64(1)<<62, groupMemory(root, "/"))
}
