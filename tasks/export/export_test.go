package export_test

import (
	"bytes"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/cells"
	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/interp"
	"github.com/seed391906a2/iss/core/nn"
	"github.com/seed391906a2/iss/core/rng"
	"github.com/seed391906a2/iss/core/tensor"
	"github.com/seed391906a2/iss/groups"
	"github.com/seed391906a2/iss/internal/atomicfile"
	"github.com/seed391906a2/iss/tasks"
	"github.com/seed391906a2/iss/tasks/export"
)

var update = flag.Bool("update", false, "rewrite the expected files")

const vocab, steps, batch = 11, 3, 6

// problem is a task of two windows of numbers.
type problem struct{ g *graph.Graph }

func (p problem) Graph() *graph.Graph { return p.g }
func (problem) Data() tasks.Data {
	return tasks.Data{Files: map[string][]byte{"vocab.txt": []byte("a\n")}}
}
func (problem) Terms() tasks.Terms                 { return tasks.Terms{Answers: []string{"logits"}} }
func (problem) Train(int) tasks.Batches            { return windows{} }
func (problem) Part(string) (tasks.Batches, error) { return windows{}, nil }
func (problem) Judge(string) tasks.Judge           { return nil }

type windows struct{}

func (windows) Len() int                  { return 2 }
func (windows) Binding(int) graph.Binding { return graph.Binding{"time": steps, "batch": batch} }
func (windows) Items(int) int             { return steps * batch }
func (windows) Load(i int, m tasks.Inputs) {
	for k := range m.Ints("x") {
		m.Ints("x")[k] = int32((k*7 + i*5) % vocab)
	}
}

// model is a language model of two layers with random weights; compact, units
// are cut out of its first.
func model(t *testing.T, compact bool) export.Model {
	t.Helper()
	c := nn.LMConfig{Vocab: vocab, Embedding: 4, Scale: 0.5, Hidden: []int{5, 5}, Keep: map[string]float64{"output": 0.5}}
	for _, in := range []int{4, 5} {
		cell, err := cells.LSTM.New(core.CellConfig{Input: in, Hidden: 5})
		require.NoError(t, err)
		c.Cells = append(c.Cells, cell)
	}
	g, err := nn.LanguageModel(c)
	require.NoError(t, err)
	m := export.Model{Name: "runs/a", Task: "count", Cell: "lstm", Graph: g, Tensors: map[string]tensor.Dense[float32]{}, Claims: []*core.Operator{cells.LSTM.Operator(core.CellConfig{Input: 1, Hidden: 1})}}
	for _, p := range g.Params {
		w := tensor.New[float32](p.Shape...)
		graph.Uniform{Scale: 0.5}.Fill(w.Data, p.Shape, rng.New(3, p.Name))
		m.Tensors[p.Name] = w
	}
	if compact {
		cut, err := groups.Compact(g, m.Tensors, nil, map[string][]int{"cell_0": {1, 2, 4}})
		require.NoError(t, err)
		m.Name, m.Graph, m.Tensors = "runs/a/compact", cut.Graph, cut.Tensors
	}
	return m
}

// folder writes a folder and returns where it is.
func folder(t *testing.T, format string, compact, dense bool) (string, atomicfile.Folder) {
	t.Helper()
	m := model(t, compact)
	x, err := export.New(m, problem{m.Graph}, 1)
	require.NoError(t, err)
	var whole *export.Export
	if dense {
		d := model(t, false)
		whole, err = export.New(d, problem{d.Graph}, 1)
		require.NoError(t, err)
	}
	files, err := x.Folder(format, whole)
	require.NoError(t, err)
	dir := filepath.Join(t.TempDir(), "out", format)
	require.NoError(t, atomicfile.WriteFolder(dir, files))
	return dir, files
}

// Every format has the files that it should.
func TestFiles(t *testing.T) {
	for format, want := range map[string][]string{
		"onnx":    {"batch.safetensors", "check.mjs", "check.py", "io.json", "model.onnx", "vocab.txt"},
		"pytorch": {"batch.safetensors", "check.py", "io.json", "model.py", "model.safetensors", "vocab.txt"},
		"npz":     {"batch.npz", "check.py", "io.json", "model.npz", "model.py", "vocab.txt"},
	} {
		dir, files := folder(t, format, true, true)
		for _, name := range want {
			assert.FileExists(t, filepath.Join(dir, name))
			assert.FileExists(t, filepath.Join(dir, "dense", name))
		}
		assert.Len(t, files, 2*len(want), "%s: %v", format, slices.Sorted(maps.Keys(files)))
	}
	m := model(t, false)
	x, err := export.New(m, problem{m.Graph}, 1)
	require.NoError(t, err)
	_, err = x.Folder("onx", nil)
	assert.ErrorContains(t, err, `"onx"; known: npz, onnx, pytorch; nearest is onnx`)
}

// What io.json and model.py say is as it was when it was last looked at;
// -update rewrites the expectations.
func TestTexts(t *testing.T) {
	for _, c := range []struct{ format, file string }{
		{"onnx", "io.json"}, {"pytorch", "io.json"}, {"npz", "io.json"}, {"pytorch", "model.py"}, {"npz", "model.py"},
	} {
		dir, _ := folder(t, c.format, true, c.format == "onnx")
		got, err := os.ReadFile(filepath.Join(dir, c.file))
		require.NoError(t, err)
		path := filepath.Join("testdata", c.format+"-"+c.file)
		if *update {
			require.NoError(t, os.WriteFile(path, got, 0o666))
		}
		want, err := os.ReadFile(path)
		require.NoError(t, err)
		assert.Equal(t, string(want), string(got), "%s of %s", c.file, c.format)
	}
}

// The batch is the first rows of the second window, with the states that the
// first leaves, and what the interpreter computes of it.
func TestBatch(t *testing.T) {
	for _, compact := range []bool{false, true} {
		dir, _ := folder(t, "onnx", compact, false)
		got, err := tensor.Open(filepath.Join(dir, "batch.safetensors"))
		require.NoError(t, err)
		defer got.Close()

		m := model(t, compact)
		machine := interp.New[float32](m.Graph)
		states := []string{"cell_0/c", "cell_0/h", "cell_1/c", "cell_1/h"}
		last := map[string][]float32{}
		const rows = 4
		for i := range 2 {
			require.NoError(t, machine.Bind(graph.Binding{"time": steps, "batch": rows}))
			for name, w := range m.Tensors {
				copy(machine.Param(name), w.Data)
			}
			whole := tasks.NewFeed(m.Graph, windows{}.Binding(i))
			windows{}.Load(i, whole)
			for k := range machine.Ints("x") {
				machine.Ints("x")[k] = whole.Ints("x")[k/rows*batch+k%rows]
			}
			for _, s := range states {
				copy(machine.Floats(s), last[s])
			}
			if i == 1 {
				x, err := got.Ints("in/x")
				require.NoError(t, err)
				assert.Equal(t, tensor.Ints{Shape: []int{steps, rows}, Data: machine.Ints("x")}, x)
				for _, s := range states {
					near(t, machine.Floats(s), got, "in/"+s)
				}
			}
			require.NoError(t, machine.Run(graph.Mode{}))
			for _, s := range states {
				last[s] = slices.Clone(machine.Output(s))
			}
		}
		near(t, machine.Output("logits"), got, "out/logits")
		for _, s := range states {
			near(t, last[s], got, "out/"+s+"/next")
			assert.NotZero(t, last[s][0])
		}
		assert.Len(t, got.Names(), 1+1+2*len(states))
	}
}

func near(t *testing.T, want []float32, f *tensor.File, name string) {
	t.Helper()
	d, err := tensor.Floats[float32](f, name)
	require.NoError(t, err)
	require.Len(t, d.Data, len(want), name)
	for i, v := range want {
		assert.InDelta(t, v, d.Data[i], 1e-5, "%s[%d]", name, i)
	}
}

// Equal models give equal bytes.
func TestFoldersAreReproducible(t *testing.T) {
	for _, format := range export.Formats() {
		_, a := folder(t, format, true, true)
		_, b := folder(t, format, true, true)
		for name := range a {
			var x, y bytes.Buffer
			require.NoError(t, a[name](&x))
			require.NoError(t, b[name](&y))
			assert.True(t, bytes.Equal(x.Bytes(), y.Bytes()), "%s of %s", name, format)
		}
	}
}
