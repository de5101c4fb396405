package squad

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/tasks/squad/glove"
)

// passage makes a passage whose questions have their first word as answer.
func passage(context string, questions ...string) Passage {
	p := Passage{Context: NewText(context)}
	for _, q := range questions {
		p.Items = append(p.Items, Item{ID: q, Question: NewText(q)})
	}
	return p
}

func TestCount(t *testing.T) {
	c := Count([]Passage{passage("Cat cat é", "the cat", "É"), passage("not counted")})
	assert.Equal(t, map[string]int{"cat": 5, "é": 3, "the": 1}, c.Words, "a context counts once for each question")
	assert.Equal(t, map[rune]int{'C': 2, 'c': 3, 'a': 5, 't': 6, 'h': 1, 'e': 1, 'é': 2, 'É': 1}, c.Chars, "characters keep their case")
}

func TestVocabulary(t *testing.T) {
	c := Counts{
		Words: map[string]int{"b": 12, "a": 12, "c": 99, "rare": 10, "known": 50, "paris": 50, "usa": 50, "-null-": 99},
		Chars: map[rune]int{'x': 51, 'y': 50, '北': 60},
	}
	table := glove.New(1, []string{"known", "Paris", "USA", "other"}, []float32{1, 2, 3, 4})
	v := NewVocabulary(c, Published, table)
	assert.Equal(t, []string{Null, Unknown, "c", "a", "b"}, v.Words)
	assert.Equal(t, []string{Null, Unknown, "北", "x"}, v.Chars)

	cases := []struct {
		word string
		want int32
	}{
		{"c", 2}, {"C", 2}, {"A", 3}, {"rare", UnknownID}, {"never", UnknownID}, {"", UnknownID},
		{"known", 5}, {"KNOWN", 5}, {"paris", 6}, {"PARIS", 6}, {"usa", 7}, {"Usa", 7}, {"Other", 8},
		{Null, NullID}, {"\xff", UnknownID},
	}
	for _, k := range cases {
		assert.Equal(t, k.want, v.Word(k.word, table), k.word)
	}
	assert.Equal(t, int32(UnknownID), v.Word("known", nil))
	assert.Equal(t, []int32{2, 3, UnknownID}, []int32{v.Char('北'), v.Char('x'), v.Char('y')})
	assert.Contains(t, NewVocabulary(c, Published, nil).Words, "known", "without vectors they are learned")

	keep := Needs(c, Counts{Words: map[string]int{"dev": 1}})
	assert.Equal(t, []bool{true, true, false}, []bool{keep("KNOWN"), keep("dev"), keep("other")})

	var b bytes.Buffer
	require.NoError(t, v.Write(&b))
	got, err := ReadVocabulary(&b, "v.json")
	require.NoError(t, err)
	assert.Equal(t, v, got)
}

func TestReadVocabularySaysWhatIsWrong(t *testing.T) {
	cases := []struct{ name, text, want string }{
		{"empty", "", "v.json:1:1: the file ends"},
		{"no object", "[]", "what begins here is a array"},
		{"no words", "{}", `begin with "-NULL-" and "-UNK-"`},
		{"twice", `{"words": ["-NULL-", "-UNK-", "a", "a"], "chars": ["-NULL-", "-UNK-"]}`, `the word "a" (number 3) is there twice`},
		{"two characters", `{"words": ["-NULL-", "-UNK-"], "chars": ["-NULL-", "-UNK-", "ab"]}`, `"ab" (number 2) is no single character`},
		{"a character twice", `{"words": ["-NULL-", "-UNK-"], "chars": ["-NULL-", "-UNK-", "a", "a"]}`, `the character "a" (number 3)`},
		{"more", `{"words": ["-NULL-", "-UNK-"], "chars": ["-NULL-", "-UNK-"]} 1`, "something follows"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := ReadVocabulary(strings.NewReader(c.text), "v.json")
			assert.ErrorContains(t, err, c.want)
		})
	}
}

// The vocabulary of the train file that is here, with the vectors that are here.
func TestVocabularyOfTrain(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	folder := dataFolder(t)
	train := Count(realPassages(t, "train-subset.json"))
	table, err := glove.ReadFile(filepath.Join(folder, "glove", "glove.6B.100d.subset.txt.gz"), 100, Needs(train))
	require.NoError(t, err)
	v := NewVocabulary(train, Published, table)
	t.Logf("%d words in train, %d of %d in the table, %d learned; %d characters", len(train.Words), table.Len(), table.Read, len(v.Words), len(v.Chars))
	assert.Equal(t, []int{39204, 0}, []int{table.Read, table.Again})
	assert.Equal(t, []int{662, 110}, []int{len(v.Words), len(v.Chars)})
	assert.Equal(t, "2.64M", fmt.Sprintf("%.2fM", float64(2_570_703+8*len(v.Chars)+100*len(v.Words))/1e6), "weights of the published model")
}
