package ptb

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func vocabularyOf(text string, as Text) *Vocabulary {
	as, err := as.check()
	if err != nil {
		panic(err)
	}
	c := newCounter()
	as.Unit.each([]byte(text), c.add)
	return c.vocabulary(as)
}

func TestVocabularyOrder(t *testing.T) {
	cases := []struct {
		name, text, want string
		as               Text
	}{
		{"frequency, then code point", "b a b ü z a b\n", "b a <eos> z ü", Text{}},
		{"code points, not UTF-16", "\U0001F600 \uff5e", "\uff5e \U0001F600", Text{}},
		{"cap of 4", "a a a b b c d\n\n", "a <eos> <unk> b", Text{Vocab: 4}},
		{"<eos> is kept though rare", "a a a a a b b c c\n", "a <unk> <eos>", Text{Vocab: 3}},
		{"<unk> of the text counts too", "<unk> <unk> <unk> a a b\n", "<unk> a <eos>", Text{Vocab: 3}},
		{"least cap", "a a b\n", "<unk> <eos>", Text{Vocab: 2}},
		{"cap that cuts nothing", "a a b\n", "a <eos> b <unk>", Text{Vocab: 9}},
		{"characters", "aabbbc", "b a <unk>", Text{Unit: Char, Vocab: 3}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			v := vocabularyOf(c.text, c.as)
			assert.Equal(t, c.want, strings.Join(v.tokens, " "))
			for i, token := range v.tokens {
				id, ok := v.ID(token)
				assert.True(t, ok)
				assert.Equal(t, int32(i), id)
			}
		})
	}
}

// A cap keeps every token that is kept more frequent than any that is not, and
// the counts of all tokens and of those outside agree.
func TestVocabularyCap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SliceOfN(rapid.SampledFrom(strings.Fields("a b c d e f <unk> <eos>")), 1, 60).Draw(t, "words")
		limit := rapid.IntRange(2, 9).Draw(t, "cap")
		text := strings.Join(list, " ")
		v := vocabularyOf(text, Text{Vocab: limit})
		require.LessOrEqual(t, v.Len(), limit)

		counts := map[string]int{}
		for _, w := range list {
			counts[w]++
		}
		ids, outside := v.Encode(text)
		require.Len(t, ids, len(list))
		lost := 0
		for w, n := range counts {
			if _, ok := v.ID(w); ok {
				continue
			}
			lost += n
			for _, kept := range v.tokens {
				if kept != EOS && kept != Unknown {
					require.GreaterOrEqual(t, counts[kept], n, "%s was kept and %s was not", kept, w)
				}
			}
		}
		require.Equal(t, lost, outside.Tokens)
	})
}

func TestVocabularyFileRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tokens := rapid.SliceOfNDistinct(rapid.OneOf(
			rapid.String(),
			rapid.StringOf(rapid.RuneFrom([]rune(" \n\r\t\\\u00a0\u2028\u200b\ufeff\ufffd\U0001F600snx"))),
			rapid.Map(rapid.SliceOfN(rapid.Byte(), 0, 6), func(b []byte) string { return string(b) }),
		), 1, 8, rapid.ID[string]).Draw(t, "tokens")
		v, err := newVocabulary(Char, tokens, false)
		require.NoError(t, err)

		var file bytes.Buffer
		require.NoError(t, v.Write(&file))
		require.Equal(t, len(tokens), strings.Count(file.String(), "\n"))
		for _, ending := range []string{"\n", "\r\n"} { // as an editor may leave it
			got, err := ReadVocabulary(strings.NewReader(strings.ReplaceAll(file.String(), "\n", ending)), "vocab.txt", Text{Unit: Char})
			require.NoError(t, err)
			require.Equal(t, tokens, got.tokens)
		}
	})
}

func TestVocabularyFileIsReadable(t *testing.T) {
	v, err := newVocabulary(Char, []string{" ", "\n", `\`, "é", "\u00a0", "", "鍵"}, false)
	require.NoError(t, err)
	var file bytes.Buffer
	require.NoError(t, v.Write(&file))
	assert.Equal(t, `\s,\n,\\,é,\u00a0,\e,鍵,`, strings.ReplaceAll(file.String(), "\n", ","))
}

func TestReadVocabularyErrors(t *testing.T) {
	cases := []struct {
		name, file, want string
		as               Text
	}{
		{"twice", "a\nb\na\n", `ptb: vocab.txt: token "a" has two ids, 0 and 2`, Text{}},
		{"empty line", "a\n\nb\n", `ptb: vocab.txt:2: the line is empty; the empty token is written \e`, Text{}},
		{"bare backslash", "a\n\\\n", `ptb: vocab.txt:2: a backslash ends the line; a backslash is written \\`, Text{}},
		{"unknown escape", `\q`, `ptb: vocab.txt:1: \q is no escape; known: \\, \e, \n, \r, \s, \t, \u, \U, \x`, Text{}},
		{"short escape", `\u12`, `ptb: vocab.txt:1: \u needs 4 digits, 2 follow`, Text{}},
		{"bad digits", `\u12zz`, `ptb: vocab.txt:1: \u12zz is no hexadecimal number`, Text{}},
		{"beyond Unicode", `\U00110000`, `ptb: vocab.txt:1: \U00110000 is no code point`, Text{}},
		{"half a surrogate pair", `\ud800`, `ptb: vocab.txt:1: \ud800 is no code point`, Text{}},
		{"capped without <unk>", "a\nb\n", "ptb: vocab.txt: a capped vocabulary needs the token <unk>", Text{Vocab: 5}},
		{"unit", "a\n", `ptb: text.unit is "x"; known: char, word`, Text{Unit: "x"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := ReadVocabulary(strings.NewReader(c.file), "vocab.txt", c.as)
			assert.EqualError(t, err, c.want)
		})
	}
}

func TestEncodeDecode(t *testing.T) {
	word := vocabularyOf("the cat sat\n\non the mat\n", Text{})
	text := "the mat\n\nsat on\ncat"
	ids, outside := word.Encode(text)
	assert.Equal(t, Outside{}, outside)
	assert.Equal(t, text, word.Decode(ids))

	ids, outside = word.Encode("the dog sat")
	assert.Equal(t, "the sat", word.Decode(ids))
	assert.Equal(t, Outside{Tokens: 1, Types: 1}, outside)

	end, ok := word.LineEnd()
	assert.True(t, ok)
	assert.Equal(t, EOS, word.Token(end))

	char := vocabularyOf(text, Text{Unit: Char})
	ids, _ = char.Encode(text)
	assert.Equal(t, text, char.Decode(ids))
	end, ok = char.LineEnd()
	assert.True(t, ok)
	assert.Equal(t, "\n", char.Token(end))
	_, ok = vocabularyOf("abc", Text{Unit: Char}).LineEnd()
	assert.False(t, ok)
}

// A vocabulary that was written, read and used again encodes as before.
func TestReadVocabularyKeepsUnknown(t *testing.T) {
	as := Text{Vocab: 4}
	v := vocabularyOf("a a b b c\n", as)
	var file bytes.Buffer
	require.NoError(t, v.Write(&file))
	got, err := ReadVocabulary(&file, "vocab.txt", as)
	require.NoError(t, err)
	want, _ := v.Encode("a c x b\n")
	ids, outside := got.Encode("a c x b\n")
	assert.Equal(t, want, ids)
	assert.Equal(t, Outside{Tokens: 2, Types: 2, Mapped: true}, outside)
}
