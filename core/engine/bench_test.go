package engine_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/core/engine"
	"github.com/seed391906a2/iss/core/graph"
)

// sizes of a language model to be timed.
type sizes struct {
	name         string
	embed        int
	hidden       []int
	batch, steps int
	keep         float64
}

const benchVocab = 10000

// languageModel is a stack of LSTMs with dropout, softmax layer and, for
// training, the gradient of the loss: the work of Zaremba et al.
func languageModel(tb testing.TB, z sizes, train bool) *graph.Graph {
	g, err := graph.Trace(z.name, func(s *graph.Scope) {
		time, batch := graph.Symbol("time"), graph.Symbol("batch")
		ids, targets := s.Ints("x", time, batch), s.Ints("y", time, batch)
		x := s.Dropout("input", graph.Lookup(s.Param("embedding", nil, benchVocab, z.embed), ids), z.keep, graph.PerStep)
		in := z.embed
		for i, n := range z.hidden {
			l := s.Layer(fmt.Sprint("cell_", i), fmt.Sprint("cell_", i))
			carry := []graph.Carry{
				{Name: "c", Init: l.State(fmt.Sprint("c", i), 0, batch, graph.Fixed(n))},
				{Name: "h", Init: l.State(fmt.Sprint("h", i), 0, batch, graph.Fixed(n))},
			}
			out, final := graph.Scan(l, graph.ScanConfig{}, []graph.Value{x}, carry, func(s *graph.Scope, x, prev []graph.Value) (out, next []graph.Value) {
				z := graph.Add(graph.MatMul(graph.Concat(-1, x[0], prev[1]), s.Param("weights", nil, in+n, 4*n)), s.Param("biases", nil, 4*n))
				q := graph.Split(z, 4)
				c := graph.Add(graph.Mul(graph.Sigmoid(q[2]), prev[0]), graph.Mul(graph.Sigmoid(q[0]), graph.Tanh(q[1])))
				h := graph.Mul(graph.Sigmoid(q[3]), graph.Tanh(c))
				return []graph.Value{h}, []graph.Value{c, h}
			})
			s.Output(fmt.Sprint("c", i), final[0])
			s.Output(fmt.Sprint("h", i), final[1])
			x, in = l.Dropout("output", out[0], z.keep, graph.PerStep), n
		}
		logits := graph.Add(graph.MatMul(x, s.Param("softmax_w", nil, in, benchVocab)), s.Param("softmax_b", nil, benchVocab))
		if !train {
			s.Output("logits", logits)
			return
		}
		s.Output("loss", graph.Sum(graph.Mean(graph.CrossEntropy(logits, targets), -1), -1))
	})
	require.NoError(tb, err)
	if !train {
		return g
	}
	h, vals := graph.Clone(g)
	var wrt []graph.Value
	for _, p := range g.Params {
		wrt = append(wrt, vals[g.Leaf(p)])
	}
	for i, d := range graph.Gradient(h, h.Output("loss"), wrt) {
		h.AddOutput("d/"+g.Params[i].Name, d)
	}
	return h
}

// ready plans the model for all cores and fills it.
func ready(tb testing.TB, z sizes, train bool) *engine.Engine { return readyOn(tb, z, train, 0) }

func readyOn(tb testing.TB, z sizes, train bool, threads int) *engine.Engine {
	b := graph.Binding{"time": z.steps, "batch": z.batch}
	g := languageModel(tb, z, train)
	e, err := engine.New(g, engine.Options{Max: b, Threads: threads, Inference: !train})
	require.NoError(tb, err)
	require.NoError(tb, e.Bind(b))
	r := rand.New(rand.NewPCG(1, 2))
	for _, p := range g.Params {
		w := e.Param(p.Name)
		for i := range w {
			w[i] = (r.Float32() - 0.5) * 0.1
		}
	}
	for _, name := range []string{"x", "y"} {
		if name == "y" && !train {
			continue
		}
		ids := e.Ints(name)
		for i := range ids {
			ids[i] = int32(r.IntN(benchVocab))
		}
	}
	e.Changed()
	return e
}

func benchmark(b *testing.B, z sizes, train bool) {
	e := ready(b, z, train)
	defer e.Close()
	mode := graph.Mode{Training: train, Seed: 1}
	require.NoError(b, e.Run(mode))
	b.ReportAllocs()
	for b.Loop() {
		mode.Step++
		if train {
			e.Changed()
		}
		require.NoError(b, e.Run(mode))
	}
	words := float64(z.batch * z.steps)
	b.ReportMetric(words*float64(b.N)/b.Elapsed().Seconds(), "words/s")
	if os.Getenv("ISS_EXPLAIN") != "" {
		e.Measure(true)
		for range 10 {
			mode.Step++
			if train {
				e.Changed()
			}
			require.NoError(b, e.Run(mode))
		}
		e.Explain(os.Stdout)
	}
}

var (
	small  = sizes{"small", 200, []int{200, 200}, 20, 20, 1}
	medium = sizes{"medium", 650, []int{650, 650}, 20, 35, 0.5}
	large  = sizes{"large", 1500, []int{1500, 1500}, 20, 35, 0.35}
)

func BenchmarkTrain(b *testing.B) {
	for _, z := range []sizes{small, medium, large} {
		b.Run(z.name, func(b *testing.B) { benchmark(b, z, true) })
	}
}

func BenchmarkInfer(b *testing.B) {
	for _, z := range []sizes{small, medium} {
		b.Run(z.name, func(b *testing.B) { benchmark(b, z, false) })
	}
}

func BenchmarkBind(b *testing.B) {
	e := ready(b, small, true)
	defer e.Close()
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		require.NoError(b, e.Bind(graph.Binding{"time": small.steps - i%2, "batch": small.batch}))
	}
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		ready(b, small, true).Close()
	}
}
