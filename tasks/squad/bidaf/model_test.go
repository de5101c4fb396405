package bidaf_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/cells"
	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/groups"
	"github.com/seed391906a2/iss/tasks/squad/bidaf"
)

// Rows of the tables in the tests of the published model.
const (
	words = 50
	chars = 30
)

// published is the published model, of hidden units per direction.
func published(t testing.TB, hidden int) *graph.Graph {
	t.Helper()
	c := bidaf.Config{Words: words, Chars: chars, WordDim: hidden, CharDim: 8, CharWidth: 16, CharFilters: hidden, CharTaps: 5, Highways: 2,
		Keep: map[string]float64{"chars": 0.8, "recurrent": 0.8, "ends": 0.8}}
	in := bidaf.Inputs(2*hidden, func(int) int { return 2 * hidden })
	for i := range c.Layers {
		c.Layers[i] = bidaf.Layer{Fw: lstm(t, in[i], hidden), Bw: lstm(t, in[i], hidden)}
	}
	g, err := bidaf.Trace(c)
	require.NoError(t, err)
	return g
}

func lstm(t testing.TB, in, hidden int) core.Cell {
	c, err := cells.LSTM.New(core.CellConfig{Input: in, Hidden: hidden})
	require.NoError(t, err)
	return c
}

// Names and shapes are those on which the published group files hang.
func TestPublishedNames(t *testing.T) {
	g := published(t, 100)
	want := map[string]string{
		"emb/emb_var/char_emb_mat":                    "30×8",
		"emb/emb_var/word_emb_mat":                    "50×100",
		"emb/char/conv/xx/conv1d_5/filter":            "1×5×8×100",
		"emb/char/conv/xx/conv1d_5/bias":              "100",
		"main/p0/bi_attention/u_logits/first/weights": "600×1",
		"main/p0/bi_attention/u_logits/first/biases":  "1",
	}
	for _, l := range []string{"layer_0", "layer_1"} {
		for _, part := range []string{"trans", "gate"} {
			want["highway/highway_network/"+l+"/"+part+"/weights"] = "200×200"
			want["highway/highway_network/"+l+"/"+part+"/biases"] = "200"
		}
	}
	for _, way := range []string{"fw", "bw"} {
		for layer, rows := range map[string]int{"prepro/u1": 300, "main/g0": 900, "main/g1": 300, "main/g2": 1500} {
			want[layer+"/"+way+"/basic_lstm_cell/weights"] = fmt.Sprintf("%d×400", rows)
			want[layer+"/"+way+"/basic_lstm_cell/biases"] = "400"
		}
	}
	for _, l := range []string{"logits1", "logits2"} {
		want["main/"+l+"/first/weights"], want["main/"+l+"/first/biases"] = "1000×1", "1"
	}
	got := map[string]string{}
	for _, p := range g.Params {
		got[p.Name] = graph.Of(p.Shape...).String()
	}
	assert.Equal(t, want, got)
	assert.Equal(t, 2570703+8*chars+100*words, core.Weights(g))
}

// Sizes of one component, as the paper's table 5 has them, but that the units
// of g1 have the readers of their attention mix too.
//
// Source: Wen et al., ICLR 2018, table 5; derivation of groups, 3 and 5.
func TestDerivedGroups(t *testing.T) {
	g := published(t, 100)
	d, err := groups.Derive(g)
	require.NoError(t, err)
	for _, c := range []struct {
		class string
		want  groups.Counts
	}{
		{"u1/fw", groups.Counts{Multiset: 8011, Distinct: 8007, Biases: 4}},
		{"u1/bw", groups.Counts{Multiset: 8011, Distinct: 8007, Biases: 4}},
		{"g0/fw", groups.Counts{Multiset: 4800, Distinct: 4796, Biases: 4}},
		{"g0/bw", groups.Counts{Multiset: 4800, Distinct: 4796, Biases: 4}},
		{"g1/fw", groups.Counts{Multiset: 4001, Distinct: 3997, Biases: 4}},
		{"g1/bw", groups.Counts{Multiset: 4001, Distinct: 3997, Biases: 4}},
		{"g2/fw", groups.Counts{Multiset: 6401, Distinct: 6397, Biases: 4}},
		{"g2/bw", groups.Counts{Multiset: 6401, Distinct: 6397, Biases: 4}},
	} {
		got, err := d.Class(c.class)
		require.NoError(t, err)
		assert.Equal(t, c.want, groups.Count(g, got.Group()), c.class)
		assert.Empty(t, got.Pins, c.class)
		assert.Empty(t, got.FixedReaders, c.class)
		assert.True(t, got.Recurrent, c.class)
	}
	chosen, err := d.Select(nil)
	require.NoError(t, err)
	assert.Len(t, chosen, 8)
}
