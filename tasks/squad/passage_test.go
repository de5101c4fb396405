package squad

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// real reads a file of the real SQuAD once, of squad in ISS_DATA or in
// ../shared/data beside the folder of go.mod. The test is skipped without it.
func real(t testing.TB, name string) *Set {
	t.Helper()
	path := filepath.Join(dataFolder(t), "squad", name)
	if sets[name] == nil {
		s, err := ReadFile(path, Options{})
		require.NoError(t, err)
		sets[name] = s
	}
	return sets[name]
}

// realPassages are its passages.
func realPassages(t testing.TB, name string) []Passage {
	t.Helper()
	s := real(t, name)
	if passages[name] == nil {
		passages[name] = s.Passages()
	}
	return passages[name]
}

// Tests run one after the other.
var (
	sets     = map[string]*Set{}
	passages = map[string][]Passage{}
)

func dataFolder(t testing.TB) string {
	t.Helper()
	data := os.Getenv("ISS_DATA")
	if data == "" {
		data = filepath.Join("..", "..", "..", "shared", "data") // from tasks/squad
	}
	if _, err := os.Stat(filepath.Join(data, "squad", "dev-v1.1.json")); err != nil {
		t.Skipf("no SQuAD in %s; set ISS_DATA to a folder that holds squad/dev-v1.1.json", data)
	}
	return data
}

func TestSpan(t *testing.T) {
	text := NewText("At 24–10, 北京 won “it all” 😀.") // At 24 – 10 , 北京 won “ it all ” 😀 .
	cases := []struct{ name, answer, phrase, differs string }{
		{"a word", "won", "won", ""},
		{"across a cut", "24–10", "24–10", ""},
		{"a side of a cut", "10", "10", ""},
		{"another script", "北京", "北京", ""},
		{"emoji", "😀", "😀", ""},
		{"within quotes", "it all", "it all", ""},
		{"begins within", "4–10", "24–10", `"4–10" begins within the token "24"`},
		{"ends within", "24–1", "24–10", `"24–1" ends within the token "10"`},
		{"within one", "o", "won", `"o" begins and ends within the tokens "won" and "won"`},
		{"white space", "won ", "won", `"won " begins or ends with white space`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			at := strings.Index(text.Text, c.answer)
			a := Answer{c.answer, at, at + len(c.answer)}
			s, ok := text.Span(a)
			require.True(t, ok)
			assert.Equal(t, c.phrase, text.Phrase(s))
			assert.Equal(t, c.differs, text.Differs(a, s))
		})
	}
	_, ok := text.Span(Answer{" ", 2, 3})
	assert.False(t, ok)
}

// Every span of tokens is the span of its own phrase.
func TestSpanOfPhrase(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := NewText(rapid.StringOf(rapid.RuneFrom([]rune("ab.-' \"北😀é’\n"))).Draw(t, "text"))
		if len(text.Tokens) == 0 {
			return
		}
		i := rapid.IntRange(0, len(text.Tokens)-1).Draw(t, "i")
		j := rapid.IntRange(i, len(text.Tokens)-1).Draw(t, "j")
		a := Answer{text.Phrase(Span{i, j}), text.Tokens[i].Start, text.Tokens[j].End}
		got, ok := text.Span(a)
		require.True(t, ok)
		require.Equal(t, Span{i, j}, got)
		require.Empty(t, text.Differs(a, got))
	})
}

// Every answer of dev is found at its offset, and its tokens give back its text
// but for those that begin or end within a word.
func TestSpansOfDev(t *testing.T) {
	s := real(t, "dev-v1.1.json")
	assert.Equal(t, "1.1", s.Version)
	assert.Equal(t, []int{48, 2067, 10570, 34726}, []int{s.Articles, len(s.Paragraphs), s.Questions(), s.Answers()})
	assert.Empty(t, s.Faults)
	counts := map[string]int{}
	for _, f := range s.Inexact() {
		for _, kind := range []string{"begins and ends within", "begins within", "ends within", "white space", "no token"} {
			if strings.Contains(f.Reason, kind) {
				counts[kind]++
				break
			}
		}
	}
	assert.Equal(t, map[string]int{"begins and ends within": 3, "begins within": 42, "ends within": 133}, counts, "all others give back their text")
}
