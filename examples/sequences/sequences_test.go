package sequences

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/cells/celltest"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/tasks"
)

func TestCell(t *testing.T) { celltest.Run(t, Plugin) }

// files writes the drawn data set.
func files(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, part := range Parts {
		require.NoError(t, Pulses(part).Write(dir, part))
	}
	return dir
}

// What was written is what is read.
func TestNPY(t *testing.T) {
	dir := files(t)
	for _, part := range Parts {
		got, err := ReadPart(dir, part)
		require.NoError(t, err)
		assert.Equal(t, Pulses(part), got)
	}
	require.NoError(t, os.Remove(filepath.Join(dir, "valid_y.npy")))
	_, err := ReadPart(dir, "valid")
	assert.ErrorContains(t, err, "valid_y.npy")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "test_x.npy"), []byte("no array"), 0o666))
	_, err = ReadPart(dir, "test")
	assert.ErrorContains(t, err, "test_x.npy")
}

// Classes are the order of two pulses: the channel that is largest first and
// the one that is largest later, which a look at any single step does not tell.
func TestPulses(t *testing.T) {
	p := Pulses("valid")
	counts := map[int32]int{}
	for i, y := range p.Y {
		counts[y]++
		var order []int
		for s := range int(p.Lengths[i]) {
			for c, v := range p.X[(i*p.Time+s)*p.Features:][:p.Features] {
				if v > 0.55 { // noise alone is at most 0.4, and a pulse at least 0.6
					order = append(order, c)
				}
			}
		}
		require.Len(t, order, 2)
		class := order[0]*(channels-1) + (order[1]-order[0]+channels)%channels - 1
		assert.Equal(t, int32(class), y)
	}
	assert.Len(t, counts, channels*(channels-1))
}

// Batches turn the data to steps first, and hold what the files hold.
func TestBatches(t *testing.T) {
	cfg := tasks.Config{Train: tasks.Train{Batch: 7}}
	d, err := load(cfg)
	require.NoError(t, err)
	p := newProblem(cfg, d, nil)
	b, err := p.Part("valid")
	require.NoError(t, err)
	items := 0
	for i := range b.Len() {
		bind := b.Binding(i)
		f := &tasks.Feed{
			IntsOf:   map[string][]int32{"y": make([]int32, bind["batch"]), "lengths": make([]int32, bind["batch"])},
			FloatsOf: map[string][]float32{"x": make([]float32, bind["time"]*bind["batch"]*channels)},
		}
		b.Load(i, f)
		part := d.parts["valid"]
		for k := range bind["batch"] {
			n := int(f.IntsOf["lengths"][k])
			assert.LessOrEqual(t, n, bind["time"])
			at := items + k
			assert.Equal(t, part.Y[at], f.IntsOf["y"][k])
			assert.Equal(t, part.X[at*part.Time*channels:][:channels], f.FloatsOf["x"][k*channels:][:channels], "the first step")
		}
		assert.Equal(t, bind["batch"], b.Items(i))
		items += b.Items(i)
	}
	assert.Equal(t, 300, items)
	_, err = p.Part("others")
	assert.Error(t, err)
}

// outputs are the outputs of a machine that is not there.
type outputs map[string][]float32

func (o outputs) Output(name string) []float32 { return o[name] }

// The judge counts the largest logits and averages losses over sequences.
func TestJudge(t *testing.T) {
	d := &data{parts: map[string]Part{"valid": {Y: []int32{1, 0, 1}, Lengths: []int32{1, 1, 1}, Time: 1, Features: 1}}, sizes: tasks.Sizes{features: 1, classes: 2}}
	p := newProblem(tasks.Config{Train: tasks.Train{Batch: 2}}, d, nil)
	j := p.Judge("valid")
	b, err := p.Part("valid")
	require.NoError(t, err)
	require.Equal(t, graph.Binding{"time": 1, "batch": 2}, b.Binding(0))
	j.See(0, outputs{"loss": {0.5}, "logits": {0, 1, 2, -1}})
	j.See(1, outputs{"loss": {2}, "logits": {1, 0}})
	s := j.Score()
	assert.Equal(t, 3, s.Items)
	assert.InDelta(t, 1.0, s.Loss, 1e-6)
	assert.InDelta(t, 2.0/3, s.Values["accuracy"], 1e-9)
}

// Presets are documents, and options of language models are refused.
func TestTask(t *testing.T) {
	for _, p := range Task.Presets {
		assert.True(t, json.Valid(p.Document), p.Name)
	}
	_, err := Task.Trace(tasks.Config{Model: tasks.Model{Cell: "cfn", Tied: true}}, nil, tasks.Sizes{features: 3, classes: 6})
	assert.ErrorContains(t, err, "belong to language models")
	_, err = load(tasks.Config{Data: t.TempDir()})
	assert.ErrorContains(t, err, "train_x.npy")
}
