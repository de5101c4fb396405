package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/core/engine"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/tasks"
)

// texts are batches of one row of the given lengths; batch i is full of id i,
// and so are its targets.
type texts struct {
	lengths []int
	loaded  []int
}

func (b *texts) Len() int { return len(b.lengths) }
func (b *texts) Binding(i int) graph.Binding {
	return graph.Binding{"batch": 1, "time": b.lengths[i]}
}
func (b *texts) Items(i int) int { return b.lengths[i] }
func (b *texts) Load(i int, m tasks.Inputs) {
	b.loaded = append(b.loaded, i)
	for _, name := range []string{"x", "y"} {
		ids := m.Ints(name)
		for k := range ids {
			ids[k] = int32(i)
		}
	}
}

// A model is timed on each of its examples, of its own length; its layers have
// all of the time between them, under the names that the task gives them.
func TestRunExamples(t *testing.T) {
	g := languageModel(t, 50, 8, 12, 10)
	b := &texts{lengths: []int{3, 40, 7}}
	terms := tasks.Terms{Layers: []tasks.LayerName{{Name: "stack", Of: []string{"cell_0", "cell_1"}}}}
	var plan strings.Builder
	var rounds []int
	o := Options{Rounds: 3, Threads: 1, Seed: 1, Explain: &plan, Progress: func(done, all int) { rounds = append(rounds, done, all) }}
	results, err := RunExamples(context.Background(), []Model{
		{Name: "m", Graph: g, Examples: b, Terms: terms, Paper: tasks.PublishedTime{MS: 6.2}}, {Name: "other", Graph: g, Examples: b, Tensors: drawn(g)},
	}, o)
	require.NoError(t, err)
	require.Len(t, results, 2)
	assert.Equal(t, []int{1, 7, 2, 7, 3, 7, 4, 7, 5, 7, 6, 7, 7, 7}, rounds, "one that does not count, three, and three by layer")
	r := results[0]
	assert.Equal(t, []any{"m", Inference, 3, 3, 6.2}, []any{r.Name, r.Kind, r.Examples, r.Rounds, r.Paper.MS})
	assert.Equal(t, 50/3, r.Tokens, "of a mean example")
	assert.Equal(t, (960+880+500)*50/3, r.MultAdds, "of a mean example")
	assert.Zero(t, r.Allocs)
	assert.Positive(t, r.Min)
	assert.Less(t, r.Min, r.Time.Median)
	assert.InEpsilon(t, 2*float64(960+880+500)*50/(3*r.Mean)/1e6, r.GFLOPS, 1e-9)
	assert.InEpsilon(t, float64(r.Tokens)/r.Mean*1e3, r.WordsPerSec(), 1e-9)
	assert.InEpsilon(t, results[0].Mean/results[1].Mean, results[1].SpeedUp(&results[0]), 1e-9)

	for i, want := range [][]string{{"stack", "embedding", "softmax", outsidePlan}, {"embedding", "cell_0", "cell_1", "softmax", outsidePlan}} {
		var names []string
		mean, share := 0.0, 0.0
		for _, l := range results[i].Layers {
			names = append(names, l.Name)
			mean += l.Mean
			share += l.Share
			assert.Positive(t, l.Mean, l.Name)
			assert.Positive(t, l.Median, l.Name)
		}
		assert.Equal(t, want, names)
		assert.InEpsilon(t, results[i].Mean, mean, 1e-9)
		assert.InEpsilon(t, 1, share, 1e-9)
	}
	share := 0.0
	for _, k := range r.Work.Kinds {
		share += k.Share
	}
	assert.InEpsilon(t, 1, share, 0.05, "of the time of a measured run")
	assert.Positive(t, r.Work.LargeProduct)
	assert.Contains(t, plan.String(), "\nm, the first example\n")
	assert.Regexp(t, `the time of 3 examples, against the .* GFLOPS of a product of 1024×1024·1024×1024:\n`, plan.String())
}

// What is run is the model on what the batches hold, without its loss.
func TestExamplesAreFed(t *testing.T) {
	g := languageModel(t, 50, 8, 12, 10)
	tensors := drawn(g)
	m := Model{Graph: g, Tensors: tensors, Examples: &texts{lengths: []int{3, 9, 5}}}
	r, err := newRunner(m, Options{Threads: 1})
	require.NoError(t, err)
	defer r.close()
	a := newAnswering(r, m)
	whole, err := engine.New(g, engine.Options{Max: graph.Binding{"batch": 1, "time": 9}, Threads: 1})
	require.NoError(t, err)
	defer whole.Close()
	for _, p := range g.Params {
		copy(whole.Param(p.Name), tensors[p.Name].Data)
	}
	whole.Changed()
	for _, i := range []int{2, 1, 0} {
		took, err := a.one(i, false)
		require.NoError(t, err)
		assert.Positive(t, took)
		require.NoError(t, whole.Bind(m.Examples.Binding(i)))
		m.Examples.Load(i, whole)
		require.NoError(t, whole.Run(graph.Mode{}))
		assert.InDeltaSlice(t, whole.Output("logits"), r.engine.Output("logits"), 1e-5)
	}
	assert.NotContains(t, r.graph.Names, "loss")
}

// Training steps are timed on batches too, with the update outside the plan.
func TestRunExamplesTrains(t *testing.T) {
	g := languageModel(t, 20, 6, 7)
	b := &texts{lengths: []int{4, 6}}
	training := &Training{Config: tasks.Config{Train: tasks.Train{Clip: 5, Optimizer: tasks.Optimizer{Kind: "sgd", Rate: 0.1}, Schedule: tasks.Schedule{Kind: "constant"}}}}
	results, err := RunExamples(context.Background(), []Model{{Name: "m", Graph: g, Examples: b, Training: training}}, Options{Rounds: 2, Threads: 1, Seed: 1})
	require.NoError(t, err)
	r := results[0]
	assert.Equal(t, Train, r.Kind)
	products := core.MultAddsAt(g, b.Binding(0)) + core.MultAddsAt(g, b.Binding(1))
	assert.InEpsilon(t, 3*2*float64(products)/(2*r.Mean)/1e6, r.GFLOPS, 1e-9)
	last := r.Layers[len(r.Layers)-1]
	assert.Equal(t, outsidePlan, last.Name)
	assert.Positive(t, last.Mean)

	var line bytes.Buffer
	require.NoError(t, WriteLine(&line, r.Line("avx2")))
	assert.Contains(t, line.String(), `"case":"m-train-examples"`)
	read, err := ReadLines(&line)
	require.NoError(t, err)
	assert.Equal(t, r.Examples, read[0].Examples)
	assert.Len(t, read[0].Layers, len(r.Layers))
	assert.InDelta(t, r.Mean, read[0].MeanMS, 5e-4)
	text, err := json.Marshal(read[0])
	require.NoError(t, err)
	assert.Contains(t, string(text), `"kinds":[{"kind":`)
}

func TestRunExamplesRefuses(t *testing.T) {
	g := languageModel(t, 20, 4, 4)
	stopped, stop := context.WithCancel(context.Background())
	stop()
	some := &texts{lengths: []int{2, 2}}
	for _, row := range []struct {
		name   string
		ctx    context.Context
		model  Model
		rounds int
		want   string
	}{
		{"no rounds", context.Background(), Model{Graph: g, Examples: some}, 0, "rounds 0 must be at least 1"},
		{"no examples", context.Background(), Model{Name: "m", Graph: g, Examples: &texts{}}, 1, "bench: m has no examples"},
		{"drawn inputs", context.Background(), Model{Name: "m", Graph: g}, 1, "bench: m has no examples"},
		{"ids that there are not", context.Background(), Model{Name: "m", Graph: languageModel(t, 1, 2, 2), Examples: some}, 1, "bench: m: engine: lookup in Model/embedding: id 1 at position 0 is outside 0..0"},
		{"stopped", stopped, Model{Name: "m", Graph: g, Examples: some}, 1, "bench: m: context canceled"},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, err := RunExamples(row.ctx, []Model{row.model}, Options{Rounds: row.rounds, Threads: 1})
			assert.ErrorContains(t, err, row.want)
		})
	}
}

// Products count as large from a million multiply-adds on each time, and what a
// run takes beside its pieces is outside the plan.
func TestWork(t *testing.T) {
	w := newTally()
	w.add([]engine.Piece{
		{Work: engine.Product, Runs: 2, Time: 3e6, FLOPs: 4e6},
		{Work: engine.Product, Runs: 1, Time: 1e6, FLOPs: 2e6 - 1},
		{Work: engine.Program, Runs: 5, Time: 2e6, FLOPs: 9},
	}, 10)
	got := w.result(2, 100)
	assert.Equal(t, []string{outsidePlan, largeProducts, string(engine.Program), smallProducts}, kindsOf(got))
	assert.Equal(t, WorkShare{largeProducts, 1.5, 0.3, 4. / 3}, got.Kinds[1])
	assert.Equal(t, WorkShare{outsidePlan, 2, 0.4, 0}, got.Kinds[0])
	var text strings.Builder
	require.NoError(t, got.Write(&text, "a run"))
	assert.Equal(t, `the time of a run, against the 100.0 GFLOPS of a product of 1024×1024·1024×1024:
  outside the plan 2.000 ms, 40.0 %
  large products 1.500 ms, 30.0 %, 1.3 GFLOPS, 1 % of it
  program 1.000 ms, 20.0 %
  small products 0.500 ms, 10.0 %, 2.0 GFLOPS, 2 % of it
`, text.String())
}

func kindsOf(w *Work) (list []string) {
	for _, k := range w.Kinds {
		list = append(list, k.Kind)
	}
	return list
}
