package runs_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/tensor"
	"github.com/seed391906a2/iss/registry"
	"github.com/seed391906a2/iss/tasks"
	"github.com/seed391906a2/iss/tasks/runs"
)

func catalogue(t *testing.T, names ...string) *runs.Presets {
	t.Helper()
	c := registry.New[tasks.PresetEntry]("preset")
	for _, name := range names {
		require.NoError(t, c.Add(name, "test", tasks.PresetEntry{}))
	}
	return c
}

// started makes a run that was started on a day of January 2026.
func started(t *testing.T, dir string, day int) {
	t.Helper()
	i := info()
	i.Created = time.Date(2026, 1, day, 0, 0, 0, 0, time.UTC)
	require.NoError(t, runs.Write(dir, i, nil, snapshot(day)))
}

func TestListAndLast(t *testing.T) {
	root := t.TempDir()
	_, err := runs.Last(root)
	require.EqualError(t, err, "runs: there is no run under "+root+" yet; make one: iss train")
	at := func(name string) string { return filepath.Join(root, filepath.FromSlash(name)) }
	started(t, at("b-1"), 3)
	started(t, at("a-2"), 5)
	started(t, at("a-10"), 4)
	started(t, at("b-1/compact"), 9)
	started(t, at(".hidden"), 8)
	write(t, at("c-1/run.json"), "{")
	write(t, at("notes.txt"), "")
	write(t, at("d-1/vocab.txt"), "")

	list, err := runs.List(root)
	require.NoError(t, err)
	var dirs []string
	for _, e := range list {
		rel, err := filepath.Rel(root, e.Dir)
		require.NoError(t, err)
		dirs = append(dirs, filepath.ToSlash(rel))
	}
	assert.Equal(t, []string{"b-1", "a-10", "a-2", "b-1/compact", "c-1"}, dirs)
	require.Error(t, list[4].Err)
	require.NoError(t, list[0].Err)
	last, err := runs.Last(root)
	require.NoError(t, err)
	assert.Equal(t, at("a-2"), last)

	list, err = runs.List(filepath.Join(root, "nowhere"))
	require.NoError(t, err)
	assert.Empty(t, list)
	_, err = runs.List(at("notes.txt"))
	require.Error(t, err)
}

func TestFind(t *testing.T) {
	t.Chdir(t.TempDir())
	t.Setenv("ISS_RUNS", "")
	presets := catalogue(t, "demo", "ptb-small", "taken", "folder")
	_, err := runs.Find("@last", presets)
	require.EqualError(t, err, "runs: there is no run under runs yet; make one: iss train")
	_, err = runs.Find("dmeo", presets)
	require.EqualError(t, err, `runs: no run, preset or configuration file "dmeo"; nearest is demo; presets: demo, folder, ptb-small, taken; no runs under runs`)

	started(t, filepath.Join("runs", "demo-1"), 1)
	started(t, filepath.Join("runs", "demo-2"), 2)
	started(t, filepath.Join("runs", "demo-2", "compact"), 3)
	started(t, "taken", 1)
	write(t, "demo", "{}")
	write(t, "mine.json", "{}")
	require.NoError(t, os.Mkdir("folder", 0o777))
	require.NoError(t, os.Mkdir("plain", 0o777))

	run, preset, file := runs.KindRun, runs.KindPreset, runs.KindFile
	tests := []struct {
		arg  string
		want runs.Found
	}{
		{"taken", runs.Found{Kind: run, Path: "taken"}}, // a run before a preset
		{"demo", runs.Found{Kind: preset, Path: "demo"}},
		{"folder", runs.Found{Kind: preset, Path: "folder"}},
		{"mine.json", runs.Found{Kind: file, Path: "mine.json"}},
		{"./demo", runs.Found{Kind: file, Path: "./demo"}},
		{"runs/demo-1", runs.Found{Kind: run, Path: "runs/demo-1"}},
		{"runs/demo-1/", runs.Found{Kind: run, Path: "runs/demo-1/"}},
		{"demo-1", runs.Found{Kind: run, Path: filepath.Join("runs", "demo-1")}},
		{"@last", runs.Found{Kind: run, Path: filepath.Join("runs", "demo-2")}},
		{"@last/compact", runs.Found{Kind: run, Path: filepath.Join("runs", "demo-2", "compact")}},
	}
	for _, tt := range tests {
		t.Run(tt.arg, func(t *testing.T) {
			got, err := runs.Find(tt.arg, presets)
			require.NoError(t, err)
			assert.Equal(t, tt.want, got)
			dir, err := runs.FindRun(tt.arg, presets)
			if tt.want.Kind == run {
				require.NoError(t, err)
				assert.Equal(t, tt.want.Path, dir)
				return
			}
			require.EqualError(t, err, "runs: "+tt.arg+" is a "+string(tt.want.Kind)+", and a run is needed; make one: iss train "+tt.arg)
		})
	}

	faults := []struct{ arg, want string }{
		{"demo-3", `runs: no run, preset or configuration file "demo-3"; nearest is demo-1; presets: demo, folder, ptb-small, taken; last runs under runs: ` + filepath.Join("demo-2", "compact") + `, demo-2, demo-1`},
		{"plain", "runs: plain is a directory, but no run: it has no run.json; presets: "},
		{"@last/none", "runs: @last/none is " + filepath.Join("runs", "demo-2", "none") + ", which is no run directory"},
		{"@lats", `runs: no run, preset or configuration file "@lats"; presets: `},
		{"", `runs: no run, preset or configuration file ""; presets: `},
		{"../demo-1", `runs: no run, preset or configuration file "../demo-1"; nearest is demo-1; `},
	}
	for _, tt := range faults {
		t.Run("no "+tt.arg, func(t *testing.T) {
			_, err := runs.Find(tt.arg, presets)
			require.ErrorContains(t, err, tt.want)
			_, err = runs.FindRun(tt.arg, presets)
			require.ErrorContains(t, err, tt.want)
		})
	}
}

func TestLoadInit(t *testing.T) {
	t.Chdir(t.TempDir())
	t.Setenv("ISS_RUNS", "")
	started(t, filepath.Join("runs", "demo-1"), 6)
	require.NoError(t, tensor.WriteFile("w.safetensors", tensor.Arrays(snapshot(5).Tensors), nil))
	for arg, n := range map[string]int{"w.safetensors": 5, "@last": 6, "demo-1": 6, "runs/demo-1": 6} {
		got, err := runs.LoadInit(arg)
		require.NoError(t, err, arg)
		assert.Equal(t, snapshot(n).Tensors, got, arg)
	}
	_, err := runs.LoadInit("demo-2")
	require.ErrorContains(t, err, "nearest is demo-1")
	require.ErrorContains(t, err, "initial weights come from a run or a safetensors file")
	write(t, "torn.safetensors", "\x10\x00\x00\x00\x00\x00\x00\x00{")
	_, err = runs.LoadInit("torn.safetensors")
	require.ErrorContains(t, err, "runs: initial weights: tensor: torn.safetensors: ")
}

func TestCheckInit(t *testing.T) {
	params := []*graph.Param{
		{Name: "Model/embedding", Shape: []int{10, 4}},
		{Name: "Model/softmax_w", Shape: []int{4, 10}},
		{Name: "Model/softmax_b", Shape: []int{10}},
	}
	tensors := map[string]tensor.Dense[float32]{
		"Model/embedding": tensor.New[float32](10, 4),
		"Model/softmax_w": tensor.New[float32](4, 10),
		"Model/softmax_b": tensor.New[float32](10),
	}
	require.NoError(t, runs.CheckInit(params, tensors))
	delete(tensors, "Model/softmax_w")
	tensors["Model/softmax_v"] = tensor.New[float32](4, 10)
	tensors["momentum"] = tensor.New[float32](3)
	tensors["Model/embedding"] = tensor.New[float32](40)
	require.EqualError(t, runs.CheckInit(params, tensors), "runs: the initial weights do not fit the model:\n"+
		"  misshapen: Model/embedding is [40], the model's is [10 4]\n"+
		"  missing: Model/softmax_w [4 10]\n"+
		"  extra: Model/softmax_v [4 10]; nearest missing one is Model/softmax_w\n"+
		"  extra: momentum [3]")
}
