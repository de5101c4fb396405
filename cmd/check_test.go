package cmd_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/cmd"
	"github.com/seed391906a2/iss/cmd/internal/term"
)

const checker = "../docs/check/check.py"

// python is one that has NumPy; without it the test is skipped.
func python(t *testing.T) string {
	for _, name := range []string{"python3", "/usr/bin/python3"} {
		if exec.Command(name, "-c", "import numpy").Run() == nil {
			return name
		}
	}
	t.Skip("no Python with NumPy is here (Debian: python3-numpy); CI has it")
	return ""
}

// iss runs a command that must succeed.
func iss(t *testing.T, args ...string) {
	t.Helper()
	var out, log strings.Builder
	code := cmd.Run(context.Background(), args, term.Streams{In: strings.NewReader(""), Out: &out, Err: &log})
	require.Zero(t, code, "iss %s\n%s%s", strings.Join(args, " "), out.String(), log.String())
}

// A program of another language, which shares nothing with iss, finds every
// compaction right: of each cell that it knows, and of a tied model.
func TestIndependentChecker(t *testing.T) {
	py := python(t)
	dir := t.TempDir()
	config := filepath.Join(dir, "tiny.json")
	require.NoError(t, os.WriteFile(config, []byte(tiny), 0o666))
	for _, m := range []struct {
		name, lambda string
		set          []string
	}{
		{"lstm", "0.02", nil},
		{"lstm-tied", "0.03", []string{"model.tied=true", "model.embedding=24"}},
		{"rnn", "0.15", []string{"model.cell=rnn"}},
		{"gru", "0.06", []string{"model.cell=gru"}},
		{"gru-after", "0.06", []string{"model.cell=gru", `model.options={"reset":"after"}`}},
		{"rhn", "0.1", []string{"model.cell=rhn", `model.options={"depth":2}`, "model.hidden=[24]"}},
	} {
		t.Run(m.name, func(t *testing.T) {
			run := filepath.Join(dir, m.name)
			args := []string{"train", config, "--threads", "1", "--no-compact", "--out", run, "--epochs", "3"}
			for _, s := range append([]string{
				`train.schedule={"kind":"every","every":1,"factor":0.1}`, "model.init_scale=0.2", "iss.tau=1e-3",
				`iss.regularizers=[{"kind":"group_lasso","on":"iss","lambda":` + m.lambda + `}]`,
			}, m.set...) {
				args = append(args, "--set", s)
			}
			iss(t, args...)
			iss(t, "compact", run, "--threads", "1")
			out, err := exec.Command(py, checker, run, filepath.Join(run, "compact")).CombinedOutput()
			require.NoError(t, err, "%s", out)
			assert.Regexp(t, `^right: [1-9][0-9]* removed units, [1-9][0-9]* uses`, string(out))
			if m.name == "lstm" {
				mutants(t, py, run)
				closed(t, py, run)
				below(t, py, run)
			}
		})
	}
}

// closed: it finds units right, too, that feed only their own gates, only each
// other, or are silent, though their components are not zero.
func closed(t *testing.T, py, run string) {
	const l0, l1 = "Model/RNN/multi_rnn_cell/cell_0/basic_lstm_cell/", "Model/RNN/multi_rnn_cell/cell_1/basic_lstm_cell/"
	dir := filepath.Join(t.TempDir(), "closed")
	require.NoError(t, reweighed(run, dir,
		l0+"weights 17,18,19 * 0", l0+"weights 17 1,25,49,73 0.5", l0+"weights 18 3,27 0.5", l0+"weights 19 2,26 -0.5", l1+"weights 1,2,3 * 0",
		l0+"weights * 4,28,52,76 0", l0+"biases 4,28,52,76 0", l1+"weights 4 * 0.25"))
	iss(t, "compact", dir, "--threads", "1")
	var p struct {
		Classes []struct {
			Name    string
			Removed []struct {
				ID   int
				Dead bool
			}
		}
	}
	text, err := os.ReadFile(filepath.Join(dir, "compact", "certificate.json"))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &p))
	var alive []int
	for _, c := range p.Classes {
		for _, u := range c.Removed {
			if c.Name == "cell_0" && !u.Dead {
				alive = append(alive, u.ID)
			}
		}
	}
	assert.Equal(t, []int{1, 2, 3, 4}, alive, "removed though their components are not zero")
	out, err := exec.Command(py, checker, dir, filepath.Join(dir, "compact")).CombinedOutput()
	require.NoError(t, err, "%s", out)
	assert.Contains(t, string(out), "right: ")
}

// below: it finds a cut at a threshold right, and wrong where the certificate
// leaves a variable of it out.
func below(t *testing.T, py, run string) {
	iss(t, "compact", run, "--tau", "0.2", "--threads", "1")
	small := filepath.Join(run, "compact-0.2")
	out, err := exec.Command(py, checker, run, small).CombinedOutput()
	require.NoError(t, err, "%s", out)
	assert.Contains(t, string(out), "right: ")
	edit(t, filepath.Join(small, "certificate.json"), func(doc map[string]any) {
		threshold := doc["threshold"].(map[string]any)
		threshold["vars"] = threshold["vars"].([]any)[1:]
	})
	out, err = exec.Command(py, checker, run, small).CombinedOutput()
	require.Error(t, err, "%s", out)
	assert.Contains(t, string(out), "FAULT: Model/embedding: the compact tensor is not the whole one")
}

// mutants are compactions that are wrong in one thing; the checker must say so.
func mutants(t *testing.T, py, run string) {
	type object = map[string]any
	certificate := func(f func(classes []any)) func(t *testing.T, dir string) {
		return func(t *testing.T, dir string) {
			edit(t, filepath.Join(dir, "compact", "certificate.json"), func(doc object) { f(doc["classes"].([]any)) })
		}
	}
	first := func(classes []any) (class, unit object) { // with a unit that went
		for _, c := range classes {
			if removed, ok := c.(object)["removed"].([]any); ok && strings.HasPrefix(c.(object)["name"].(string), "cell_") {
				return c.(object), removed[0].(object)
			}
		}
		t.Fatal("no unit went")
		return nil, nil
	}
	flip := func(pattern string) func(t *testing.T, dir string) {
		return func(t *testing.T, dir string) {
			found, err := filepath.Glob(filepath.Join(dir, pattern))
			require.NoError(t, err)
			require.Len(t, found, 1)
			text, err := os.ReadFile(found[0])
			require.NoError(t, err)
			text[len(text)-2] ^= 0x40
			require.NoError(t, os.WriteFile(found[0], text, 0o666))
		}
	}
	for _, m := range []struct {
		name, want string
		do         func(t *testing.T, dir string)
	}{
		{"a weight of the compact model", "another compact model", flip("compact/checkpoint/params-*")},
		{"a weight of the whole model", "another whole model", flip("checkpoint/params-*")},
		{"the replayed batch", "not the one of the certificate", flip("compact/replay.safetensors")},
		{"a kept id", "keeps other units", func(t *testing.T, dir string) {
			edit(t, filepath.Join(dir, "compact", "run.json"), func(doc object) {
				for _, ids := range doc["kept"].(object) {
					ids.([]any)[0] = 1000.0
				}
			})
		}},
		{"a rule", "its value is not always zero", certificate(func(classes []any) {
			_, u := first(classes)
			for _, use := range u["uses"].([]any) {
				use.(object)["rule"] = "P"
			}
		})},
		{"a unit that lives", "R, but a weight towards a kept unit is not zero", certificate(func(classes []any) {
			c, u := first(classes)
			kept := c["kept"].([]any)
			dead, living := u["id"], kept[0]
			ids := c["ids"].([]any)
			at := func(id any) int {
				for i, x := range ids {
					if x == id {
						return i
					}
				}
				return -1
			}
			// The certificate says that the living unit went in the dead one's place.
			u["id"], kept[0] = living, dead
			for _, use := range u["uses"].([]any) {
				for _, e := range c["entries"].([]any) {
					if e, use := e.(object), use.(object); e["var_name"] == use["var_name"] && e["along"] == use["along"] {
						if e["indices"].([]any)[at(dead)] == use["index"] {
							use["index"] = e["indices"].([]any)[at(living)]
						}
					}
				}
			}
		})},
		{"a use that is left out", "nothing is said of", certificate(func(classes []any) {
			_, u := first(classes)
			u["uses"] = u["uses"].([]any)[1:]
		})},
		{"a unit that is left out", "are not those of the model", certificate(func(classes []any) {
			c, _ := first(classes)
			c["removed"] = c["removed"].([]any)[1:]
		})},
	} {
		t.Run(m.name, func(t *testing.T) {
			dir := t.TempDir()
			require.NoError(t, os.CopyFS(dir, os.DirFS(run)))
			m.do(t, dir)
			out, err := exec.Command(py, checker, dir, filepath.Join(dir, "compact")).CombinedOutput()
			require.Error(t, err, "%s", out)
			assert.Contains(t, string(out), m.want)
			assert.Contains(t, string(out), "FAULT: ", "it is told, not a crash")
		})
	}
}

// edit changes a JSON document.
func edit(t *testing.T, path string, f func(doc map[string]any)) {
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	var doc map[string]any
	require.NoError(t, json.Unmarshal(text, &doc))
	f(doc)
	var b bytes.Buffer
	require.NoError(t, json.NewEncoder(&b).Encode(doc))
	require.NoError(t, os.WriteFile(path, b.Bytes(), 0o666))
}
