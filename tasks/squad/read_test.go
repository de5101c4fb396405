package squad

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// file is a small file in the official format, over three lines.
const file = `{"data": [{"title": "T", "paragraphs": [
 {"context": "a b", "qas": [{"id": "1", "question": "what", "answers": [{"text": "b", "answer_start": 2}]}]}
 , {"context": "c", "qas": []}]}], "version": "1.1"}`

// with is the file with a part replaced, which must be there.
func with(old, new string) string {
	if !strings.Contains(file, old) {
		panic("no " + old)
	}
	return strings.Replace(file, old, new, 1)
}

func read(text string, o Options) (*Set, error) {
	return ReadSet(strings.NewReader(text), "a.json", o)
}

func TestReadSet(t *testing.T) {
	want := &Set{Name: "a.json", Version: "1.1", Articles: 1, Paragraphs: []Paragraph{
		{Place: "a.json:2:2", Title: "T", Context: "a b", Questions: []Question{{ID: "1", Text: "what", Answers: []Answer{{"b", 2, 3}}}}},
		{Place: "a.json:3:4", Title: "T", Context: "c"},
	}}
	cases := []struct{ name, text, place string }{
		{"as published", file, "a.json:2:2"},
		{"with a byte order mark", "\ufeff" + file, "a.json:2:2"},
		{"with other fields", with(`"title"`, `"extra": [{"a": 1}], "title"`), "a.json:2:2"},
		{"blanks at the end", file + " \n", "a.json:2:2"},
		{"on one line", strings.Replace(file, "\n ", "", 1), "a.json:1:41"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, err := read(c.text, Options{})
			require.NoError(t, err)
			assert.Equal(t, fmt.Sprintf("%x", sha256.Sum256([]byte(c.text))), got.SHA256)
			got.SHA256 = ""
			assert.Equal(t, c.place, got.Paragraphs[0].Place)
			for i := range want.Paragraphs {
				got.Paragraphs[i].Place = want.Paragraphs[i].Place // lines move
			}
			assert.Equal(t, want, got)
		})
	}
	got, err := read(`{"data": [{"paragraphs": [{"context": "a b", "qas": [{"id": "1", "question": "x", "answers": [{"text": "a", "answer_start": 0}]}]}], "title": "late"}]}`, Options{})
	require.NoError(t, err)
	assert.Equal(t, "late", got.Paragraphs[0].Title)
	assert.Equal(t, []int{1, 1}, []int{got.Questions(), got.Answers()})
}

func TestReadSaysWhere(t *testing.T) {
	cases := []struct{ name, text, want string }{
		{"empty", "", "a.json:1:1: the file ends before the document does"},
		{"cut within a paragraph", file[:60], "a.json:2:20: the file ends before the document does; it is cut short"},
		{"cut at the end", file[:len(file)-1], "a.json:3:52: the file ends"},
		{"quote", with(`"id"`, `'id"`), `a.json:2:30: invalid character '\''`},
		{"comma", with(`, {"con`, `,, {"con`), "a.json:3:3: invalid character ','"},
		{"bare key", with(`"title"`, `title`), "a.json:1:12: invalid character 't'"},
		{"colon", with(`"version":`, `"version";`), "a.json:3:45: invalid character ';'"},
		{"brace", with(`[]}]`, `[]}}`), "a.json:3:31: invalid character '}' after array element"},
		{"text for a number", with(`: 2}`, `: "2"}`), "a.json:2:2: field qas.answers.answer_start of what begins here is a string, not a int"},
		{"number for a text", with(`"c"`, `3`), "field context of what begins here is a number, not a string"},
		{"more after the end", file + "x", "a.json:3:53: something follows the end"},
		{"array", "[]", "a.json:1:1: the file must be an object"},
		{"data", `{"data": 3}`, "data must be an array"},
		{"no data", `{"version": "1.1"}`, `a.json has no "data"`},
		{"no paragraphs", `{"data": [{"title": "a"}]}`, `a.json:1:11: an article has no "paragraphs"`},
		{"no context", with(`"context": "c"`, `"konte": "c"`), `a.json:3:4: a paragraph has no "context"`},
		{"nothing asked", `{"data": []}`, "has no question that can be used"},
		{"not UTF-8", with(`"what"`, "\"wh\xe9t\""), "a.json:2:56: byte 0xe9 is not UTF-8; convert the file to UTF-8 first"},
		{"a character cut short", file[:strings.Index(file, "what")] + "\xe5\x8c", "a.json:2:56: the file ends"},
		{"text instead", "hello", "invalid character 'h'"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := read(c.text, Options{})
			assert.ErrorContains(t, err, c.want)
			assert.ErrorContains(t, err, "squad: ")
		})
	}
	_, err := ReadFile("none.json", Options{})
	assert.EqualError(t, err, "squad: file none.json does not exist")
	_, err = ReadSet(iotest.ErrReader(errors.New("disk")), "a.json", Options{})
	assert.ErrorContains(t, err, "disk")
}

// A reader may give a file in pieces of any size.
func TestReadInPieces(t *testing.T) {
	text := "\n" + with(`"a b"`, `"北😀b"`)
	want, err := read(text, Options{})
	require.NoError(t, err)
	for name, r := range map[string]io.Reader{
		"bytes":        iotest.OneByteReader(strings.NewReader(text)),
		"halves":       iotest.HalfReader(strings.NewReader(text)),
		"with the end": iotest.DataErrReader(strings.NewReader(text)),
	} {
		got, err := ReadSet(r, "a.json", Options{})
		require.NoError(t, err, name)
		assert.Equal(t, want.Paragraphs[0].Questions, got.Paragraphs[0].Questions, name)
	}
	_, err = ReadSet(iotest.OneByteReader(strings.NewReader("{\n\"a\": \"\xe5\x8cx\"}")), "a.json", Options{})
	assert.ErrorContains(t, err, "a.json:2:7: byte 0xe5 is not UTF-8")
}

// However a file is cut short, it is an error, and never another set.
func TestReadCutAnywhere(t *testing.T) {
	for n := range len(file) {
		_, err := read(file[:n], Options{SkipFaults: true})
		require.ErrorContains(t, err, "ends before the document does", "%d bytes", n)
	}
}

func TestFaults(t *testing.T) {
	answers := func(s string) string { return with(`[{"text": "b", "answer_start": 2}]`, s) }
	cases := []struct{ name, text, want string }{
		{"offset", answers(`[{"text": "b", "answer_start": 1}]`), `answer 0: "b" does not stand at character 1 of the context; the nearest place is 2`},
		{"beyond", answers(`[{"text": "b", "answer_start": 9}]`), "the nearest place is 2"},
		{"nearest in characters", strings.Replace(answers(`[{"text": "b", "answer_start": 0}]`), `"a b"`, `"é😀 b"`, 1), "the nearest place is 3"},
		{"nearest of several", strings.Replace(answers(`[{"text": "b", "answer_start": 5}]`), `"a b"`, `"b é b  b"`, 1), "the nearest place is 4"},
		{"negative", answers(`[{"text": "b", "answer_start": -1}]`), "the nearest place is 2"},
		{"nowhere", answers(`[{"text": "z", "answer_start": 0}]`), `"z" does not stand at character 0 of the context, nor elsewhere in it`},
		{"empty answer", answers(`[{"text": " ", "answer_start": 1}]`), "answer 0: its text is empty"},
		{"no answer", answers(`[]`), "question 1: it has no answer"},
		{"empty question", with(`"what"`, `"  "`), "question 1: it is empty"},
		{"no id", with(`"id": "1"`, `"id": ""`), "question (no id): it has no id"},
		{"twice", with(`"qas": []`, `"qas": [{"id": "1", "question": "q", "answers": [{"text": "c", "answer_start": 0}]}]`), "its id is that of a question before"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := read(c.text, Options{})
			assert.ErrorContains(t, err, "a.json has 1 questions or answers that cannot be used")
			assert.ErrorContains(t, err, c.want)

			more := strings.Replace(c.text, `]}], "version"`, `, {"context": "a", "qas": [{"id": "2", "question": "q", "answers": [{"text": "a", "answer_start": 0}]}]}]}], "version"`, 1)
			got, err := read(more, Options{SkipFaults: true})
			require.NoError(t, err)
			require.Len(t, got.Faults, 1)
			assert.Contains(t, got.Faults[0].String(), c.want)
			assert.Equal(t, "2", got.Paragraphs[2].Questions[0].ID, "the others stay")
		})
	}
	many := answers(`[` + strings.Repeat(`{"text": "z", "answer_start": 0},`, 6) + `{"text": "b", "answer_start": 2}]`)
	_, err := read(many, Options{})
	assert.ErrorContains(t, err, "has 6 questions or answers")
	assert.ErrorContains(t, err, "and 1 more")
	got, err := read(many, Options{SkipFaults: true})
	require.NoError(t, err)
	assert.Equal(t, []Answer{{"b", 2, 3}}, got.Paragraphs[0].Questions[0].Answers, "the good answer stays")
}

func TestUnanswerable(t *testing.T) {
	two := with(`"answers": [{"text": "b", "answer_start": 2}]`, `"answers": [], "is_impossible": true`)
	_, err := read(two, Options{SkipFaults: true})
	assert.ErrorContains(t, err, "a.json:2:2: question 1 has no answer in its context: this is SQuAD 2.0")
	got, err := read(two, Options{Unanswerable: true})
	require.NoError(t, err)
	assert.True(t, got.Paragraphs[0].Questions[0].Impossible)
}

// Offsets count code points in the file and bytes here, whatever the script.
func TestOffsetsOfScripts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		letters := []rune("abАж北京ａ😀👩\u200d\u0301 é\U0010ffff")
		context := []rune("x" + rapid.StringOfN(rapid.RuneFrom(letters), 1, 30, -1).Draw(t, "context") + "x")
		start := rapid.IntRange(0, len(context)-1).Draw(t, "start")
		text := string(context[start:rapid.IntRange(start+1, len(context)).Draw(t, "end")])
		if strings.TrimSpace(text) == "" {
			return
		}
		a, reason := locate(string(context), text, start)
		require.Empty(t, reason)
		require.Equal(t, text, string(context)[a.Start:a.End])
		require.Len(t, []rune(string(context)[:a.Start]), start)
	})
	got, err := read(with(`"a b"`, `"\ud83d\ude00 b"`), Options{})
	require.NoError(t, err)
	assert.Equal(t, Answer{"b", 5, 6}, got.Paragraphs[0].Questions[0].Answers[0], "an escaped pair is one character")
}
