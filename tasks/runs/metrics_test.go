package runs_test

import (
	"encoding/json"
	"fmt"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/seed391906a2/iss/tasks/runs"
)

type metric struct {
	N   int
	Pad string `json:",omitempty"`
}

func lines(t require.TestingT, dir string) []int {
	all, err := runs.ReadMetrics(dir)
	require.NoError(t, err)
	numbers := make([]int, len(all))
	for i, line := range all {
		var m metric
		require.NoError(t, json.Unmarshal(line, &m))
		numbers[i] = m.N
	}
	return numbers
}

func TestMetrics(t *testing.T) {
	r := create(t, filepath.Join(t.TempDir(), "r"))
	assert.Zero(t, r.Position())
	assert.Empty(t, lines(t, r.Dir()))
	for n := range 4 {
		require.NoError(t, r.Append(metric{N: n}))
		assert.Equal(t, int64((n+1)*len("{\"N\":0}\n")), r.Position())
		assert.Len(t, lines(t, r.Dir()), n+1, "a line can be read at once")
	}
	require.ErrorContains(t, r.Append([]int{1}), "runs: a metric must be a JSON object, is [1]")
	require.ErrorContains(t, r.Append(map[string]float64{"cost": math.NaN()}), "runs: metric: ")
	assert.Equal(t, []int{0, 1, 2, 3}, lines(t, r.Dir()))

	require.NoError(t, r.Rewind(16))
	require.NoError(t, r.Append(metric{N: 9}))
	assert.Equal(t, []int{0, 1, 9}, lines(t, r.Dir()))
	require.NoError(t, r.Rewind(15), "inside the second line")
	assert.Equal(t, []int{0}, lines(t, r.Dir()))
	assert.EqualValues(t, 8, r.Position())
	require.ErrorContains(t, r.Rewind(-1), "cannot be rewound to position -1")

	assert.Empty(t, r.Notes())
	require.NoError(t, r.Rewind(100))
	require.Len(t, r.Notes(), 1)
	assert.Contains(t, r.Notes()[0], "metrics.jsonl ends at byte 8, but the checkpoint was saved at byte 100")
}

// A line that was cut short is not read, and the next does not run into it.
func TestMetricsTorn(t *testing.T) {
	r := create(t, filepath.Join(t.TempDir(), "r"))
	path := filepath.Join(r.Dir(), "metrics.jsonl")
	require.NoError(t, r.Close())
	for _, torn := range []string{"{", `{"N": 5}`, strings.Repeat(" ", 9000)} {
		write(t, path, "{\"N\": 1}\n{\"N\": 2}\n"+torn)
		assert.Equal(t, []int{1, 2}, lines(t, r.Dir()))
		r, err := runs.OpenForResume(r.Dir())
		require.NoError(t, err)
		require.NoError(t, r.Append(metric{N: 3}))
		assert.Equal(t, "{\"N\": 1}\n{\"N\": 2}\n{\"N\":3}\n", read(t, path))
		require.NoError(t, r.Close())
	}
	write(t, path, "{\"N\": 1}\n\n{\"N\": 2}\n")
	_, err := runs.ReadMetrics(r.Dir())
	require.EqualError(t, err, "runs: "+path+`:2: not a JSON object: ""`)
	write(t, path, "{\"N\": 1}\n{\"N\": 2}\n{\"N\": 3\n{}\n")
	_, err = runs.ReadMetrics(r.Dir())
	require.EqualError(t, err, "runs: "+path+`:3: not a JSON object: "{\"N\": 3"`)
}

// Appending, saving, stopping, going on: after each the metrics are those of a
// history without stops.
func TestMetricsProperty(t *testing.T) {
	root := t.TempDir()
	count := 0
	rapid.Check(t, func(t *rapid.T) {
		count++
		r, err := runs.Create(filepath.Join(root, fmt.Sprint(count)), info(), nil)
		require.NoError(t, err)
		defer func() { require.NoError(t, r.Close()) }()
		var all, saved []int
		position := int64(0)
		t.Repeat(map[string]func(*rapid.T){
			"append": func(t *rapid.T) {
				m := metric{N: rapid.Int().Draw(t, "n"), Pad: strings.Repeat("x", rapid.SampledFrom([]int{0, 1, 5000}).Draw(t, "pad"))}
				require.NoError(t, r.Append(m))
				all = append(all, m.N)
			},
			"save": func(*rapid.T) { saved, position = append([]int{}, all...), r.Position() },
			"resume": func(t *rapid.T) {
				require.NoError(t, r.Close())
				r, err = runs.OpenForResume(r.Dir())
				require.NoError(t, err)
				require.NoError(t, r.Rewind(position))
				all = append([]int{}, saved...)
			},
			"": func(t *rapid.T) {
				got := lines(t, r.Dir())
				require.Equal(t, append([]int{}, all...), got)
			},
		})
	})
}
