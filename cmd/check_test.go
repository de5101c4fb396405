package cmd_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
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
				closed(t, py, run)
				below(t, py, run)
			} else {
				refused(t, py, run, ofAnyCell)
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
	iss(t, "verify", dir, filepath.Join(dir, "compact"), "--threads", "1")

	other := forge(t, run).cert
	refused(t, py, dir, append(slices.Clone(ofPair),
		fake{"the certificate of another model", func(f *forgery) { f.cert, f.unsigned = other, true },
			"the certificate is of another whole model", "is not of its weights"},
		fake{"the certificate of another model, signed", func(f *forgery) { f.cert = other },
			"keeps other units than the certificate says", "keeps other units than the certificate says"}))
}

// below: it finds a cut at a threshold right, and wrong where the certificate
// leaves a variable of it out; so does iss verify.
func below(t *testing.T, py, run string) {
	iss(t, "compact", run, "--tau", "0.2", "--threads", "1")
	small := filepath.Join(run, "compact-0.2")
	out, err := exec.Command(py, checker, run, small).CombinedOutput()
	require.NoError(t, err, "%s", out)
	assert.Contains(t, string(out), "right: ")
	iss(t, "verify", run, small, "--tau", "0.2", "--threads", "1")

	path := filepath.Join(small, "certificate.json")
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	var cert map[string]any
	require.NoError(t, json.Unmarshal(text, &cert))
	threshold := cert["threshold"].(map[string]any)
	threshold["vars"] = threshold["vars"].([]any)[1:]
	text, err = json.Marshal(cert)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, text, 0o666))
	out, err = exec.Command(py, checker, run, small).CombinedOutput()
	require.Error(t, err, "%s", out)
	assert.Contains(t, string(out), "FAULT: Model/embedding: the compact tensor is not the whole one")
	var told strings.Builder
	assert.NotZero(t, cmd.Run(context.Background(), []string{"verify", run, small, "--tau", "0.2", "--threads", "1"}, term.Streams{In: strings.NewReader(""), Out: &strings.Builder{}, Err: &told}))
	assert.Contains(t, told.String(), "its threshold is of other variables than the whole run's iss.tau_on")
}

// refused writes forgeries of a run's compaction and demands that both checkers
// say what is wrong with each: check.py, all in one process, and iss verify.
func refused(t *testing.T, py, run string, fakes []fake) {
	base := t.TempDir()
	var dirs []string
	for i, k := range fakes {
		f := forge(t, run)
		k.do(f)
		dirs = append(dirs, filepath.Join(base, fmt.Sprint(i)))
		f.write(t, dirs[i])
	}
	said := checked(t, py, dirs)
	for i, k := range fakes {
		t.Run(k.name, func(t *testing.T) {
			assert.Contains(t, said[i], k.python)
			assert.Contains(t, said[i], "FAULT: ", "it is told, not a crash")
			var out, log strings.Builder
			code := cmd.Run(context.Background(), []string{"verify", dirs[i], filepath.Join(dirs[i], "compact"), "--threads", "1"}, term.Streams{In: strings.NewReader(""), Out: &out, Err: &log})
			assert.NotZero(t, code)
			assert.Contains(t, log.String(), k.iss)
			assert.Empty(t, out.String(), "nothing that looks right")
		})
	}
}

// checked is what check.py says of several runs and what was cut out of them,
// and of the group files beside these.
func checked(t *testing.T, py string, dirs []string) []string {
	const driver = `
import runpy, sys, os
for d in sys.argv[2:]:
    sys.argv = ["check.py", d, d + "/compact"] + ([d + "/compact/groups.json"] if os.path.exists(d + "/compact/groups.json") else [])
    try:
        runpy.run_path(sys.modules["__main__"].checker, run_name="__main__")
        print("ACCEPTED")
    except SystemExit as e:
        print("" if e.code == 1 else "exit %s" % e.code)
    print("--next--")
`
	start := strings.Replace(driver, "\nfor", "\nchecker = sys.argv[1]\nfor", 1)
	out, err := exec.Command(py, append([]string{"-c", start, checker}, dirs...)...).CombinedOutput()
	require.NoError(t, err, "%s", out)
	said := strings.Split(string(out), "--next--\n")
	require.Len(t, said, len(dirs)+1)
	return said
}
