package scaffold

import (
	"encoding/json"
	"go/format"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/cmd/internal/gomod"
)

func TestParseName(t *testing.T) {
	for name, pkg := range map[string]string{"mgu": "mgu", "my-cell-2": "mycell2", "type": "typecell", "graph": "graphcell", "a": "a"} {
		n, err := ParseName(name)
		require.NoError(t, err, name)
		assert.Equal(t, pkg, n.Package())
		assert.Equal(t, "iss-"+name, n.Program())
	}
	for name, want := range map[string]string{
		"": "small letters", "2x": "as in x", "My Cell": "as in my-cell", "a--b": "as in a-b", "-": "small letters", "ü": "small letters",
		"con": "choose another", "train": "choose another", "a/b": "as in a-b", strings.Repeat("a", 41): "this one has 41",
	} {
		_, err := ParseName(name)
		assert.ErrorContains(t, err, want, name)
	}
}

// Go files are formatted, a name of the package is said where the module's path
// ends otherwise, documents are JSON.
func TestFiles(t *testing.T) {
	root, err := filepath.Abs(filepath.Join("..", "..", ".."))
	require.NoError(t, err)
	for _, tt := range []struct{ name, module, imported string }{
		{"mine", "example.com/mine", "\t\"example.com/mine\"\n"},
		{"my-cell", "example.com/my-cell", "\tmycell \"example.com/my-cell\"\n"},
	} {
		files, err := Go(Name(tt.name), tt.module, &gomod.Home{Dir: root})
		require.NoError(t, err)
		assert.Len(t, files, 6)
		for name, text := range files {
			if strings.HasSuffix(name, ".go") {
				formatted, err := format.Source(text)
				require.NoError(t, err, name)
				assert.Equal(t, string(formatted), string(text), name)
			}
		}
		assert.Contains(t, string(files["cmd/iss-"+tt.name+"/main.go"]), tt.imported)
		assert.LessOrEqual(t, strings.Count(string(files[tt.name+".go"]), "\n"), 60, "one screen")
	}
	files, err := Equation("mine")
	require.NoError(t, err)
	require.Len(t, files, 2)
	for name, text := range files {
		assert.True(t, json.Valid(text), name)
	}
	assert.Contains(t, string(files[Config]), `"cell": "@mine.json"`)
}

// Everything is written, or nothing.
func TestWrite(t *testing.T) {
	dir := t.TempDir()
	mine := filepath.Join(dir, "some", "folder", "mine")
	require.NoError(t, Write(mine, Files{"a.txt": []byte("a"), "b/c.txt": []byte("c")}))
	text, err := os.ReadFile(filepath.Join(mine, "b", "c.txt"))
	require.NoError(t, err)
	assert.Equal(t, "c", string(text))
	entries, err := os.ReadDir(filepath.Dir(mine))
	require.NoError(t, err)
	assert.Len(t, entries, 1, "nothing else is left")

	assert.ErrorContains(t, Write(mine, Files{"a.txt": nil}), "is there already")
	text, err = os.ReadFile(filepath.Join(mine, "a.txt"))
	require.NoError(t, err)
	assert.Equal(t, "a", string(text), "what was there stays")

	// A file where a folder must be: the second of them fails.
	require.Error(t, Write(filepath.Join(dir, "new", "other"), Files{"a": nil, "a/b": nil}))
	_, err = os.Stat(filepath.Join(dir, "new"))
	assert.ErrorIs(t, err, os.ErrNotExist)
}
