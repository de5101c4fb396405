package gomod

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func root(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs(filepath.Join("..", "..", ".."))
	require.NoError(t, err)
	return dir
}

// write makes a folder with files in it.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o777))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666))
	}
	return dir
}

// A test binary was built from the folder that it is tested in.
func TestFind(t *testing.T) {
	h, err := Find("")
	require.NoError(t, err)
	assert.Equal(t, &Home{Dir: root(t)}, h)
	h, err = Find(filepath.Join("..", "..", ".."))
	require.NoError(t, err)
	assert.Equal(t, &Home{Dir: root(t)}, h)
	_, err = Find(t.TempDir())
	assert.ErrorContains(t, err, "it has no go.mod")
	_, err = Find(write(t, map[string]string{"go.mod": "module example.com/other\n"}))
	assert.ErrorContains(t, err, `it holds "example.com/other", not "github.com/seed391906a2/iss"`)
}

// All that iss requires is required, with its sums; iss itself is its folder.
func TestModule(t *testing.T) {
	h := &Home{Dir: root(t)}
	m, err := h.Module("example.com/mine")
	require.NoError(t, err)
	files, err := m.Files()
	require.NoError(t, err)
	dir := write(t, map[string]string{"go.mod": string(files["go.mod"])})
	got, err := Read(dir)
	require.NoError(t, err)
	ours, err := Read(root(t))
	require.NoError(t, err)
	assert.Equal(t, "example.com/mine", got.Module.Mod.Path)
	assert.Equal(t, ours.Go.Version, got.Go.Version)
	require.Len(t, got.Replace, 1)
	assert.Equal(t, root(t), got.Replace[0].New.Path)
	versions := map[string]string{}
	for _, r := range got.Require {
		versions[r.Mod.Path] = r.Mod.Version
		assert.Equal(t, r.Mod.Path != ISS, r.Indirect, r.Mod.Path)
	}
	for _, r := range ours.Require {
		assert.Equal(t, r.Mod.Version, versions[r.Mod.Path], r.Mod.Path)
	}
	sums, err := os.ReadFile(filepath.Join(root(t), "go.sum"))
	require.NoError(t, err)
	assert.Equal(t, string(sums), string(files["go.sum"]))

	_, err = h.Module("no path")
	assert.ErrorContains(t, err, `"no path" cannot be the path of a module`)
	_, err = h.Module(ISS)
	assert.ErrorContains(t, err, "is the path of iss's own module")
}

// Of two modules' requirements the later version counts; folders that a module
// of others replaces by are found from where it lies; which iss is used is not
// for it to say.
func TestUse(t *testing.T) {
	h := &Home{Dir: root(t)}
	m, err := h.Module("example.com/mine")
	require.NoError(t, err)
	other := write(t, map[string]string{
		"go.mod": "module example.com/other\n\ngo 1.99\n\nrequire (\n\tgithub.com/spf13/cobra v1.99.0\n\tgithub.com/spf13/pflag v0.0.1\n\texample.com/third v1.0.0\n\t" + ISS + " v0.3.0\n)\n\n" +
			"replace example.com/third => ../third\n\nreplace " + ISS + " => /elsewhere\n",
		"go.sum": "example.com/third v1.0.0 h1:x=\n",
	})
	require.NoError(t, m.Use(other))
	files, err := m.Files()
	require.NoError(t, err)
	text := string(files["go.mod"])
	for _, want := range []string{
		"go 1.99\n", "cobra v1.99.0 // indirect", "example.com/other " + anyVersion + "\n", "example.com/third v1.0.0 // indirect",
		ISS + " => " + root(t) + "\n", "example.com/other => " + other + "\n", "example.com/third => " + filepath.Join(other, "..", "third") + "\n",
	} {
		assert.Contains(t, text, want)
	}
	assert.NotContains(t, text, "pflag v0.0.1")
	assert.NotContains(t, text, "elsewhere")
	assert.Contains(t, string(files["go.sum"]), "example.com/third v1.0.0 h1:x=\n")
	assert.Error(t, m.Use(t.TempDir()))
}

// A released version is required as it is; the hash of its go.mod is that which
// go.sum has of any go.mod.
func TestReleased(t *testing.T) {
	cache := write(t, map[string]string{
		"github.com/seed391906a2/iss@v1.2.3/go.mod":                    "module " + ISS + "\n\ngo 1.26.0\n\nrequire github.com/spf13/cobra v1.10.2\n",
		"github.com/seed391906a2/iss@v1.2.3/go.sum":                    "a b c\n",
		"cache/download/github.com/seed391906a2/iss/@v/v1.2.3.ziphash": "h1:zip=",
	})
	h := &Home{Dir: filepath.Join(cache, "github.com", "seed391906a2", "iss@v1.2.3"), Version: "v1.2.3"}
	m, err := h.Module("example.com/mine")
	require.NoError(t, err)
	files, err := m.Files()
	require.NoError(t, err)
	assert.Contains(t, string(files["go.mod"]), ISS+" v1.2.3\n")
	assert.NotContains(t, string(files["go.mod"]), "replace")
	assert.Contains(t, string(files["go.sum"]), ISS+" v1.2.3 h1:zip=\n")

	sums, err := os.ReadFile(filepath.Join(root(t), "go.sum"))
	require.NoError(t, err)
	// github.com/pmezard/go-difflib v1.0.0 has no go.mod; Go makes one up.
	hash, err := hashOf([]byte("module github.com/pmezard/go-difflib\n"))
	require.NoError(t, err)
	assert.True(t, strings.Contains(string(sums), "github.com/pmezard/go-difflib v1.0.0/go.mod "+hash), hash)
}
