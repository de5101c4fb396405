package train_test

import (
	"context"
	"encoding/json"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/interp"
	"github.com/seed391906a2/iss/groups"
	"github.com/seed391906a2/iss/tasks"
	"github.com/seed391906a2/iss/tasks/train"
)

// defined is what terms add to a loss, and their (sub-)gradient, by their
// definitions, scalar by scalar; x are weights.
func defined(g *graph.Graph, terms []train.Term, x map[string][]float64) (value float64, gradient map[string][]float64) {
	gradient = map[string][]float64{}
	for name, w := range x {
		gradient[name] = make([]float64, len(w))
	}
	for _, t := range terms {
		for _, name := range t.Vars {
			for i, w := range x[name] {
				switch {
				case t.Kind == "l2":
					value += t.Lambda / 2 * w * w
					gradient[name][i] += t.Lambda * w
				case w != 0:
					value += t.Lambda * math.Abs(w)
					gradient[name][i] += t.Lambda * math.Copysign(1, w)
				}
			}
		}
		components(g, t, func(multi float64, each func(func(name string, i int))) {
			s := 1e-8
			each(func(name string, i int) { s += x[name][i] * x[name][i] })
			value += t.Lambda * multi * math.Sqrt(s)
			each(func(name string, i int) { gradient[name][i] += t.Lambda * multi * x[name][i] / math.Sqrt(s) })
		})
	}
	return value, gradient
}

// components calls f with each component of a term: its multiplier, and its
// scalars, those in a row and a column twice.
func components(g *graph.Graph, t train.Term, f func(multi float64, each func(func(name string, i int)))) {
	for _, group := range t.Groups {
		for k := range group.Units {
			f(group.Multi, func(visit func(name string, i int)) {
				for _, e := range group.Entries {
					shape, inner := g.Param(e.Var).Shape, 1
					for _, n := range shape[e.Axis+1:] {
						inner *= n
					}
					for i := range g.Param(e.Var).Size() {
						if i/inner%shape[e.Axis] == e.Index(k) {
							visit(e.Var, i)
						}
					}
				}
			})
		}
	}
}

// wide are weights in float64.
func wide(w map[string]Tensor) map[string][]float64 {
	out := map[string][]float64{}
	for name, d := range w {
		for _, v := range d.Data {
			out[name] = append(out[name], float64(v))
		}
	}
	return out
}

// The definition's gradient against differences of its value, away from where
// it has none.
func TestDefinedByDifferences(t *testing.T) {
	const step = 1e-6
	cfg, p, chosen := tiny(t)
	cfg.ISS.Regularizers, cfg.ISS.Biases = every, "penalise"
	terms, err := train.Terms(cfg, p.Graph(), chosen)
	require.NoError(t, err)
	x := map[string][]float64{}
	for _, q := range p.Graph().Params {
		x[q.Name] = make([]float64, q.Size())
		for i := range x[q.Name] {
			x[q.Name][i] = 0.1 * (float64(i%7) - 3.5)
		}
	}
	_, gradient := defined(p.Graph(), terms, x)
	for name, w := range x {
		for i := 0; i < len(w); i += 53 {
			at := w[i]
			w[i] = at + step
			up, _ := defined(p.Graph(), terms, x)
			w[i] = at - step
			down, _ := defined(p.Graph(), terms, x)
			w[i] = at
			require.InDelta(t, (up-down)/(2*step), gradient[name][i], 1e-6, "%s[%d]", name, i)
		}
	}
}

// firstStep trains one step and returns what it told, the weights before and
// after it, and the loss's gradient by the interpreter.
func firstStep(t *testing.T, o train.Options) (told train.StepMetric, before, after map[string]Tensor, loss map[string][]float64) {
	t.Helper()
	start, journal := &memory{}, &memory{}
	stopped, stop := context.WithCancel(context.Background())
	stop()
	o.Journal, o.Threads = start, 2
	_, err := train.Train(stopped, o)
	require.ErrorIs(t, err, train.ErrStopped)
	before = start.last.Tensors

	ctx, cancel := context.WithCancel(context.Background())
	o.Journal, o.Report = journal, recorder{func(train.Progress) { cancel() }}
	_, err = train.Train(ctx, o)
	require.ErrorIs(t, err, train.ErrStopped)
	require.NoError(t, json.Unmarshal(journal.lines[0], &told))

	g := train.Training(o.Problem.Graph(), o.Config.Train.Only...)
	m := interp.New[float64](g)
	b := o.Problem.Train(0)
	require.NoError(t, m.Bind(b.Binding(0)))
	for name, x := range wide(before) {
		copy(m.Param(name), x)
	}
	feed := tasks.NewFeed(g, b.Binding(0))
	b.Load(0, feed)
	tasks.Give(feed, m)
	require.NoError(t, m.Run(graph.Mode{Training: true, Seed: o.Config.Seed, Step: 0}))
	loss = map[string][]float64{}
	for _, q := range g.Params {
		loss[q.Name] = make([]float64, q.Size())
		for _, name := range g.Names {
			if name == train.GradientOf(q.Name) {
				copy(loss[q.Name], m.Output(name))
			}
		}
	}
	return told, before, journal.last.Tensors, loss
}

// What a step with terms of every kind tells, and where it moves the weights,
// is what the definitions say: gradients, clipping, then proximal steps by the
// size of the clipped step, then τ.
func TestStepByDefinition(t *testing.T) {
	for _, c := range []struct {
		name string
		list []tasks.Regularizer
		only []string
	}{
		{"gradient", every, nil},
		{"proximal", proximal(every), nil},
		{"both", append(proximal(every[:2]), every[2:]...), nil},
		{"only some variables", every, []string{"*cell_1*", "*softmax*"}},
		{"proximal, only some variables", proximal(every), []string{"*cell_1*", "*softmax*"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			cfg, p, chosen := tiny(t)
			cfg.ISS.Regularizers, cfg.ISS.Tau, cfg.Train.Only = c.list, 2e-3, c.only
			cfg.Train.Clip = 1
			terms, err := train.Terms(cfg, p.Graph(), chosen)
			require.NoError(t, err)
			told, before, after, loss := firstStep(t, train.Options{Problem: p, Config: cfg, Groups: chosen})

			x := wide(before)
			trained := map[string]bool{}
			for _, q := range p.Graph().Params {
				trained[q.Name] = c.only == nil || q.Name != "Model/embedding" && q.Name != lstm0 && q.Name[:len(q.Name)-6] != lstm0[:len(lstm0)-7]
			}
			value, _ := defined(p.Graph(), terms, x)
			var adds []train.Term
			for _, term := range terms {
				v, _ := defined(p.Graph(), []train.Term{term}, x)
				assert.InEpsilon(t, v, told.Terms[term.Name], 1e-4, term.Name)
				if !term.Proximal() {
					adds = append(adds, term)
				}
			}
			assert.InEpsilon(t, value, told.Penalty, 1e-4)
			_, gradient := defined(p.Graph(), adds, x)
			sq := 0.0
			for name, d := range gradient {
				for i := range d {
					if d[i] += loss[name][i]; trained[name] {
						sq += d[i] * d[i]
					}
				}
			}
			norm := math.Sqrt(sq)
			assert.InEpsilon(t, norm, told.GradNorm, 1e-4)
			require.Greater(t, norm, 1.0, "the gradient is clipped")
			size := cfg.Train.Optimizer.Rate / norm
			for name, d := range gradient {
				for i := range d {
					if trained[name] {
						x[name][i] -= size * d[i]
					}
				}
			}
			for _, term := range terms {
				if term.Proximal() {
					proximalStep(p.Graph(), term, size, x, trained)
				}
			}
			for name, w := range x {
				for i, v := range w {
					if trained[name] && math.Abs(v) < cfg.ISS.Tau {
						v = 0
					}
					if math.Abs(math.Abs(v)-cfg.ISS.Tau) > 1e-5 && (v == 0) == (after[name].Data[i] == 0) {
						require.InDelta(t, v, after[name].Data[i], 1e-5, "%s[%d]", name, i)
					} else {
						require.InDelta(t, cfg.ISS.Tau, math.Max(math.Abs(w[i]), math.Abs(float64(after[name].Data[i]))), 1e-4, "%s[%d] is at the threshold", name, i)
					}
				}
			}
		})
	}
}

// proximalStep is a term's, by its definition: all norms first.
func proximalStep(g *graph.Graph, t train.Term, size float64, x map[string][]float64, trained map[string]bool) {
	for _, name := range t.Vars {
		for i, v := range x[name] {
			x[name][i] = math.Copysign(math.Max(0, math.Abs(v)-size*t.Lambda), v)
		}
	}
	factor := map[string][]float64{}
	for name, w := range x {
		factor[name] = make([]float64, len(w))
		for i := range w {
			factor[name][i] = 1
		}
	}
	components(g, t, func(multi float64, each func(func(name string, i int))) {
		s := 0.0
		each(func(name string, i int) { s += x[name][i] * x[name][i] })
		f := math.Max(0, 1-size*t.Lambda*multi/math.Sqrt(s))
		each(func(name string, i int) { factor[name][i] *= f })
	})
	for name, f := range factor {
		for i := range f {
			if trained[name] {
				x[name][i] *= f[i]
			}
		}
	}
}

// The whole penalty of an epoch is the sum of its terms, each of the weights at
// its end.
func TestTermsAreTold(t *testing.T) {
	cfg, p, chosen := tiny(t)
	cfg.ISS.Regularizers, cfg.Train.Epochs = every, 1
	journal := &memory{}
	r, err := train.Train(context.Background(), train.Options{Problem: p, Config: cfg, Groups: chosen, Journal: journal, Threads: 2})
	require.NoError(t, err)
	terms, err := train.Terms(cfg, p.Graph(), chosen)
	require.NoError(t, err)
	epochs := 0
	for _, line := range journal.lines {
		var e train.EpochMetric
		require.NoError(t, json.Unmarshal(line, &e))
		if e.Kind != "epoch" {
			continue
		}
		epochs++
		require.Len(t, e.Terms, len(every))
		sum := 0.0
		for _, term := range terms {
			want, _ := defined(p.Graph(), []train.Term{term}, wide(r.Tensors))
			assert.InEpsilon(t, want, e.Terms[term.Name], 1e-4, term.Name)
			sum += e.Terms[term.Name]
		}
		assert.InEpsilon(t, sum, e.Penalty, 1e-9)
	}
	assert.Equal(t, 1, epochs)
}

// Where biases become zero with their group they are, and only there; in the
// averages, too, which are what is kept where there are some.
func TestZeroWithGroup(t *testing.T) {
	cfg, p, chosen := tiny(t)
	cfg.Train.Epochs, cfg.ISS.Tau, cfg.ISS.Regularizers[0].Lambda = 1, 3e-3, 0.1
	for _, c := range []struct {
		rule    string
		average float64
	}{{"follow", 0}, {"zero-with-group", 0}, {"follow", 0.9}, {"zero-with-group", 0.9}} {
		rule := c.rule
		cfg.ISS.Biases, cfg.Train.Average = rule, c.average
		r, err := train.Train(context.Background(), train.Options{Problem: p, Config: cfg, Groups: chosen, Threads: 2})
		require.NoError(t, err)
		dead, quiet := 0, 0
		for _, group := range chosen {
			for k := range group.Units {
				one := group
				one.Units = 1
				one.Entries = nil
				for _, e := range group.Entries {
					e.Start, e.Step = e.Index(k), 1
					one.Entries = append(one.Entries, e)
				}
				if groups.CountZeros(p.Graph(), []groups.Group{one}, func(n string) []float32 { return r.Tensors[n].Data }).Groups[0].Left > 0 {
					continue
				}
				dead++
				silent := true
				for _, e := range group.Followers {
					silent = silent && r.Tensors[e.Var].Data[e.Index(k)] == 0
				}
				if silent {
					quiet++
				}
			}
		}
		require.Positive(t, dead, rule)
		if rule == "follow" {
			assert.Zero(t, quiet, "biases live on by themselves")
		} else {
			assert.Equal(t, dead, quiet)
		}
	}
}
