package ptb

import (
	"cmp"
	"fmt"
	"slices"
)

// Vocabulary gives every token an id. Ids go by falling frequency in the
// training part, and by code points where frequencies are equal.
type Vocabulary struct {
	unit    Unit
	tokens  []string
	ids     map[string]int32
	unknown int32 // id of the tokens outside, or -1: they are dropped
}

// Outside counts tokens that a vocabulary lacks.
type Outside struct {
	Tokens int  `json:"tokens"`
	Types  int  `json:"types"`
	Mapped bool `json:"mapped"` // mapped to <unk>; else dropped
}

// newVocabulary returns the vocabulary of tokens in the order of their ids. If
// capped, tokens outside are mapped to <unk>, which must be among them.
func newVocabulary(unit Unit, tokens []string, capped bool) (*Vocabulary, error) {
	v := &Vocabulary{unit: unit, tokens: tokens, ids: make(map[string]int32, len(tokens)), unknown: -1}
	for i, token := range tokens {
		if first, ok := v.ids[token]; ok {
			return nil, fmt.Errorf("token %q has two ids, %d and %d", token, first, i)
		}
		v.ids[token] = int32(i)
	}
	if capped {
		id, ok := v.ids[Unknown]
		if !ok {
			return nil, fmt.Errorf("a capped vocabulary needs the token %s", Unknown)
		}
		v.unknown = id
	}
	return v, nil
}

// Len returns the number of tokens.
func (v *Vocabulary) Len() int { return len(v.tokens) }

// Unit tells whether tokens are words or characters.
func (v *Vocabulary) Unit() Unit { return v.unit }

// Token returns the token of an id. It panics if there is none.
func (v *Vocabulary) Token(id int32) string { return v.tokens[id] }

// ID returns the id of a token, and whether it has one.
func (v *Vocabulary) ID(token string) (id int32, ok bool) {
	id, ok = v.ids[token]
	return id, ok
}

// LineEnd returns the id of a line end: of <eos> among words, of "\n" among
// characters. A text of one line may have none.
func (v *Vocabulary) LineEnd() (id int32, ok bool) {
	if v.unit == Char {
		return v.ID("\n")
	}
	return v.ID(EOS)
}

// counter counts the tokens of a text.
type counter struct {
	ids    map[string]int
	tokens []count
}

type count struct {
	token string
	n     int
}

func newCounter() *counter { return &counter{ids: map[string]int{}} }

func (c *counter) add(token []byte) {
	i, ok := c.ids[string(token)]
	if !ok {
		i = len(c.tokens)
		c.ids[string(token)] = i
		c.tokens = append(c.tokens, count{token: string(token)})
	}
	c.tokens[i].n++
}

// vocabulary returns the vocabulary of what was counted. With a cap of N it has
// the N−1 most frequent tokens and <unk>, which also takes the place of the rest
// in the order of frequencies; <eos> is always kept.
func (c *counter) vocabulary(text Text) *Vocabulary {
	ranked := slices.Clone(c.tokens)
	slices.SortFunc(ranked, byFrequency)
	if text.Vocab > 0 {
		ranked = truncate(ranked, text)
	}
	tokens := make([]string, len(ranked))
	for i, r := range ranked {
		tokens[i] = r.token
	}
	v, err := newVocabulary(text.Unit, tokens, text.Vocab > 0)
	if err != nil {
		panic("ptb: " + err.Error()) // the counter's tokens differ, and truncate adds <unk>
	}
	return v
}

func byFrequency(a, b count) int {
	return cmp.Or(cmp.Compare(b.n, a.n), cmp.Compare(a.token, b.token))
}

// truncate keeps text.Vocab−1 of the ranked tokens and adds <unk> for the rest.
func truncate(ranked []count, text Text) []count {
	unknown := count{token: Unknown}
	var kept, late []count
	room := text.Vocab - 1
	if text.Unit == Word && slices.ContainsFunc(ranked, func(r count) bool { return r.token == EOS }) {
		room--
	}
	for _, r := range ranked {
		switch {
		case r.token == Unknown:
			unknown.n += r.n
		case r.token == EOS && text.Unit == Word:
			late = append(late, r)
		case room > 0:
			kept = append(kept, r)
			room--
		default:
			unknown.n += r.n
		}
	}
	kept = append(append(kept, late...), unknown)
	slices.SortFunc(kept, byFrequency)
	return kept
}
