package cmd_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/cmd"
	"github.com/seed391906a2/iss/cmd/internal/term"
	"github.com/seed391906a2/iss/groups"
)

// output is what a command that must succeed prints.
func output(t *testing.T, args ...string) []byte {
	t.Helper()
	var out bytes.Buffer
	var log strings.Builder
	code := cmd.Run(context.Background(), args, term.Streams{In: strings.NewReader(""), Out: &out, Err: &log})
	require.Zero(t, code, "iss %s\n%s", strings.Join(args, " "), log.String())
	return out.Bytes()
}

// The weights of the recurrent highway networks of table 2 of Wen et al. (ICLR
// 2018), in millions, rounded to a tenth.
func TestTable2(t *testing.T) {
	for width, want := range map[int]string{830: "23.5", 726: "18.9", 517: "11.1", 403: "7.6", 328: "5.7"} {
		var got struct{ Weights int }
		text := output(t, "show", "rhn-830", "--format", "json",
			"--set", fmt.Sprint("model.embedding=", width), "--set", fmt.Sprintf("model.hidden=[%d]", width))
		require.NoError(t, json.Unmarshal(text, &got))
		assert.Equal(t, want, fmt.Sprintf("%.1f", float64(got.Weights)/1e6), "width %d: %d weights", width, got.Weights)
	}
}

// The derived groups of the preset are the published ones, all 43 entries.
func TestHighwayGroups(t *testing.T) {
	path := filepath.Join("..", "..", "shared", "reference", "groups_hidden830.json")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Skipf("no %s: the published files are not part of the module", path)
	}
	published, err := groups.ParseSpec(path, text)
	require.NoError(t, err)
	derived, err := groups.ParseSpec("derived", output(t, "groups", "derive", "rhn-830-iss"))
	require.NoError(t, err)
	assert.True(t, groups.EqualSpecs(published, derived))
	require.Len(t, derived.Groups, 1)
	assert.Len(t, derived.Groups[0].Entries, 43)
}

// A group file trains to the same bits as the groups that are derived, in
// whatever order it lists its entries.
func TestGroupFileTrainsAlike(t *testing.T) {
	dir := t.TempDir()
	config := filepath.Join(dir, "rhn.json")
	require.NoError(t, os.WriteFile(config, []byte(`{
  "preset": "demo-rhn",
  "model": {"embedding": 20, "hidden": [20], "keep": {"i": 0.9, "h": 0.8}},
  "train": {"epochs": 1}
}`), 0o666))
	var doc struct{ Groups [][]json.RawMessage }
	require.NoError(t, json.Unmarshal(output(t, "groups", "derive", config), &doc))
	require.Len(t, doc.Groups, 1)
	slices.Reverse(doc.Groups[0])
	text, err := json.Marshal(map[string]any{"groups": doc.Groups})
	require.NoError(t, err)
	file := filepath.Join(dir, "groups.json")
	require.NoError(t, os.WriteFile(file, text, 0o666))

	sum := func(run string, more ...string) [32]byte {
		iss(t, append([]string{"train", config, "--out", filepath.Join(dir, run), "--threads", "2", "--no-compact"}, more...)...)
		found, err := filepath.Glob(filepath.Join(dir, run, "checkpoint", "params-*"))
		require.NoError(t, err)
		require.Len(t, found, 1)
		text, err := os.ReadFile(found[0])
		require.NoError(t, err)
		return sha256.Sum256(text)
	}
	derived := sum("derived")
	assert.Equal(t, derived, sum("file", "--groups", file))
	assert.NotEqual(t, derived, sum("other", "--set", "iss.regularizers.0.lambda=0.03"), "the groups matter")
}
