package runs_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/tasks"
	"github.com/seed391906a2/iss/tasks/runs"
)

func TestLife(t *testing.T) {
	t.Setenv("ISS_RUNS", filepath.Join(t.TempDir(), "all", "runs"))
	r, err := runs.Create("", info(), vocab)
	require.NoError(t, err)
	assert.Equal(t, filepath.Join(runs.Root(), "tiny-1"), r.Dir())
	assert.Equal(t, "running", runs.Status(r.Dir(), r.Info()))
	require.NoError(t, r.Append(map[string]any{"kind": "step", "cost": 1.5}))
	require.NoError(t, r.Save(snapshot(1)))
	require.NoError(t, r.Close())
	require.NoError(t, r.Close(), "twice does no harm")
	assert.Equal(t, "stopped", runs.Status(r.Dir(), r.Info()))
	require.ErrorContains(t, r.Append(struct{}{}), "open for reading, or closed")

	r, err = runs.OpenForResume(r.Dir())
	require.NoError(t, err)
	assert.Empty(t, r.Notes())
	got, err := r.Load()
	require.NoError(t, err)
	assert.Equal(t, snapshot(1), got)
	require.NoError(t, r.Append(map[string]any{"kind": "eval"}))
	require.NoError(t, r.Finish(map[string]any{"valid": 80.5, "units": []int{3, 4}}))
	require.NoError(t, r.Close())

	r, err = runs.Open(r.Dir())
	require.NoError(t, err)
	i := r.Info()
	assert.Equal(t, config(), i.Config)
	assert.EqualValues(t, 7, i.Seed)
	assert.Equal(t, info().Data, i.Data)
	assert.WithinDuration(t, time.Now(), i.Created, time.Minute)
	assert.WithinDuration(t, time.Now(), *i.Finished, time.Minute)
	assert.Equal(t, map[string]any{"valid": 80.5, "units": []any{3.0, 4.0}}, i.Result)
	assert.Equal(t, runtime.Version(), i.Versions.Go)
	assert.Contains(t, i.Versions.CPU, runtime.GOARCH)
	assert.NotEmpty(t, i.Versions.ISS)
	assert.Equal(t, "finished", runs.Status(r.Dir(), i))
	v, err := r.File("vocab.txt")
	require.NoError(t, err)
	assert.Equal(t, "a\nb\n", string(v))
	_, err = r.File("chars.txt")
	require.EqualError(t, err, "runs: "+r.Dir()+" has no chars.txt, which its task needs; was it deleted?")
	assert.Equal(t, "{\"cost\":1.5,\"kind\":\"step\"}\n{\"kind\":\"eval\"}\n", read(t, r.Dir(), "metrics.jsonl"))
	assert.Equal(t, []string{".", "checkpoint", "checkpoint/manifest.json", "checkpoint/params-000001.safetensors",
		"checkpoint/slots-000001.safetensors", "checkpoint/state-000001.json", "metrics.jsonl", "run.json", "vocab.txt"}, tree(t, r.Dir()))

	for _, err := range []error{r.Append(map[string]int{}), r.Save(snapshot(2)), r.Rewind(0), r.Finish(nil)} {
		require.EqualError(t, err, "runs: "+r.Dir()+" is open for reading, or closed; it cannot be written to")
	}
}

// The configuration in run.json is a document that makes the run again, without
// the preset.
func TestConfigOfRun(t *testing.T) {
	r := create(t, filepath.Join(t.TempDir(), "r"))
	var raw struct{ Config json.RawMessage }
	require.NoError(t, json.Unmarshal([]byte(read(t, r.Dir(), "run.json")), &raw))
	got, err := tasks.Resolve(tasks.Query{File: "run.json", Document: raw.Config})
	require.NoError(t, err)
	assert.Equal(t, config(), got)
}

func TestWrite(t *testing.T) {
	root := t.TempDir()
	parent := create(t, filepath.Join(root, "a", "tiny-1"))
	dir := filepath.Join(parent.Dir(), "compact")
	i := info()
	i.Kept, i.Parent = map[string][]int{"cell_0": {0, 2, 4}, "cell_1": {}}, parent.Dir()
	require.NoError(t, runs.Write(dir, i, vocab, snapshot(3)))

	require.NoError(t, os.Rename(filepath.Join(root, "a"), filepath.Join(root, "b")), "parent and child move together")
	dir = filepath.Join(root, "b", "tiny-1", "compact")
	r, err := runs.Open(dir)
	require.NoError(t, err)
	assert.Equal(t, i.Kept, r.Info().Kept)
	assert.Equal(t, filepath.Join(root, "b", "tiny-1"), r.Parent())
	assert.Equal(t, "finished", runs.Status(dir, r.Info()))
	w, err := runs.LoadTensors(dir)
	require.NoError(t, err)
	assert.Equal(t, snapshot(3).Tensors, w)
	metrics, err := runs.ReadMetrics(dir)
	require.NoError(t, err)
	assert.Empty(t, metrics)
	_, err = runs.LoadTensors(parent.Dir())
	require.Error(t, err, "it has moved")
}

func TestCreateRefuses(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	write(t, at("file"), "")
	write(t, at("photos/a.jpg"), "")
	write(t, at("photos/b.jpg"), "")
	write(t, at("photos/c.jpg"), "")
	write(t, at("photos/d.jpg"), "")
	write(t, at("broken/run.json"), "{")
	require.NoError(t, create(t, at("stopped")).Close())
	finished := create(t, at("finished"))
	require.NoError(t, finished.Finish(nil))
	require.NoError(t, finished.Close())
	create(t, at("running"))

	tests := []struct{ name, dir, want string }{
		{"a file", at("file"), "runs: the run cannot be written: "},
		{"below a file", at("file/new/run"), "runs: the run cannot be written: "},
		{"foreign files", at("photos"), "photos is not empty, and no run: it holds a.jpg, b.jpg, c.jpg and 1 more; name an empty or a new directory with --out"},
		{"a stopped run", at("stopped"), ", stopped); name another directory with --out, or go on with it: iss train --resume " + at("stopped")},
		{"a finished run", at("finished"), ", finished); name another directory with --out"},
		{"a run that is being written", at("running"), "running holds a run already (tiny of "},
		{"a broken run", at("broken"), "holds a run already, though one that cannot be read; name another directory with --out"},
	}
	before := tree(t, dir)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := runs.Create(tt.dir, info(), vocab)
			require.ErrorContains(t, err, tt.want)
			assert.NotContains(t, err.Error(), "\n")
			assert.Contains(t, err.Error(), "--out")
			require.Error(t, runs.Write(tt.dir, info(), nil, snapshot(1)))
			assert.Equal(t, before, tree(t, dir), "nothing is left behind")
		})
	}

	require.NoError(t, os.Mkdir(at("empty"), 0o777))
	create(t, at("empty"))
}

// Whatever fails on the way, what was made is removed and what was there stays.
func TestCreateUndoes(t *testing.T) {
	nan := info()
	nan.Result = map[string]any{"x": make(chan int)}
	bad := snapshot(1)
	bad.State = json.RawMessage("{")
	tests := []struct {
		name string
		run  func(dir string) error
		want string
	}{
		{"run.json", func(dir string) error { _, err := runs.Create(dir, nan, vocab); return err }, "runs: result of "},
		{"checkpoint", func(dir string) error { return runs.Write(dir, info(), vocab, bad) }, "the checkpoint of "},
		{"both", func(dir string) error { return runs.Write(dir, nan, vocab, snapshot(1)) }, "runs: result of "},
		{"a name that is taken", func(dir string) error {
			_, err := runs.Create(dir, info(), map[string][]byte{"run.json": nil})
			return err
		}, `a task's file cannot be called "run.json"`},
		{"a path", func(dir string) error {
			_, err := runs.Create(dir, info(), map[string][]byte{"../up": nil})
			return err
		}, `a task's file cannot be called "../up"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			root := t.TempDir()
			require.ErrorContains(t, tt.run(filepath.Join(root, "a", "checkpoint")), tt.want)
			assert.Equal(t, []string{"."}, tree(t, root))
			require.NoError(t, os.MkdirAll(filepath.Join(root, "a", "b"), 0o777))
			require.ErrorContains(t, tt.run(filepath.Join(root, "a", "b")), tt.want)
			assert.Equal(t, []string{".", "a", "a/b"}, tree(t, root), "a directory that was there stays")
		})
	}
}

func TestNextDir(t *testing.T) {
	root := t.TempDir()
	next := func() string {
		dir, err := runs.NextDir(root, "tiny")
		require.NoError(t, err)
		return filepath.Base(dir)
	}
	assert.Equal(t, "tiny-1", next())
	for _, name := range []string{"tiny-9", "tiny-10", "tiny-x", "tiny-iss-77", "other-50"} {
		require.NoError(t, os.Mkdir(filepath.Join(root, name), 0o777))
	}
	assert.Equal(t, "tiny-11", next())
	write(t, filepath.Join(root, "file"), "")
	_, err := runs.NextDir(filepath.Join(root, "file"), "tiny")
	require.ErrorContains(t, err, "name another directory with --out or ISS_RUNS")
}

// Processes that start at one time get directories of their own.
func TestCreateAtOnce(t *testing.T) {
	t.Setenv("ISS_RUNS", t.TempDir())
	const n = 8
	dirs := make([]string, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			r, err := runs.Create("", info(), vocab)
			if assert.NoError(t, err) {
				dirs[i] = r.Dir()
				assert.NoError(t, r.Close())
			}
		})
	}
	all.Wait()
	seen := map[string]bool{}
	for _, d := range dirs {
		assert.False(t, seen[d], d)
		seen[d] = true
	}
	list, err := runs.List(runs.Root())
	require.NoError(t, err)
	assert.Len(t, list, n)
}

// Of processes that want one directory, one has it.
func TestCreateOne(t *testing.T) {
	root := t.TempDir()
	for round := range 20 {
		dir := filepath.Join(root, fmt.Sprint(round))
		made := make(chan error, 4)
		for range cap(made) {
			go func() {
				r, err := runs.Create(dir, info(), vocab)
				if err == nil {
					err = r.Close()
				}
				made <- err
			}()
		}
		fine := 0
		for range cap(made) {
			if <-made == nil {
				fine++
			}
		}
		assert.Equal(t, 1, fine)
		_, err := runs.Open(dir)
		require.NoError(t, err)
	}
}

func TestLeftoversGo(t *testing.T) {
	r := create(t, filepath.Join(t.TempDir(), "r"))
	require.NoError(t, r.Close())
	leftover := filepath.Join(r.Dir(), ".iss-1a2b.tmp")
	write(t, leftover, "{")
	r, err := runs.OpenForResume(r.Dir())
	require.NoError(t, err)
	require.NoError(t, r.Close())
	assert.NoFileExists(t, leftover)
}

func TestReadInfoFaults(t *testing.T) {
	tests := []struct{ name, old, new, want string }{
		{"cut short", "\n}\n", "", "not JSON: the text ends before its closing }; restore the file, or train again"},
		{"another format", `"format": 1`, `"format": 2`, "has format 2; this program reads format 1"},
		{"no format", `"format": 1,`, ``, "has format 0; this program reads format 1"},
		{"a misspelt field", `"epochs":`, `"epoch":`, `/config/train/epoch: no such field; nearest is "epochs"`},
		{"a number that cannot be", `"batch": 2`, `"batch": -2`, "run.json:23:16 /config/train/batch: must be at least 1, is -2"},
		{"no configuration", `"config": `, `"conf": `, `/config: the field "model" is missing`},
		{"a configuration that is text", `"complete": true`, `"complete": false`, `/config/preset: preset "tiny" cannot be looked up, as no presets are known here`},
		{"units that do not rise", `"versions": `, `"kept": {"a": [1], "b": [2, 1]}, "versions": `, "/kept/b/1: ids of units must rise from 0 on; 1 stands at place 1"},
		{"units below 0", `"versions": `, `"kept": {"a": [-1]}, "versions": `, "/kept/a/0: ids of units must rise from 0 on; -1 stands at place 0"},
		{"units that are text", `"versions": `, `"kept": {"a": "all"}, "versions": `, "cannot unmarshal string"},
	}
	r := create(t, filepath.Join(t.TempDir(), "r"))
	path := filepath.Join(r.Dir(), "run.json")
	text := read(t, path)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			require.Contains(t, text, tt.old)
			write(t, path, strings.Replace(text, tt.old, tt.new, 1))
			for _, open := range []func() error{
				func() error { _, err := runs.Open(r.Dir()); return err },
				func() error { _, err := runs.OpenForResume(r.Dir()); return err },
				func() error { _, err := runs.LoadTensors(r.Dir()); return err },
			} {
				err := open()
				require.ErrorContains(t, err, tt.want)
				assert.Contains(t, err.Error(), "run.json")
			}
		})
	}
	require.NoError(t, os.Remove(path))
	_, err := runs.Open(r.Dir())
	require.EqualError(t, err, "runs: "+r.Dir()+" is no run directory: it has no run.json; iss list runs names the runs")
}
