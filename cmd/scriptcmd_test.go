package cmd_test

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	gomodule "golang.org/x/mod/module"
	"golang.org/x/mod/zip"
)

// commands are what stories need beyond testscript's own.
var commands = map[string]func(ts *testscript.TestScript, neg bool, args []string){
	"damage":  damage,
	"exits":   exits,
	"fixture": fixture,
	"glob":    glob,
	"proxy":   proxy,
	"reweigh": reweigh,
	"server":  server,
	"waitfor": waitFor,
}

// exits runs a program and demands an exit status: exits 2 iss lst. Its output
// is there for stdout and stderr.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits STATUS PROGRAM ARGS…")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit status %d, want %d", got, want)
	}
}

// server serves a folder to iss data get until the story ends.
func server(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: server DIR")
	}
	s := httptest.NewServer(http.FileServer(http.Dir(ts.MkAbs(args[0]))))
	ts.Defer(s.Close)
	ts.Setenv("ISS_MIRROR", s.URL)
}

// waitFor waits until a file has a line that matches a pattern, for a minute.
func waitFor(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: waitfor FILE PATTERN")
	}
	pattern, err := regexp.Compile(args[1])
	ts.Check(err)
	for range 600 {
		if text, err := os.ReadFile(ts.MkAbs(args[0])); err == nil && pattern.Match(text) {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	ts.Fatalf("%s did not match %q within a minute", args[0], args[1])
}

// glob sets $GLOB to the only file whose path begins so.
func glob(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: glob BEGINNING")
	}
	found, err := filepath.Glob(ts.MkAbs(args[0]) + "*")
	ts.Check(err)
	if len(found) != 1 {
		ts.Fatalf("%d files begin with %s: %v", len(found), args[0], found)
	}
	ts.Setenv("GLOB", found[0])
}

// proxy makes a folder from which Go can download a module: proxy DIR
// PATH@VERSION SOURCE.
func proxy(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: proxy DIR PATH@VERSION SOURCE")
	}
	source := ts.MkAbs(args[2])
	path, version, _ := strings.Cut(args[1], "@")
	dir := filepath.Join(ts.MkAbs(args[0]), filepath.FromSlash(path), "@v")
	ts.Check(os.MkdirAll(dir, 0o777))
	mod, err := os.ReadFile(filepath.Join(source, "go.mod"))
	ts.Check(err)
	var b bytes.Buffer
	ts.Check(zip.CreateFromDir(&b, gomodule.Version{Path: path, Version: version}, source))
	for name, text := range map[string][]byte{
		"list": []byte(version + "\n"), version + ".info": fmt.Appendf(nil, `{"Version": %q}`, version), version + ".mod": mod, version + ".zip": b.Bytes(),
	} {
		ts.Check(os.WriteFile(filepath.Join(dir, name), text, 0o666))
	}
}
