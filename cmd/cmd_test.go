package cmd_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/cmd"
	"github.com/seed391906a2/iss/cmd/internal/term"
	"github.com/seed391906a2/iss/core"
)

// run is a command line in this process.
func run(ctx context.Context, args []string, plugins ...cmd.Plugin) (code int, out, log string) {
	var o, e strings.Builder
	code = cmd.Run(ctx, args, term.Streams{In: strings.NewReader(""), Out: &o, Err: &e}, plugins...)
	return code, o.String(), e.String()
}

// A training that is stopped before its first batch, its twin's included, can
// be resumed: status 3.
func TestStopped(t *testing.T) {
	dir := t.TempDir()
	config := filepath.Join(dir, "tiny.json")
	require.NoError(t, os.WriteFile(config, []byte(tiny), 0o666))
	for _, tt := range []struct {
		name string
		args []string
		want []string // in the closing words
	}{
		{"alone", []string{config}, []string{"perplexity valid", "dense model: "}},
		{"with its twin", []string{
			"demo", "--epochs", "1", "--set", "model.hidden=[8,8]", "--set", "model.embedding=8", "--set", "iss.regularizers.0.lambda=1e-4",
		}, []string{"dense model: ", "sparse model: "}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(context.Background())
			cancel()
			out := filepath.Join(t.TempDir(), "run")
			code, result, log := run(ctx, append([]string{"train", "--out", out, "--threads", "1"}, tt.args...))
			assert.Equal(t, 3, code, log)
			assert.Contains(t, log, "stopped and saved; go on with: iss train --resume "+filepath.ToSlash(out))
			assert.Empty(t, result)

			code, result, log = run(context.Background(), []string{"train", "--resume", out, "--threads", "1"})
			assert.Equal(t, 0, code, log)
			for _, want := range tt.want {
				assert.Contains(t, result, want)
			}
		})
	}
}

// No panic reaches a user.
func TestPanic(t *testing.T) {
	broken := core.CellPlugin{
		Name: "broken", Doc: "A cell that panics.", Source: "test",
		New: func(core.CellConfig) (core.Cell, error) { panic("out of luck") },
	}
	code, out, log := run(context.Background(), []string{"show", "demo", "--set", "model.cell=broken", "--set", "model.options=null"}, broken)
	assert.Equal(t, 1, code)
	assert.Contains(t, log, "iss: internal error: out of luck")
	assert.Contains(t, log, "Please report it")
	assert.Contains(t, log, "command: iss show demo")
	assert.Contains(t, log, "cmd_test.go")
	assert.NotContains(t, log, "goroutine")
	assert.Empty(t, out)
}
