package squad_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/tasks"
	"github.com/seed391906a2/iss/tasks/squad"
)

// fed are the inputs that a batch loads into a model.
func fed(p tasks.Problem, b tasks.Batches, i int) *tasks.Feed {
	f := tasks.NewFeed(p.Graph(), b.Binding(i))
	b.Load(i, f)
	return f
}

// The sample is the first question of paragraphs evenly spaced over dev, one a
// batch and of its own length, fed as an evaluation feeds it.
func TestSample(t *testing.T) {
	cfg := folder(t)
	p := open(t, cfg)
	sample := squad.New().Sample
	all := sample(p, 100)
	require.Equal(t, 6, all.Len(), "no more than dev has paragraphs")

	dev := squad.Demo("dev", 6, 3)
	cfg.Train.Batch = 1
	one := open(t, cfg)
	valid, err := one.Part("valid")
	require.NoError(t, err)
	for i, paragraph := range dev.Paragraphs {
		b := all.Binding(i)
		assert.Equal(t, graph.Binding{
			"batch": 1, "context": len(squad.NewText(paragraph.Context).Tokens), "question": len(squad.NewText(paragraph.Questions[0].Text).Tokens),
		}, b)
		found := false
		for k := range valid.Len() {
			found = found || assert.ObjectsAreEqual(fed(one, valid, k), fed(p, all, i))
		}
		assert.True(t, found, "an evaluation has the question of paragraph %d", i)
	}
	some := sample(p, 3)
	require.Equal(t, 3, some.Len())
	for i, paragraph := range []int{0, 2, 4} {
		assert.Equal(t, fed(p, all, paragraph), fed(p, some, i))
	}
}

// All layers of the model that have a time have the name of a component or of
// what lies between them.
func TestLayersHaveNames(t *testing.T) {
	g := traced(t, "bidaf")
	known := map[string]bool{}
	for _, l := range squad.Terms.Layers {
		known[l.Name] = true
	}
	used := map[string]bool{}
	for _, n := range g.Nodes {
		switch n.Op.(type) {
		case *graph.InputOp, *graph.ParamOp, *graph.FillOp:
			continue
		}
		label := g.Layer(n.Place)
		if label == "" {
			label = n.Place
		}
		name, _ := squad.Terms.LayerName(label)
		assert.True(t, known[name], "%v is in layer %q", n, name)
		used[name] = true
	}
	assert.Equal(t, known, used)
	for layer, want := range map[string]string{"main/g0/fw/basic_lstm_cell": "ModFwd1", "main/g1/bw": "ModBwd2", "main/g2/fw": "OutFwd", "prepro/u1/bw": "contextual", "main/logits2/first": "logits"} {
		name, _ := squad.Terms.LayerName(g.Layer(layer))
		assert.Equal(t, want, name)
	}
	assert.Len(t, strings.Split(squad.New().Published[1].Units, ","), 6)
}
