package squad

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/seed391906a2/iss/core/rng"
)

// Batch holds questions as arrays for a model, time-major and padded with NullID
// to the longest of the batch. It is valid until the next one is made.
type Batch struct {
	Examples []int // their numbers in the set, one a row

	Rows, Context, Question, Width int // sizes of the arrays

	ContextWords  []int32 // [Context, Rows]
	ContextChars  []int32 // [Context, Rows, Width]
	ContextLens   []int32 // [Rows], tokens
	QuestionWords []int32 // [Question, Rows]
	QuestionChars []int32 // [Question, Rows, Width]
	QuestionLens  []int32 // [Rows], tokens

	// Start and End are the first and the last token of the answer, [Rows]; -1 if
	// the question has none.
	Start, End []int32
}

// Batches are the batches of an epoch.
type Batches struct {
	set   *Encoded
	seed  uint64
	order [][]int // examples of each batch
	batch Batch
	draw  bool
}

// NewBatches returns the batches of an epoch of training. Questions are shuffled,
// then sorted by the length of their context, cut into batches, and these
// shuffled; the last of the sorted may be smaller. Order and answers depend on
// seed, epoch and step alone, so a run that is resumed sees the same.
//
// NewBatches panics if rows is less than 1.
//
// Source: the published BiDAF code.
func NewBatches(s *Encoded, rows int, seed uint64, epoch int) *Batches {
	b := &Batches{set: s, seed: seed, draw: true}
	r := rng.New(seed, fmt.Sprintf("squad/epoch/%d", epoch))
	groups := s.groups(r.Perm(len(s.Examples)), rows)
	for _, i := range r.Perm(len(groups)) {
		b.order = append(b.order, groups[i])
	}
	return b
}

// NewEvaluation returns the batches of an evaluation: sorted by length, in that
// order, with the first answer of each question. It panics if rows is less than 1.
func NewEvaluation(s *Encoded, rows int) *Batches {
	all := make([]int, len(s.Examples))
	for i := range all {
		all[i] = i
	}
	return &Batches{set: s, order: s.groups(all, rows)}
}

// groups sorts examples by the length of their context and cuts them into groups.
func (s *Encoded) groups(examples []int, rows int) [][]int {
	if rows < 1 {
		panic(fmt.Sprintf("squad: batches of %d rows; there must be 1 or more", rows))
	}
	slices.SortStableFunc(examples, func(a, b int) int {
		return cmp.Compare(s.Examples[a].length, s.Examples[b].length)
	})
	return slices.Collect(slices.Chunk(examples, rows))
}

// Len returns the number of batches.
func (b *Batches) Len() int { return len(b.order) }

// Batch returns batch i. Where a question has several answers, training draws one
// at random for each step, the number of batches trained before.
func (b *Batches) Batch(i int, step uint64) *Batch {
	out := &b.batch
	out.Examples = b.order[i]
	out.Width = b.set.encoder.width
	out.Rows, out.Context, out.Question = b.Sizes(i)
	out.resize()
	for row, k := range out.Examples {
		e := &b.set.Examples[k]
		context := b.set.contexts[e.Passage]
		b.set.encoder.fill(context, row, out.Rows, out.ContextWords, out.ContextChars)
		b.set.encoder.fill(e.question, row, out.Rows, out.QuestionWords, out.QuestionChars)
		out.ContextLens[row], out.QuestionLens[row] = int32(len(context)), int32(len(e.question))
		out.Start[row], out.End[row] = -1, -1
		if len(e.spans) > 0 {
			span := e.spans[b.answer(e, step)]
			out.Start[row], out.End[row] = int32(span.First), int32(span.Last)
		}
	}
	return out
}

// Sizes returns the sizes of batch i: its rows, and the tokens of its longest
// context and question.
func (b *Batches) Sizes(i int) (rows, context, question int) {
	context, question = 1, 1 // a model needs a step
	for _, k := range b.order[i] {
		e := &b.set.Examples[k]
		context, question = max(context, e.length), max(question, len(e.question))
	}
	return len(b.order[i]), context, question
}

// answer chooses one of the answers of a question for a step.
func (b *Batches) answer(e *Example, step uint64) int {
	if !b.draw || len(e.spans) == 1 {
		return 0
	}
	return rng.New(b.seed, fmt.Sprintf("squad/answer/%d/%s", step, e.ID)).Intn(len(e.spans))
}

// resize makes the arrays as long as the sizes say and pads them.
func (b *Batch) resize() {
	fit := func(a *[]int32, n int) {
		*a = slices.Grow((*a)[:0], n)[:n]
		clear(*a)
	}
	fit(&b.ContextWords, b.Context*b.Rows)
	fit(&b.ContextChars, b.Context*b.Rows*b.Width)
	fit(&b.QuestionWords, b.Question*b.Rows)
	fit(&b.QuestionChars, b.Question*b.Rows*b.Width)
	for _, a := range []*[]int32{&b.ContextLens, &b.QuestionLens, &b.Start, &b.End} {
		fit(a, b.Rows)
	}
}

// fill writes the ids of a text into a row of words [time, rows] and chars [time,
// rows, width].
func (e *Encoder) fill(forms []int32, row, rows int, words, chars []int32) {
	for t, f := range forms {
		at := t*rows + row
		words[at] = e.words[f]
		copy(chars[at*e.width:(at+1)*e.width], e.chars[int(f)*e.width:])
	}
}
