package tokens

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestSentences(t *testing.T) {
	cases := []struct{ name, text, want string }{
		{"empty", "", ""},
		{"white space", " \n\t ", ""},
		{"no end", " Hello there ", "Hello there"},
		{"two", "It is. It was.", "It is.|It was."},
		{"marks", "Is it? Yes! Good", "Is it?|Yes!|Good"},
		{"abbreviation", "Dr. Smith of St. Louis", "Dr. Smith of St. Louis"},
		{"abbreviation at an end", "In the U.S. The army", "In the U.S.|The army"},
		{"abbreviation and a name", "In the U.S. The", "In the U.S.|The"},
		{"initials", "J. R. Smith met E. B. White.", "J. R. Smith met E. B. White."},
		{"a letter at an end", "World War I. In 1945", "World War I.|In 1945"},
		{"vitamin C is an initial", "Vitamin C. In fruit", "Vitamin C. In fruit"},
		{"a number goes on", "No. 7. but", "No.|7. but"},
		{"a number ends", "In 1990. Then", "In 1990.|Then"},
		{"small letter", "He left. then came", "He left.|then came"},
		{"dots", "wait... What", "wait... What"},
		{"closing quote", `He said "no." Then`, `He said "no."|Then`},
		{"closing bracket", "(It is.) Then", "(It is.)|Then"},
		{"within a bracket", "lions (etc.). Then", "lions (etc.).|Then"},
		{"no white space", "www.a.com is.it", "www.a.com is.it"},
		{"a footnote", "It is.[12] Then", "It is.|[12] Then"},
		{"hyphen", "a semi-dr. Smith", "a semi-dr. Smith"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, s := range Sentences(c.text) {
				got = append(got, c.text[s.Start:s.End])
			}
			assert.Equal(t, c.want, strings.Join(got, "|"))
		})
	}
}

func TestWordsKeepPlaces(t *testing.T) {
	text := "«Ça» 24–10, ''oui'' 😀(U.S.)"
	var got []string
	for _, w := range Words(text) {
		got = append(got, w.Text+"="+text[w.Start:w.End])
	}
	assert.Equal(t, []string{"«=«", "Ça=Ça", "»=»", "24=24", "–=–", "10=10", ",=,", `"=''`, "oui=oui", `"=''`, "😀=😀", "(=(", "U.S=U.S", ".=.", ")=)"}, got)
}

// Whatever the text: tokens are in order, none is empty or has white space, and
// between them is nothing but white space.
func TestWordsCoverTheText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		check(t, rapid.StringOf(rapid.OneOf(
			rapid.RuneFrom([]rune(" \n.,'`\"-–’!?()[]:;sSnNtT1aA")), rapid.Rune())).Draw(t, "text"))
	})
}

func FuzzWords(f *testing.F) {
	for _, s := range []string{"", "It's (U.S.) 24–10.", "''''", "\xff.\xfe '", "a. b. C"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { check(t, s) })
}

func check(t require.TestingT, text string) {
	end := 0
	for _, w := range Words(text) {
		require.NotEmpty(t, w.Text)
		require.GreaterOrEqual(t, w.Start, end)
		require.Empty(t, strings.TrimFunc(text[end:w.Start], IsSpace), "%q", text)
		got := text[w.Start:w.End]
		if got == "''" || got == "``" {
			got = `"`
		}
		require.Equal(t, got, w.Text)
		require.Equal(t, -1, strings.IndexFunc(w.Text, IsSpace))
		if strings.ContainsAny(w.Text, Delimiters) && utf8.ValidString(text) {
			require.Equal(t, 1, utf8.RuneCountInString(w.Text))
		}
		end = w.End
	}
	require.Empty(t, strings.TrimFunc(text[end:], IsSpace))
}
