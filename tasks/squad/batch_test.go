package squad

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// answered makes a passage with a question for each span.
func answered(context string, question string, spans ...[]Span) Passage {
	p := Passage{Context: NewText(context)}
	for i, s := range spans {
		p.Items = append(p.Items, Item{ID: fmt.Sprintf("%s-%d", context, i), Question: NewText(question), Spans: s})
	}
	return p
}

func TestBatchLayout(t *testing.T) {
	passages := []Passage{
		answered("a bb a", "bb ?", []Span{{1, 2}}),
		answered("bb", "a a a", []Span{{0, 0}, {0, 0}}),
	}
	v := NewVocabulary(Count(passages), Thresholds{0, 0}, nil)
	a, bb, q := v.Word("a", nil), v.Word("bb", nil), v.Word("?", nil)
	ca, cb, cq := v.Char('a'), v.Char('b'), v.Char('?')
	s := NewEncoder(v, nil, 2).Encode(passages, Limits{})
	b := NewEvaluation(s, 8)
	require.Equal(t, 1, b.Len())
	got := b.Batch(0, 0)
	assert.Equal(t, &Batch{
		Examples: []int{1, 0}, Rows: 2, Context: 3, Question: 3, Width: 2, // the shorter context first
		ContextWords:  []int32{bb, a, 0, bb, 0, a},
		ContextChars:  []int32{cb, cb, ca, 0, 0, 0, cb, cb, 0, 0, ca, 0},
		ContextLens:   []int32{1, 3},
		QuestionWords: []int32{a, bb, a, q, a, 0},
		QuestionChars: []int32{ca, 0, cb, cb, ca, 0, cq, 0, ca, 0, 0, 0},
		QuestionLens:  []int32{3, 2},
		Start:         []int32{0, 1}, End: []int32{0, 2},
	}, got)
}

func TestEncodeFilters(t *testing.T) {
	words := func(n int) string { return strings.TrimSpace(strings.Repeat("w ", n)) }
	cases := []struct {
		name    string
		context int
		ask     int
		spans   []Span
		limits  Limits
		dropped Dropped
	}{
		{"fits", 400, 30, []Span{{0, 398}}, PublishedLimits, Dropped{}},
		{"ends at the limit", 500, 30, []Span{{0, 399}}, PublishedLimits, Dropped{Late: 1, Cut: 1}},
		{"ends before", 500, 30, []Span{{0, 398}}, PublishedLimits, Dropped{Cut: 1}},
		{"one of its answers is late", 500, 30, []Span{{0, 1}, {450, 450}}, PublishedLimits, Dropped{Late: 1, Cut: 1}},
		{"long question", 4, 31, []Span{{0, 0}}, PublishedLimits, Dropped{Long: 1}},
		{"no answer", 4, 3, nil, PublishedLimits, Dropped{NoAnswer: 1}},
		{"a test drops nothing", 500, 31, nil, Limits{}, Dropped{}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			passages := []Passage{answered(words(c.context), words(c.ask), c.spans)}
			s := NewEncoder(NewVocabulary(Counts{}, Published, nil), nil, CharWidth).Encode(passages, c.limits)
			assert.Equal(t, c.dropped, s.Dropped)
			kept := c.dropped.Long+c.dropped.Late+c.dropped.NoAnswer == 0
			require.Equal(t, kept, len(s.Examples) == 1)
			if kept {
				want := c.context
				if c.limits.Context > 0 {
					want = min(want, c.limits.Context)
				}
				b := NewEvaluation(s, 1).Batch(0, 0)
				assert.Equal(t, want, b.Context)
				assert.Equal(t, c.spans == nil, b.Start[0] == -1 && b.End[0] == -1)
			}
		})
	}
}

// mixed are 50 questions on contexts of 1 to 50 tokens, with three answers each.
func mixed() *Encoded {
	var passages []Passage
	for n := range 50 {
		passages = append(passages, answered(strings.Repeat("w ", n+1), "w", []Span{{0, 0}, {n / 2, n / 2}, {n, n}}))
	}
	return NewEncoder(NewVocabulary(Counts{}, Published, nil), nil, 1).Encode(passages, Limits{})
}

func TestBatchesOfAnEpoch(t *testing.T) {
	s := mixed()
	epoch := func(seed uint64, n int) (order []int, padding int) {
		b := NewBatches(s, 8, seed, n)
		require.Equal(t, 7, b.Len())
		for i := range b.Len() {
			got := b.Batch(i, uint64(i))
			order = append(order, got.Examples...)
			for _, l := range got.ContextLens {
				padding += got.Context - int(l)
			}
		}
		return order, padding
	}
	first, padding := epoch(1, 0)
	again, _ := epoch(1, 0)
	assert.Equal(t, first, again)
	later, _ := epoch(1, 1)
	assert.NotEqual(t, first, later, "each epoch has its order")
	other, _ := epoch(2, 0)
	assert.NotEqual(t, first, other)
	assert.Equal(t, 6*28+1, padding, "neighbours in length share a batch: 0 + 1 + … + 7 each, and 0 + 1")
	sorted := slices.Sorted(slices.Values(first))
	for i, k := range sorted {
		require.Equal(t, i, k, "each question comes once")
	}
	assert.PanicsWithValue(t, "squad: batches of 0 rows; there must be 1 or more", func() { NewEvaluation(s, 0) })
	assert.PanicsWithValue(t, "squad: words of 0 characters; there must be 1 or more", func() { NewEncoder(nil, nil, 0) })
}

// Each answer of a question is drawn about as often as the others, the same for
// the same step wherever the question stands in a batch.
func TestAnswersAreDrawn(t *testing.T) {
	s := mixed()
	k := 40 // its answers begin at 0, 20 and 40
	at := func(rows, epoch int, step uint64) int32 {
		b := NewBatches(s, rows, 7, epoch)
		for i, group := range b.order {
			if row := slices.Index(group, k); row >= 0 {
				return b.Batch(i, step).Start[row]
			}
		}
		t.Fatal("the question is in no batch")
		return 0
	}
	count := map[int32]int{}
	const steps = 600
	for step := range uint64(steps) {
		count[at(1, 0, step)]++
	}
	require.Len(t, count, 3)
	for start, n := range count {
		assert.InDelta(t, steps/3, n, 4*math.Sqrt(steps*2./9), "answer at %d", start)
	}
	for step := range uint64(20) {
		assert.Equal(t, at(1, 0, step), at(16, 3, step))
	}
	b := NewEvaluation(s, 50).Batch(0, 3)
	assert.Equal(t, make([]int32, 50), b.Start, "an evaluation has the first")
}

// Training and dev files as a model gets them.
func TestEncodeReal(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	train := realPassages(t, "train-subset.json")
	v := NewVocabulary(Count(train), Published, nil)
	e := NewEncoder(v, nil, CharWidth)
	s := e.Encode(train, PublishedLimits)
	assert.Equal(t, Dropped{Long: 8, Cut: 5}, s.Dropped)
	assert.Equal(t, 12171-8, len(s.Examples))

	passages := realPassages(t, "dev-v1.1.json")
	s = e.Encode(passages, Limits{})
	assert.Equal(t, Dropped{}, s.Dropped)
	b := NewEvaluation(s, 60)
	p := Predictions{}
	for i := range b.Len() {
		got := b.Batch(i, 0)
		for row, k := range got.Examples {
			example := s.Examples[k]
			require.Equal(t, len(passages[example.Passage].Context.Tokens), int(got.ContextLens[row]))
			p[example.ID] = passages[example.Passage].Context.Phrase(Span{int(got.Start[row]), int(got.End[row])})
		}
	}
	score := real(t, "dev-v1.1.json").Score(p)
	// What a model reaches that always finds the tokens of the first answer.
	assert.Equal(t, "EM 99.70 %, F1 99.76 % of 10570 questions", score.String())
}
