package squad

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// Values by hand from the rules of evaluate-v1.1.py.
func TestCompare(t *testing.T) {
	cases := []struct {
		name, predicted, answer string
		em, f1                  float64
	}{
		{"equal", "Denver Broncos", "Denver Broncos", 1, 1},
		{"case, article, punctuation", "the DENVER broncos!", "Denver Broncos.", 1, 1},
		{"article in the middle", "king of an isle", "king of the isle", 1, 1},
		{"a within a word", "banana", "bnn", 0, 0},
		{"article beside a dash that stays", "a–b", "–b", 1, 1},
		{"article at a hyphen that goes", "a-team", "ateam", 1, 1},
		{"white space", " in\u00a01999\t", "in 1999", 1, 1},
		{"half of it", "Denver", "Denver Broncos", 0, 2. / 3},
		{"too much", "big Denver Broncos team", "Denver Broncos", 0, 2. / 3},
		{"a word twice counts once", "cat cat", "cat", 0, 2. / 3},
		{"twice in both", "cat cat", "cat cat dog", 0, 0.8},
		{"another order", "Broncos Denver", "Denver Broncos", 0, 1},
		{"nothing in common", "Carolina", "Denver", 0, 0},
		{"nothing predicted", "", "Denver", 0, 0},
		{"nothing left of either", "the", "a", 1, 0},
		{"money", "$1,000", "1000", 1, 1},
		{"curly quotes stay", "“x”", "x", 0, 0},
		{"other scripts", "北京 Москва", "МОСКВА", 0, 2. / 3},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			em, f1 := Compare(c.predicted, c.answer)
			assert.Equal(t, c.em, em)
			assert.InDelta(t, c.f1, f1, 1e-15)
		})
	}
}

func TestCompareIsSymmetric(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.SampledFrom([]string{"a", "the", "x", "Y", "z.", "-", "z"})
		a := strings.Join(rapid.SliceOf(word).Draw(t, "a"), " ")
		b := strings.Join(rapid.SliceOf(word).Draw(t, "b"), " ")
		em, f1 := Compare(a, b)
		em2, f2 := Compare(b, a)
		require.Equal(t, em, em2)
		require.InDelta(t, f1, f2, 1e-15)
		if em == 1 && len(normal(a)) > 0 {
			require.Equal(t, 1.0, f1)
		}
	})
}

// The same rules in Python give the same on 400 random pairs: see
// testdata/score_golden.py.
func TestCompareIsPythons(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join("testdata", "score_golden.txt"))
	require.NoError(t, err)
	lines := strings.Split(strings.TrimSpace(string(raw)), "\n")[1:]
	require.Len(t, lines, 400)
	for _, line := range lines {
		var row [4]any
		require.NoError(t, json.Unmarshal([]byte(line), &row))
		em, f1 := Compare(row[0].(string), row[1].(string))
		assert.Equal(t, row[2], em, line)
		assert.InDelta(t, row[3], f1, 1e-15, line)
	}
}

func TestScore(t *testing.T) {
	s, err := read(`{"data": [{"paragraphs": [{"context": "The red cat sat.", "qas": [
		{"id": "1", "question": "who?", "answers": [{"text": "cat", "answer_start": 8}, {"text": "The red cat", "answer_start": 0}]},
		{"id": "2", "question": "did?", "answers": [{"text": "sat", "answer_start": 12}]},
		{"id": "3", "question": "why?", "answers": [{"text": "sat", "answer_start": 12}]},
		{"id": "4", "question": "how?", "answers": [], "is_impossible": true}]}]}]}`, Options{Unanswerable: true})
	require.NoError(t, err)
	got := s.Score(Predictions{"1": "red cat", "2": "cat sat", "9": "x"})
	assert.Equal(t, "EM 33.33 %, F1 55.56 % of 3 questions, 1 of them without a prediction; 1 predictions are for other questions", got.String())
	assert.InDelta(t, 100*(1+2./3)/3, got.F1, 1e-12)
	assert.Equal(t, Score{}, (&Set{}).Score(nil))
}

// The first answers of dev score 100, and so do the second, third, … but for
// three questions, of which one answer is "." alone: by the rules nothing is left
// of it, an exact match that has no word in common.
func TestGoldAnswersOfDevScore100(t *testing.T) {
	s := real(t, "dev-v1.1.json")
	bareInAll := map[string]bool{}
	for n := range 6 { // no question has more
		p, bare := Predictions{}, 0
		for _, paragraph := range s.Paragraphs {
			for _, q := range paragraph.Questions {
				require.LessOrEqual(t, len(q.Answers), 6)
				text := q.Answers[n%len(q.Answers)].Text
				p[q.ID] = text
				if len(normal(text)) == 0 {
					assert.Equal(t, ".", text)
					bareInAll[q.ID] = true
					bare++
				}
			}
		}
		if n == 0 {
			assert.Zero(t, bare)
			assert.Equal(t, Score{EM: 100, F1: 100, Questions: 10570}, s.Score(p))
		}
		got := s.Score(p)
		assert.Equal(t, 100.0, got.EM)
		assert.InDelta(t, 100-100*float64(bare)/10570, got.F1, 1e-9)
	}
	assert.Len(t, bareInAll, 3)
}

func TestPredictions(t *testing.T) {
	p := Predictions{"b": "<é> \"&\" 😀\n", "a": ""}
	var b bytes.Buffer
	require.NoError(t, p.Write(&b))
	assert.Equal(t, "{\n \"a\": \"\",\n \"b\": \"<é> \\\"&\\\" 😀\\n\"\n}\n", b.String())
	path := filepath.Join(t.TempDir(), "p.json")
	require.NoError(t, os.WriteFile(path, b.Bytes(), 0o600))
	got, err := ReadPredictions(path)
	require.NoError(t, err)
	assert.Equal(t, p, got)

	cases := []struct{ name, text, want string }{
		{"empty", "", "p.json:1:1: the file ends"},
		{"cut short", "{\"a\":\n \"b", "p.json:2:4: the file ends"},
		{"array", "[]", "p.json:1:1: a file of predictions must be an object"},
		{"number", `{"a": 3}`, "p.json:1:7: what begins here is a number, not a string"},
		{"null", `{"a": null}`, "p.json:1:7: the prediction for question a is null"},
		{"twice", "{\"a\": \"\",\n\"a\": \"\"}", "p.json:2:6: question a has two predictions"},
		{"more", "{} x", "p.json:1:4: something follows"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			require.NoError(t, os.WriteFile(path, []byte(c.text), 0o600))
			_, err := ReadPredictions(path)
			assert.ErrorContains(t, err, c.want)
		})
	}
	_, err = ReadPredictions("none.json")
	assert.EqualError(t, err, "squad: file none.json does not exist")
}

func TestBestSpan(t *testing.T) {
	cases := []struct {
		name       string
		start, end []float64
		want       Span
		score      float64
	}{
		{"one token", []float64{1}, []float64{1}, Span{0, 0}, 1},
		{"in order", []float64{.1, .8, .1}, []float64{.1, .2, .7}, Span{1, 2}, .5599999999999999},
		{"the best end lies before the best start", []float64{.3, .1, .6}, []float64{.7, .2, .1}, Span{0, 0}, .3 * .7},
		{"equals", []float64{.5, .5}, []float64{.5, .5}, Span{0, 0}, .25},
		{"zeros", []float64{0, 0}, []float64{0, 0}, Span{0, 0}, 0},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, score := BestSpan(c.start, c.end)
			assert.Equal(t, c.want, got)
			assert.Equal(t, c.score, score)
		})
	}
	assert.PanicsWithValue(t, "squad: 1 probabilities of a start and 0 of an end; both must be one for each token", func() { BestSpan([]float32{1}, nil) })
}

// One pass finds what looking at all pairs finds.
func TestBestSpanIsBest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 12).Draw(t, "n")
		p := rapid.SliceOfN(rapid.Float32Range(0, 1), n, n)
		start, end := p.Draw(t, "start"), p.Draw(t, "end")
		want, best := Span{}, -1.0
		for j := range n {
			for i := range j + 1 {
				if s := float64(start[i]) * float64(end[j]); s > best {
					want, best = Span{i, j}, s
				}
			}
		}
		got, score := BestSpan(start, end)
		require.Equal(t, want, got)
		require.Equal(t, best, score)
	})
}
