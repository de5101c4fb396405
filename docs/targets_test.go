package docs_test

import (
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/internal/doctest"
)

// What pages point to is there: files, and headings in them.
func TestLinks(t *testing.T) {
	for _, page := range pages(t) {
		for _, l := range doctest.Links(read(t, page)) {
			u, err := url.Parse(l.Target)
			require.NoError(t, err, "%s:%d", page, l.Line)
			if u.Scheme != "" {
				continue
			}
			target := page
			if u.Path != "" {
				target = path.Join(path.Dir(page), u.Path)
			}
			if _, err := os.Stat(filepath.Join(root, target)); !assert.NoError(t, err, "%s:%d", page, l.Line) {
				continue
			}
			if u.Fragment != "" {
				assert.Contains(t, doctest.Anchors(read(t, target)), u.Fragment, "%s:%d: headings of %s", page, l.Line, target)
			}
		}
	}
}

// Whatever docs/paper.md sets in backquotes exists: a file or folder, a test
// as FILE:NAME, a command, a preset or a cell.
func TestPaperTargets(t *testing.T) {
	text := read(t, "docs/paper.md")
	spans := doctest.Spans(text)
	require.Greater(t, len(spans), 30, "targets are found")
	known := names(t)
	for _, s := range spans {
		if err := target(s.Text, known); err != nil {
			t.Errorf("docs/paper.md:%d: `%s`: %v", s.Line, s.Text, err)
		}
	}
}

// Commands that a page sets in backquotes exist, with their flags and presets.
func TestCommandsInProse(t *testing.T) {
	known, found := names(t), 0
	for _, page := range pages(t) {
		for _, s := range doctest.Spans(read(t, page)) {
			if args, ok := strings.CutPrefix(strings.TrimPrefix(s.Text, "./"), "iss "); ok {
				found++
				if err := command(strings.Fields(args), known); err != nil {
					t.Errorf("%s:%d: `%s`: %v", page, s.Line, s.Text, err)
				}
			}
		}
	}
	assert.Greater(t, found, 15, "commands are found")
}

// A row of docs/paper.md says where its subject is built or that it is not
// built yet.
func TestPaperRows(t *testing.T) {
	rows := 0
	for i, line := range strings.Split(read(t, "docs/paper.md"), "\n") {
		if !strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "| what") {
			continue
		}
		rows++
		assert.True(t, strings.Contains(line, "`") != strings.Contains(line, "not built yet"),
			"docs/paper.md:%d: a row names files, commands and tests, or says \"not built yet\"", i+1)
	}
	assert.Greater(t, rows, 20, "rows are found")
}

var (
	testName = regexp.MustCompile(`^(\S+_test\.go):((?:Test|Fuzz|Benchmark|Example)\w+)$`)
	pathName = regexp.MustCompile(`^\.?[\w./-]+$`)
)

// target says why something that a page names is not there.
func target(text string, known []string) error {
	if m := testName.FindStringSubmatch(text); m != nil {
		source, err := os.ReadFile(filepath.Join(root, m[1]))
		if err != nil {
			return err
		}
		if !strings.Contains(string(source), "\nfunc "+m[2]+"(") {
			return fmt.Errorf("%s has no %s", m[1], m[2])
		}
		return nil
	}
	if args, ok := strings.CutPrefix(text, "iss "); ok {
		return command(strings.Fields(args), known)
	}
	if slices.Contains(known, text) {
		return nil
	}
	if !pathName.MatchString(text) {
		return fmt.Errorf("neither a file, a test as FILE:NAME, a command, a preset nor a cell")
	}
	_, err := os.Stat(filepath.Join(root, text))
	return err
}

// command says why a command line is none. Its words up to the first flag are
// commands, then names and values.
func command(words, known []string) error {
	var help []string
	for i, w := range words {
		if strings.HasPrefix(w, "-") {
			name, _, _ := strings.Cut(w, "=")
			if !regexp.MustCompile(`(?m)^ +(-\w, )?` + regexp.QuoteMeta(name) + `\b`).MatchString(run(append(slices.Clone(help), "--help"))) {
				return fmt.Errorf("iss %s has no flag %s", strings.Join(help, " "), name)
			}
			continue
		}
		if len(help) == i && strings.HasPrefix(usage(append(slices.Clone(help), w)), "iss "+strings.Join(append(slices.Clone(help), w), " ")) {
			help = append(help, w)
			continue
		}
		if len(help) == 0 {
			return fmt.Errorf("no command %s", w)
		}
		lower := w == strings.ToLower(w) && regexp.MustCompile(`^[a-z]+-[a-z-]+$`).MatchString(w)
		if lower && !slices.Contains(known, w) {
			return fmt.Errorf("no preset or cell %s", w)
		}
	}
	return nil
}

// usage is the line below "Usage:" in the help of a command.
func usage(words []string) string {
	_, after, _ := strings.Cut(run(append(words, "--help")), "Usage:\n  ")
	line, _, _ := strings.Cut(after, "\n")
	return line
}

// names are those of presets and cells.
func names(t *testing.T) (out []string) {
	t.Helper()
	for _, what := range []string{"presets", "cells"} {
		for _, line := range strings.Split(run([]string{"list", what}), "\n") {
			if f := strings.Fields(line); len(f) > 0 {
				out = append(out, f[0])
			}
		}
	}
	require.Greater(t, len(out), 5, "presets and cells are listed")
	return out
}

// run runs iss and returns what it prints on standard output.
func run(args []string) string {
	self, err := os.Executable()
	if err != nil {
		panic(err) // tests run where there is one
	}
	c := exec.Command(self, args...)
	c.Args[0] = "iss"
	out, err := c.Output()
	if err != nil {
		return ""
	}
	return string(out)
}

// The checks of targets find what is not there.
func TestTargetFaults(t *testing.T) {
	known := names(t)
	for text, want := range map[string]string{
		"docs/paper.md":                  "",
		"core/graph":                     "",
		"demo":                           "",
		"iss groups derive demo":         "",
		"iss list presets --format json": "",
		"docs/targets_test.go:TestLinks": "",
		"docs/none.md":                   "no such file",
		"docs/targets_test.go:TestNone":  "has no TestNone",
		"iss grups derive demo":          "no command grups",
		"iss groups derive ptb-lrge":     "no preset or cell ptb-lrge",
		"iss list presets --formt json":  "no flag --formt",
		"λ·Σ":                            "neither a file",
	} {
		t.Run(text, func(t *testing.T) {
			err := target(text, known)
			if want == "" {
				assert.NoError(t, err)
			} else {
				assert.ErrorContains(t, err, want)
			}
		})
	}
}
