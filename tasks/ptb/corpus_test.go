package ptb

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// folder writes files, given as name, content, …, into a new folder.
func folder(t testing.TB, files ...string) string {
	t.Helper()
	dir := t.TempDir()
	for i := 0; i < len(files); i += 2 {
		require.NoError(t, os.WriteFile(filepath.Join(dir, files[i]), []byte(files[i+1]), 0o644))
	}
	return dir
}

// words returns the tokens of a part.
func words(c *Corpus, p Part) string {
	var list []string
	for _, id := range p.IDs {
		list = append(list, c.Vocab.Token(id))
	}
	return strings.Join(list, "|")
}

func TestOpenReadsWords(t *testing.T) {
	cases := []struct{ name, text, want string }{
		{"line end is a token", "a b\nc\n", "a|b|<eos>|c|<eos>"},
		{"blank before the line end", "a b \n c \n", "a|b|<eos>|c|<eos>"},
		{"empty lines count", "a\n\nb\n", "a|<eos>|<eos>|b|<eos>"},
		{"no line end at the end", "a\nb", "a|<eos>|b"},
		{"Windows line ends", "a b\r\nc\r\n", "a|b|<eos>|c|<eos>"},
		{"byte order mark", "\ufeffa b\n", "a|b|<eos>"},
		{"tabs, no-break and ideographic space", "a\tb\u00a0c\u3000d\n", "a|b|c|d|<eos>"},
		{"<eos> in the text is the same token", "a <eos> b\n", "a|<eos>|b|<eos>"},
		{"other scripts", "ключ κλειδί 鍵\n", "ключ|κλειδί|鍵|<eos>"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, err := Open(folder(t, "train.txt", c.text, "valid.txt", "\n", "test.txt", "\n"), Text{})
			require.NoError(t, err)
			assert.Equal(t, c.want, words(got, got.Train))
			assert.Equal(t, strings.Count(c.want, "|")+1, got.Train.Tokens)
		})
	}
}

func TestOpenReadsCharacters(t *testing.T) {
	text := "né\n é\r\n"
	c, err := Open(folder(t, "train.txt", text, "valid.txt", "n\n", "test.txt", " "), Text{Unit: Char})
	require.NoError(t, err)
	assert.Equal(t, "n|é|\n| |é|\n", words(c, c.Train))
	assert.Equal(t, "\n|é| |n", words(c, Part{IDs: []int32{0, 1, 2, 3}}), "by frequency, then code point")
}

func TestOpenCountsWhatIsOutside(t *testing.T) {
	dir := folder(t, "ptb.train.txt", "a b a c\n", "ptb.valid.txt", "a x y x c\n", "ptb.test.txt", "a z\n")

	c, err := Open(dir, Text{})
	require.NoError(t, err)
	assert.Equal(t, "a|c|<eos>", words(c, c.Valid), "dropped, as in the published code")
	assert.Equal(t, Outside{Tokens: 3, Types: 2}, c.Valid.Outside)
	assert.Equal(t, 6, c.Valid.Tokens)
	assert.Equal(t, 5, c.Valid.Types)
	assert.Equal(t, Outside{Tokens: 1, Types: 1}, c.Test.Outside)
	assert.Equal(t, Outside{}, c.Train.Outside)

	c, err = Open(dir, Text{Vocab: 4})
	require.NoError(t, err)
	assert.Equal(t, "a|b|a|<unk>|<eos>", words(c, c.Train))
	assert.Equal(t, "a|<unk>|<unk>|<unk>|<unk>|<eos>", words(c, c.Valid))
	assert.Equal(t, Outside{Tokens: 4, Types: 3, Mapped: true}, c.Valid.Outside)
	assert.Equal(t, Outside{Tokens: 1, Types: 1, Mapped: true}, c.Train.Outside)
}

func TestOpenWith(t *testing.T) {
	old, err := Open(folder(t, "train.txt", "a b c\n", "valid.txt", "a\n", "test.txt", "a\n"), Text{})
	require.NoError(t, err)
	dir := folder(t, "train.txt", "b b d\n", "valid.txt", "c\n", "test.txt", "a\n")

	c, err := OpenWith(dir, Text{}, old.Vocab)
	require.NoError(t, err)
	assert.Equal(t, "b|b|<eos>", words(c, c.Train))
	assert.Equal(t, Outside{Tokens: 1, Types: 1}, c.Train.Outside)

	_, err = OpenWith(dir, Text{Unit: Char}, old.Vocab)
	assert.EqualError(t, err, `ptb: text.unit is "char", but the vocabulary is one of words`)
	_, err = OpenWith(folder(t, "train.txt", "x", "valid.txt", "c\n", "test.txt", "a\n"), Text{}, old.Vocab)
	assert.ErrorContains(t, err, "none of the 1 tokens of the part train of")
}

func TestFingerprint(t *testing.T) {
	open := func(files ...string) Fingerprint {
		c, err := Open(folder(t, files...), Text{})
		require.NoError(t, err)
		return c.Fingerprint
	}
	a := open("train.txt", "a b\n", "valid.txt", "a\n", "test.txt", "b\n")
	b := open("ptb.train.txt", "a b\n", "ptb.valid.txt", "a\n", "ptb.test.txt", "b\n")
	moved := open("train.txt", "a b\na\n", "valid.txt", "b\n", "test.txt", "b\n")

	// printf 'a b\n' | sha256sum; the second is over the lines "SUM BYTES" of the three files.
	assert.Equal(t, FileSum{Name: "train.txt", Bytes: 4, SHA256: "01186fcf04b4b447f393e552964c08c7b419c1ad7a25c342a0b631b1967d3a27"}, a.Files[0])
	assert.Equal(t, a.SHA256, b.SHA256, "names do not matter")
	assert.NotEqual(t, a.SHA256, moved.SHA256)
}

func TestOpenErrors(t *testing.T) {
	full := []string{"train.txt", "a b\n", "valid.txt", "a\n", "test.txt", "b\n"}
	with := func(files ...string) string { return folder(t, append(append([]string{}, full...), files...)...) }
	file := filepath.Join(folder(t, "a.txt", "a b\n"), "a.txt")
	cases := []struct {
		name, data string
		text       Text
		want       []string // parts of the message
	}{
		{"no folder", filepath.Join(t.TempDir(), "none"), Text{}, []string{"none does not exist", "a corpus is train.txt"}},
		{"a file", file, Text{}, []string{"a.txt is a file, not a folder", "text.file"}},
		{"empty folder", t.TempDir(), Text{}, []string{"is empty; a corpus is train.txt"}},
		{"other files only", folder(t, "x.txt", "a"), Text{}, []string{"holds no corpus"}},
		{"a part missing", folder(t, full[:4]...), Text{}, []string{"lacks the part test (there: train.txt, valid.txt)"}},
		{"two parts missing", folder(t, "ptb.valid.txt", "a"), Text{}, []string{"lacks the part train and the part test (there: ptb.valid.txt)"}},
		{"two names for a part", with("ptb.test.txt", "b\n"), Text{}, []string{"holds both ptb.test.txt and test.txt; keep one"}},
		{"empty part", with("valid.txt", ""), Text{}, []string{"valid.txt is empty"}},
		{"blank part in words", with("test.txt", " \t"), Text{}, []string{"the part test of", "only white space"}},
		{"unknown words only", with("test.txt", "x y"), Text{}, []string{"none of the 2 tokens of the part test"}},
		{"nothing to predict", with("train.txt", "a a a"), Text{}, []string{"has 1 types of word"}},
		{"not UTF-8", with("valid.txt", "a\né \xff\n"), Text{}, []string{"valid.txt:2:4: byte 0xff (offset 5) is not UTF-8"}},
		{"cut within a character", with("test.txt", "ab\xc3"), Text{}, []string{"test.txt:1:3: byte 0xc3 (offset 2)"}},
		{"folder and file", t.TempDir(), Text{File: file}, []string{"both a folder", "give one"}},
		{"no such file", "", Text{File: file + "x"}, []string{"a.txtx does not exist"}},
		{"file too short to split", "", Text{File: file}, []string{"has 2 words", "needs 20"}},
		{"unknown unit", "", Text{Unit: "letter"}, []string{`text.unit is "letter"; known: char, word`}},
		{"negative cap", "", Text{Vocab: -1}, []string{"text.vocab is -1"}},
		{"tiny cap", "", Text{Vocab: 1}, []string{"text.vocab is 1; give 2 or more"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := Open(c.data, c.text)
			require.Error(t, err)
			assert.True(t, strings.HasPrefix(err.Error(), "ptb: "), err)
			assert.NotContains(t, err.Error(), "\n")
			for _, want := range c.want {
				assert.ErrorContains(t, err, want)
			}
		})
	}
}
