package modeltest_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/cells"
	"github.com/seed391906a2/iss/cells/modeltest"
)

// Every kind of cell and everything that a recipe can say is drawn; every
// model can be built, and is the same when its recipe is read back.
func TestDraw(t *testing.T) {
	met := map[string]int{}
	note := func(what string, is bool) {
		if is {
			met[what]++
		}
	}
	const seeds = 300
	for seed := range uint64(seeds) {
		r := modeltest.Draw(cells.All(), seed)
		c, err := r.Build(cells.All())
		require.NoError(t, err, "seed %d: %v", seed, r)
		var back modeltest.Recipe
		require.NoError(t, json.Unmarshal([]byte(r.String()), &back))
		if seed%10 == 0 {
			again, err := back.Build(cells.All())
			require.NoError(t, err)
			require.Equal(t, len(c.Graph.Nodes), len(again.Graph.Nodes))
		}
		note("lengths", r.Lengths)
		note("tied", r.Tied)
		note("words", r.Words)
		note("features", r.Features > 0)
		note("labels", r.Labels > 0)
		note("summary", r.Summary > 0)
		note("three layers", len(r.Layers) == 3)
		for _, l := range r.Layers {
			note(l.Cell.Name, true)
			note(l.Cell.Name+" with options", l.Cell.Options != nil)
			note("masks in the cell", l.Cell.Keep != nil)
			note("both ways", l.Back != nil)
			note("reverse", l.Reverse)
			note("residual", l.Residual)
			note("norm "+l.Norm, true)
			note("dropout "+l.Dropout, true)
			note("mix", l.Mix)
		}
	}
	want := []string{
		"lengths", "tied", "words", "features", "labels", "summary", "three layers", "masks in the cell", "both ways",
		"reverse", "residual", "norm layer", "norm rms", "dropout step", "dropout window", "mix",
	}
	for _, p := range cells.All() {
		want = append(want, p.Name)
		if string(p.Options) != "" {
			want = append(want, p.Name+" with options")
		}
	}
	for _, what := range want {
		assert.Greater(t, met[what], 5, "%s: drawn too seldom to say anything", what)
	}
}

// A model becomes simpler and simpler, and can be built at each step.
func TestSimpler(t *testing.T) {
	for seed := range uint64(20) {
		r := modeltest.Draw(cells.All(), seed)
		for steps := 0; ; steps++ {
			require.Less(t, steps, 100, "it ends")
			list := r.Simpler()
			if len(list) == 0 {
				break
			}
			for _, s := range list {
				_, err := s.Build(cells.All())
				require.NoError(t, err, "%v", s)
			}
			r = list[0]
		}
		assert.Equal(t, []modeltest.Layer{{Cell: modeltest.Cell{Name: "rnn", Hidden: 2}}}, r.Layers)
	}
}

func TestUnknownCell(t *testing.T) {
	r := modeltest.Recipe{Vocab: 3, Embedding: 2, Time: 2, Batch: 1, Layers: []modeltest.Layer{{Cell: modeltest.Cell{Name: "lstn", Hidden: 2}}}}
	_, err := r.Build(cells.All())
	assert.ErrorContains(t, err, "nearest is lstm")
}
