package cmd_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/tasks"
	"github.com/seed391906a2/iss/tasks/bench"
)

// summary is what train prints for programs.
type summary struct {
	Run     string
	Classes []string
	Models  []struct {
		Kind, Run   string
		Valid, Test tasks.Score
		Units       map[string][2]int
		Weights     int
		MultAdds    int `json:"mult_adds"`
		Time        *bench.Result
	}
}

// The main job: units die, are cut out, and the smaller model computes the
// same: perplexities agree to 1e-6, all outputs bit for bit.
func TestJob(t *testing.T) {
	fixture, err := fixtureDir()
	require.NoError(t, err)
	dir := filepath.Join(t.TempDir(), "run")
	args := append([]string{"train", filepath.Join(fixture, "tiny.json"), "--init", filepath.Join(fixture, "runs", "dense"), "--out", dir, "--threads", "1", "--format", "json"}, strong...)
	code, out, log := run(context.Background(), args)
	require.Equal(t, 0, code, log)
	var s summary
	require.NoError(t, json.Unmarshal([]byte(out), &s))
	require.Len(t, s.Models, 2, "there is no dense twin here")
	sparse, compact := s.Models[0], s.Models[1]
	assert.Equal(t, "sparse", sparse.Kind)
	assert.Equal(t, "compact", compact.Kind)
	assert.Equal(t, filepath.Join(dir, "compact"), compact.Run)
	assert.Equal(t, []string{"cell_0", "cell_1"}, s.Classes)

	removed := 0
	for _, class := range s.Classes {
		assert.LessOrEqual(t, sparse.Units[class][0], compact.Units[class][0], "only dead units are cut out")
		assert.Equal(t, 24, compact.Units[class][1])
		removed += 24 - compact.Units[class][0]
	}
	assert.GreaterOrEqual(t, removed, 12, "a quarter of the units and more")
	h0, h1 := compact.Units["cell_0"][0], compact.Units["cell_1"][0]
	products := (16+h0)*4*h0 + (h0+h1)*4*h1 + h1*271
	assert.Equal(t, products, compact.MultAdds)
	assert.Equal(t, 271*16+products+4*h0+4*h1+271, compact.Weights)
	assert.Less(t, compact.Weights, sparse.Weights)
	assert.InDelta(t, sparse.Valid.Loss, compact.Valid.Loss, 1e-6)
	assert.InDelta(t, sparse.Test.Loss, compact.Test.Loss, 1e-6)
	assert.Greater(t, sparse.Valid.Values["perplexity"], sparse.Valid.Floor)
	require.NotNil(t, compact.Time)
	assert.Positive(t, compact.Time.Time.Median)

	code, out, log = run(context.Background(), []string{"verify", dir, compact.Run, "--threads", "1", "--format", "json"})
	require.Equal(t, 0, code, log)
	var v struct{ Equal, Bitwise bool }
	require.NoError(t, json.Unmarshal([]byte(out), &v))
	assert.True(t, v.Equal && v.Bitwise)
}

// Cutting leaves the run that it cuts as it is, byte for byte.
func TestCompactLeavesTheRun(t *testing.T) {
	fixture, err := fixtureDir()
	require.NoError(t, err)
	sparse := filepath.Join(fixture, "runs", "sparse")
	before := contents(t, sparse)
	code, _, log := run(context.Background(), []string{"compact", sparse, "--out", filepath.Join(t.TempDir(), "small"), "--threads", "1"})
	require.Equal(t, 0, code, log)
	assert.Equal(t, before, contents(t, sparse))
}

// contents maps every file below dir to what is in it.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, path := range tree(t, dir) {
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
			text, err := os.ReadFile(path)
			require.NoError(t, err)
			all[path] = string(text)
		}
	}
	return all
}
