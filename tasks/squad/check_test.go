package squad

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// folder makes a folder of files, given by name and text.
func folder(t *testing.T, files ...string) string {
	t.Helper()
	dir := t.TempDir()
	for i := 0; i < len(files); i += 2 {
		require.NoError(t, os.WriteFile(filepath.Join(dir, files[i]), []byte(files[i+1]), 0o600))
	}
	return dir
}

func TestCheckKnowsSQuAD(t *testing.T) {
	assert.Equal(t, published["dev"], real(t, "dev-v1.1.json").SHA256)
	r, err := Check(filepath.Join(dataFolder(t), "squad"))
	require.NoError(t, err)
	require.Len(t, r.Parts, 2)
	train, dev := r.Parts[0], r.Parts[1]
	assert.False(t, train.Known, "a part of train")
	assert.True(t, dev.Known)
	assert.Equal(t, []int{12171, 10570}, []int{train.Questions, dev.Questions})
	assert.Equal(t, Dropped{Long: 8, Cut: 5}, train.Dropped, "as Encode drops")
	assert.Equal(t, []int{26, 178}, []int{len(train.Inexact), len(dev.Inexact)})
	assert.Empty(t, train.Faults)
	assert.Contains(t, r.String(), "dev: this is the published dev of SQuAD 1.1, byte for byte\n")
	assert.Contains(t, r.String(), "train: training leaves out 8 questions of more than 30 tokens and 0 with")
	assert.Contains(t, r.String(), "  and 173 more\n")
}

func TestCheckReportsAnyFolder(t *testing.T) {
	bad := with(`"qas": []`, `"qas": [{"id": "2", "question": "q", "answers": [{"text": "d", "answer_start": 0}]}, {"id": "3", "question": "q", "answers": [], "is_impossible": true}]`)
	r, err := Check(folder(t, "train.json", bad, "dev.json", with(`"context": "a b"`, `"context": "a bc"`), "readme.md", "x"))
	require.NoError(t, err)
	r.Name = "mine" // the folder's name is random
	for i := range r.Parts {
		for _, list := range [][]Fault{r.Parts[i].Faults, r.Parts[i].Inexact} {
			for k := range list {
				list[k].Place = "here"
			}
		}
	}
	assert.Equal(t, `mine: questions on paragraphs
   part  version  articles  paragraphs  questions  answers  tokens  longest
  train      1.1         1           2          2        1       3        2
    dev      1.1         1           2          1        1       3        2
file        bytes  SHA-256
train.json  `+fmt.Sprint(len(bad))+`    `+r.Parts[0].SHA256+`
dev.json    `+fmt.Sprint(len(file)+1)+`    `+r.Parts[1].SHA256+`
train: this is not the published train of SQuAD 1.1, byte for byte
train: 1 questions have no answer in their context: this is SQuAD 2.0, and they cannot be learned from
train: 1 questions or answers cannot be used:
  here: question 2: answer 0: "d" does not stand at character 0 of the context, nor elsewhere in it
dev: this is not the published dev of SQuAD 1.1, byte for byte
dev: 1 answers begin or end within a token, so that no span of tokens is their text:
  here: question 1: answer 0: "b" ends within the token "bc"
`, r.String())
	text, err := json.Marshal(r.Parts[1].Inexact)
	require.NoError(t, err)
	assert.JSONEq(t, `[{"place": "here", "question": "1", "answer": 0, "reason": "\"b\" ends within the token \"bc\""}]`, string(text))
}

func TestFolders(t *testing.T) {
	cases := []struct {
		name, dir, want string
	}{
		{"missing", "none", "squad: folder none does not exist; a folder of SQuAD holds"},
		{"empty", folder(t), "holds no questions"},
		{"only dev", folder(t, "dev-v1.1.json", file), "lacks train*.json"},
		{"only train", folder(t, "train.json", file), "lacks dev*.json"},
		{"two of a part", folder(t, "dev-a.json", file, "dev-b.json", file), "holds both dev-a.json and dev-b.json"},
		{"broken", folder(t, "dev.json", file, "train.json", file[:80]), "train.json:2:40: the file ends before"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, _, err := Open(c.dir, Options{})
			assert.ErrorContains(t, err, c.want)
		})
	}
	dir := folder(t, "train.json", file, "dev-x.json", file)
	train, dev, err := Open(dir, Options{})
	require.NoError(t, err)
	assert.Equal(t, []int{1, 1}, []int{train.Questions(), dev.Questions()})
	assert.True(t, Holds(dir))
	train, dev, err = Open("", Options{})
	require.NoError(t, err)
	assert.Equal(t, []int{3200, 400}, []int{train.Questions(), dev.Questions()}, "embedded")
	assert.False(t, Holds(folder(t, "train.txt", "a")))
	assert.False(t, Holds("none"))
	_, err = Check(folder(t, "dev.json", "["))
	assert.ErrorContains(t, err, "dev.json:1:1: the file must be an object")
}
