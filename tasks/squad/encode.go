package squad

import (
	"fmt"

	"github.com/seed391906a2/iss/tasks/squad/glove"
	"github.com/seed391906a2/iss/tasks/squad/tokens"
)

// CharWidth is the number of characters at which the published code cuts words.
const CharWidth = 16

// Encoder turns tokens into ids. Each distinct token is encoded once; texts are
// then lists of forms, so that a set needs 4 bytes for each token and 4·width + 4
// for each distinct one.
type Encoder struct {
	Vocab *Vocabulary
	Table *glove.Table // may be nil
	width int

	forms map[string]int32
	words []int32 // of each form
	chars []int32 // [forms, width]
}

// NewEncoder returns an encoder that cuts words at width characters. It panics if
// width is less than 1.
func NewEncoder(v *Vocabulary, table *glove.Table, width int) *Encoder {
	if width < 1 {
		panic(fmt.Sprintf("squad: words of %d characters; there must be 1 or more", width))
	}
	return &Encoder{Vocab: v, Table: table, width: width, forms: map[string]int32{}}
}

// Forms returns the form of each token.
func (e *Encoder) Forms(list []tokens.Token) []int32 {
	out := make([]int32, len(list))
	for i, t := range list {
		out[i] = e.form(t.Text)
	}
	return out
}

func (e *Encoder) form(word string) int32 {
	if f, ok := e.forms[word]; ok {
		return f
	}
	f := int32(len(e.words))
	e.forms[word] = f
	e.words = append(e.words, e.Vocab.Word(word, e.Table))
	row := make([]int32, e.width) // padded with NullID
	i := 0
	for _, r := range word {
		if i == e.width {
			break
		}
		row[i] = e.Vocab.Char(r)
		i++
	}
	e.chars = append(e.chars, row...)
	return f
}

// Encoded is a set of questions as ids.
type Encoded struct {
	encoder  *Encoder
	contexts [][]int32 // forms
	Examples []Example
	Dropped  Dropped
}

// Example is one question.
type Example struct {
	ID       string
	Passage  int // index into the passages
	Item     int // index into its items
	question []int32
	spans    []Span
	length   int // of its context, in tokens
}

// Limits are the filters of training; zero means none. Evaluation has none.
type Limits struct {
	Context  int `json:"context"`  // tokens at which contexts are cut
	Question int `json:"question"` // a question with more tokens is dropped
}

// PublishedLimits are those of the published BiDAF code.
var PublishedLimits = Limits{Context: 400, Question: 30}

// Dropped says how many questions were left out, and why.
type Dropped struct {
	Long     int `json:"long"`     // the question has too many tokens
	Late     int `json:"late"`     // one of its answers ends at or after the cut
	NoAnswer int `json:"noAnswer"` // it has no answer
	Cut      int `json:"cut"`      // contexts that were cut
}

// Encode encodes passages. With limits it is for training: a question is dropped
// if it is too long, if one of its answers ends (its last token plus one) at the
// limit of contexts or later, or if it has no answer. Without limits nothing is
// dropped.
//
// Source: the published BiDAF code.
func (e *Encoder) Encode(passages []Passage, l Limits) *Encoded {
	out := &Encoded{encoder: e}
	for i, p := range passages {
		context := e.Forms(p.Context.Tokens)
		if l.Context > 0 && len(context) > l.Context {
			context = context[:l.Context]
			out.Dropped.Cut++
		}
		out.contexts = append(out.contexts, context)
		for k, item := range p.Items {
			if l != (Limits{}) && l.drops(item, &out.Dropped) {
				continue
			}
			out.Examples = append(out.Examples, Example{
				ID: item.ID, Passage: i, Item: k,
				question: e.Forms(item.Question.Tokens), spans: item.Spans, length: len(context),
			})
		}
	}
	return out
}

// drops reports whether a question is left out of training, and counts it.
func (l Limits) drops(item Item, count *Dropped) bool {
	if l.Question > 0 && len(item.Question.Tokens) > l.Question {
		count.Long++
		return true
	}
	if len(item.Spans) == 0 {
		count.NoAnswer++
		return true
	}
	for _, span := range item.Spans {
		if l.Context > 0 && span.Last+1 >= l.Context {
			count.Late++
			return true
		}
	}
	return false
}
