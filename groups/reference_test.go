package groups_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/cells"
	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/nn"
	"github.com/seed391906a2/iss/groups"
)

// Sizes of one component. Source: Wen et al., ICLR 2018, sections 4.1 and 4.2
// (multiset); the others follow from the shapes by hand.
func TestComponentSizes(t *testing.T) {
	ptb, rhn := stacked(t, 10000, 1500, 1500, 1500), highway(t, 10000, 830, 10)
	for _, c := range []struct {
		graph *graph.Graph
		class string
		want  groups.Counts
	}{
		{ptb, "cell_0", groups.Counts{Multiset: 24000, Distinct: 23996, Biases: 4}},
		{ptb, "cell_1", groups.Counts{Multiset: 28000, Distinct: 27996, Biases: 4}},
		{ptb, "embedding", groups.Counts{Multiset: 16000, Distinct: 16000}},
		{rhn, "RHN0", groups.Counts{Multiset: 46520, Distinct: 46498, Biases: 20}},
	} {
		t.Run(c.graph.Name+" "+c.class, func(t *testing.T) {
			assert.Equal(t, c.want, groups.Count(c.graph, class(t, derive(t, c.graph), c.class).Group()))
		})
	}
}

// The built-in model has the same sizes and the published names.
func TestBuiltInModel(t *testing.T) {
	var layers []core.Cell
	for range 2 {
		cell, err := cells.LSTM.New(core.CellConfig{Input: 1500, Hidden: 1500})
		require.NoError(t, err)
		layers = append(layers, cell)
	}
	g, err := nn.LanguageModel(nn.LMConfig{Vocab: 10000, Embedding: 1500, Cells: layers, Hidden: []int{1500, 1500}, Scale: 0.04})
	require.NoError(t, err)
	want := derive(t, stacked(t, 10000, 1500, 1500, 1500))
	d := derive(t, g)
	chosen, err := d.Select(nil)
	require.NoError(t, err)
	for i, name := range []string{"cell_0", "cell_1"} {
		assert.Equal(t, name, chosen[i].Name)
		assert.Equal(t, class(t, want, name).Entries, chosen[i].Entries)
		assert.Equal(t, []int{24000, 28000}[i], groups.Count(g, chosen[i].Group()).Multiset)
	}
	assert.Contains(t, d.Names(), "embedding")
}

// Counting by hand, scalar by scalar, on all classes of small models.
func TestCountIsPerScalar(t *testing.T) {
	for _, c := range cases(20) {
		d := derive(t, c.Graph)
		for _, k := range d.Classes {
			want := groups.Counts{Biases: len(k.Followers)}
			held := map[string]bool{}
			for _, e := range k.Entries {
				each(c.Graph, e, 0, func(i int) {
					want.Multiset++
					held[fmt.Sprint(e.Var, i)] = true
				})
			}
			want.Distinct = len(held)
			assert.Equal(t, want, groups.Count(c.Graph, k.Group()), "%s %s", c.Name, k.Name)
		}
	}
}

// The classes of the RHN are the entries of its published group file.
// Source: 43 entries, of which the embedding's columns, and for each depth the
// own rows and columns of H and T, the first depth reading the input too.
func TestRecurrentHighway(t *testing.T) {
	const width, depth = 830, 10
	d := derive(t, highway(t, 10000, width, depth))
	chosen, err := d.Select(nil)
	require.NoError(t, err)
	require.Len(t, chosen, 1)

	entry := func(v string, axis, start int) groups.Entry {
		return groups.Entry{Var: v, Axis: axis, Start: start, Step: 1, Multi: 1}
	}
	want := []groups.Entry{entry("model/embedding", 1, 0)}
	for k := range depth {
		for _, gate := range []string{"h", "t"} {
			v := fmt.Sprintf("model/RHN0/%s_%d/Linear/Matrix", gate, k)
			want = append(want, entry(v, 0, 0), entry(v, 1, 0))
			if k == 0 {
				want = append(want, entry(v, 0, width))
			}
		}
	}
	assert.Len(t, want, 43)
	assert.ElementsMatch(t, want, chosen[0].Entries)

	t.Run("file", func(t *testing.T) {
		file := reference(t, "groups_hidden830.json")
		assert.True(t, groups.EqualSpecs(file, d.Spec(chosen)))
		bound, err := file.Bind(d.Graph)
		require.NoError(t, err)
		require.Len(t, bound, 1)
		assert.Equal(t, "RHN0", bound[0].Class)
		assert.Equal(t, groups.Counts{Multiset: 46520, Distinct: 46498, Biases: 20}, groups.Count(d.Graph, bound[0]))
	})
}

// The published file of BiDAF, which names six classes, survives reading and writing.
func TestPublishedFileRoundTrip(t *testing.T) {
	file := reference(t, "groups_hidden100.json")
	assert.Len(t, file.Groups, 6)
	assert.True(t, groups.EqualSpecs(file, rewritten(t, file)))
}

// reference reads a published group file that lies beside the module.
func reference(t *testing.T, name string) *groups.Spec {
	path := filepath.Join("..", "..", "shared", "reference", name)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Skipf("no %s: the published files are not part of the module", path)
	}
	s, err := groups.ParseSpec(name, text)
	require.NoError(t, err)
	return s
}
