package ptb

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A vocabulary that can be read, as lines or as JSON, can be written, and what
// is written is the same vocabulary.
func FuzzVocabulary(f *testing.F) {
	f.Add("a\nb\n<unk>\n", false, false)
	f.Add("\\s\n\\n\n\\\\\n\\xff\n\\u00a0\n\\e\n", false, true)
	f.Add(`["<eos>", "a", "b"]`, true, false)
	f.Add(`{"a": 1, "\n": 0, "ü": 2}`, true, true)
	f.Fuzz(func(t *testing.T, text string, isJSON, chars bool) {
		as := Text{Unit: Word}
		if chars {
			as.Unit = Char
		}
		var v *Vocabulary
		var err error
		if isJSON {
			v, err = jsonVocabulary("v.json", []byte(text), as.Unit)
		} else {
			v, err = ReadVocabulary(strings.NewReader(text), "v.txt", as)
		}
		if err != nil {
			require.NotEmpty(t, err.Error())
			return
		}
		var b bytes.Buffer
		require.NoError(t, v.Write(&b))
		again, err := ReadVocabulary(&b, "again.txt", as)
		require.NoError(t, err)
		require.True(t, slices.Equal(v.tokens, again.tokens)) // none may be nil or empty
		require.Equal(t, v.ids, again.ids)
		require.Equal(t, v.unknown, again.unknown)
	})
}
