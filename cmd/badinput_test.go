package cmd_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Whatever is wrong with what is given: a clear message, status 1 or 2,
// nothing on standard output, nothing half-written.
func TestBadInput(t *testing.T) {
	words := strings.Repeat("a b c d\n", 100)
	files := map[string]string{
		"good/train.txt": words, "good/valid.txt": words, "good/test.txt": words,
		"latin/train.txt": words, "latin/valid.txt": "caf\xe9\n" + words, "latin/test.txt": words,
		"half/train.txt": words, "half/valid.txt": words,
		"short/train.txt": words, "short/valid.txt": "a b\n", "short/test.txt": words,
		"foreign/notes.txt": "mine\n",
		"file":              "not a folder\n",
		"wrong.json":        `{"preset": "ptb-small", "train": {"batch": "20", "clip": -1}}`,
		"torn.json":         `{"preset": "ptb-small", "train": {`,
		"list.json":         `[1, 2]`,
		"cell.json":         `{"preset": "ptb-small", "model": {"cell": "lstn"}}`,
		"options.json":      `{"preset": "ptb-small", "model": {"options": {"forget_bais": 1}}}`,
		"both.json":         `{"preset": "ptb-small", "iss": {"groups": "g.json", "classes": ["cell_0"]}}`,
		"task.json":         `{"preset": "ptb-small", "task": "pbt"}`,
		"circle.json":       `{"preset": "circle"}`,
		"other.groups":      `{"groups": [[{"var_name": "Model/softmax_w", "axis": 1, "start": 0, "end": 5000}]]}`,
		"groups.groups":     `{"groups": [[{"var_name": "Model/softmax_w", "axes": 1, "start": 0, "end": 5}]]}`,
		"pinned.groups":     `{"groups": [[{"var_name": "Model/softmax_w", "axis": 0, "start": 0, "end": 5}]]}`,
		"flipped.groups":    `{"groups": [[{"var_name": "Model/softmax_w", "axis": 0, "start": 0, "end": 4}]]}`,
		"words.groups":      `{"groups": [[{"var_name": "Model/softmax_w", "axis": 1, "start": 0, "end": 4}, {"var_name": "Model/embedding", "axis": 1, "start": 0, "end": 4}]]}`,
		"init.safetensors":  "\x08\x00\x00\x00\x00\x00\x00\x00{}      ",
	}
	small := []string{"--set", "model.hidden=[4,4]", "--set", "model.embedding=4", "--set", "train.batch=2", "--set", "train.steps=3", "--data", "good"}
	train := func(args ...string) []string {
		return append([]string{"train", "ptb-small"}, append(args, small...)...)
	}
	for _, tt := range []struct {
		name string
		args []string
		code int
		want string
	}{
		{"unknown preset", []string{"train", "ptb-smalll"}, 2, "nearest is ptb-small"},
		{"unknown cell", []string{"train", "cell.json"}, 2, `cell.json:1:43 /model/cell`},
		{"unknown option", []string{"train", "options.json"}, 2, `nearest is "forget_bias"`},
		{"unknown task", []string{"train", "task.json"}, 2, `nearest is "ptb"`},
		{"wrong type", []string{"train", "wrong.json"}, 2, "wrong.json:1:44 /train/batch"},
		{"wrong range", []string{"train", "wrong.json"}, 2, "/train/clip: must be at least 0, is -1"},
		{"torn document", []string{"train", "torn.json"}, 2, "torn.json:1:"},
		{"no object", []string{"train", "list.json"}, 2, "a configuration must be an object"},
		{"groups and classes", []string{"train", "both.json"}, 2, "give one of them"},
		{"no preset of that name in a file", []string{"train", "circle.json"}, 2, "circle.json:1:12 /preset"},
		{"tied with other sizes", append(train("--set", "model.tied=true"), "--set", "model.hidden=[4,5]"), 2, "a tied softmax needs the last hidden size (5) to be the embedding size (4)"},
		{"group file of another model", train("--groups", "other.groups"), 2, "other.groups:1:"},
		{"group file of no form", train("--groups", "groups.groups"), 2, "groups.groups:1:"},
		{"group file of units that can never go", train("--groups", "pinned.groups"), 2, "pinned.groups:1:13 /groups/0: class softmax cannot lose units: its size is fixed by the vocabulary"},
		{"group file that removes words, by the axis that is summed away", train("--groups", "flipped.groups"), 2, "flipped.groups:1:54 /groups/0/0/axis: the axis is flipped"},
		{"group file with units that can never go", train("--groups", "words.groups"), 2, "which cannot lose units: its size is fixed by the vocabulary of a look-up table; leave it out"},
		{"group file missing", train("--groups", "nowhere.json"), 2, "nowhere.json"},
		{"data folder missing", []string{"train", "ptb-small", "--data", "nowhere"}, 2, "does not exist"},
		{"data folder empty", []string{"train", "ptb-small", "--data", "empty"}, 2, "empty"},
		{"data folder incomplete", []string{"train", "ptb-small", "--data", "half"}, 2, "test"},
		{"data not UTF-8", []string{"train", "ptb-small", "--data", "latin"}, 2, "valid.txt:1:"},
		{"data too short", []string{"train", "ptb-small", "--data", "short"}, 2, "has 3 tokens"},
		{"data is a file", []string{"train", "ptb-small", "--data", "file"}, 2, "file"},
		{"text missing", []string{"train", "ptb-small", "--text", "nowhere.txt"}, 2, "nowhere.txt"},
		{"output below a file", train("--out", "file/run"), 1, "the run cannot be written"},
		{"output of others", train("--out", "foreign"), 2, "foreign is not empty, and no run: it holds notes.txt"},
		{"initial weights of another model", train("--init", "init.safetensors"), 2, "missing: Model/embedding"},
		{"initial weights missing", train("--init", "nowhere"), 2, "nowhere"},
		{"no number", train("--threads", "two"), 2, `invalid argument "two" for "--threads"`},
		{"no run yet", []string{"eval", "@last"}, 2, "there is no run under"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			t.Chdir(dir)
			t.Setenv("ISS_RUNS", "")
			require.NoError(t, os.Mkdir("empty", 0o777))
			for name, text := range files {
				require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o777))
				require.NoError(t, os.WriteFile(name, []byte(text), 0o666))
			}
			before := tree(t, dir)
			code, out, log := run(context.Background(), tt.args)
			assert.Equal(t, tt.code, code, log)
			assert.Contains(t, log, tt.want)
			assert.Empty(t, out)
			assert.NotContains(t, log, "internal error")
			assert.Equal(t, before, tree(t, dir), "nothing is written")
		})
	}
}

// tree lists all files and folders below dir.
func tree(t *testing.T, dir string) (all []string) {
	t.Helper()
	require.NoError(t, filepath.Walk(dir, func(path string, _ os.FileInfo, err error) error {
		all = append(all, path)
		return err
	}))
	return all
}
