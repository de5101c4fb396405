package cmd

import (
	"io"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/cmd/internal/term"
	"github.com/seed391906a2/iss/core/checkpoint"
	"github.com/seed391906a2/iss/groups"
	"github.com/seed391906a2/iss/tasks/runs"
)

func testApp(t *testing.T) *app {
	t.Helper()
	a, err := newApp(Strangers{}, term.Streams{In: strings.NewReader(""), Out: io.Discard, Err: io.Discard})
	require.NoError(t, err)
	return a
}

// Sizes that were learned come from the kept units of a run, or of the
// compacted model inside it, by the names of classes.
func TestTakeUnits(t *testing.T) {
	a := testApp(t)
	demo, err := a.Find("demo", nil)
	require.NoError(t, err)
	for _, tt := range []struct {
		name      string
		kept      map[string][]int
		hidden    []int
		embedding int
		fault     string
	}{
		{"one class", map[string][]int{"cell_1": {0, 5, 9}}, []int{64, 3}, 64, ""},
		{"all classes", map[string][]int{"cell_0": {1}, "cell_1": {0, 5}, "embedding": {3, 4, 5, 6}}, []int{1, 2}, 4, ""},
		{"a state of its own", map[string][]int{"cell_0/m": {1}}, nil, 0, `class "cell_0/m"`},
		{"no such layer", map[string][]int{"cell_2": {1}}, nil, 0, `class "cell_2"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			whole := filepath.Join(t.TempDir(), "whole")
			require.NoError(t, runs.Write(whole, runs.Info{Config: demo.Config}, nil, checkpoint.Snapshot{}))
			run, err := a.Run(whole)
			require.NoError(t, err)
			cfg := demo.Config
			require.ErrorContains(t, takeUnits(&cfg, run), "has no compacted model; make it: iss compact")

			small := filepath.Join(whole, "compact")
			require.NoError(t, runs.Write(small, runs.Info{Config: demo.Config, Kept: tt.kept}, nil, checkpoint.Snapshot{}))
			for _, dir := range []string{whole, small} {
				m, err := a.Run(dir)
				require.NoError(t, err)
				cfg := demo.Config
				err = takeUnits(&cfg, m)
				if tt.fault != "" {
					assert.ErrorContains(t, err, tt.fault)
					continue
				}
				require.NoError(t, err)
				assert.Equal(t, tt.hidden, cfg.Model.Hidden)
				assert.Equal(t, tt.embedding, cfg.Model.Embedding)
				assert.Equal(t, []int{64, 64}, demo.Config.Model.Hidden, "the run's own configuration stays")
			}
		})
	}
}

func TestUnitCounts(t *testing.T) {
	a := testApp(t)
	m, err := a.Find("demo", nil)
	require.NoError(t, err)
	d, err := m.Derivation()
	require.NoError(t, err)
	chosen, err := m.Classes()
	require.NoError(t, err)
	for _, tt := range []struct {
		given string
		want  map[string]int
		fault string
	}{
		{"3,2", map[string]int{"cell_0": 3, "cell_1": 2}, ""},
		{"cell_1=7", map[string]int{"cell_1": 7}, ""},
		{"embedding=9,cell_0=64", map[string]int{"embedding": 9, "cell_0": 64}, ""},
		{"3", nil, "1 counts for 2 classes (cell_0, cell_1)"},
		{"3,65", nil, `"65" is no number of units of cell_1, which has 64`},
		{"3,0", nil, `"0" is no number`},
		{"3,x", nil, `"x" is no number`},
		{"cell_0=3,4", nil, `"4" is no NAME=N`},
		{"cell_0=3,cell_0=4", nil, "class cell_0 is named twice"},
		{"cell_7=3", nil, "nearest is cell_0"},
	} {
		t.Run(tt.given, func(t *testing.T) {
			keep, err := unitCounts(d, chosen, tt.given)
			if tt.fault != "" {
				assert.ErrorContains(t, err, tt.fault)
				return
			}
			require.NoError(t, err)
			got := map[string]int{}
			for class, ids := range keep {
				got[class] = len(ids)
			}
			assert.Equal(t, tt.want, got)
			_, err = groups.Restore(d.Graph, keep)
			assert.NoError(t, err)
		})
	}
}
