package builder

import (
	"context"
	"go/format"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// folder makes a module with a package that exports something.
func folder(t *testing.T, text string) string {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module example.com/mine\n"), 0o666))
	require.NoError(t, os.Mkdir(filepath.Join(dir, "sub"), 0o777))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "sub", "a.go"), []byte(text), 0o666))
	return dir
}

func TestParse(t *testing.T) {
	dir := folder(t, "package sub\n\nvar (\n\tTask, other = 1, 2\n\tPlugin = 3\n)\n")
	w, err := parse(filepath.Join(dir, "sub"))
	require.NoError(t, err)
	assert.Equal(t, "example.com/mine/sub", w.path)
	assert.Equal(t, dir, w.root)
	assert.Equal(t, []string{"Plugin", "Task"}, w.names)
	for arg, want := range map[string][2]string{
		"example.com/x/y":        {"example.com/x/y", "latest"},
		"example.com/x/y@v1.2.3": {"example.com/x/y", "v1.2.3"},
		"example.com/x@main":     {"example.com/x", "main"},
	} {
		w, err := parse(arg)
		require.NoError(t, err, arg)
		assert.Equal(t, want, [2]string{w.path, w.version})
		assert.Empty(t, w.root)
	}
}

func TestSource(t *testing.T) {
	text := source([]*with{{path: "example.com/a", names: []string{"Plugin", "Task"}}, {path: "example.com/b", names: []string{"Plugins"}}})
	formatted, err := format.Source(text)
	require.NoError(t, err)
	for _, want := range []string{
		"with0 \"example.com/a\"", "append(list, with0.Plugin)", "append(list, with0.Task)", "append(list, cmd.Plugins(with1.Plugins...)...)",
	} {
		assert.Contains(t, string(formatted), want)
	}
}

// Without Go nothing can be built; that is no fault of what was asked for.
func TestNoGo(t *testing.T) {
	dir := folder(t, "package sub\n\nvar Plugin = 3\n")
	t.Setenv("PATH", t.TempDir())
	out := filepath.Join(dir, "program")
	err := Build(context.Background(), Options{With: []string{filepath.Join(dir, "sub")}, Out: out, ISS: filepath.Join("..", "..", "..")})
	assert.ErrorContains(t, err, "there is no Go here")
	var slip *WrongError
	assert.NotErrorAs(t, err, &slip)
	assert.NoFileExists(t, out)
}
