package squad

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/seed391906a2/iss/tasks/squad/glove"
)

// The first two words and characters of every vocabulary: padding, and what it
// does not know.
const (
	Null    = "-NULL-"
	Unknown = "-UNK-"

	NullID    = 0
	UnknownID = 1
)

// Vocabulary are the words and characters whose vectors are learned. Words that
// have a GloVe vector are not among them: theirs stays as it is.
type Vocabulary struct {
	Words []string `json:"words"` // in lower case
	Chars []string `json:"chars"` // one character each

	words map[string]int32
	chars map[rune]int32
}

// Thresholds are the counts that a word or character must exceed to be learned.
type Thresholds struct {
	Words int `json:"words"`
	Chars int `json:"chars"`
}

// Published are the thresholds of the published BiDAF code.
var Published = Thresholds{Words: 10, Chars: 50}

// NewVocabulary returns the words that are counted more often than the threshold
// and have no vector in the table, which may be nil, and the characters that are.
// Order: Null, Unknown, then by count and code point.
func NewVocabulary(c Counts, least Thresholds, table *glove.Table) *Vocabulary {
	v := &Vocabulary{Words: []string{Null, Unknown}, Chars: []string{Null, Unknown}}
	for _, w := range above(c.Words, least.Words) {
		if _, ok := row(table, w); !ok && w != strings.ToLower(Null) && w != strings.ToLower(Unknown) {
			v.Words = append(v.Words, w)
		}
	}
	for _, r := range above(c.Chars, least.Chars) {
		v.Chars = append(v.Chars, string(r))
	}
	if err := v.index(); err != nil {
		panic(fmt.Sprintf("squad: %v", err)) // the keys of a map are not there twice
	}
	return v
}

// index makes the maps.
func (v *Vocabulary) index() error {
	if len(v.Words) < 2 || v.Words[NullID] != Null || v.Words[UnknownID] != Unknown ||
		len(v.Chars) < 2 || v.Chars[NullID] != Null || v.Chars[UnknownID] != Unknown {
		return fmt.Errorf("words and characters of a vocabulary begin with %q and %q", Null, Unknown)
	}
	v.words, v.chars = map[string]int32{}, map[rune]int32{}
	for i, w := range v.Words {
		if _, twice := v.words[w]; twice {
			return fmt.Errorf("the word %q (number %d) is there twice", w, i)
		}
		v.words[w] = int32(i)
	}
	for i, c := range v.Chars[2:] {
		r, n := utf8.DecodeRuneInString(c)
		if n == 0 || n != len(c) {
			return fmt.Errorf("%q (number %d) is no single character", c, i+2)
		}
		if _, twice := v.chars[r]; twice {
			return fmt.Errorf("the character %q (number %d) is there twice", c, i+2)
		}
		v.chars[r] = int32(i + 2)
	}
	return nil
}

// Write writes a vocabulary as JSON.
func (v *Vocabulary) Write(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	return e.Encode(v)
}

// ReadVocabulary reads what Write wrote; the name is for errors.
func ReadVocabulary(r io.Reader, name string) (*Vocabulary, error) {
	d := &document{name: name}
	d.places.r = r
	d.json = json.NewDecoder(&d.places)
	v := &Vocabulary{}
	if err := d.value(v); err != nil {
		return nil, err
	}
	if err := v.index(); err != nil {
		return nil, fmt.Errorf("squad: %s: %w", name, err)
	}
	return v, d.end()
}

// Word returns the row of a word in the matrix that has the learned words first,
// len(v.Words) of them, and then the rows of the table, which may be nil. It
// tries the word as it is, in small letters, with a Capital and in CAPITALS, first
// among the learned, then in the table.
//
// Source: the published BiDAF code.
func (v *Vocabulary) Word(word string, table *glove.Table) int32 {
	for _, form := range forms(word) {
		if id, ok := v.words[form]; ok {
			return id
		}
	}
	if row, ok := row(table, word); ok {
		return int32(len(v.Words) + row)
	}
	return UnknownID
}

// Char returns the row of a character.
func (v *Vocabulary) Char(r rune) int32 {
	if id, ok := v.chars[r]; ok {
		return id
	}
	return UnknownID
}

// row finds a word in a table in one of its forms.
func row(table *glove.Table, word string) (int, bool) {
	if table == nil {
		return 0, false
	}
	for _, form := range forms(word) {
		if row, ok := table.Row(form); ok {
			return row, true
		}
	}
	return 0, false
}

// forms are the ways to write a word under which it is looked up.
func forms(word string) [4]string {
	lower := strings.ToLower(word)
	first, n := utf8.DecodeRuneInString(lower)
	return [4]string{word, lower, string(unicode.ToTitle(first)) + lower[n:], strings.ToUpper(word)}
}

// Needs returns a filter for glove.Read: the words that Word may look up for
// passages so counted.
func Needs(counts ...Counts) func(word string) bool {
	return func(word string) bool {
		lower := strings.ToLower(word)
		for _, c := range counts {
			if c.Words[lower] > 0 {
				return true
			}
		}
		return false
	}
}
