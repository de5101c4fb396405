package squad

import (
	"fmt"

	"github.com/seed391906a2/iss/tasks/squad/tokens"
)

// Passage is a paragraph cut into tokens, with its questions.
type Passage struct {
	Title   string
	Context Text
	Items   []Item
}

// Text is a text with its tokens.
type Text struct {
	Text   string
	Tokens []tokens.Token
}

// Item is a question with its answers as spans of the context's tokens.
type Item struct {
	ID       string
	Question Text
	Answers  []string
	Spans    []Span // one for each answer
}

// Span is a range of tokens, both ends included.
type Span struct{ First, Last int }

// NewText cuts a text into tokens.
func NewText(text string) Text { return Text{text, tokens.Words(text)} }

// Phrase returns the part of the text from the first to the last token of a
// span, with what lies between them.
func (t Text) Phrase(s Span) string {
	return t.Text[t.Tokens[s.First].Start:t.Tokens[s.Last].End]
}

// Span returns the tokens that an answer touches, as in the published code. There
// are none if it lies in white space.
func (t Text) Span(a Answer) (s Span, ok bool) {
	for i, token := range t.Tokens {
		if token.End <= a.Start {
			continue
		}
		if token.Start >= a.End {
			break
		}
		if !ok {
			s.First, ok = i, true
		}
		s.Last = i
	}
	return s, ok
}

// Differs says why the phrase of an answer's tokens is not the answer's text, or
// "" if it is: an answer may begin or end within a token.
func (t Text) Differs(a Answer, s Span) string {
	first, last := t.Tokens[s.First], t.Tokens[s.Last]
	text := t.Text[a.Start:a.End]
	switch {
	case first.Start < a.Start && last.End > a.End:
		return fmt.Sprintf("%q begins and ends within the tokens %q and %q", text, first.Text, last.Text)
	case first.Start < a.Start:
		return fmt.Sprintf("%q begins within the token %q", text, first.Text)
	case last.End > a.End:
		return fmt.Sprintf("%q ends within the token %q", text, last.Text)
	case first.Start > a.Start || last.End < a.End:
		return fmt.Sprintf("%q begins or ends with white space", text)
	}
	return ""
}

// NewPassage cuts a paragraph into tokens. Questions that cannot be answered are
// left out.
func NewPassage(p Paragraph) Passage {
	out := Passage{Title: p.Title, Context: NewText(p.Context)}
	for _, q := range p.Questions {
		if q.Impossible {
			continue
		}
		item := Item{ID: q.ID, Question: NewText(q.Text)}
		for _, a := range q.Answers {
			if s, ok := out.Context.Span(a); ok {
				item.Answers = append(item.Answers, a.Text)
				item.Spans = append(item.Spans, s)
			}
		}
		out.Items = append(out.Items, item)
	}
	return out
}

// Passages cuts all paragraphs of a set into tokens.
func (s *Set) Passages() []Passage {
	out := make([]Passage, len(s.Paragraphs))
	for i, p := range s.Paragraphs {
		out[i] = NewPassage(p)
	}
	return out
}

// Inexact lists the answers whose tokens do not give back their text, with the
// reason: a model that points at tokens can at best come near them.
func (s *Set) Inexact() (list []Fault) {
	for _, p := range s.Paragraphs {
		list = append(list, p.inexact(NewText(p.Context))...)
	}
	return list
}

func (p Paragraph) inexact(context Text) (list []Fault) {
	for _, q := range p.Questions {
		for i, a := range q.Answers {
			span, ok := context.Span(a)
			reason := "it has no token"
			if ok {
				reason = context.Differs(a, span)
			}
			if reason != "" {
				list = append(list, Fault{p.Place, q.ID, i, reason})
			}
		}
	}
	return list
}
