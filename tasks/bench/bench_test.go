package bench

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/cells"
	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/nn"
	"github.com/seed391906a2/iss/core/rng"
	"github.com/seed391906a2/iss/core/tensor"
	"github.com/seed391906a2/iss/groups"
	"github.com/seed391906a2/iss/tasks"
)

// languageModel is a stacked LSTM as in the paper.
func languageModel(t *testing.T, vocab, embedding int, hidden ...int) *graph.Graph {
	t.Helper()
	c := nn.LMConfig{Vocab: vocab, Embedding: embedding, Hidden: hidden, Scale: 0.1}
	in := embedding
	for _, h := range hidden {
		cell, err := cells.LSTM.New(core.CellConfig{Input: in, Hidden: h})
		require.NoError(t, err)
		c.Cells, in = append(c.Cells, cell), h
	}
	g, err := nn.LanguageModel(c)
	require.NoError(t, err)
	return g
}

func drawn(g *graph.Graph) map[string]tensor.Dense[float32] {
	out := map[string]tensor.Dense[float32]{}
	for _, p := range g.Params {
		d := tensor.New[float32](p.Shape...)
		p.Init.Fill(d.Data, p.Shape, rng.New(7, p.Name))
		out[p.Name] = d
	}
	return out
}

func TestRun(t *testing.T) {
	g := languageModel(t, 50, 8, 12, 10)
	var plan strings.Builder
	o := Options{Batch: 3, Steps: 4, Rounds: 5, Threads: 1, Seed: 1, Explain: &plan}
	results, err := Run(context.Background(), []Model{{Name: "drawn", Graph: g, Tensors: drawn(g)}, {Name: "new", Graph: g}}, o)
	require.NoError(t, err)
	require.Len(t, results, 2)
	assert.Regexp(t, `(?s)\ndrawn\n.*Model/RNN/multi_rnn_cell/cell_1.* ms, .* %.*\nnew\n`, plan.String())
	// Weights and products by hand: embedding 50·8, cells (8+12)·48+48 and
	// (12+10)·40+40, softmax 10·50+50.
	for i, name := range []string{"drawn", "new"} {
		r := results[i]
		assert.Equal(t, name, r.Name)
		assert.Equal(t, 400+960+48+880+40+500+50, r.Weights)
		assert.Equal(t, 960+880+500, r.MultAdds)
		assert.Equal(t, 5, r.Rounds)
		assert.Positive(t, r.Memory)
		assert.Positive(t, r.Time.Median)
		assert.LessOrEqual(t, r.Time.Low, r.Time.Median)
		assert.GreaterOrEqual(t, r.Time.High, r.Time.Median)
		assert.InEpsilon(t, 2*float64(r.MultAdds)*12/r.Time.Median/1e6, r.GFLOPS, 1e-12, "operations a millisecond, in billions a second")
	}
}

// Small models are run until the time is up, or a thousand times.
func TestRunAtLeast(t *testing.T) {
	m := []Model{{Name: "m", Graph: languageModel(t, 10, 2, 2)}}
	o := Options{Batch: 1, Steps: 1, Rounds: 2, Threads: 1, Least: time.Minute}
	results, err := Run(context.Background(), m, o)
	require.NoError(t, err)
	assert.Equal(t, 1000, results[0].Rounds)
	o.Least = time.Nanosecond
	results, err = Run(context.Background(), m, o)
	require.NoError(t, err)
	assert.Equal(t, 2, results[0].Rounds)
}

// What is timed is inference with these weights on these ids: its logits are
// those of any other executor.
func TestRunnerComputesTheModel(t *testing.T) {
	g := languageModel(t, 30, 6, 7)
	o := Options{Batch: 2, Steps: 3, Rounds: 1, Threads: 1, Seed: 3}
	tensors := drawn(g)
	r, err := newRunner(Model{Name: "m", Graph: g, Tensors: tensors}, o)
	require.NoError(t, err)
	defer r.close()
	require.NoError(t, r.run())
	distinct := map[int32]bool{}
	for _, id := range r.engine.Ints("x") {
		require.True(t, id >= 0 && id < 30)
		distinct[id] = true
	}
	assert.Greater(t, len(distinct), 1, "ids differ")
	assert.Equal(t, tensors["Model/softmax_w"].Data, r.engine.Param("Model/softmax_w"))
	logits := r.engine.Output("logits")
	assert.Len(t, logits, 2*3*30)
	assert.NotZero(t, logits[0])
	assert.NotContains(t, r.graph.Names, "loss", "no loss is computed")
}

// Sizes and savings of table 1 of Wen et al. (ICLR 2018): millions of weights
// with one decimal, how many times fewer multiply-adds with two, cut off.
func TestTable1(t *testing.T) {
	whole := languageModel(t, 10000, 1500, 1500, 1500)
	assert.Equal(t, 66022000, core.Weights(whole))
	assert.InDelta(t, 66.0, float64(core.Weights(whole))/1e6, 0.05)
	for _, tt := range []struct {
		first, second int
		weights       int     // counted by hand
		paper         float64 // millions
		fewer         float64
	}{
		{373, 315, 21824148, 21.8, 7.48},
		{381, 535, 25190548, 25.2, 5.01},
	} {
		small, err := groups.Restore(whole, map[string][]int{"cell_0": first(tt.first), "cell_1": first(tt.second)})
		require.NoError(t, err)
		assert.Equal(t, tt.weights, core.Weights(small))
		assert.InDelta(t, tt.paper, float64(core.Weights(small))/1e6, 0.05)
		ratio := float64(core.MultAdds(inference(whole, nil))) / float64(core.MultAdds(inference(small, nil)))
		assert.GreaterOrEqual(t, ratio, tt.fewer)
		assert.Less(t, ratio, tt.fewer+0.01)
	}
}

func first(n int) []int {
	ids := make([]int, n)
	for i := range ids {
		ids[i] = i
	}
	return ids
}

func TestRunRefuses(t *testing.T) {
	g := languageModel(t, 20, 4, 4)
	short := drawn(g)
	delete(short, "Model/softmax_b")
	feed, err := graph.Trace("feed", func(s *graph.Scope) {
		s.Ints("classes", graph.Symbol("batch"))
		s.Output("logits", s.Fill(0, graph.Symbol("batch"), graph.Fixed(4)))
	})
	require.NoError(t, err)
	stopped, stop := context.WithCancel(context.Background())
	stop()
	one := Options{Batch: 1, Steps: 1, Rounds: 1, Threads: 1}
	for _, tt := range []struct {
		name  string
		ctx   context.Context
		model Model
		o     Options
		want  string
	}{
		{"no rounds", context.Background(), Model{Graph: g}, Options{Batch: 1, Steps: 1}, "batch 1, steps 1 and rounds 0 must all be at least 1"},
		{"weights missing", context.Background(), Model{Name: "m", Graph: g, Tensors: short}, one, `bench: m: there are no weights "Model/softmax_b" of shape 20`},
		{"ids of nothing", context.Background(), Model{Name: "m", Graph: feed}, one, `input "classes" is looked up in no table`},
		{"stopped", stopped, Model{Graph: g}, one, "context canceled"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Run(tt.ctx, []Model{tt.model}, tt.o)
			assert.ErrorContains(t, err, tt.want)
		})
	}
}

// A model that reads numbers and lengths, and answers under another name: rows
// are of full length, and what is counted is what is computed: the cell once a
// step, the layer behind it once a row.
func TestRunOfSequences(t *testing.T) {
	const in, hidden, classes = 3, 5, 2
	cell, err := cells.RNN.New(core.CellConfig{Input: in, Hidden: hidden})
	require.NoError(t, err)
	batch := graph.Symbol("batch")
	g, err := graph.Trace("sequences", func(s *graph.Scope) {
		x, n := s.Input("x", graph.Symbol("time"), batch, graph.Fixed(in)), s.Ints("lengths", batch)
		_, last := graph.Scan(s, graph.ScanConfig{Lengths: n}, []graph.Value{x}, []graph.Carry{{Name: "h", Init: s.Fill(0, batch, graph.Fixed(hidden))}},
			func(s *graph.Scope, x, prev []graph.Value) (out, next []graph.Value) {
				_, next = cell.Step(s, x[0], prev)
				return nil, next
			})
		s.Output("answer", nn.Linear(s, "softmax", last[0], classes))
	})
	require.NoError(t, err)
	o := Options{Batch: 2, Steps: 4, Rounds: 3, Threads: 1, Seed: 1}
	m := Model{Name: "m", Graph: g, Terms: tasks.Terms{Answers: []string{"answer"}}}
	results, err := Run(context.Background(), []Model{m}, o)
	require.NoError(t, err)
	products := 2 * (4*(in+hidden)*hidden + hidden*classes)
	assert.InEpsilon(t, 2*float64(products)/results[0].Time.Median/1e6, results[0].GFLOPS, 1e-12)

	r, err := newRunner(m, o)
	require.NoError(t, err)
	defer r.close()
	assert.Equal(t, []int32{4, 4}, r.engine.Ints("lengths"))
	assert.NotZero(t, r.engine.Floats("x")[0])
}

func TestSpread(t *testing.T) {
	// Quartiles as R's quantile(type = 7) gives them.
	assert.Equal(t, Spread{Median: 3, Low: 2, High: 4}, spread([]float64{5, 1, 4, 2, 3}))
	assert.Equal(t, Spread{Median: 2.5, Low: 1.75, High: 3.25}, spread([]float64{4, 3, 2, 1}))
	assert.Equal(t, Spread{Median: 7, Low: 7, High: 7}, spread([]float64{7}))
}

var kept []byte // what TestAllocs allocates

// Allocations of every run count; those of one do not.
func TestAllocs(t *testing.T) {
	n := 0
	r := &runner{run: func() error {
		if n++; n == 2 {
			kept = make([]byte, 8)
		}
		return nil
	}}
	got, err := r.allocs()
	require.NoError(t, err)
	assert.Zero(t, got)
	r.run = func() error { kept = make([]byte, 8); return nil }
	got, err = r.allocs()
	require.NoError(t, err)
	assert.GreaterOrEqual(t, got, 1.0)
}
