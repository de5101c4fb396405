package engine_test

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/core/engine"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/graph/graphtest"
	"github.com/seed391906a2/iss/core/interp"
)

// outputs copies all outputs.
func outputs(c *graphtest.Case, m graph.Machine[float32]) (all [][]float32) {
	for _, name := range c.Graph.Names {
		all = append(all, slices.Clone(m.Output(name)))
	}
	return all
}

// A plan runs lengths below its maxima, in any order, as a plan made for them does.
func TestSmallerBindings(t *testing.T) {
	for i := range 20 {
		c := withGradient(graphtest.Random(rand.New(rand.NewPCG(uint64(i), 2))))
		if len(c.Binding) == 0 {
			continue
		}
		most := graph.Binding{}
		for k, v := range c.Binding {
			most[k] = v + 3
		}
		e, err := engine.New(c.Graph, engine.Options{Max: most, Threads: 1 + i%5/4})
		require.NoError(t, err)
		whole := *c
		for step, b := range []graph.Binding{most, c.Binding, most} {
			whole.Binding = b
			m := interp.New[float64](c.Graph)
			require.NoError(t, graphtest.Load(&whole, e, 3))
			require.NoError(t, graphtest.Load(&whole, m, 3))
			mode := graph.Mode{Training: step != 1, Seed: 7, Step: uint64(step)}
			require.NoError(t, e.Run(mode))
			require.NoError(t, m.Run(mode))
			equal(t, &whole, e, m)
		}
		e.Close()
	}
}

// The same run gives the same bits, and another number of workers almost the same.
func TestDeterminism(t *testing.T) {
	c := withGradient(graphtest.LSTM(graphtest.Sizes{Vocab: 50, Embed: 40, Hidden: 70, Layers: 2, Time: 6, Batch: 5}))
	var first [][]float32
	for _, threads := range []int{1, 2, 3, 2} {
		e, err := engine.New(c.Graph, engine.Options{Max: c.Binding, Threads: threads})
		require.NoError(t, err)
		require.NoError(t, graphtest.Load(c, e, 3))
		var before [][]float32
		for range 3 {
			require.NoError(t, e.Run(graph.Mode{Training: true}))
			got := outputs(c, e)
			if before != nil {
				require.Equal(t, before, got, "%d workers", threads)
			}
			before = got
		}
		e.Close()
		if first == nil {
			first = before
		}
		for i := range first {
			for k := range first[i] {
				require.InDelta(t, first[i][k], before[i][k], 1e-5, "%s[%d] with %d workers", c.Graph.Names[i], k, threads)
			}
		}
	}
}

// For a number of workers the bits do not hang on when each of them runs: on
// fewer cores than workers, with a collector that stops them at any place.
func TestBitsDoNotHangOnScheduling(t *testing.T) {
	c := withGradient(graphtest.LSTM(graphtest.Sizes{Vocab: 50, Embed: 40, Hidden: 70, Layers: 2, Time: 6, Batch: 5}))
	for _, threads := range []int{2, 3, 8} {
		var want [][]float32
		for _, cores := range []int{8, 1, 2, 4} {
			before := runtime.GOMAXPROCS(cores)
			stop := collect()
			e, err := engine.New(c.Graph, engine.Options{Max: c.Binding, Threads: threads})
			require.NoError(t, err)
			require.NoError(t, graphtest.Load(c, e, 3))
			for range 5 {
				require.NoError(t, e.Run(graph.Mode{Training: true, Seed: 7}))
				got := outputs(c, e)
				if want == nil {
					want = got
				}
				require.Equal(t, want, got, "%d workers on %d cores", threads, cores)
			}
			e.Close()
			stop()
			runtime.GOMAXPROCS(before)
		}
	}
}

func TestChangedParameters(t *testing.T) {
	for _, inference := range []bool{true, false} {
		c := graphtest.LSTM(graphtest.Small)
		e, err := engine.New(c.Graph, engine.Options{Max: c.Binding, Threads: 2, Inference: inference})
		require.NoError(t, err)
		defer e.Close()
		for seed := range uint64(3) {
			m := interp.New[float64](c.Graph)
			require.NoError(t, graphtest.Load(c, e, seed)) // calls Changed
			require.NoError(t, graphtest.Load(c, m, seed))
			require.NoError(t, e.Run(graph.Mode{}))
			require.NoError(t, m.Run(graph.Mode{}))
			equal(t, c, e, m)
		}
	}
}

func TestRunDoesNotAllocate(t *testing.T) {
	for _, c := range graphtest.Named() {
		c = withGradient(c)
		e, err := engine.New(c.Graph, engine.Options{Max: c.Binding, Threads: 2})
		require.NoError(t, err)
		require.NoError(t, graphtest.Load(c, e, 1))
		mode := graph.Mode{Training: true, Seed: 1}
		allocs := testing.AllocsPerRun(20, func() {
			mode.Step++
			e.Changed()
			if err := e.Run(mode); err != nil {
				t.Error(err)
			}
		})
		assert.Zero(t, allocs, c.Name)
		e.Close()
	}
}

// What is no number stays visible: it is not lost in a clamp or a comparison.
func TestNaNReachesTheLoss(t *testing.T) {
	for _, c := range graphtest.Named() {
		c = withGradient(c)
		for _, bad := range []float32{float32(math.NaN()), float32(math.Inf(1))} {
			e, err := engine.New(c.Graph, engine.Options{Max: c.Binding, Threads: 1})
			require.NoError(t, err)
			m := interp.New[float32](c.Graph)
			for _, machine := range []graph.Machine[float32]{e, m} {
				require.NoError(t, graphtest.Load(c, machine, 1))
				p := c.Graph.Params[0]
				machine.Param(p.Name)[0] = bad
				machine.Changed()
				require.NoError(t, machine.Run(graph.Mode{}))
			}
			for _, name := range c.Graph.Names {
				for i, want := range m.Output(name) {
					if want != want {
						got := e.Output(name)[i]
						assert.Truef(t, got != got || math.IsInf(float64(got), 0), "%s: %s[%d] is %g, the interpreter has NaN", c.Name, name, i, got)
					}
				}
			}
			e.Close()
		}
	}
}

// The other levels of the kernels pass the same tests.
func TestOtherLevels(t *testing.T) {
	if os.Getenv("ISS_CPU") != "" || testing.Short() {
		t.Skip("this is one level already, or the run is short")
	}
	for _, level := range []string{"generic", "avx2"} {
		for _, tests := range []string{"TestNamedCases/1$", "TestDeterminism"} {
			cmd := exec.Command(os.Args[0], "-test.run="+tests)
			cmd.Env = append(os.Environ(), "ISS_CPU="+level)
			out, err := cmd.CombinedOutput()
			assert.NoError(t, err, "%s: %s", level, out)
		}
	}
}

// What plans must come to, by the text of Explain: which cells need how many
// stages in their loops, and what is done in place.
func TestPlans(t *testing.T) {
	cases := []struct {
		name    string
		c       *graphtest.Case
		with    []string
		without []string
	}{
		{"rnn", graphtest.RNN(graphtest.Small), []string{"loop over 4 steps, 2 stages", "loop backwards over 4 steps, 2 stages"}, []string{"move"}},
		{"lstm", graphtest.LSTM(graphtest.Small), []string{"loop over 4 steps, 2 stages", "loop backwards over 4 steps, 2 stages"}, []string{"move"}},
		{"gru", graphtest.GRU(graphtest.Small), []string{"loop over 4 steps, 4 stages", "loop backwards over 4 steps, 4 stages"}, []string{"move"}},
		{"gru after", graphtest.GRUAfter(graphtest.Small), []string{"loop over 4 steps, 2 stages", "loop backwards over 4 steps, 2 stages"}, []string{"move"}},
		{"rhn", graphtest.RHN(graphtest.Small), []string{"loop over 4 steps, 7 stages", "loop backwards over 4 steps, 7 stages"}, []string{"move"}},
		{"peephole", graphtest.Peephole(graphtest.Small), []string{"loop over 4 steps, 2 stages", "loop backwards over 4 steps, 2 stages"}, []string{"move"}},
		{"projection", graphtest.Projection(graphtest.Small), []string{"loop over 4 steps, 3 stages", "loop backwards over 4 steps, 4 stages"}, []string{"move"}},
		{"tied", graphtest.Tied(graphtest.Small), []string{"add 12 rows of 5 up in place"}, []string{"move"}},
		{"twins", twins(t), []string{"2 loops side by side"}, []string{"move"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			g := withGradient(c.c)
			e, err := engine.New(g.Graph, engine.Options{Max: g.Binding, Threads: 2})
			require.NoError(t, err)
			defer e.Close()
			require.NoError(t, e.Bind(g.Binding))
			var w bytes.Buffer
			e.Explain(&w)
			for _, want := range append(c.with, "cross-entropy and gradient") {
				assert.Contains(t, w.String(), want)
			}
			for _, not := range c.without {
				assert.NotContains(t, w.String(), not)
			}
		})
	}
}

// No steps and no rows are lengths too, and maxima: states stay what they were.
func TestEmptyLengths(t *testing.T) {
	for _, empty := range []string{"time", "batch"} {
		for _, c := range append(graphtest.Named(), twins(t), sums(t)) {
			c = withGradient(c)
			none := *c
			none.Binding = graph.Binding{"time": 3, "batch": 2}
			none.Binding[empty] = 0
			for _, most := range []graph.Binding{c.Binding, none.Binding} {
				t.Run(fmt.Sprint(c.Name, most), func(t *testing.T) { compareEmpty(t, &none, most) })
			}
		}
	}
}

func compareEmpty(t *testing.T, c *graphtest.Case, most graph.Binding) {
	e, err := engine.New(c.Graph, engine.Options{Max: most, Threads: 2})
	require.NoError(t, err)
	defer e.Close()
	m := interp.New[float64](c.Graph)
	require.NoError(t, graphtest.Load(c, e, 1))
	require.NoError(t, graphtest.Load(c, m, 1))
	require.NoError(t, e.Run(graph.Mode{Training: true}))
	require.NoError(t, m.Run(graph.Mode{Training: true}))
	for _, name := range c.Graph.Names {
		got, want := e.Output(name), m.Output(name)
		require.Len(t, got, len(want), name)
		for i := range want {
			if want[i] != want[i] {
				assert.True(t, got[i] != got[i], "%s[%d] is %g, the interpreter has NaN", name, i, got[i])
			} else {
				assert.InDelta(t, want[i], got[i], 1e-5, "%s[%d]", name, i)
			}
		}
	}
}

// sums adds up leading axes, of which there may be none.
func sums(t *testing.T) *graphtest.Case {
	g, err := graph.Trace("sums", func(s *graph.Scope) {
		x := s.Input("x", graph.Symbol("time"), graph.Symbol("batch"), graph.Fixed(5))
		w := s.Param("w", nil, 5)
		y := graph.Mul(x, w)
		s.Output("sum", graph.Sum(y, -3))
		s.Output("mean", graph.Mean(y, -3))
		s.Output("part", graph.Sum(graph.Slice(y, -1, 2, 5, 1), -3, -2))
		s.Output("loss", graph.Sum(graph.Sum(y, -3, -2), -1))
	})
	require.NoError(t, err)
	return &graphtest.Case{Name: "sums", Graph: g, Binding: graph.Binding{"time": 4, "batch": 3}}
}
