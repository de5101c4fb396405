package tasks_test

import (
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/seed391906a2/iss/schemas"
	"github.com/seed391906a2/iss/tasks"
)

// Whatever is set, Resolve makes a configuration that its full form makes again,
// or tells faults of the settings that are there; it never panics.
func TestResolveAnySettings(t *testing.T) {
	segments := []string{"model", "hidden", "keep", "input", "options", "forget_bias", "cell", "train", "schedule", "kind", "every", "hold", "factor",
		"iss", "regularizers", "classes", "lambda", "on", "seed", "task", "twin", "text", "file", "tied", "embedding", "0", "1", "2", "-1", "x/y~z", ""}
	whole := []string{"model.hidden", "model.hidden.0", "train.schedule.kind", "iss.regularizers", "iss.regularizers.0", "iss.regularizers.0.lambda",
		"model.cell", "model.keep.input", "model.options", "twin", "model.tied", "model.embedding"}
	values := []string{"1", "0", "-3", "0.5", "true", "null", `"a"`, "lstm", "rnn", "hold", "every", "small", "[]", "{}", "[200, 300]", "[null]", "[[1]]",
		`{"kind": "constant"}`, `{"a": null}`, `[{"kind": "group_lasso", "on": "iss", "lambda": 1}, 3]`, "{", "1e999", ""}
	q := query(t)
	fine := 0
	rapid.Check(t, func(t *rapid.T) {
		q.Name, q.File, q.Document = "sparse", "", nil
		q.Sets = rapid.SliceOfN(rapid.Custom(func(t *rapid.T) string {
			path := rapid.SampledFrom(whole).Draw(t, "path")
			if rapid.IntRange(0, 3).Draw(t, "any path") == 0 {
				path = strings.Join(rapid.SliceOfN(rapid.SampledFrom(segments), 1, 4).Draw(t, "segments"), ".")
			}
			return path + "=" + rapid.SampledFrom(values).Draw(t, "value")
		}), 1, 3).Draw(t, "sets")
		got, err := tasks.Resolve(q)
		if err == nil {
			fine++
			q.Name, q.File, q.Document, q.Sets = "", "full.json", got.JSON(), nil
			again, err := tasks.Resolve(q)
			require.NoError(t, err)
			assert.Equal(t, got, again)
			return
		}
		var faults schemas.Faults
		require.ErrorAs(t, err, &faults)
		for _, f := range faults {
			at := regexp.MustCompile(`^--set ([0-9]+)$`).FindStringSubmatch(f.File)
			require.NotNil(t, at, "the preset is right, so a setting is to blame: %v", f)
			n, err := strconv.Atoi(at[1])
			require.NoError(t, err)
			assert.True(t, n >= 1 && n <= len(q.Sets), "%v", f)
		}
	})
	assert.Positive(t, fine, "some settings fit")
}
