package ptb

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// ptbFolder is the folder of the real Penn TreeBank: ptb in ISS_DATA, or in
// ../shared/data beside the folder of go.mod. The test is skipped without it.
func ptbFolder(t testing.TB) string {
	data := os.Getenv("ISS_DATA")
	if data == "" {
		data = filepath.Join("..", "..", "..", "shared", "data") // from tasks/ptb
	}
	dir := filepath.Join(data, "ptb")
	if _, err := os.Stat(filepath.Join(dir, "ptb.train.txt")); err != nil {
		t.Skipf("no Penn TreeBank in %s; set ISS_DATA to a folder that holds ptb/ptb.train.txt", dir)
	}
	return dir
}

// Sizes: Zaremba et al., section 4.1; 10,000 types: Mikolov.
func TestCheckKnowsPTB(t *testing.T) {
	r, err := Check(ptbFolder(t))
	require.NoError(t, err)
	assert.True(t, r.PTB, r.Differs)
	assert.Equal(t, 10000, r.Vocab)
	assert.Equal(t, PartReport{Name: "train", Tokens: 929589, Types: 10000}, r.Parts[0])
	assert.Equal(t, 73760, r.Parts[1].Tokens)
	assert.Equal(t, 82430, r.Parts[2].Tokens)
	assert.Zero(t, r.Parts[1].Outside.Tokens+r.Parts[2].Outside.Tokens)
	assert.Contains(t, r.String(), "this is the Penn TreeBank")
}

// The most frequent tokens of the published vocabulary have these ids.
func TestPTBVocabulary(t *testing.T) {
	c, err := Open(ptbFolder(t), Text{})
	require.NoError(t, err)
	assert.Equal(t, "the <unk>", c.Vocab.Decode([]int32{0, 1}))
	assert.Equal(t, EOS, c.Vocab.Token(2))

	capped, err := Open(ptbFolder(t), Text{Vocab: 10000})
	require.NoError(t, err)
	assert.Equal(t, c.Vocab.tokens, capped.Vocab.tokens, "a cap that cuts nothing changes nothing")
	capped, err = Open(ptbFolder(t), Text{Vocab: 5000})
	require.NoError(t, err)
	assert.Equal(t, 5000, capped.Vocab.Len())
	assert.Equal(t, 5000, capped.Train.Outside.Types)
	assert.Len(t, capped.Valid.IDs, 73760)
}

func TestCheckSaysWhatDiffers(t *testing.T) {
	dir := ptbFolder(t)
	read := func(name string) string {
		raw, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		return string(raw)
	}
	test := []byte(read("ptb.test.txt"))
	test[1] ^= 3 // another letter
	r, err := Check(folder(t, "train.txt", read("ptb.train.txt"), "valid.txt", read("ptb.valid.txt")+"a\n", "test.txt", string(test)))
	require.NoError(t, err)
	assert.False(t, r.PTB)
	assert.Equal(t, []string{
		"valid: 73,762 tokens here, 73,760 there",
		"test: as many bytes and tokens, but another text",
	}, r.Differs)
}

func TestCheckReportsAnyFolder(t *testing.T) {
	dir := folder(t, "train.txt", "a b a c\n", "valid.txt", "a x x\n", "test.txt", "b\n")
	r, err := Check(dir)
	require.NoError(t, err)
	r.Name = "mine" // the folder's name is random
	assert.Equal(t, `mine: vocabulary of 4 words
   part  tokens  types              outside
  train       5      4                 none
  valid       4      3  2 (1 types) dropped
   test       2      2                 none
file       bytes  SHA-256
train.txt  8      `+r.Files[0].SHA256+`
valid.txt  6      `+r.Files[1].SHA256+`
test.txt   2      `+r.Files[2].SHA256+`
this is not the Penn TreeBank of the published results:
  train: 5 tokens here, 929,589 there
  valid: 4 tokens here, 73,760 there
  test: 2 tokens here, 82,430 there
`, r.String())

	text, err := json.Marshal(r.Parts[1])
	require.NoError(t, err)
	assert.JSONEq(t, `{"name": "valid", "tokens": 4, "types": 3, "outside": {"tokens": 2, "types": 1, "mapped": false}}`, string(text))

	_, err = Check(filepath.Join(dir, "none"))
	assert.ErrorContains(t, err, "does not exist")
	_, err = Check("")
	assert.ErrorContains(t, err, "no folder is named")
}

func TestReportOfAFile(t *testing.T) {
	file := filepath.Join(folder(t, "a.txt", "a b c d e f g h i j k l m n o p q r s t"), "a.txt")
	c, err := Open("", Text{File: file, Unit: Char})
	require.NoError(t, err)
	assert.Equal(t, []string{"it is 1 file(s) read as chars, the Penn TreeBank 3 files of words"}, c.Report().Differs)
	assert.Equal(t, "1,234,567", thousands(1234567))
	assert.Equal(t, "999", thousands(999))
}

func BenchmarkOpenPTB(b *testing.B) {
	dir := ptbFolder(b)
	for b.Loop() {
		if _, err := Open(dir, Text{}); err != nil {
			b.Fatal(err)
		}
	}
}
