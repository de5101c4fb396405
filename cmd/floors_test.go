package cmd_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const module = "github.com/seed391906a2/iss"

// floors are the packages of the module, lowest first. A package may import
// packages of lower floors only, and what lies below its own entry here; a
// folder that is not named belongs to the nearest one above it that is.
var floors = [][]string{
	{"registry", "internal"},
	{"core/tensor", "core/kernel", "core/rng", "schemas"},
	{"core/graph"},
	{"core/interp", "core/engine", "core/checkpoint", "core/mapping"},
	{"core"},
	{"groups", "core/nn", "core/optim", "core/onnx", "cells/equation"},
	{"tasks"},
	{"tasks/runs"},
	{"tasks/train", "cells"},
	{"tasks/ptb", "tasks/squad", "tasks/bench", "tasks/export", "tasks/report", "cells/celltest"},
	{"cmd"},
	{"cmd/iss"},
}

// apart are imports that floors would allow and that must not be: cells and
// groups meet in the trace only.
var apart = map[string][]string{
	"cells":        {"groups", "tasks", "cells/celltest"},
	"tasks/train":  {"cells"},
	"tasks/ptb":    {"cells"},
	"tasks/squad":  {"cells", "tasks/ptb"},
	"tasks/bench":  {"cells", "tasks/ptb"},
	"tasks/report": {"cells", "tasks/ptb", "tasks/squad", "tasks/bench"},
	"core/optim":   {"core/engine", "core/interp"},
	"core/graph":   {"schemas"},
	"core/kernel":  {"core/tensor"},
}

// lonely are modules of others that one package alone may import.
var lonely = map[string]string{
	"github.com/xeipuuv/gojsonschema":  "schemas",
	"github.com/google/wire":           "cmd",
	"github.com/spf13/cobra":           "cmd",
	"golang.org/x/mod":                 "cmd",
	"github.com/schollz/progressbar":   "cmd",
	"github.com/stretchr/testify":      "", // tests only
	"google.golang.org/protobuf":       "core/onnx",
	"pgregory.net/rapid":               "core/graph/graphtest",
	"github.com/rogpeppe/go-internal/": "",
}

// place is the floor of a package and the entry of the table that it belongs to.
func place(pkg string) (floor int, entry string) {
	floor = -1
	for i, f := range floors {
		for _, e := range f {
			if (pkg == e || strings.HasPrefix(pkg, e+"/")) && len(e) > len(entry) {
				floor, entry = i, e
			}
		}
	}
	return floor, entry
}

// imports maps each package of the module to what its files other than tests
// import.
func imports(t *testing.T, root string) map[string][]string {
	t.Helper()
	out := map[string][]string{}
	set := token.NewFileSet()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "testdata" || path != root && strings.HasPrefix(d.Name(), ".")):
			return filepath.SkipDir
		case d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		if _, err := os.Stat(filepath.Join(filepath.Dir(path), "go.mod")); err == nil && filepath.Dir(path) != root {
			return filepath.SkipDir // a module of its own
		}
		f, err := parser.ParseFile(set, path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		dir, err := filepath.Rel(root, filepath.Dir(path))
		if err != nil {
			return err
		}
		pkg := filepath.ToSlash(dir)
		out[pkg] = append(out[pkg], "")
		for _, i := range f.Imports {
			name, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				return err
			}
			if !slices.Contains(out[pkg], name) {
				out[pkg] = append(out[pkg], name)
			}
		}
		return nil
	})
	require.NoError(t, err)
	return out
}

// Imports go down only: the table of floors holds.
func TestFloors(t *testing.T) {
	all := imports(t, "..")
	require.Greater(t, len(all), 10, "packages are found")
	for pkg, names := range all {
		floor, entry := place(pkg)
		if !assert.NotEqual(t, -1, floor, "package %s is on no floor: give it one", pkg) {
			continue
		}
		for _, name := range names {
			for other, owner := range lonely {
				if strings.HasPrefix(name, other) && entry != owner && pkg != owner {
					t.Errorf("%s imports %s, which only %q may", pkg, name, owner)
				}
			}
			below, ok := strings.CutPrefix(name, module+"/")
			if !ok {
				continue
			}
			f, e := place(below)
			if e != entry && f >= floor {
				t.Errorf("%s (floor %d) imports %s (floor %d); imports go down only", pkg, floor, below, f)
			}
			for _, no := range apart[entry] {
				if e == no {
					t.Errorf("%s imports %s; these two never meet", pkg, below)
				}
			}
		}
	}
}

// The table itself: a package lies on the floor of its longest entry.
func TestPlace(t *testing.T) {
	floor, entry := place("core/graph/graphtest")
	assert.Equal(t, "core/graph", entry)
	assert.Equal(t, 2, floor)
	floor, entry = place("corex")
	assert.Equal(t, "", entry)
	assert.Equal(t, -1, floor)
}
