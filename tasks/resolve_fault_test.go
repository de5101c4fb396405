package tasks_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/registry"
	"github.com/seed391906a2/iss/schemas"
	"github.com/seed391906a2/iss/tasks"
)

func TestResolveFaults(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o666))
		return path
	}
	model := write("model.json", "{\"cell\": \"rnn\",\n \"hiden\": [3]}")
	broken := write("broken.json", "{\"a\": 1,}")

	_, absent := os.Open(filepath.Join(dir, "none.json"))

	tests := []struct {
		name, preset, document string
		sets                   []string
		want                   []string // lines
	}{
		{"unknown preset", "sparce", ``, nil, []string{`registry: no preset "sparce"; known: badchild, circle, circle2, list, orphan, small, sparse, sparser, torn; nearest is sparse`}},
		{"unknown preset in a document", "", "{\n\"preset\": \"smal\"}", nil,
			[]string{`f:2:11 /preset: no preset "smal"; known: badchild, circle, circle2, list, orphan, small, sparse, sparser, torn; nearest is small`}},
		{"two presets", "small", `{"preset": "sparse"}`, nil, []string{`f:1:12 /preset: is "sparse", but preset "small" was asked for; name one of them`}},
		{"preset of another type", "", `{"preset": 3, "complete": "yes"}`, nil,
			[]string{`f:1:12 /preset: must be a string, the name of a preset`, `f:1:27 /complete: must be true or false`}},
		{"unknown parent", "orphan", ``, nil, []string{`preset orphan /preset: no preset "nobody"; known: badchild, circle, circle2, list, orphan, small, sparse, sparser, torn`}},
		{"parents in a circle", "circle", ``, nil, []string{`preset circle2 /preset: the parents of presets go in a circle: circle → circle2 → circle`}},
		{"preset that is no JSON", "torn", ``, nil, []string{`preset torn:1:2: not JSON: the end of the text where a field's name in double quotes should be`}},
		{"preset that is no object", "list", ``, nil, []string{`preset list: a configuration must be an object, in { }`}},
		{"a fault in a preset", "badchild", ``, nil, []string{`preset badchild /train/batch: must be at least 1, is 0`, `preset badchild /twin: no preset "none"; known: badchild, circle, circle2, list, orphan, small, sparse, sparser, torn`}},

		{"no JSON", "", `{"task": "ptb",}`, nil, []string{`f:1:15: not JSON: a comma with nothing after it; delete it`}},
		{"no object", "", `[]`, nil, []string{`f:1:1: a configuration must be an object, in { }`}},
		{"incomplete", "", `{"task": "ptb", "model": {"cell": "lstm", "hidden": [3]}}`, nil,
			[]string{`f:1:1: the field "train" is missing`, `f:1:26 /model: the field "embedding" is missing`}},
		{"complete and not", "", `{"preset": "small", "complete": true, "task": "ptb", "model": {"cell": "lstm", "hidden": [3], "embedding": 3}}`, nil,
			[]string{`f:1:1: the field "train" is missing`}},
		{"unknown task, cell, option, field", "", "{\"preset\": \"small\",\n\"task\": \"ptp\",\n\"model\": {\"cell\": \"lstn\"},\n\"trian\": 1}", nil,
			[]string{`f:2:9 /task: must be "grammar" or "ptb", is "ptp"; nearest is "ptb"`, `f:3:19 /model/cell: must be "gru", "gru-equations", "indrnn", "ln-lstm", "lstm", "lstm-equations", "mgu-equations", "mlstm", "rhn", "rhn-equations", "rnn" or "sru", is "lstn"; nearest is "lstm"`,
				`f:4:1 /trian: no such field; nearest is "train"`}},
		{"option of another cell", "", `{"preset": "small", "model": {"cell": "rnn", "options": {"forget_bias": 1}}}`, nil,
			[]string{`f:1:58 /model/options/forget_bias: no such field; known: activation`}},
		{"a document that takes away", "", `{"preset": "small", "train": {"batch": null}}`, nil, []string{`f:1:30 /train: the field "batch" is missing`}},
		{"a kind without its fields", "", `{"preset": "small", "train": {"schedule": {"kind": "every"}}}`, nil,
			[]string{`f:1:43 /train/schedule: the field "every" is missing`, `f:1:43 /train/schedule: the field "factor" is missing`}},

		{"tied", "small", ``, []string{"model.tied=true", "model.hidden.1=300"},
			[]string{`--set 2: model.hidden.1: a tied softmax needs the last hidden size (300) to be the embedding size (200)`}},
		{"tied in a document", "", `{"preset": "small", "model": {"hidden": [200, 201], "tied": true}}`, nil,
			[]string{`f:1:61 /model/tied: a tied softmax needs the last hidden size (201) to be the embedding size (200)`}},
		{"tied to a projection", "small", ``, []string{"model.tied=true", `model.options={"projection": 150}`},
			[]string{`--set 1: model.tied: a tied softmax needs the last hidden size (150) to be the embedding size (200)`}},
		{"residual of other sizes", "small", ``, []string{"model.hidden.0=100", "model.residual=true"},
			[]string{`--set 2: model.residual: residual layers add what they put out to what they read, so all have the embedding's size (200); layer 0 has 100`}},
		{"names, masks", "small", ``, []string{"model.names=lstm", "model.masks.input=words"},
			[]string{`--set 1: model.names: must be "ptb" or "rhn", is "lstm"`, `--set 2: model.masks.input: must be "step", "window" or "word", is "words"; nearest is "word"`}},
		{"backward directions of other layers", "small", ``, []string{"model.backward=[3,4,5]"},
			[]string{`--set 1: model.backward: 3 layers have a backward direction, and 2 a hidden size; give one for each`}},
		{"groups and classes", "", `{"preset": "sparse", "iss": {"groups": "g.json"}}`, []string{`iss.classes=["cell_0"]`},
			[]string{`--set 1: iss.classes: a group file says what is penalised, and so do classes; give one of them`}},
		{"classes of rows", "sparse", ``, []string{`iss.regularizers.1={"kind": "group_lasso", "on": "rows", "lambda": 1, "classes": ["cell_0"]}`},
			[]string{`--set 1: iss.regularizers.1.classes: classes are of hidden units, so of a group_lasso on iss; name variables by vars and except`}},
		{"variables of units", "sparse", ``, []string{`iss.regularizers.0.vars=["*"]`},
			[]string{`--set 1: iss.regularizers.0.vars: a group of hidden units has parts of several variables; name classes instead`}},
		{"columns do not let a model shrink", "sparse", ``, []string{"iss.shrink.after=5", "iss.regularizers.0.on=columns"},
			[]string{`--set 2: iss.regularizers.0.on: nothing drives units to zero, so a model cannot shrink: it needs a group_lasso on iss or rows, or an l1, with a lambda above 0; and a tau above 0, or method proximal`}},
		{"a sub-gradient without τ does not either", "sparse", ``, []string{"iss.shrink.after=5", "iss.tau=0"},
			[]string{`--set 2: iss.tau: nothing drives units to zero, so a model cannot shrink: it needs a group_lasso on iss or rows, or an l1, with a lambda above 0; and a tau above 0, or method proximal`}},
		{"λ 0 does not either", "sparse", ``, []string{"iss.shrink.after=5", "iss.regularizers.0.lambda=0"},
			[]string{`--set 2: iss.regularizers.0.lambda: nothing drives units to zero, so a model cannot shrink: it needs a group_lasso on iss or rows, or an l1, with a lambda above 0; and a tau above 0, or method proximal`}},
		{"nor does l2", "sparse", ``, []string{`iss.shrink={"after": 5, "seal_only": true}`, `iss.regularizers=[{"kind": "l2", "on": "all", "lambda": 1}]`},
			[]string{`--set 2: iss.regularizers: nothing drives units to zero, so a model cannot shrink: it needs a group_lasso on iss or rows, or an l1, with a lambda above 0; and a tau above 0, or method proximal`}},
		{"λ and τ that are negative or no numbers", "sparse", `{"iss": {"test_tau": -3}}`, []string{"iss.tau=-0.5", "iss.regularizers.0.lambda=NaN"},
			[]string{`--set 1: iss.tau: must be at least 0, is -0.5`, `--set 2: iss.regularizers.0.lambda: must be a number, is the string "NaN"`, `f:1:22 /iss/test_tau: must be at least 0, is -3`}},
		{"a test threshold that does nothing", "sparse", ``, []string{"iss.test_tau=0.02", "iss.tau=0.03"},
			[]string{`--set 2: iss.tau: a threshold at test (0.02) that is not above that of training (0.03) sets nothing to zero; make it larger, or 0 for none`}},
		{"a test threshold below the default", "sparse", ``, []string{"iss.test_tau=0.0001"},
			[]string{`--set 1: iss.test_tau: a threshold at test (0.0001) that is not above that of training (0.0001) sets nothing to zero; make it larger, or 0 for none`}},
		{"proximal steps of Adam", "sparse", ``, []string{"iss.regularizers.0.method=proximal", `train.optimizer={"kind": "adam", "rate": 0.01}`},
			[]string{`--set 2: train.optimizer.kind: a proximal step is as long as the step before it, and Adam's has another length for each weight; take method gradient, or sgd`}},
		{"two lambdas", "sparse", ``, []string{`iss.regularizers.1={"kind": "group_lasso", "on": "iss", "lambda": 1}`},
			[]string{`--set 1: iss.regularizers.1: a second group_lasso on iss; write one, with the sum of both lambdas`}},
		{"twin", "", `{"preset": "sparse", "twin": "smal"}`, nil,
			[]string{`f:1:30 /twin: no preset "smal"; known: badchild, circle, circle2, list, orphan, small, sparse, sparser, torn; nearest is small`}},

		{"misspelt setting", "small", ``, []string{"seed=2", "model.hiden=[3]"}, []string{`--set 2: model.hiden: no such field; nearest is model.hidden`}},
		{"unknown top field", "small", ``, []string{"bla=1"}, []string{`--set 1: bla: no such field; known: $schema, complete, data, iss, model, options, preset, seed, task, text, train, twin`}},
		{"out of range", "small", ``, []string{"train.batch=0"}, []string{`--set 1: train.batch: must be at least 1, is 0`}},
		{"another type", "small", ``, []string{"model.hidden=300,300"}, []string{`--set 1: model.hidden: must be an array, is the string "300,300"`}},
		{"the last to set is at fault", "small", `{"train": {"batch": 0, "steps": 0}}`, []string{"train.batch=-1", "train.batch=-2"},
			[]string{`--set 2: train.batch: must be at least 1, is -2`, `f:1:33 /train/steps: must be at least 1, is 0`}},
		{"item of a list", "sparse", ``, []string{"iss.regularizers.0.lambdas=3"}, []string{`--set 1: iss.regularizers.0.lambdas: no such field; nearest is iss.regularizers.0.lambda`}},
		{"a setting that takes away", "small", `{"train": {"epochs": 2}}`, []string{"train.epochs=3", "train.batch=null"}, []string{`--set 2: train: the field "batch" is missing`}},
		{"a setting that takes all away", "small", ``, []string{"train=null"}, []string{`--set 1: the field "train" is missing`}},
		{"a kind set without its fields", "small", ``, []string{"train.schedule.kind=every"},
			[]string{`--set 1: train.schedule: the field "every" is missing`, `--set 1: train.schedule: the field "factor" is missing`}},
		{"from a file", "small", ``, []string{"model=@" + model},
			[]string{`--set 1: model.hiden: no such field; nearest is model.hidden (` + model + `:2:11)`, `--set 1: model: the field "embedding" is missing (` + model + `:1:1)`, `--set 1: model: the field "hidden" is missing (` + model + `:1:1)`}},
		{"misspelt, to take away", "small", ``, []string{"twim=null", "train.schedul.kind=null", "data=null"},
			[]string{`--set 1: twim: no such field; nearest is twin`, `--set 2: train.schedul: no such field; nearest is train.schedule`}},

		{"no value", "small", ``, []string{"train.epochs"}, []string{`--set 1: "train.epochs" has no value; write PATH=VALUE, such as train.epochs=3`}},
		{"no path", "small", ``, []string{"=3", "a..b=3"},
			[]string{`--set 1: "" is no path; write fields and indices with dots between, such as iss.regularizers.0.lambda`,
				`--set 2: "a..b" is no path; write fields and indices with dots between, such as iss.regularizers.0.lambda`}},
		{"preset set", "small", ``, []string{"preset=sparse"}, []string{`--set 1: preset: cannot be set; name another preset or file in place of MODEL`}},
		{"broken JSON", "small", ``, []string{`model.keep={"input": 0.5`}, []string{`--set 1: model.keep: the value is no JSON: 1:14: not JSON: the text ends before its closing }`}},
		{"no such file", "small", ``, []string{"iss=@" + filepath.Join(dir, "none.json")}, []string{`--set 1: iss: ` + absent.Error()}},
		{"broken file", "small", ``, []string{"iss=@" + broken}, []string{`--set 1: iss: ` + broken + `:1:8: not JSON: a comma with nothing after it; delete it`}},
		{"beyond the end", "small", ``, []string{"model.hidden.3=1"}, []string{`--set 1: model.hidden.3: model.hidden is a list of 2; index 3 is beyond its end, and 2 would append`}},
		{"no item", "small", ``, []string{"model.hidden.2=null"}, []string{`--set 1: model.hidden.2: model.hidden is a list of 2; it has no item 2 to take away`}},
		{"no index", "small", ``, []string{"model.hidden.last=1"}, []string{`--set 1: model.hidden.last: model.hidden is a list of 2; "last" is no index into it`}},
		{"into a number", "small", ``, []string{"train.batch.size=1"}, []string{`--set 1: train.batch.size: train.batch is 20, which has no field "size"`}},

		{"everything at once", "", "{\"preset\": \"small\", \"sed\": 1,\n\"train\": {\"clip\": -1}}", []string{"a", "model.cell=transformer", "model.hidden.7=1"},
			[]string{`--set 1: "a" has no value; write PATH=VALUE, such as train.epochs=3`, `--set 2: model.cell: must be "gru", "gru-equations", "indrnn", "ln-lstm", "lstm", "lstm-equations", "mgu-equations", "mlstm", "rhn", "rhn-equations", "rnn" or "sru", is "transformer"`,
				`--set 3: model.hidden.7: model.hidden is a list of 2; index 7 is beyond its end, and 2 would append`,
				`f:1:21 /sed: no such field; nearest is "seed"`, `f:2:19 /train/clip: must be at least 0, is -1`}},
		{"a broken document and a broken setting", "", `{`, []string{"a"},
			[]string{`--set 1: "a" has no value; write PATH=VALUE, such as train.epochs=3`, `f:1:2: not JSON: the end of the text where a field's name in double quotes should be`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			q := query(t)
			q.Presets = presets(t, "small", small, "sparse", sparse, "sparser", sparse, "orphan", `{"preset": "nobody"}`,
				"circle", `{"preset": "circle2"}`, "circle2", `{"preset": "circle"}`, "torn", `{`, "list", `[]`,
				"badchild", `{"preset": "small", "train": {"batch": 0}, "twin": "none"}`)
			q.Name, q.Sets = tt.preset, tt.sets
			if tt.document != "" {
				q.File, q.Document = "f", []byte(tt.document)
			}
			_, err := tasks.Resolve(q)
			require.Error(t, err)
			assert.Equal(t, tt.want, strings.Split(err.Error(), "\n"))
			assert.ErrorAs(t, err, new(schemas.Fault))
		})
	}
}

func TestResolveNothing(t *testing.T) {
	_, err := tasks.Resolve(tasks.Query{Presets: presets(t)})
	require.EqualError(t, err, "tasks: neither a preset nor a configuration file is named; iss list presets names the presets")
}

// A cell whose option schema is broken is told with its source.
func TestResolveBrokenCell(t *testing.T) {
	q := query(t)
	q.Name = "small"
	p, err := q.Cells.Get("lstm")
	require.NoError(t, err)
	p.Name, p.Source, p.Options = "mine", "example.com/mine", []byte(`{"tpye": "object"}`)
	require.NoError(t, q.Cells.Add("mine", p.Source, p))
	_, err = tasks.Resolve(q)
	require.ErrorContains(t, err, `options of mine from example.com/mine:1:2 /tpye: no such keyword here; nearest is "type"`)
}

// A setting that chooses a cell is to blame for the options that it needs.
func TestResolveOptionsNeeded(t *testing.T) {
	q := query(t)
	p, err := q.Cells.Get("lstm")
	require.NoError(t, err)
	p.Name, p.Options = "deep", []byte(`{"type": "object", "properties": {"depth": {"type": "integer"}}, "required": ["depth"], "additionalProperties": false}`)
	require.NoError(t, q.Cells.Add("deep", p.Source, p))
	for _, tt := range []struct{ preset, want string }{
		{"small", `--set 1: model: the field "options" is missing`},
		{"with", `--set 1: model.options: the field "depth" is missing`},
	} {
		q.Presets = presets(t, "small", small, "with", `{"preset": "small", "model": {"options": null}}`)
		q.Name, q.Sets = tt.preset, []string{"model.cell=deep"}
		if tt.preset == "with" {
			q.Presets = presets(t, "small", small, "with", `{"preset": "small", "model": {"cell": "deep", "options": {}}}`)
			q.Sets = []string{"model.cell=rnn", "model.options={}", "model.cell=deep"}
			tt.want = strings.Replace(tt.want, "--set 1", "--set 3", 1)
		}
		_, err = tasks.Resolve(q)
		require.EqualError(t, err, tt.want)
	}
}

// Without catalogues of cells and tasks their names are not checked.
func TestResolveUnchecked(t *testing.T) {
	q := tasks.Query{File: "f", Document: []byte(tiny), Presets: registry.New[tasks.PresetEntry]("preset"), Sets: []string{"task=any", "model.cell=other"}}
	got, err := tasks.Resolve(q)
	require.NoError(t, err)
	assert.Equal(t, "any other", got.Task+" "+got.Model.Cell)
}
