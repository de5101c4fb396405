package squad_test

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/cells"
	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/groups"
	"github.com/seed391906a2/iss/tasks"
	"github.com/seed391906a2/iss/tasks/squad"
)

// preset resolves a preset with settings.
func preset(t testing.TB, name string, sets ...string) tasks.Config {
	t.Helper()
	presets, err := tasks.Presets(squad.New(), squad.NewEmbedded())
	require.NoError(t, err)
	all, err := tasks.Catalogue(squad.New(), squad.NewEmbedded())
	require.NoError(t, err)
	cfg, err := tasks.Resolve(tasks.Query{Presets: presets, Cells: catalogue(t), Tasks: all, Name: name, Sets: sets})
	require.NoError(t, err)
	return cfg
}

func catalogue(t testing.TB) *tasks.Cells {
	t.Helper()
	c, err := cells.Catalogue(cells.All()...)
	require.NoError(t, err)
	return c
}

// traced is the model of a preset at its known sizes.
func traced(t testing.TB, name string) *graph.Graph {
	t.Helper()
	g, err := squad.New().Trace(preset(t, name), catalogue(t), nil)
	require.NoError(t, err)
	return g
}

func chosen(t testing.TB, d *groups.Derivation, name string) []groups.Group {
	t.Helper()
	classes, err := d.Select(preset(t, name).ISS.Classes)
	require.NoError(t, err)
	return d.Groups(classes)
}

// reference reads the published group file, which lies beside the module.
func reference(t *testing.T) *groups.Spec {
	path := filepath.Join("..", "..", "..", "shared", "reference", "groups_hidden100.json")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Skipf("no %s: the published files are not part of the module", path)
	}
	s, err := groups.ParseSpec("groups_hidden100.json", text)
	require.NoError(t, err)
	return s
}

// The derived groups are those of the published file, entry for entry, but that
// a unit of g1 has the rows of the output layer too that read its attention mix.
func TestGroupsArePublished(t *testing.T) {
	file := reference(t)
	g := traced(t, "bidaf-iss")
	d, err := groups.Derive(g)
	require.NoError(t, err)
	bound, err := file.BindTo(d)
	require.NoError(t, err, "the published file trains as given")
	derived := chosen(t, d, "bidaf-iss")
	require.Len(t, bound, 6)
	require.Len(t, derived, 6)
	for i, got := range derived {
		class := []string{"g0/fw", "g0/bw", "g1/fw", "g1/bw", "g2/fw", "g2/bw"}[i]
		require.Equal(t, class, got.Name)
		want := slices.Clone(bound[i].Entries)
		size := map[string]int{"g0": 4800, "g1": 4001, "g2": 6401}[class[:2]]
		assert.Equal(t, size, groups.Count(g, got).Multiset, class)
		if class[:2] == "g1" {
			assert.Equal(t, 3201, groups.Count(g, bound[i]).Multiset, class)
			for _, way := range []string{"fw", "bw"} {
				start := map[string]int{"g1/fw": 1000, "g1/bw": 1100}[class]
				want = append(want, groups.Entry{Var: "main/g2/" + way + "/basic_lstm_cell/weights", Axis: 0, Start: start, Step: 1, Multi: 1})
			}
		}
		assert.ElementsMatch(t, want, got.Entries, class)
	}
	assert.Len(t, chosen(t, d, "bidaf-iss-all"), 8)
}

// Lint finds the gap of the published file, all of it and nothing else.
func TestLintFindsTheGap(t *testing.T) {
	file := reference(t)
	d, err := groups.Derive(traced(t, "bidaf-iss"))
	require.NoError(t, err)
	classes, err := d.Select(preset(t, "bidaf-iss").ISS.Classes)
	require.NoError(t, err)
	var got []string
	for _, f := range file.Lint(d, classes) {
		got = append(got, f.Line())
	}
	var want []string
	for _, c := range []struct {
		group, line, first int
		class              string
	}{{2, 29, 1000, "g1/fw"}, {3, 42, 1100, "g1/bw"}} {
		for _, way := range []string{"fw", "bw"} {
			want = append(want, fmt.Sprintf("groups_hidden100.json:%d:5 /groups/%d: unsound: rows %d to %d of main/g2/%s/basic_lstm_cell/weights read class %s and are missing: they still do when the whole group is zero",
				c.line, c.group, c.first, c.first+99, way, c.class))
		}
	}
	assert.Equal(t, want, got)
}

// The sizes of the paper's sparse models are those of ours with the rows of the
// output layer that read the attention mix kept, as the published code kept
// them; exact compaction leaves fewer weights.
//
// Source: Wen et al., ICLR 2018, tables 3 and 4; printed counts are truncated.
func TestWeightsOfSparseRows(t *testing.T) {
	g := traced(t, "bidaf-iss")
	d, err := groups.Derive(g)
	require.NoError(t, err)
	require.Len(t, squad.New().Published, 9)
	for _, c := range squad.New().Published {
		keep, left := map[string][]int{}, map[string]int{"g1/fw": 100, "g1/bw": 100}
		for _, item := range strings.Split(c.Units, ",") {
			name, number, named := strings.Cut(item, "=")
			if !named {
				require.Empty(t, item, "the baseline has all units")
				continue
			}
			class, err := d.Class(name)
			require.NoError(t, err)
			left[name], err = strconv.Atoi(number)
			require.NoError(t, err)
			keep[name] = class.IDs[:left[name]]
		}
		cut, err := groups.Restore(g, keep)
		require.NoError(t, err)
		exact := core.Weights(cut)
		rows := 200 - left["g1/fw"] - left["g1/bw"]
		published := exact + rows*4*(left["g2/fw"]+left["g2/bw"])
		assert.Equal(t, c.Weights, fmt.Sprintf("%.2fM", math.Trunc(float64(published)/1e4)/100), "%s: %d", c.Name, published)
		assert.GreaterOrEqual(t, float64(exact), 0.975*float64(published), c.Name)
		if rows > 0 {
			assert.Less(t, exact, published, c.Name)
		}
	}
}
