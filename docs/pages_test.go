// Package docs_test tells the pages of the manual as stories: what they say to
// type is typed, and what they say is printed is printed.
//
// Each page has a folder for itself, with the Penn TreeBank at data/ptb where
// it can be had. Words behind a console fence say how it is run: slow not in
// short mode, ptb and squad only where these data are, shakespeare where the trained
// model of that name is, python, torch and ort where NumPy, PyTorch and ONNX
// Runtime are, long up to its report of speed, then stopped as by control-C. With
// numbers, those on the page are of one machine, and others may be printed.
package docs_test

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/cmd"
	"github.com/seed391906a2/iss/internal/doctest"
)

// The test binary is iss when it is called so.
func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == "iss" {
		os.Exit(cmd.Main())
	}
	os.Exit(m.Run())
}

const root = ".." // of the repository

// pages are README, CHANGELOG and the manual, as paths from the root.
func pages(t *testing.T) []string {
	t.Helper()
	list, err := filepath.Glob("*.md")
	require.NoError(t, err)
	require.NotEmpty(t, list)
	out := []string{"README.md", "CHANGELOG.md"}
	for _, p := range list {
		out = append(out, "docs/"+p)
	}
	return out
}

func read(t *testing.T, page string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, page))
	require.NoError(t, err)
	return string(text)
}

func TestPages(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the pages are written for a POSIX shell")
	}
	for _, page := range pages(t) {
		t.Run(page, func(t *testing.T) {
			blocks, err := doctest.Parse(read(t, page))
			require.NoError(t, err)
			checkBlocks(t, page, blocks)
			newStory(t, page).tell(blocks)
		})
	}
}

// checkBlocks demands that nothing on a page escapes its test.
func checkBlocks(t *testing.T, page string, blocks []doctest.Block) {
	t.Helper()
	marks := []string{"slow", "ptb", "squad", "shakespeare", "long", "numbers", "python", "torch", "ort"}
	for i, b := range blocks {
		for _, m := range b.Marks {
			if b.Lang != "console" || !slices.Contains(marks, m) {
				t.Errorf("%s:%d: mark %q; a console block may have %v", page, b.Line, m, marks)
			}
		}
		switch b.Lang {
		case "console", "text":
		case "go", "json", "python":
			if b.File == "" {
				t.Errorf("%s:%d: a %s block that no test reads; name its file in a comment above it", page, b.Line, b.Lang)
			} else if !used(b.File, blocks[i+1:]) {
				t.Errorf("%s:%d: no command below uses %s", page, b.Line, b.File)
			}
		default:
			t.Errorf("%s:%d: a block of language %q, which no test understands", page, b.Line, b.Lang)
		}
	}
}

// used reports whether a command names a file or, of a Go file, its folder.
func used(file string, blocks []doctest.Block) bool {
	name := file
	if strings.HasSuffix(file, ".go") {
		name = "./" + filepath.ToSlash(filepath.Dir(file))
	}
	return slices.ContainsFunc(blocks, func(b doctest.Block) bool {
		return b.Lang == "console" && strings.Contains(b.Text, name)
	})
}
