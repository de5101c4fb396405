package train_test

import (
	"encoding/json"
	"flag"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/cells"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/interp"
	"github.com/seed391906a2/iss/core/rng"
	"github.com/seed391906a2/iss/core/tensor"
	"github.com/seed391906a2/iss/groups"
	"github.com/seed391906a2/iss/tasks"
	"github.com/seed391906a2/iss/tasks/ptb"
	"github.com/seed391906a2/iss/tasks/train"
)

var update = flag.Bool("update", false, "write the files of testdata anew; needs Python with NumPy")

// twin is a trajectory of a recurrent highway network that testdata/rhn_twin.py,
// which shares nothing with iss, has measured: NAME.safetensors is what it was
// given, NAME.json what it found.
type twin struct {
	name   string
	Depth  int     `json:"depth"`
	Lambda float64 `json:"lambda"`
	L2     float64 `json:"l2"`
	Tau    float64 `json:"tau"`
	Rate   float64 `json:"rate"`
	Clip   float64 `json:"clip"`
	keep   map[string]float64
	steps  int
	dies   bool
}

// twins: one with the noise of all places and l2, its gradients clipped now and
// then; one whose λ is so large that components die.
var twins = []twin{
	{name: "rhn-noise", Depth: 3, L2: 1e-3, Rate: 0.5, Clip: 1.5, keep: map[string]float64{"input": 0.8, "i": 0.5, "h": 0.64, "output": 0.5}, steps: 15},
	{name: "rhn-dying", Depth: 2, Lambda: 0.5, L2: 1e-7, Tau: 0.02, Rate: 0.1, Clip: 10, steps: 25, dies: true},
}

func (w twin) config() tasks.Config {
	cfg := tasks.Config{
		Task: "grammar", Seed: 5,
		Model: tasks.Model{
			Cell: "rhn", Options: map[string]any{"depth": w.Depth}, Embedding: 9, Hidden: []int{9}, Tied: true, Names: "rhn",
			InitScale: 0.1, Keep: w.keep, Masks: map[string]string{"input": "word", "output": "window"},
		},
		Train: tasks.Train{
			Batch: 4, Steps: 6, Epochs: 1, Clip: w.Clip,
			Optimizer: tasks.Optimizer{Kind: "sgd", Rate: w.Rate}, Schedule: tasks.Schedule{Kind: "constant"},
		},
		ISS: tasks.ISS{Tau: w.Tau, TauOn: "groups", Count: "multiset", Biases: "follow"},
	}
	if w.Lambda > 0 {
		cfg.ISS.Regularizers = append(cfg.ISS.Regularizers, tasks.Regularizer{Kind: "group_lasso", On: "iss", Lambda: w.Lambda})
	}
	cfg.ISS.Regularizers = append(cfg.ISS.Regularizers, tasks.Regularizer{Kind: "l2", On: "all", Lambda: w.L2})
	return cfg
}

func (w twin) open(t *testing.T) (tasks.Config, tasks.Problem, []groups.Group) {
	t.Helper()
	catalogue, err := cells.Catalogue(cells.All()...)
	require.NoError(t, err)
	cfg := w.config()
	p, err := ptb.NewGrammar().Open(cfg, catalogue)
	require.NoError(t, err)
	d, err := groups.Derive(p.Graph())
	require.NoError(t, err)
	chosen, err := d.Select(nil)
	require.NoError(t, err)
	return cfg, p, d.Groups(chosen)
}

// masks are the dropout masks of a model, by site.
func masks(g *graph.Graph) map[string]graph.Value {
	out := map[string]graph.Value{}
	for _, n := range g.Nodes {
		if m, ok := n.Op.(*graph.MaskOp); ok {
			out[m.Site] = n.At(0)
		}
	}
	return out
}

// given is what the twin is given: weights, batches, and the masks that iss
// draws in each step.
func (w twin) given(t *testing.T) map[string]tensor.Array {
	cfg, p, _ := w.open(t)
	out := map[string]tensor.Array{}
	for _, q := range p.Graph().Params {
		d := tensor.New[float32](q.Shape...)
		q.Init.Fill(d.Data, q.Shape, rng.New(cfg.Seed, "init/"+q.Name))
		out["init/"+q.Name] = d
	}
	var x, y tensor.Ints
	drawn := map[string]tensor.Dense[float32]{}
	b := p.Train(0)
	g := graph.Subset(p.Graph(), "nll")
	sites := masks(g)
	for site, v := range sites {
		g.AddOutput("mask/"+site, v)
	}
	m := interp.New[float32](g)
	require.NoError(t, m.Bind(b.Binding(0)))
	for n := range w.steps {
		b.Load(n, m)
		require.NoError(t, m.Run(graph.Mode{Training: true, Seed: cfg.Seed, Step: uint64(n)}))
		x.Data, y.Data = append(x.Data, m.Ints("x")...), append(y.Data, m.Ints("y")...)
		for site, v := range sites {
			d := drawn["mask/"+site]
			d.Shape = append([]int{w.steps}, v.Shape().Bind(b.Binding(n))...)
			d.Data = append(d.Data, m.Output("mask/"+site)...)
			drawn["mask/"+site] = d
		}
	}
	x.Shape = []int{w.steps, cfg.Train.Steps, cfg.Train.Batch}
	y.Shape = x.Shape
	out["x"], out["y"] = x, y
	for name, d := range drawn {
		out[name] = d
	}
	return out
}

// found is what the twin found.
type found struct {
	Steps []struct {
		Cost     float64 `json:"cost"`
		Penalty  float64 `json:"penalty"`
		GradNorm float64 `json:"grad_norm"`
		Dead     int     `json:"dead"`
	} `json:"steps"`
}

func (w twin) found(t *testing.T) (f found) {
	t.Helper()
	path := filepath.Join("testdata", w.name)
	given := w.given(t)
	config, err := json.Marshal(w)
	require.NoError(t, err)
	var file strings.Builder
	require.NoError(t, tensor.Write(&file, given, map[string]string{"config": string(config)}))
	if *update {
		require.NoError(t, os.WriteFile(path+".safetensors", []byte(file.String()), 0o666))
		out, err := exec.Command("/usr/bin/python3", filepath.Join("testdata", "rhn_twin.py"), path+".safetensors").CombinedOutput()
		require.NoError(t, err, "%s", out)
	}
	stored, err := os.ReadFile(path + ".safetensors")
	require.NoError(t, err)
	require.True(t, file.String() == string(stored), "%s.safetensors is not what the twin would be given now: weights, batches or masks have changed", path)
	text, err := os.ReadFile(path + ".json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &f))
	require.Len(t, f.Steps, w.steps)
	clipped := 0
	for _, s := range f.Steps {
		if s.GradNorm > w.Clip {
			clipped++
		}
	}
	if w.dies {
		assert.Positive(t, f.Steps[w.steps-1].Dead, "components die")
		assert.Zero(t, f.Steps[0].Dead, "and not at once")
	} else {
		assert.True(t, clipped > 0 && clipped < w.steps, "%d of %d steps are clipped", clipped, w.steps)
	}
	return f
}

// dead counts the components that are all zero.
func dead(g *graph.Graph, chosen []groups.Group, param func(name string) []float32) (n int) {
	for _, u := range groups.CountZeros(g, chosen, param).Groups {
		n += u.Of - u.Left
	}
	return n
}

// The interpreter in float64, with the penalty by its definition, follows the
// twin to 1e-9 in cost and gradient norm, and in the components that are dead
// after each step.
func TestHighwayTwinInterpreter(t *testing.T) {
	for _, w := range twins {
		t.Run(w.name, func(t *testing.T) {
			want := w.found(t)
			cfg, p, chosen := w.open(t)
			g := train.Training(p.Graph())
			m := interp.New[float64](g)
			b := p.Train(0)
			require.NoError(t, m.Bind(b.Binding(0)))
			given := w.given(t)
			for _, q := range g.Params {
				for i, v := range given["init/"+q.Name].(tensor.Dense[float32]).Data {
					m.Param(q.Name)[i] = float64(v)
				}
			}
			named := groupVars(chosen)
			for n, s := range want.Steps {
				feed := tasks.NewFeed(g, b.Binding(n))
				b.Load(n, feed)
				tasks.Give(feed, m)
				require.NoError(t, m.Run(graph.Mode{Training: true, Seed: cfg.Seed, Step: uint64(n)}))
				require.InEpsilon(t, s.Cost, m.Output("loss")[0], 1e-9, "cost of step %d", n)
				penalty, norm := 0.0, 0.0
				add := penaltyGradient(g, chosen, w.Lambda, m.Param, &penalty)
				for _, q := range g.Params {
					for i, v := range m.Output(train.GradientOf(q.Name)) {
						x := m.Param(q.Name)[i]
						penalty += w.L2 / 2 * x * x
						add[q.Name][i] += v + w.L2*x
						norm += add[q.Name][i] * add[q.Name][i]
					}
				}
				norm = math.Sqrt(norm)
				require.InEpsilon(t, s.GradNorm, norm, 1e-9, "gradient norm of step %d", n)
				require.InEpsilon(t, s.Penalty, penalty, 1e-9, "penalty of step %d", n)
				live := map[string][]float32{}
				for _, q := range g.Params {
					live[q.Name] = make([]float32, q.Size())
					for i, d := range add[q.Name] {
						x := m.Param(q.Name)
						x[i] -= w.Rate * w.Clip / math.Max(norm, w.Clip) * d
						if w.Lambda > 0 && named[q.Name] && math.Abs(x[i]) < w.Tau {
							x[i] = 0
						}
						if x[i] != 0 {
							live[q.Name][i] = 1
						}
					}
				}
				require.Equal(t, s.Dead, dead(p.Graph(), chosen, func(name string) []float32 { return live[name] }), "dead after step %d", n)
				for _, v := range g.Inputs {
					if in := v.Node.Op.(*graph.InputOp); in.Role == graph.Carried {
						copy(m.Floats(in.Label), m.Output(in.Label))
					}
				}
			}
		})
	}
}

func groupVars(chosen []groups.Group) map[string]bool {
	named := map[string]bool{}
	for _, group := range chosen {
		for _, e := range group.Entries {
			named[e.Var] = true
		}
	}
	return named
}

// penaltyGradient is the gradient of the group Lasso, in float64 and scalar by
// scalar; its value is added to penalty.
func penaltyGradient(g *graph.Graph, chosen []groups.Group, lambda float64, param func(string) []float64, penalty *float64) map[string][]float64 {
	out := map[string][]float64{}
	for _, q := range g.Params {
		out[q.Name] = make([]float64, q.Size())
	}
	for _, group := range chosen {
		for k := range group.Units {
			each := func(f func(name string, i int)) {
				for _, e := range group.Entries {
					q := g.Param(e.Var)
					for i := range q.Size() {
						at := [2]int{i / q.Shape[1], i % q.Shape[1]}
						if at[e.Axis] == e.Index(k) {
							f(e.Var, i)
						}
					}
				}
			}
			sum := 1e-8
			each(func(name string, i int) { sum += param(name)[i] * param(name)[i] })
			*penalty += lambda * math.Sqrt(sum)
			each(func(name string, i int) { out[name][i] += lambda / math.Sqrt(sum) * param(name)[i] })
		}
	}
	return out
}

// The training step on the compiled engine follows it to 1e-4 in float32.
func TestHighwayTwinEngine(t *testing.T) {
	for _, w := range twins {
		t.Run(w.name, func(t *testing.T) {
			want := w.found(t)
			cfg, p, chosen := w.open(t)
			b := p.Train(0)
			s, err := train.NewStepper(p.Graph(), b.Binding(0), cfg, chosen, 2)
			require.NoError(t, err)
			defer s.Close()
			given := w.given(t)
			for _, q := range p.Graph().Params {
				copy(s.Engine().Param(q.Name), given["init/"+q.Name].(tensor.Dense[float32]).Data)
			}
			s.Engine().Changed()
			for n, f := range want.Steps {
				b.Load(n, s.Engine())
				o, err := s.Step(w.Rate, graph.Mode{Training: true, Seed: cfg.Seed, Step: uint64(n)})
				require.NoError(t, err)
				require.InEpsilon(t, f.Cost, o.Cost, 1e-4, "cost of step %d", n)
				require.InEpsilon(t, f.GradNorm, o.Norm, 1e-4, "gradient norm of step %d", n)
				require.InEpsilon(t, f.Penalty, o.Penalty, 1e-4, "penalty of step %d", n)
				require.Equal(t, f.Dead, dead(p.Graph(), chosen, s.Engine().Param), "dead after step %d", n)
			}
		})
	}
}

// What is stored is what the script finds.
func TestHighwayTwinScript(t *testing.T) {
	const python = "/usr/bin/python3"
	if exec.Command(python, "-c", "import numpy").Run() != nil {
		t.Skip("no Python with NumPy is here (Debian: python3-numpy); CI has it")
	}
	for _, w := range twins {
		want := w.found(t)
		path := filepath.Join(t.TempDir(), w.name)
		text, err := os.ReadFile(filepath.Join("testdata", w.name+".safetensors"))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(path+".safetensors", text, 0o666))
		out, err := exec.Command(python, filepath.Join("testdata", "rhn_twin.py"), path+".safetensors").CombinedOutput()
		require.NoError(t, err, "%s", out)
		text, err = os.ReadFile(path + ".json")
		require.NoError(t, err)
		var got found
		require.NoError(t, json.Unmarshal(text, &got))
		require.Len(t, got.Steps, len(want.Steps))
		for n, s := range got.Steps {
			assert.InEpsilon(t, want.Steps[n].Cost, s.Cost, 1e-12, "%s: cost of step %d", w.name, n)
			assert.InEpsilon(t, want.Steps[n].GradNorm, s.GradNorm, 1e-12, "%s: gradient norm of step %d", w.name, n)
			assert.Equal(t, want.Steps[n].Dead, s.Dead, "%s: dead after step %d", w.name, n)
		}
	}
}
