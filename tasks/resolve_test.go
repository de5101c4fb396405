package tasks_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/seed391906a2/iss/cells"
	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/registry"
	"github.com/seed391906a2/iss/schemas"
	"github.com/seed391906a2/iss/tasks"
	"github.com/seed391906a2/iss/tasks/ptb"
)

// fake is a task that has presets and nothing else.
func fake(name string, presets ...tasks.Preset) tasks.Task {
	return tasks.Task{Name: name, Source: "test", Presets: presets}
}

func allTasks(t testing.TB) *registry.Catalogue[tasks.Task] {
	t.Helper()
	c, err := tasks.Catalogue(ptb.New(), ptb.NewGrammar())
	require.NoError(t, err)
	return c
}

func presets(t testing.TB, namesAndDocuments ...string) *registry.Catalogue[tasks.PresetEntry] {
	t.Helper()
	f := fake("fake")
	for i := 0; i < len(namesAndDocuments); i += 2 {
		f.Presets = append(f.Presets, tasks.Preset{Name: namesAndDocuments[i], Document: []byte(namesAndDocuments[i+1])})
	}
	c, err := tasks.Presets(f)
	require.NoError(t, err)
	return c
}

func allCells(t testing.TB) *registry.Catalogue[core.CellPlugin] {
	t.Helper()
	c, err := cells.Catalogue(cells.All()...)
	require.NoError(t, err)
	return c
}

const (
	small = `{"task": "ptb",
		"model": {"cell": "lstm", "options": {"forget_bias": 0}, "embedding": 200, "hidden": [200, 200], "keep": {"input": 0.9, "output": 0.8}},
		"train": {"batch": 20, "steps": 20, "epochs": 13, "clip": 5, "schedule": {"kind": "hold", "hold": 4, "factor": 0.5}}}`
	sparse = `{"preset": "small", "twin": "small", "model": {"keep": {"input": 0.7}}, "train": {"schedule": {"kind": "every", "every": 6, "factor": 0.1}},
		"iss": {"regularizers": [{"kind": "group_lasso", "on": "iss", "lambda": 0.003}]}}`
	tiny = `{"task": "ptb", "model": {"cell": "rnn", "embedding": 4, "hidden": [5]}, "train": {"batch": 2, "steps": 3, "epochs": 1}}`
)

func query(t testing.TB) tasks.Query {
	return tasks.Query{Presets: presets(t, "small", small, "sparse", sparse), Cells: allCells(t), Tasks: allTasks(t)}
}

func TestResolvePreset(t *testing.T) {
	q := query(t)
	q.Name = "sparse"
	got, err := tasks.Resolve(q)
	require.NoError(t, err)
	twin := "small"
	assert.Equal(t, tasks.Config{
		Preset: "sparse", Task: "ptb", Seed: 1,
		Model: tasks.Model{
			Cell: "lstm", Options: map[string]any{"forget_bias": 0.0}, Embedding: 200, Hidden: []int{200, 200},
			Keep: map[string]float64{"input": 0.7, "output": 0.8}, InitScale: 0.1,
		},
		Train: tasks.Train{
			Batch: 20, Steps: 20, Epochs: 13, Clip: 5, Optimizer: tasks.Optimizer{Kind: "sgd", Rate: 1},
			Schedule: tasks.Schedule{Kind: "every", Every: 6, Factor: 0.1},
		},
		ISS: tasks.ISS{
			Tau: 1e-4, TauOn: "all", Count: "multiset", Biases: "follow",
			Regularizers: []tasks.Regularizer{{Kind: "group_lasso", On: "iss", Lambda: 0.003}},
		},
		Twin: &twin,
	}, got)
}

// Each row changes preset sparse by a document and settings.
func TestResolveMerge(t *testing.T) {
	aside := filepath.Join(t.TempDir(), "aside.json")
	require.NoError(t, os.WriteFile(aside, []byte(`{"tau": 0.5, "classes": ["cell_1"]}`), 0o666))
	tests := []struct {
		name, document string
		sets           []string
		want           func(c *tasks.Config)
	}{
		{"objects are joined", `{"preset": "sparse", "model": {"keep": {"output": 0.1}}}`, nil,
			func(c *tasks.Config) { c.Model.Keep = map[string]float64{"input": 0.7, "output": 0.1} }},
		{"lists are replaced", `{"preset": "sparse", "model": {"hidden": [7]}}`, nil,
			func(c *tasks.Config) { c.Model.Hidden = []int{7} }},
		{"null takes away", `{"preset": "sparse", "twin": null, "model": {"keep": {"input": null}, "options": null}}`, nil,
			func(c *tasks.Config) {
				c.Twin, c.Model.Options, c.Model.Keep = nil, nil, map[string]float64{"output": 0.8}
			}},
		{"without regularizers there is no threshold", `{"preset": "sparse", "iss": {"regularizers": []}}`, nil,
			func(c *tasks.Config) { c.ISS.Tau, c.ISS.Regularizers = 0, nil }},
		{"l1 has a threshold", `{"preset": "sparse", "iss": {"regularizers": [{"kind": "l1", "on": "all", "lambda": 0.1, "except": ["*b"], "method": "gradient"}]}, "train": {"freeze": "none", "only": ["*"]}}`, nil,
			func(c *tasks.Config) {
				c.ISS.Regularizers = []tasks.Regularizer{{Kind: "l1", On: "all", Lambda: 0.1, Except: []string{"*b"}}}
				c.Train.Only = []string{"*"}
			}},
		{"l2 has none", `{"preset": "sparse", "iss": {"regularizers": [{"kind": "l2", "on": "all", "lambda": 0.1}]}}`, nil,
			func(c *tasks.Config) {
				c.ISS.Regularizers, c.ISS.Tau = []tasks.Regularizer{{Kind: "l2", On: "all", Lambda: 0.1}}, 0
			}},
		{"a proximal step shrinks without τ", `{"preset": "sparse", "iss": {"tau": 0, "shrink": {"after": 5}}}`, []string{"iss.regularizers.0.method=proximal"},
			func(c *tasks.Config) {
				c.ISS.Regularizers[0].Method, c.ISS.Tau, c.ISS.Shrink = "proximal", 0, &tasks.Shrink{After: 5}
			}},
		{"both directions of one size", `{"preset": "sparse", "model": {"backward": [200, 200]}}`, nil, func(*tasks.Config) {}},
		{"directions of two sizes", `{"preset": "sparse", "model": {"backward": [200, 3]}}`, nil,
			func(c *tasks.Config) { c.Model.Backward = []int{200, 3} }},
		{"a threshold at test", `{"preset": "sparse", "iss": {"test_tau": 0.02}}`, nil,
			func(c *tasks.Config) { c.ISS.TestTau = 0.02 }},
		{"a threshold that is said stays", `{"preset": "sparse", "iss": {"tau": 0}}`, nil,
			func(c *tasks.Config) { c.ISS.Tau = 0 }},
		{"another kind replaces its neighbours", `{"preset": "sparse", "train": {"schedule": {"kind": "constant"}}}`, nil,
			func(c *tasks.Config) { c.Train.Schedule = tasks.Schedule{Kind: "constant"} }},
		{"the same kind is joined", `{"preset": "sparse", "train": {"schedule": {"kind": "every", "every": 2}}}`, nil,
			func(c *tasks.Config) { c.Train.Schedule.Every = 2 }},
		{"another cell has its own options", `{"preset": "sparse", "model": {"cell": "rnn"}}`, nil,
			func(c *tasks.Config) { c.Model.Cell, c.Model.Options = "rnn", nil }},
		{"another cell with options", `{"preset": "sparse", "model": {"options": {"activation": "relu"}, "cell": "rnn"}}`, nil,
			func(c *tasks.Config) {
				c.Model.Cell, c.Model.Options = "rnn", map[string]any{"activation": "relu"}
			}},
		{"empty document", `{"preset": "sparse"}`, nil, func(*tasks.Config) {}},
		{"text", `{"preset": "sparse", "text": {"file": "a.txt"}}`, nil,
			func(c *tasks.Config) { c.Text = &tasks.Text{File: "a.txt", Unit: "word"} }},

		{"settings from left to right", `{"preset": "sparse", "seed": 3}`, []string{"seed=4", "seed=5"},
			func(c *tasks.Config) { c.Seed = 5 }},
		{"index", ``, []string{"model.hidden.1=7"}, func(c *tasks.Config) { c.Model.Hidden = []int{200, 7} }},
		{"append", ``, []string{"model.hidden.2=7"}, func(c *tasks.Config) { c.Model.Hidden = []int{200, 200, 7} }},
		{"delete an item", ``, []string{"model.hidden.2=7", "model.hidden.0=null", "model.hidden.0=9"},
			func(c *tasks.Config) { c.Model.Hidden = []int{9, 7} }},
		{"a list from nothing", ``, []string{"iss.classes.0=cell_0", "iss.classes.1=cell_1"},
			func(c *tasks.Config) { c.ISS.Classes = []string{"cell_0", "cell_1"} }},
		{"a field of an item", ``, []string{"iss.regularizers.0.lambda=0.1"},
			func(c *tasks.Config) { c.ISS.Regularizers[0].Lambda = 0.1 }},
		{"objects from nothing", ``, []string{"text.file=my text.txt"},
			func(c *tasks.Config) { c.Text = &tasks.Text{File: "my text.txt", Unit: "word"} }},
		{"what is no JSON is text", ``, []string{"data=C:\\data=x"}, func(c *tasks.Config) { c.Data = "C:\\data=x" }},
		{"text in quotes", ``, []string{`data="@home"`}, func(c *tasks.Config) { c.Data = "@home" }},
		{"an object is assigned, not joined", ``, []string{`model.keep={"input": 0.5, "output": null}`},
			func(c *tasks.Config) { c.Model.Keep = map[string]float64{"input": 0.5} }},
		{"from a file", ``, []string{"iss=@" + aside},
			func(c *tasks.Config) {
				c.ISS = tasks.ISS{Tau: 0.5, TauOn: "all", Count: "multiset", Biases: "follow", Classes: []string{"cell_1"}}
			}},
		{"delete what is not there", ``, []string{"data=null", "text.file=null", "model.keep.h=null"}, func(*tasks.Config) {}},
		{"delete", ``, []string{"twin=null", "iss=null"}, func(c *tasks.Config) {
			c.Twin, c.ISS = nil, tasks.ISS{TauOn: "all", Count: "multiset", Biases: "follow"}
		}},
		{"kind, then its fields", ``, []string{"train.schedule.kind=hold", "train.schedule.hold=2", "train.schedule.factor=0.5"},
			func(c *tasks.Config) { c.Train.Schedule = tasks.Schedule{Kind: "hold", Hold: 2, Factor: 0.5} }},
		{"fields, then their kind", ``, []string{"train.schedule.hold=2", "train.schedule.factor=0.5", "train.schedule.kind=hold"},
			func(c *tasks.Config) { c.Train.Schedule = tasks.Schedule{Kind: "hold", Hold: 2, Factor: 0.5} }},
		{"options, then their cell", ``, []string{"model.options.activation=relu", "model.cell=rnn"},
			func(c *tasks.Config) {
				c.Model.Cell, c.Model.Options = "rnn", map[string]any{"activation": "relu"}
			}},
		{"the same kind keeps its fields", ``, []string{"train.schedule.kind=every"}, func(*tasks.Config) {}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			q := query(t)
			q.Name = "sparse"
			want, err := tasks.Resolve(q)
			require.NoError(t, err)
			tt.want(&want)
			if tt.document != "" {
				q.Name, q.File, q.Document = "", "f", []byte(tt.document)
			}
			q.Sets = tt.sets
			got, err := tasks.Resolve(q)
			require.NoError(t, err)
			assert.Equal(t, want, got)
		})
	}
}

// What is not said has the values that the schema states.
func TestResolveDefaults(t *testing.T) {
	q := query(t)
	q.File, q.Document = "tiny.json", []byte(tiny)
	got, err := tasks.Resolve(q)
	require.NoError(t, err)
	assert.Equal(t, tasks.ISS{TauOn: "all", Count: "multiset", Biases: "follow"}, got.ISS)

	source, err := schemas.Source("config")
	require.NoError(t, err)
	var schema map[string]any
	require.NoError(t, json.Unmarshal(source, &schema))
	said := func(path ...string) any {
		v := schema
		for _, p := range path {
			require.IsType(t, map[string]any{}, v[p], "%v", path)
			v = v[p].(map[string]any)
		}
		require.Contains(t, v, "default", "%v", path)
		return v["default"]
	}
	assert.EqualValues(t, said("properties", "seed"), got.Seed)
	assert.EqualValues(t, said("definitions", "model", "properties", "init_scale"), got.Model.InitScale)
	assert.Equal(t, said("definitions", "model", "properties", "tied"), got.Model.Tied)
	assert.Equal(t, said("definitions", "train", "properties", "clip"), got.Train.Clip)
	assert.Equal(t, said("definitions", "optimizer"), map[string]any{"kind": got.Train.Optimizer.Kind, "rate": got.Train.Optimizer.Rate})
	assert.Equal(t, said("definitions", "schedule"), map[string]any{"kind": got.Train.Schedule.Kind})
	assert.Equal(t, said("definitions", "iss", "properties", "tau_on"), got.ISS.TauOn)
	assert.Equal(t, said("definitions", "iss", "properties", "count"), got.ISS.Count)
	assert.Equal(t, said("definitions", "iss", "properties", "biases"), got.ISS.Biases)

	q.Sets = []string{`iss.regularizers=[{"kind": "group_lasso", "on": "iss", "lambda": 1}]`, `text={}`}
	got, err = tasks.Resolve(q)
	require.NoError(t, err)
	assert.Equal(t, said("definitions", "iss", "properties", "tau"), got.ISS.Tau)
	assert.Equal(t, said("definitions", "text", "properties", "unit"), got.Text.Unit)
}

// The full form of any configuration resolves to that configuration, whatever
// its preset says.
func TestJSONRoundTrip(t *testing.T) {
	q := query(t)
	rapid.Check(t, func(t *rapid.T) {
		want := randomConfig(t)
		q.File, q.Document = "full.json", want.JSON()
		got, err := tasks.Resolve(q)
		require.NoError(t, err)
		assert.Equal(t, want, got)
	})
}

func randomConfig(t *rapid.T) tasks.Config {
	size := rapid.IntRange(1, 5000)
	chance := rapid.Float64Range(1e-3, 1)
	text := rapid.SampledFrom([]string{"", "a.txt", "<ä>&", "null", "@x"})
	c := tasks.Config{
		Preset: rapid.SampledFrom([]string{"", "small", "sparse", "unknown here"}).Draw(t, "preset"),
		Task:   rapid.SampledFrom([]string{"ptb", "grammar"}).Draw(t, "task"),
		Seed:   rapid.Uint64Range(0, 1<<53-1).Draw(t, "seed"),
		Data:   text.Draw(t, "data"),
		Model: tasks.Model{
			Cell: "rnn", Embedding: size.Draw(t, "embedding"), Hidden: rapid.SliceOfN(size, 1, 3).Draw(t, "hidden"),
			InitScale: chance.Draw(t, "init scale"),
		},
		Train: tasks.Train{
			Batch: size.Draw(t, "batch"), Steps: size.Draw(t, "steps"), Epochs: size.Draw(t, "epochs"),
			Clip: rapid.Float64Range(0, 10).Draw(t, "clip"), Optimizer: tasks.Optimizer{Kind: "sgd", Rate: chance.Draw(t, "rate")},
		},
		ISS: tasks.ISS{TauOn: "all", Count: rapid.SampledFrom([]string{"multiset", "distinct"}).Draw(t, "count"), Biases: "follow"},
	}
	switch c.Train.Schedule.Kind = rapid.SampledFrom([]string{"constant", "every", "hold"}).Draw(t, "kind"); c.Train.Schedule.Kind {
	case "every":
		c.Train.Schedule.Every, c.Train.Schedule.Factor = size.Draw(t, "every"), chance.Draw(t, "factor")
	case "hold":
		c.Train.Schedule.Hold, c.Train.Schedule.Factor = size.Draw(t, "hold")-1, chance.Draw(t, "factor")
	}
	flag := rapid.Bool()
	if flag.Draw(t, "tied") {
		c.Model.Tied, c.Model.Hidden[len(c.Model.Hidden)-1] = true, c.Model.Embedding
	}
	if flag.Draw(t, "keeps") {
		c.Model.Keep = map[string]float64{"output": chance.Draw(t, "keep")}
	}
	if flag.Draw(t, "options") {
		c.Model.Options = map[string]any{"activation": "relu"}
	}
	if flag.Draw(t, "text") {
		c.Text = &tasks.Text{File: text.Draw(t, "file"), Unit: "char", Vocab: 1 + size.Draw(t, "vocab")}
	}
	if flag.Draw(t, "regularised") {
		c.ISS.Tau = rapid.Float64Range(0, 1).Draw(t, "tau")
		c.ISS.TestTau = rapid.SampledFrom([]float64{0, 2}).Draw(t, "test tau")
		c.ISS.Regularizers = []tasks.Regularizer{{Kind: "group_lasso", On: "iss", Lambda: rapid.Float64Range(0, 1).Draw(t, "lambda")}}
	}
	switch rapid.IntRange(0, 2).Draw(t, "groups") {
	case 1:
		c.ISS.Groups = "g.json"
	case 2:
		c.ISS.Classes = []string{"cell_0"}
	}
	if flag.Draw(t, "twin") {
		twin := "small"
		c.Twin = &twin
	}
	return c
}

// Every preset that comes with iss resolves, and its full form does too.
func TestOurPresets(t *testing.T) {
	all, err := tasks.Presets(ptb.New(), ptb.NewGrammar())
	require.NoError(t, err)
	require.NotEmpty(t, all.Names())
	for _, name := range all.Names() {
		t.Run(name, func(t *testing.T) {
			q := tasks.Query{Presets: all, Cells: allCells(t), Tasks: allTasks(t), Name: name}
			want, err := tasks.Resolve(q)
			require.NoError(t, err)
			entry, err := all.Get(name)
			require.NoError(t, err)
			assert.Equal(t, entry.Task, want.Task)
			q.Name, q.File, q.Document = "", "full.json", want.JSON()
			got, err := tasks.Resolve(q)
			require.NoError(t, err)
			assert.Equal(t, want, got)
		})
	}
}

func TestPresets(t *testing.T) {
	a := fake("a", tasks.Preset{Name: "x"}, tasks.Preset{Name: "y"})
	b := fake("b", tasks.Preset{Name: "y"}, tasks.Preset{Name: "two words"})
	_, err := tasks.Presets(a, b)
	require.EqualError(t, err, `registry: preset "y" is there twice: from task a from test and from task b from test; rename one of them`+"\n"+
		`registry: preset "two words" from task b from test cannot have this name: it contains a blank or an unprintable character; use letters, digits, - and _`)
	c, err := tasks.Presets(a)
	require.NoError(t, err)
	y, err := c.Get("y")
	require.NoError(t, err)
	assert.Equal(t, "a", y.Task)
}
