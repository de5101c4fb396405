package doctest_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/internal/doctest"
)

const page = `# A page — with λ

See [formats](formats.md#run-directory), ` + "`core/graph`, `[no](link)`" + ` and
<img width="3" src="iss.svg">.

` + "```console slow" + `
$ iss list cells
lstm  …

$ iss lst
iss: no command "lst"
exit status 2
` + "```" + `

<!-- file: a/b.json -->
` + "```json" + `
{"x": "` + "`not a span`" + `"}
` + "```" + `

~~~
[not](a-link.md)
~~~

## Run  directory, twice
`

func TestParse(t *testing.T) {
	blocks, err := doctest.Parse(page)
	require.NoError(t, err)
	require.Len(t, blocks, 3)

	assert.Equal(t, "console", blocks[0].Lang)
	assert.True(t, blocks[0].Marked("slow"))
	assert.False(t, blocks[0].Marked("console"))
	assert.Equal(t, 7, blocks[0].Line)
	assert.Equal(t, doctest.Block{Line: 17, Lang: "json", Marks: []string{}, File: "a/b.json", Text: "{\"x\": \"`not a span`\"}\n"}, blocks[1])
	assert.Equal(t, "", blocks[2].Lang)

	got, err := blocks[0].Commands()
	require.NoError(t, err)
	assert.Equal(t, []doctest.Command{
		{Line: 7, Text: "iss list cells", Want: []string{"lstm  …", ""}},
		{Line: 10, Text: "iss lst", Want: []string{`iss: no command "lst"`}, Status: 2},
	}, got)
}

func TestParseFaults(t *testing.T) {
	for name, tc := range map[string]struct{ page, want string }{
		"open fence":         {"a\n```json\n{}\n", "line 2: the block is never closed"},
		"file without block": {"<!-- file: a.json -->\n\n```json\n{}\n```\n", "line 1: file a.json is named"},
		"file at the end":    {"<!-- file: a.json -->", "line 1: file a.json is named"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := doctest.Parse(tc.page)
			assert.ErrorContains(t, err, tc.want)
		})
	}
}

func TestCommands(t *testing.T) {
	for name, tc := range map[string]struct {
		text string
		want []doctest.Command
		err  string
	}{
		"output unseen": {text: "$ a\n$ b", want: []doctest.Command{{Line: 5, Text: "a"}, {Line: 6, Text: "b"}}},
		"long line":     {text: "$ a \\\n  b \\\n  c\nd", want: []doctest.Command{{Line: 5, Text: "a \\\n  b \\\n  c", Want: []string{"d"}}}},
		"only a status": {text: "$ a\nexit status 3", want: []doctest.Command{{Line: 5, Text: "a", Status: 3}}},
		"no command":    {text: "a", err: "line 5"},
		"after status":  {text: "$ a\nexit status 1\nb", err: "line 7"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := doctest.Block{Line: 5, Text: tc.text + "\n"}.Commands()
			if tc.err != "" {
				assert.ErrorContains(t, err, tc.err)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, tc.want, got)
		})
	}
}

func TestDiff(t *testing.T) {
	for name, tc := range map[string]struct {
		want, got string
		diff      string // "" or a part of the difference
	}{
		"equal":            {"a\nb", "a\nb\n", ""},
		"blanks at ends":   {"a\nb ", "a  \nb\n\n", ""},
		"part of a line":   {"a … c", "a b b c\n", ""},
		"lines":            {"a\n…\nd", "a\nb\nc\nd\n", ""},
		"no lines":         {"a\n…\nd", "a\nd\n", ""},
		"any end":          {"a\n…", "a\nb\nc\n", ""},
		"no regexp":        {"a.b (c)", "axb (c)\n", `"a.b (c)"`},
		"second line":      {"a\nb", "a\nc\n", `"b"`},
		"more":             {"a\nb", "a\nb\nc\n", `ends in "b"`},
		"less":             {"a\nb", "a\n", `"b"`},
		"not across lines": {"a…c", "a\nc\n", `"a…c"`},
		"nothing":          {"a", "", `"a"`},
		"begins elsewhere": {"b", "a\nb\n", `"b"`},
	} {
		t.Run(name, func(t *testing.T) {
			diff := doctest.Diff(strings.Split(tc.want, "\n"), tc.got, false)
			if tc.diff == "" {
				assert.Empty(t, diff)
			} else {
				assert.Contains(t, diff, tc.diff)
			}
		})
	}
	assert.Empty(t, doctest.Diff(nil, "whatever", false))
}

func TestDiffAnyNumbers(t *testing.T) {
	want := []string{"units     64   51 of 64", "weights  101k  x2"}
	for got, same := range map[string]bool{
		"units   64      51 of 64\nweights  101k  x2\n":       true,
		"units  128  1,000 of 2e+03\nweights  1.5M  x17\n":    true,
		"units  128  none of 2\nweights  1.5M  x17\n":         false,
		"units 128 1 of 2 3\nweights  1.5M  x17\n":            false,
		"units  64  51 of 64\nweight  101k  x2\n":             false,
		"units  64  51 of 64\nweights  101k  x2\nmore text\n": false,
	} {
		assert.Equal(t, same, doctest.Diff(want, got, true) == "", got)
	}
	assert.NotEmpty(t, doctest.Diff(want, "units  1  2 of 3\nweights  1  x2\n", false))
}

func TestSpansAndLinks(t *testing.T) {
	assert.Equal(t, []doctest.Span{{Line: 3, Text: "core/graph"}, {Line: 3, Text: "[no](link)"}}, doctest.Spans(page))
	assert.Equal(t, []doctest.Link{{Line: 3, Target: "formats.md#run-directory"}, {Line: 4, Target: "iss.svg"}}, doctest.Links(page))
	assert.Equal(t, []string{"a-page--with-λ", "run--directory-twice"}, doctest.Anchors(page))
}
