package squad

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Whatever the bytes: no panic, and every answer that is read is where it says
// in its context, and makes a passage.
func FuzzRead(f *testing.F) {
	f.Add(file, false, false)
	f.Add(with(`"answer_start": 2`, `"answer_start": 1`), true, false)
	f.Add(with(`"question"`, `"is_impossible": true, "question"`), false, true)
	f.Add(with(`"a b"`, `"ä\ud83d\ude00b"`), true, true)
	f.Add("\ufeff"+strings.ReplaceAll(file, "\n", ""), false, false)
	f.Fuzz(func(t *testing.T, text string, skip, unanswerable bool) {
		s, err := read(text, Options{SkipFaults: skip, Unanswerable: unanswerable})
		if err != nil {
			require.NotEmpty(t, err.Error())
			return
		}
		require.Positive(t, s.Questions())
		for _, p := range s.Paragraphs {
			for _, q := range p.Questions {
				for _, a := range q.Answers {
					require.Equal(t, a.Text, p.Context[a.Start:a.End], p.Place)
				}
			}
			NewPassage(p)
		}
	})
}

// A vocabulary that can be read can be written, and is the same again.
func FuzzVocabulary(f *testing.F) {
	var b bytes.Buffer
	require.NoError(f, NewVocabulary(Count([]Passage{NewPassage(Paragraph{Context: "a bé"})}), Thresholds{}, nil).Write(&b))
	f.Add(b.String())
	f.Add(`{"words": ["a"], "chars": ["b"]}`)
	f.Fuzz(func(t *testing.T, text string) {
		v, err := ReadVocabulary(strings.NewReader(text), "v.json")
		if err != nil {
			require.NotEmpty(t, err.Error())
			return
		}
		var b bytes.Buffer
		require.NoError(t, v.Write(&b))
		again, err := ReadVocabulary(&b, "again.json")
		require.NoError(t, err)
		require.Equal(t, v, again)
	})
}
