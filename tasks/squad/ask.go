package squad

import (
	"bytes"
	"fmt"

	"github.com/seed391906a2/iss/tasks"
)

// ask prepares a question on a text for a run's model, with the run's vocabulary
// and the vectors that it was trained with.
func ask(q tasks.Question) (tasks.Asked, error) {
	o, err := readOptions(q.Config)
	if err != nil {
		return nil, err
	}
	raw, err := q.File(vocabFile)
	if err != nil {
		return nil, err
	}
	c := &corpus{}
	if c.vocab, err = ReadVocabulary(bytes.NewReader(raw), vocabFile); err != nil {
		return nil, err
	}
	p := NewPassage(Paragraph{Context: q.Context, Questions: []Question{{ID: "asked", Text: q.Text}}})
	if len(p.Context.Tokens) == 0 {
		return nil, fmt.Errorf("squad: the context is empty; there is nothing to point at")
	}
	if len(p.Items[0].Question.Tokens) == 0 {
		return nil, fmt.Errorf("squad: the question is empty")
	}
	c.passages = []Passage{p}
	if err := c.readVectors(q.Config, o, Count(c.passages)); err != nil {
		return nil, err
	}
	e := NewEncoder(c.vocab, c.vectors, CharWidth)
	return &asked{feeder{Batches: NewEvaluation(e.Encode(c.passages, Limits{}), 1), data: c}}, nil
}

// asked is one question.
type asked struct{ feeder }

// Answer implements tasks.Asked.
func (a *asked) Answer(m tasks.Outputs) tasks.Answer {
	text := a.data.passages[0].Context
	span, score := BestSpan(m.Output("start_at"), m.Output("end_at"))
	return tasks.Answer{
		Text: text.Phrase(span), Start: text.Tokens[span.First].Start, End: text.Tokens[span.Last].End, Score: score,
	}
}
