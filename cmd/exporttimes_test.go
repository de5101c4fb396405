package cmd

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/rng"
	"github.com/seed391906a2/iss/core/tensor"
	"github.com/seed391906a2/iss/groups"
	"github.com/seed391906a2/iss/internal/atomicfile"
	"github.com/seed391906a2/iss/internal/peer"
	"github.com/seed391906a2/iss/tasks"
	"github.com/seed391906a2/iss/tasks/bench"
	"github.com/seed391906a2/iss/tasks/export"
)

// timed are the models of TestExportTimes: presets at the sizes of the paper's
// tables, and how many units of each class are left.
var timed = []struct {
	kind, preset string
	sets         []string
	units        string
	binding      graph.Binding
}{
	{"LSTM 1500+1500, 373+315", "ptb-large-iss", nil, "373,315", language},
	{"GRU 650+650, 325+325", "gru-650-iss", nil, "325,325", language},
	{"GRU, reset after, 650+650, 325+325", "gru-650-iss", []string{`model.options={"reset": "after"}`}, "325,325", language},
	{"tanh RNN 650+650, 325+325", "rnn-650-iss", nil, "325,325", language},
	{"RHN 830, 517", "rhn-830-iss", nil, "517", language},
	{"minimal gated unit as equations 650+650, 325+325", "rnn-650-iss", []string{"model.cell=@MINE"}, "325,325", language},
	// Source of the counts: Wen et al., ICLR 2018, table 3, its second row.
	{"BiDAF 6×100, 84+90+38+46+34+21", "bidaf-iss", nil, "84,90,38,46,34,21", graph.Binding{"batch": 4, "context": 150, "question": 15}},
}

var language = graph.Binding{"batch": 4, "time": 30}

const mine = `{
  "name": "mine",
  "parameters": [
    {"name": "W_f", "shape": ["in + hidden", "hidden"]}, {"name": "b_f", "shape": "hidden", "init": 0},
    {"name": "W_h", "shape": ["in + hidden", "hidden"]}, {"name": "b_h", "shape": "hidden", "init": 0}
  ],
  "states": [{"name": "h"}],
  "equations": ["f = σ([x, h]*W_f + b_f)", "h' = (1 − f)∘h + f∘tanh([x, f∘h]*W_h + b_h)", "out = h'"]
}`

// Exported models at the paper's sizes, dense and compact, compute elsewhere
// what they compute here; how long they take here and there goes as a table
// into the file ISS_TIMES, without which nothing is timed. Weights and inputs
// are random. THREADS (1) are those of all; it takes a minute and a half:
//
//	ISS_TIMES=$PWD/times.md go test ./cmd -run '^TestExportTimes$' -v
func TestExportTimes(t *testing.T) {
	file := os.Getenv("ISS_TIMES")
	if file == "" {
		t.Skip("ISS_TIMES names no file for the table")
	}
	threads, err := strconv.Atoi(os.Getenv("THREADS"))
	if err != nil {
		threads = 1
	}
	a, path := testApp(t), filepath.Join(t.TempDir(), "mine.json")
	require.NoError(t, os.WriteFile(path, []byte(mine), 0o666))
	table := fmt.Sprintf("ms a run, dense, compact and how many times faster; %d threads, batch 4, 30 steps (BiDAF: a context of 150, a question of 15)\n\n"+
		"| | iss | ONNX Runtime | PyTorch |\n|---|---|---|---|\n", threads)
	for _, c := range timed {
		t.Run(c.kind, func(t *testing.T) {
			var sets []string
			for _, s := range c.sets {
				sets = append(sets, strings.ReplaceAll(s, "MINE", path))
			}
			m, err := a.Find(c.preset, sets)
			require.NoError(t, err)
			d, err := m.Derivation()
			require.NoError(t, err)
			chosen, err := m.Classes()
			require.NoError(t, err)
			keep, err := unitCounts(d, chosen, c.units)
			require.NoError(t, err)
			weights := map[string]tensor.Dense[float32]{}
			for _, p := range d.Graph.Params {
				weights[p.Name] = tensor.New[float32](p.Shape...)
				p.Init.Fill(weights[p.Name].Data, p.Shape, rng.New(1, "init/"+p.Name))
			}
			cut, err := groups.Compact(d.Graph, weights, nil, keep)
			require.NoError(t, err)
			claims, err := a.claims(m)
			require.NoError(t, err)
			var models []bench.Model
			var exports []*export.Export
			for i, g := range []*graph.Graph{d.Graph, cut.Graph} {
				name, w := []string{"dense", "compact"}[i], []map[string]tensor.Dense[float32]{weights, cut.Tensors}[i]
				models = append(models, bench.Model{Name: name, Graph: g, Terms: m.Task.Terms, Tensors: w, Binding: c.binding})
				x, err := export.New(export.Model{Name: name, Task: m.Config.Task, Cell: m.Config.Model.Cell, Graph: g, Tensors: w, Claims: claims},
					drawn{m.Task.Terms, c.binding}, threads)
				require.NoError(t, err)
				exports = append(exports, x)
			}
			results, err := bench.Run(context.Background(), models, bench.Options{Batch: 4, Steps: 30, Rounds: 10, Least: 2 * time.Second, Threads: threads, Seed: 1})
			require.NoError(t, err)
			line := fmt.Sprintf("| %s | %s ", c.kind, times(results[0].Time.Median, results[1].Time.Median))
			for _, r := range []struct {
				format, script string
				find           func() (string, error)
			}{{"onnx", "check.mjs", peer.ORT}, {"pytorch", "check.py", peer.Torch}} {
				program, err := r.find()
				if err != nil {
					t.Logf("%s: %v", r.format, err)
					line += "| "
					continue
				}
				dir := filepath.Join(t.TempDir(), r.format)
				files, err := exports[1].Folder(r.format, exports[0])
				require.NoError(t, err)
				require.NoError(t, atomicfile.WriteFolder(dir, files))
				out, err := exec.Command(program, filepath.Join(dir, r.script)).CombinedOutput()
				require.NoError(t, err, "%s", out)
				t.Logf("%s\n%s", r.format, out)
				ms := checked.FindStringSubmatch(string(out))
				require.NotNil(t, ms, "%s", out)
				compact, _ := strconv.ParseFloat(ms[1], 64)
				dense, _ := strconv.ParseFloat(ms[2], 64)
				line += fmt.Sprintf("| %s ", times(dense, compact))
			}
			table += line + "|\n"
			require.NoError(t, os.WriteFile(file, []byte(table), 0o666))
		})
	}
}

// checked is the line by which a check tells times.
var checked = regexp.MustCompile(`(?m)^([0-9.]+) ms a run, .*\(([0-9.]+) ms\)$`)

func times(dense, compact float64) string {
	return fmt.Sprintf("%.2f, %.2f, %.2f×", dense, compact, dense/compact)
}

// drawn is a problem of two batches of random ids and vectors, of full length.
type drawn struct {
	terms   tasks.Terms
	binding graph.Binding
}

func (drawn) Graph() *graph.Graph                  { return nil }
func (drawn) Data() tasks.Data                     { return tasks.Data{} }
func (d drawn) Terms() tasks.Terms                 { return d.terms }
func (d drawn) Train(int) tasks.Batches            { return d }
func (d drawn) Part(string) (tasks.Batches, error) { return d, nil }
func (drawn) Judge(string) tasks.Judge             { return nil }
func (drawn) Len() int                             { return 2 }
func (d drawn) Binding(int) graph.Binding          { return d.binding }
func (drawn) Items(int) int                        { return 1 }
func (d drawn) Load(i int, in tasks.Inputs) {
	r := rng.New(uint64(i), "drawn")
	ids := func(name string, below int) {
		x := in.Ints(name)
		for k := range x {
			x[k] = int32(r.Intn(below))
		}
	}
	ids("x", 10000)
	for _, text := range []string{"question", "context"} {
		ids(text+"_words", 100)
		ids(text+"_chars", 20)
		vectors, lengths := in.Floats(text+"_vectors"), in.Ints(text+"_lengths")
		for k := range vectors {
			vectors[k] = float32(r.Uniform(-1, 1))
		}
		for k := range in.Floats(text + "_frozen") {
			in.Floats(text + "_frozen")[k] = float32(k % 2)
		}
		for k := range lengths {
			lengths[k] = int32(d.binding[text])
		}
	}
}
