package ptb

import (
	"fmt"
	"unicode"
	"unicode/utf8"
)

// Unit is what one token is.
type Unit string

// The units of a text.
const (
	// Word makes every run of characters without white space a token and every
	// line end the token <eos>.
	Word Unit = "word"
	// Char makes every code point a token, blanks and line ends included.
	Char Unit = "char"
)

// Tokens with a meaning of their own in a text of words.
const (
	EOS     = "<eos>" // a line end
	Unknown = "<unk>" // a token outside a capped vocabulary
)

// Text says how a text becomes tokens; it is the "text" part of a configuration.
// The zero value means: words, no cap.
type Text struct {
	File  string `json:"file,omitempty"`  // one text to be split 90/5/5; empty: a folder or the embedded corpus
	Unit  Unit   `json:"unit,omitempty"`  // Word (also when empty) or Char
	Vocab int    `json:"vocab,omitempty"` // cap on the vocabulary's size, <unk> included; 0: none
}

// check returns t with its unit filled in, or an error.
func (t Text) check() (Text, error) {
	if t.Unit == "" {
		t.Unit = Word
	}
	if t.Unit != Word && t.Unit != Char {
		return t, fmt.Errorf("ptb: text.unit is %q; known: %s, %s", t.Unit, Char, Word)
	}
	if t.Vocab < 0 || t.Vocab == 1 {
		return t, fmt.Errorf("ptb: text.vocab is %d; give 2 or more, or 0 for no cap", t.Vocab)
	}
	return t, nil
}

// each calls yield with the tokens of a UTF-8 text in order. What yield is given
// is valid during the call only.
func (u Unit) each(text []byte, yield func(token []byte)) {
	if u == Char {
		eachChar(text, yield)
		return
	}
	eachWord(text, yield)
}

// eachWord yields the words of text and EOS for each '\n', with or without a
// blank before it. As in the published reader, text after the last line end has
// no EOS.
func eachWord(text []byte, yield func(token []byte)) {
	eos := []byte(EOS)
	start := -1 // of the word being read
	for i := 0; i < len(text); {
		r, size := rune(text[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRune(text[i:])
		}
		if space := unicode.IsSpace(r); !space && start < 0 {
			start = i
		} else if space && start >= 0 {
			yield(text[start:i])
			start = -1
		}
		if r == '\n' {
			yield(eos)
		}
		i += size
	}
	if start >= 0 {
		yield(text[start:])
	}
}

func eachChar(text []byte, yield func(token []byte)) {
	for len(text) > 0 {
		_, size := utf8.DecodeRune(text)
		yield(text[:size])
		text = text[size:]
	}
}
