package groups_test

import (
	"bytes"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/groups"
)

// hostile files are refused with a place, or read for what they are. None costs
// memory or time by what it says of itself.
var hostile = []struct{ name, text, err string }{
	{"empty", ``, "h.json:1:1: not JSON: there is no JSON in it"},
	{"not an object", `[1, 2]`, "must be an object, is an array"},
	{"deep", strings.Repeat(`[`, 100000), "nested more than 200 deep"},
	{"deep groups", `{"groups": ` + strings.Repeat(`[`, 150) + strings.Repeat(`]`, 150) + `}`, "must be an object, is an array"},
	{"duplicate field", `{"groups": [[{"var_name": "w", "axis": 0, "axis": 1, "start": 0, "end": 1}]]}`, "/groups/0/0/axis: the field is there twice; the first is in line 1"},
	{"duplicate groups", `{"groups": [[{"var_name": "w", "axis": 0, "start": 0, "end": 1}]], "groups": []}`, "/groups: the field is there twice"},
	{"huge number", `{"groups": [[{"var_name": "w", "axis": 0, "start": 0, "end": 1e400}]]}`, "h.json:1:62 /groups/0/0/end: 1e400 is larger than a 64-bit float"},
	{"huge digits", `{"groups": [[{"var_name": "w", "axis": 0, "start": 0, "end": ` + strings.Repeat("9", 100000) + `}]]}`, "/groups/0/0/end"},
	{"end too large", `{"groups": [[{"var_name": "w", "axis": 0, "start": 0, "end": 9223372036854775807}]]}`, "/groups/0/0/end: must be at most 2147483647"},
	{"fraction", `{"groups": [[{"var_name": "w", "axis": 0, "start": 0.5, "end": 1}]]}`, "/groups/0/0/start: must be a whole number"},
	{"negative multiplier", `{"groups": [[{"var_name": "w", "multi": -1, "axis": 0, "start": 0, "end": 1}]]}`, "/groups/0/0/multi: must be at least 0"},
	{"multiplier that is no number", `{"groups": [[{"var_name": "w", "multi": NaN, "axis": 0, "start": 0, "end": 1}]]}`, "h.json:1:41 /groups/0/0/multi: not JSON: 'N' where a value should be"},
	{"negative multiplier of rows", `{"grouplasso": {"w": {"row_decay_multi": -1}}}`, "/grouplasso/w/row_decay_multi: must be at least 0, is -1"},
	{"infinite penalty", `{"groups": [[{"var_name": "w", "multi": 1e300, "axis": 0, "start": 0, "end": 1}]]}`, "/groups/0/0/multi: must be at most 1000000"},
	{"version 3", `{"version": 3, "groups": [{"class": "cell_0"}]}`, "/version: must be 1 or 2, is 3"},
	{"both forms", `{"groups": [{"class": "cell_0"}], "grouplasso": {"w": {"row_decay_multi": 1}}}`, "/groups: no such field"},
	{"forms mixed", `{"version": 2, "groups": [[{"var_name": "w", "axis": 0, "start": 0, "end": 1}]]}`, "/groups/0: must be an object, is an array"},
	{"null", `{"groups": null}`, "/groups: must be an array"},
	{"half a pair", `{"groups": [{"entries": [{"var_name": "\ud800", "axis": 0, "start": 0, "end": 1}]}]}`, "/groups/0/entries/0/var_name"},
	{"no layers", `{"grouplasso": {}}`, "/grouplasso: must have 1 fields or more"},
	{"layer of text", `{"grouplasso": {"w": "rows"}}`, "/grouplasso/w: must be an object"},
	{"many parts", `{"grouplasso": {"w": {"structure_decay_multi": 1, "coupled_layer": "v", "couple_split_num": 9999999999}}}`, "couple_split_num: must be at most 65536"},
}

func TestHostile(t *testing.T) {
	for _, c := range hostile {
		t.Run(c.name, func(t *testing.T) {
			_, err := groups.ParseSpec("h.json", []byte(c.text))
			assert.ErrorContains(t, err, c.err)
		})
	}
}

// Ranges of two thousand million indices are held against the weight before
// they are unrolled, by everything that takes a file.
func TestEnormousRanges(t *testing.T) {
	const max = 1<<31 - 1
	var entries []string
	for i := range 200 {
		entries = append(entries, fmt.Sprintf(`{"var_name": "Model/softmax_w", "axis": %d, "start": %d, "end": %d}`, i%2, i, max))
	}
	text := fmt.Sprintf(`{"groups": [[%s]]}`, strings.Join(entries, ", "))
	g := stacked(t, 20, 4, 4)
	d := derive(t, g)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	s, err := groups.ParseSpec("h.json", []byte(text))
	require.NoError(t, err)
	_, err = s.Bind(g)
	assert.ErrorContains(t, err, "the range ends at 2147483647, but axis 1 of Model/softmax_w has 20")
	found := s.Lint(d, nil)
	assert.Len(t, found, 200)
	assert.True(t, groups.EqualSpecs(s, s))
	var b bytes.Buffer
	_, err = s.WriteTo(&b)
	require.NoError(t, err)
	runtime.ReadMemStats(&after)
	assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(64<<20), "one range unrolled would be 16 GiB")
}

// A group of many entries that repeat each other takes no time that matters.
func TestManyEntries(t *testing.T) {
	entry := `{"var_name": "Model/softmax_w", "axis": 0, "start": 0, "end": 4}`
	text := `{"groups": [[` + strings.Repeat(entry+", ", 3000) + entry + `]]}`
	s, err := groups.ParseSpec("h.json", []byte(text))
	require.NoError(t, err)
	start := time.Now()
	found := s.Lint(derive(t, stacked(t, 20, 4, 4)), nil)
	assert.Greater(t, len(found), 2990)
	assert.Less(t, time.Since(start), 30*time.Second)
}

// Whatever is in a file, reading, binding, lint and writing end with an answer;
// what is read is written and read again as the same.
func FuzzParseSpec(f *testing.F) {
	for _, c := range hostile {
		if len(c.text) < 1000 {
			f.Add([]byte(c.text))
		}
	}
	g := stacked(f, 20, 4, 4, 4)
	d := derive(f, g)
	for _, s := range []*groups.Spec{d.Spec(free(d)), d.SpecByClass(free(d))} {
		var b bytes.Buffer
		_, err := s.WriteTo(&b)
		require.NoError(f, err)
		f.Add(b.Bytes())
		f.Add(bytes.ReplaceAll(b.Bytes(), []byte(`"axis": 1`), []byte(`"axis": 0`)))
		f.Add(bytes.ReplaceAll(b.Bytes(), []byte(`"end": `), []byte(`"step": 2, "end": 1`)))
	}
	f.Add([]byte(`{"grouplasso": {"` + cell0 + `weights": {"structure_decay_multi": 1, "coupled_layer": "` + cell1 + `weights"}, "Model/softmax_w": {"row_decay_multi": 1, "col_decay_multi": 0.5}}}`))
	f.Add([]byte(`{"groups": [{"name": "a", "class": "cell_0", "multi": 2, "entries": [{"var_name": "Model/softmax_w", "along": 0, "indices": [3, 1, 2]}]}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := groups.ParseSpec("f.json", text)
		if err != nil {
			require.NotEmpty(t, err.Error())
			return
		}
		found := s.Lint(d, d.Classes)
		for _, x := range found {
			require.NotEmpty(t, x.String())
		}
		_, err = s.Bind(g)
		if err != nil {
			require.Contains(t, fmt.Sprint(found), "error: ", "what cannot be bound is an error of lint")
		}
		var b bytes.Buffer
		if _, err := s.WriteTo(&b); err != nil {
			return // layers
		}
		back, err := groups.ParseSpec("back.json", b.Bytes())
		require.NoError(t, err)
		require.True(t, groups.EqualSpecs(s, back))
	})
}
