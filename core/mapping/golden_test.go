package mapping_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/cells"
	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/core/engine"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/graph/graphtest"
	"github.com/seed391906a2/iss/core/interp"
	"github.com/seed391906a2/iss/core/mapping"
	"github.com/seed391906a2/iss/core/nn"
	"github.com/seed391906a2/iss/core/tensor"
)

// Sizes of testdata/golden.py.
const (
	steps, batch, in, hidden, vocab = 3, 2, 3, 4, 7
	close                           = 1e-5
)

// file is a golden file that serves as a source: only names of parameters, or
// their gradients under the same names.
type file map[string]tensor.Dense[float32]

func (f file) Names() []string { return slices.Sorted(maps.Keys(f)) }

func (f file) Shape(name string) ([]int, bool) { t, ok := f[name]; return t.Shape, ok }

func (f file) Read(name string) (tensor.Dense[float32], error) { return f[name].Clone(), nil }

func (f file) Close() error { return nil }

// golden is what PyTorch computed.
type golden struct {
	params, grads file
	other         file // x, w, y, grad/x
	ids, targets  tensor.Ints
}

func open(t *testing.T, name string) golden {
	t.Helper()
	f, err := tensor.Open(filepath.Join("testdata", name+".safetensors"))
	require.NoError(t, err)
	defer f.Close()
	g := golden{params: file{}, grads: file{}, other: file{}}
	for _, n := range f.Names() {
		if e, _ := f.Entry(n); e.Type == tensor.I64 {
			ids, err := f.Ints(n)
			require.NoError(t, err)
			if n == "x" {
				g.ids = ids
			} else {
				g.targets = ids
			}
			continue
		}
		v, err := tensor.Floats[float32](f, n)
		require.NoError(t, err)
		of, grad := strings.CutPrefix(n, "grad/")
		switch {
		case strings.Contains(of, ".") && grad:
			g.grads[of] = v
		case strings.Contains(of, "."):
			g.params[of] = v
		default:
			g.other[n] = v
		}
	}
	return g
}

// once gives the gradients of the second of two biases that we have as one to
// the first alone: each has the gradient of their sum.
func (g golden) once(cell string) {
	for name, t := range g.grads {
		switch {
		case !strings.Contains(name, "bias_hh"):
		case cell == "gru":
			clear(t.Data[:2*len(t.Data)/3]) // the candidate has both
		default:
			clear(t.Data)
		}
	}
}

// plugins are the cells in the forms that PyTorch has.
var plugins = map[string]struct {
	core.CellPlugin
	options string
	numbers map[string]float64
}{
	"lstm": {cells.LSTM, `{"forget_bias": 1}`, map[string]float64{"forget_bias": 1}},
	"gru":  {cells.GRU, `{"reset": "after"}`, nil},
	"rnn":  {cells.RNN, `{"activation": "tanh"}`, nil},
}

func makeCell(t *testing.T, name string, input int) core.Cell {
	t.Helper()
	c, err := plugins[name].New(core.CellConfig{Input: input, Hidden: hidden, Options: []byte(plugins[name].options)})
	require.NoError(t, err)
	return c
}

// stack is layers of a cell over x, and loss = sum(w∘y).
func stack(t *testing.T, cell string, layers int, both bool) *graph.Graph {
	t.Helper()
	g, err := graph.Trace("stack", func(s *graph.Scope) {
		time, rows := graph.Symbol("time"), graph.Symbol("batch")
		x := s.Input("x", time, rows, graph.Fixed(in))
		for l := range layers {
			width := x.Shape().Last().Size
			layer := s.Sub("Model/RNN/multi_rnn_cell").Layer(fmt.Sprintf("cell_%d", l), fmt.Sprintf("cell_%d", l))
			if both {
				x = nn.Bidirectional(layer, makeCell(t, cell, width), makeCell(t, cell, width), x, graph.Value{}, 1)
			} else {
				x = nn.Recurrent(layer, makeCell(t, cell, width), x, graph.ScanConfig{}, false)
			}
		}
		w := s.Input("w", time, rows, x.Shape().Last())
		s.Output("y", x)
		s.Output("loss", graph.Sum(graph.Sum(graph.Sum(graph.Mul(w, x), -1), -1), -1))
	})
	require.NoError(t, err)
	return g
}

// layersOnly is the mapping that comes with iss without embedding and softmax;
// for both directions its rules are there twice.
func layersOnly(t *testing.T, cell string, both bool) *mapping.Mapping {
	t.Helper()
	text, err := mapping.Text("pytorch-" + cell)
	require.NoError(t, err)
	var doc map[string]any
	require.NoError(t, json.Unmarshal(text, &doc))
	var rules []json.RawMessage
	for _, r := range doc["rules"].([]any) {
		one, err := json.Marshal(r)
		require.NoError(t, err)
		switch s := string(one); {
		case !strings.Contains(s, "cell_{layer}"):
		case both:
			rules = append(rules, json.RawMessage(strings.ReplaceAll(s, "cell_{layer}/", "cell_{layer}/fw/")))
			s = strings.ReplaceAll(s, "cell_{layer}/", "cell_{layer}/bw/")
			rules = append(rules, json.RawMessage(strings.ReplaceAll(s, `_l{layer}"`, `_l{layer}_reverse"`)))
		default:
			rules = append(rules, one)
		}
	}
	text, err = json.Marshal(map[string]any{"name": "layers", "rules": rules})
	require.NoError(t, err)
	m, err := mapping.Parse("layers.json", text)
	require.NoError(t, err)
	return m
}

// machines are both executors in float32.
func machines(t *testing.T, g *graph.Graph) map[string]graph.Machine[float32] {
	t.Helper()
	e, err := engine.New(g, engine.Options{Max: graph.Binding{"time": steps, "batch": batch}, Threads: 1})
	require.NoError(t, err)
	t.Cleanup(func() { e.Close() })
	return map[string]graph.Machine[float32]{"engine": e, "interpreter": interp.New[float32](g)}
}

func equal(t *testing.T, want, got []float32, what string) {
	t.Helper()
	require.Len(t, got, len(want), what)
	for i, w := range want {
		if d := math.Abs(float64(w) - float64(got[i])); !(d <= close) {
			require.Fail(t, "differs", "%s: place %d is %g, PyTorch's %g", what, i, got[i], w)
		}
	}
}

// Outputs and gradients of what is imported are PyTorch's, to 1e-5 in float32.
func TestGoldenLayers(t *testing.T) {
	for cell := range plugins {
		for _, layers := range []int{1, 2} {
			for _, ways := range []string{"one", "both"} {
				name := fmt.Sprintf("%s-%d-%s", cell, layers, ways)
				t.Run(name, func(t *testing.T) {
					want := open(t, name)
					want.once(cell)
					g := stack(t, cell, layers, ways == "both")
					m := layersOnly(t, cell, ways == "both")
					weights, err := m.Apply(g.Params, want.params, plugins[cell].numbers)
					require.NoError(t, err)
					grads, err := m.Apply(g.Params, want.grads, map[string]float64{"forget_bias": 0})
					require.NoError(t, err)
					h, names := graphtest.WithGradient(g)
					require.Len(t, names, len(g.Params)+2)
					for kind, machine := range machines(t, h) {
						require.NoError(t, machine.Bind(graph.Binding{"time": steps, "batch": batch}))
						for p, v := range weights {
							copy(machine.Param(p), v.Data)
						}
						machine.Changed()
						copy(machine.Floats("x"), want.other["x"].Data)
						copy(machine.Floats("w"), want.other["w"].Data)
						require.NoError(t, machine.Run(graph.Mode{}))
						equal(t, want.other["y"].Data, machine.Output("y"), kind+": y")
						equal(t, want.other["grad/x"].Data, machine.Output("d/x"), kind+": gradient of x")
						for p, v := range grads {
							equal(t, v.Data, machine.Output("d/"+p), kind+": gradient of "+p)
						}
					}
				})
			}
		}
	}
}

// NumPy's own file holds what the golden one does.
func TestGoldenNPZ(t *testing.T) {
	want := open(t, "lm-gru").params
	src, err := mapping.Open(filepath.Join("testdata", "lm-gru.npz"))
	require.NoError(t, err)
	defer src.Close()
	require.Equal(t, want.Names(), src.Names())
	for name, w := range want {
		got, err := src.Read(name)
		require.NoError(t, err)
		assert.Equal(t, w, got, name)
	}
}

// So are those of whole language models, in the mappings that come with iss.
func TestGoldenLanguageModels(t *testing.T) {
	for cell := range plugins {
		t.Run(cell, func(t *testing.T) {
			want := open(t, "lm-"+cell)
			want.once(cell)
			g, err := nn.LanguageModel(nn.LMConfig{
				Vocab: vocab, Embedding: in, Hidden: []int{hidden, hidden}, Scale: 0.1,
				Cells: []core.Cell{makeCell(t, cell, in), makeCell(t, cell, hidden)},
			})
			require.NoError(t, err)
			m, err := mapping.Named("pytorch-" + cell)
			require.NoError(t, err)
			assert.Equal(t, map[string][]int{"types": {vocab}, "embedding": {in}, "hidden": {hidden, hidden}}, m.Found(want.params))
			weights, err := m.Apply(g.Params, want.params, plugins[cell].numbers)
			require.NoError(t, err)
			grads, err := m.Apply(g.Params, want.grads, map[string]float64{"forget_bias": 0})
			require.NoError(t, err)
			h, _ := graphtest.WithGradient(g)
			for kind, machine := range machines(t, h) {
				require.NoError(t, machine.Bind(graph.Binding{"time": steps, "batch": batch}))
				for p, v := range weights {
					copy(machine.Param(p), v.Data)
				}
				machine.Changed()
				copy(machine.Ints("x"), want.ids.Data)
				copy(machine.Ints("y"), want.targets.Data)
				require.NoError(t, machine.Run(graph.Mode{}))
				equal(t, want.other["logits"].Data, machine.Output("logits"), kind+": logits")
				equal(t, want.other["loss"].Data, machine.Output("loss"), kind+": loss")
				for p, v := range grads {
					equal(t, v.Data, machine.Output("d/"+p), kind+": gradient of "+p)
				}
			}
		})
	}
}
