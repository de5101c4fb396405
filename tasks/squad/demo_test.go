package squad

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestDemo(t *testing.T) {
	train, dev := Demo("train", 300, 1), Demo("dev", 50, 1)
	assert.Equal(t, train, Demo("train", 300, 1))
	assert.Equal(t, train.Paragraphs[:10], Demo("train", 10, 1).Paragraphs, "more paragraphs leave the first as they are")
	assert.NotEqual(t, train.Paragraphs[0].Context, Demo("train", 1, 2).Paragraphs[0].Context)
	assert.Equal(t, []int{1200, 200}, []int{train.Questions(), dev.Questions()})
	assert.Empty(t, train.Inexact(), "each answer is a span of tokens")
	assert.Empty(t, dev.Inexact())

	seen := map[string]bool{}
	for _, p := range train.Paragraphs {
		assert.False(t, seen[p.Context])
		seen[p.Context] = true
	}
	for _, p := range dev.Paragraphs {
		assert.False(t, seen[p.Context], "dev is not train")
	}
}

// An answer stands in its paragraph once, each kind of fact is told of two
// people, and every word of a question but those that ask is in its paragraph.
func TestDemoHasDistractors(t *testing.T) {
	kinds := map[string]int{}
	for _, p := range Demo("train", 300, 1).Paragraphs {
		sentences := strings.SplitAfter(p.Context, ". ")
		require.Len(t, sentences, demoSentences, p.Context)
		shapes := map[string]int{}
		for _, q := range p.Questions {
			a := q.Answers[0]
			require.Equal(t, a.Text, p.Context[a.Start:a.End])
			require.NotContains(t, q.Text, "{")
			require.NotContains(t, q.Text, a.Text, "a question does not tell its answer")
			kinds[strings.Fields(q.Text)[0]]++
		}
		for _, s := range sentences {
			for kind, fact := range demoFacts {
				for _, mark := range [][]string{{"born"}, {"opened"}, {"left", "went"}, {"met"}, {"sold"}}[kind] {
					if strings.Contains(s, mark) {
						shapes[fact.asks[0]]++
					}
				}
			}
		}
		require.Len(t, shapes, 2, p.Context)
		for _, n := range shapes {
			require.Equal(t, 2, n, p.Context)
		}
	}
	for _, ask := range []string{"Where", "Who", "What", "When", "Which", "Whom", "How"} {
		assert.Greater(t, kinds[ask], 20, ask)
	}
}

// What is written in the official format is read again as it was.
func TestWrite(t *testing.T) {
	want := Demo("dev", 20, 3)
	var b bytes.Buffer
	require.NoError(t, want.Write(&b))
	got, err := ReadSet(bytes.NewReader(b.Bytes()), want.Name, Options{})
	require.NoError(t, err)
	for i := range got.Paragraphs {
		got.Paragraphs[i].Place = want.Paragraphs[i].Place
	}
	assert.Equal(t, want, got)
	assert.Contains(t, b.String(), "Zoë")

	two, err := read(with(`"answers": [{"text": "b", "answer_start": 2}]`, `"answers": [], "is_impossible": true`), Options{Unanswerable: true})
	require.NoError(t, err)
	b.Reset()
	require.NoError(t, two.Write(&b))
	assert.Equal(t, `{"data":[{"title":"T","paragraphs":[{"context":"a b","qas":[{"id":"1","question":"what","answers":[],"is_impossible":true}]},{"context":"c","qas":[]}]}],"version":"1.1"}`+"\n", b.String())
}

// The embedded questions are the same on every machine and in every version.
func TestDemoStaysAsItIs(t *testing.T) {
	assert.Equal(t, "f60d19976664ba8e", Demo("train", 100, 1).SHA256[:16])
}
