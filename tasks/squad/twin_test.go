package squad_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/interp"
	"github.com/seed391906a2/iss/core/rng"
	"github.com/seed391906a2/iss/core/tensor"
	"github.com/seed391906a2/iss/groups"
	"github.com/seed391906a2/iss/tasks"
	"github.com/seed391906a2/iss/tasks/squad"
	"github.com/seed391906a2/iss/tasks/train"
)

var updateTwin = flag.Bool("update-twin", false, "write the twin's files of testdata anew; needs Python with NumPy")

// twinSteps is how many steps testdata/bidaf_twin.py, which shares nothing with
// iss, has measured.
const twinSteps = 10

// twin is a tiny BiDAF on the embedded questions: dropout in all places, Adam,
// averages, a λ and a τ so large that components die within the steps.
type twin struct {
	cfg    tasks.Config
	p      tasks.Problem
	chosen []groups.Group
	given  map[string]tensor.Array
}

func newTwin(t *testing.T) *twin {
	t.Helper()
	cfg := preset(t, "bidaf-tiny", "model.embedding=3", "model.hidden=[2, 3, 2, 3]", `model.keep={"chars": 0.5, "recurrent": 0.5, "ends": 0.5}`,
		`options={"words_above": 0, "chars_above": 0, "char_dim": 2, "char_filters": 4, "char_taps": 3, "highways": 2}`,
		"train.batch=3", "train.average=0.9", "train.optimizer.rate=0.05", "iss.tau=0.15", "iss.regularizers.0.lambda=0.3", `train.schedule={"kind": "constant"}`)
	p, err := squad.NewEmbedded().Open(cfg, catalogue(t))
	require.NoError(t, err)
	d, err := groups.Derive(p.Graph())
	require.NoError(t, err)
	classes, err := d.Select(cfg.ISS.Classes)
	require.NoError(t, err)
	w := &twin{cfg: cfg, p: p, chosen: d.Groups(classes), given: map[string]tensor.Array{}}
	for _, q := range p.Graph().Params {
		v := tensor.New[float32](q.Shape...)
		q.Init.Fill(v.Data, q.Shape, rng.New(cfg.Seed, "init/"+q.Name))
		w.given["init/"+q.Name] = v
	}
	w.batches(t)
	return w
}

// batches notes what the steps are fed and the masks that iss draws in them.
func (w *twin) batches(t *testing.T) {
	g := graph.Subset(w.p.Graph(), "nll")
	var sites []string
	for _, n := range g.Nodes {
		if m, ok := n.Op.(*graph.MaskOp); ok {
			g.AddOutput("mask/"+m.Site, n.At(0))
			sites = append(sites, m.Site)
		}
	}
	require.Len(t, sites, 14)
	m := interp.New[float32](g)
	b := w.p.Train(0)
	for n := range twinSteps {
		require.NoError(t, m.Bind(b.Binding(n)))
		b.Load(n, m)
		require.NoError(t, m.Run(graph.Mode{Training: true, Seed: w.cfg.Seed, Step: uint64(n)}))
		for _, v := range g.Inputs {
			op := v.Node.Op.(*graph.InputOp)
			if op.Kind == graph.Int {
				w.given[fmt.Sprintf("%d/%s", n, op.Label)] = tensor.Ints{Shape: op.Shape.Bind(b.Binding(n)), Data: append([]int32(nil), m.Ints(op.Label)...)}
			} else {
				for _, x := range m.Floats(op.Label) {
					require.Zero(t, x, "the embedded questions have no frozen vectors")
				}
			}
		}
		for _, site := range sites {
			x := m.Output("mask/" + site)
			bits := tensor.Ints{Shape: []int{(len(x) + 31) / 32}, Data: make([]int32, (len(x)+31)/32)}
			for i, v := range x {
				require.Contains(t, []float32{0, 2}, v)
				if v == 2 {
					bits.Data[i/32] |= 1 << (i % 32)
				}
			}
			w.given[fmt.Sprintf("%d/mask/%s", n, site)] = bits
		}
	}
}

// twinStep is what the twin found in a step.
type twinStep struct {
	Cost     float64 `json:"cost"`
	Penalty  float64 `json:"penalty"`
	GradNorm float64 `json:"grad_norm"`
	Averages float64 `json:"averages"`
	Dead     int     `json:"dead"`
}

func readSteps(t *testing.T, path string) []twinStep {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	var f struct{ Steps []twinStep }
	require.NoError(t, json.Unmarshal(text, &f))
	require.Len(t, f.Steps, twinSteps)
	return f.Steps
}

// found is what the twin found for exactly what it would be given now.
func (w *twin) found(t *testing.T) []twinStep {
	t.Helper()
	path := filepath.Join("testdata", "bidaf-twin")
	config, err := json.Marshal(map[string]any{
		"steps": twinSteps, "highways": 2, "rate": w.cfg.Train.Optimizer.Rate, "average": w.cfg.Train.Average,
		"lambda": w.cfg.ISS.Regularizers[0].Lambda, "tau": w.cfg.ISS.Tau,
	})
	require.NoError(t, err)
	var file strings.Builder
	require.NoError(t, tensor.Write(&file, w.given, map[string]string{"config": string(config)}))
	if *updateTwin {
		require.NoError(t, os.WriteFile(path+".safetensors", []byte(file.String()), 0o666))
		out, err := exec.Command("/usr/bin/python3", filepath.Join("testdata", "bidaf_twin.py"), path+".safetensors").CombinedOutput()
		require.NoError(t, err, "%s", out)
	}
	stored, err := os.ReadFile(path + ".safetensors")
	require.NoError(t, err)
	require.True(t, file.String() == string(stored), "%s.safetensors is not what the twin would be given now: weights, batches or masks have changed", path)
	steps := readSteps(t, path+".json")
	assert.Zero(t, steps[0].Dead)
	assert.Positive(t, steps[twinSteps-1].Dead, "components die")
	return steps
}

// The interpreter in float64, with the penalty, Adam, τ and the averages by their
// definitions, follows the twin to 1e-9.
func TestTwinInterpreter(t *testing.T) {
	w := newTwin(t)
	want := w.found(t)
	g := train.Training(w.p.Graph())
	m := interp.New[float64](g)
	type slots struct{ mean, square, average []float64 }
	of := map[string]slots{}
	b := w.p.Train(0)
	require.NoError(t, m.Bind(b.Binding(0)))
	for _, q := range g.Params {
		x := m.Param(q.Name)
		for i, v := range w.given["init/"+q.Name].(tensor.Dense[float32]).Data {
			x[i] = float64(v)
		}
		of[q.Name] = slots{make([]float64, len(x)), make([]float64, len(x)), append([]float64(nil), x...)}
	}
	for n, s := range want {
		feed := tasks.NewFeed(g, b.Binding(n))
		b.Load(n, feed)
		require.NoError(t, m.Bind(b.Binding(n)))
		tasks.Give(feed, m)
		require.NoError(t, m.Run(graph.Mode{Training: true, Seed: w.cfg.Seed, Step: uint64(n)}))
		require.InEpsilon(t, s.Cost, m.Output("loss")[0], 1e-9, "cost of step %d", n)
		grads := map[string][]float64{}
		for _, q := range g.Params {
			grads[q.Name] = append([]float64(nil), m.Output(train.GradientOf(q.Name))...)
		}
		require.InEpsilon(t, s.Penalty, w.penalise(g, m.Param, grads), 1e-9, "penalty of step %d", n)
		norm, averages := 0.0, 0.0
		live := map[string][]float32{}
		k := float64(n + 1)
		rate := w.cfg.Train.Optimizer.Rate * math.Sqrt(1-math.Pow(0.999, k)) / (1 - math.Pow(0.9, k))
		for _, q := range g.Params {
			x, st := m.Param(q.Name), of[q.Name]
			live[q.Name] = make([]float32, len(x))
			for i, d := range grads[q.Name] {
				norm += d * d
				st.mean[i] = 0.9*st.mean[i] + 0.1*d
				st.square[i] = 0.999*st.square[i] + 0.001*d*d
				x[i] -= rate * st.mean[i] / (math.Sqrt(st.square[i]) + 1e-8)
				st.average[i] = w.cfg.Train.Average*st.average[i] + (1-w.cfg.Train.Average)*x[i]
				if math.Abs(x[i]) < w.cfg.ISS.Tau {
					x[i], st.average[i] = 0, 0
				}
				if x[i] != 0 {
					live[q.Name][i] = 1
				}
				averages += st.average[i] * st.average[i]
			}
		}
		require.InEpsilon(t, s.GradNorm, math.Sqrt(norm), 1e-9, "gradient norm of step %d", n)
		require.InEpsilon(t, s.Averages, math.Sqrt(averages), 1e-9, "averages after step %d", n)
		require.Equal(t, s.Dead, w.dead(func(name string) []float32 { return live[name] }), "dead after step %d", n)
	}
}

// penalise adds the gradient of the group Lasso scalar by scalar and returns its value.
func (w *twin) penalise(g *graph.Graph, param func(string) []float64, grads map[string][]float64) (penalty float64) {
	for _, group := range w.chosen {
		for k := range group.Units {
			each := func(f func(name string, i int)) {
				for _, e := range group.Entries {
					q := g.Param(e.Var)
					for i := range q.Size() {
						if [2]int{i / q.Shape[1], i % q.Shape[1]}[e.Axis] == e.Index(k) {
							f(e.Var, i)
						}
					}
				}
			}
			sum := 1e-8
			each(func(name string, i int) { sum += param(name)[i] * param(name)[i] })
			penalty += w.cfg.ISS.Regularizers[0].Lambda * math.Sqrt(sum)
			each(func(name string, i int) {
				grads[name][i] += w.cfg.ISS.Regularizers[0].Lambda / math.Sqrt(sum) * param(name)[i]
			})
		}
	}
	return penalty
}

func (w *twin) dead(param func(name string) []float32) (n int) {
	for _, u := range groups.CountZeros(w.p.Graph(), w.chosen, param).Groups {
		n += u.Of - u.Left
	}
	return n
}

// The training step on the compiled engine follows it to 1e-3 in float32.
func TestTwinEngine(t *testing.T) {
	w := newTwin(t)
	want := w.found(t)
	b := w.p.Train(0)
	s, err := train.NewStepper(w.p.Graph(), tasks.Largest(b), w.cfg, w.chosen, 2)
	require.NoError(t, err)
	defer s.Close()
	for _, q := range w.p.Graph().Params {
		copy(s.Engine().Param(q.Name), w.given["init/"+q.Name].(tensor.Dense[float32]).Data)
	}
	s.Engine().Changed()
	for n, f := range want {
		require.NoError(t, s.Bind(b.Binding(n)))
		b.Load(n, s.Engine())
		o, err := s.Step(w.cfg.Train.Optimizer.Rate, graph.Mode{Training: true, Seed: w.cfg.Seed, Step: uint64(n)})
		require.NoError(t, err)
		require.InEpsilon(t, f.Cost, o.Cost, 1e-3, "cost of step %d", n)
		require.InEpsilon(t, f.GradNorm, o.Norm, 1e-3, "gradient norm of step %d", n)
		require.InEpsilon(t, f.Penalty, o.Penalty, 1e-3, "penalty of step %d", n)
	}
}

// What is stored is what the script finds.
func TestTwinScript(t *testing.T) {
	const python = "/usr/bin/python3"
	if exec.Command(python, "-c", "import numpy").Run() != nil {
		t.Skip("no Python with NumPy is here (Debian: python3-numpy); CI has it")
	}
	want := newTwin(t).found(t)
	path := filepath.Join(t.TempDir(), "twin")
	text, err := os.ReadFile(filepath.Join("testdata", "bidaf-twin.safetensors"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path+".safetensors", text, 0o666))
	out, err := exec.Command(python, filepath.Join("testdata", "bidaf_twin.py"), path+".safetensors").CombinedOutput()
	require.NoError(t, err, "%s", out)
	for n, s := range readSteps(t, path+".json") {
		assert.InEpsilon(t, want[n].Cost, s.Cost, 1e-12, "cost of step %d", n)
		assert.InEpsilon(t, want[n].GradNorm, s.GradNorm, 1e-12, "gradient norm of step %d", n)
		assert.Equal(t, want[n].Dead, s.Dead, "dead after step %d", n)
	}
}
