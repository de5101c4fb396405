package tokens

import (
	"strings"
	"unicode/utf8"
)

// Token is a word with its place.
type Token struct {
	Text       string // as in the text, but doubled quotes are "
	Start, End int    // bytes of the text
}

// Delimiters are the characters at which a token is cut once more: hyphen,
// minus, dashes, slash, tilde, straight and curly quotes, degree. They stay, as
// tokens of their own.
//
// Source: the published BiDAF code.
const Delimiters = "-\u2212\u2014\u2013/~\"'\u201c\u2019\u201d\u2018\u00b0"

// doubled writes two single quotes and two backticks as " and a blank, which
// keeps offsets.
var doubled = strings.NewReplacer("''", `" `, "``", `" `)

// Words cuts a text into tokens: sentences, words of each, doubled quotes, then
// the cuts at [Delimiters]. Tokens are never empty, do not overlap and are in
// the order of the text.
//
// The published code differs in three things. Its last cut leaves an empty token
// before a delimiter that begins a token, after one that ends it and between two
// neighbours (8,143 in the contexts of SQuAD's dev); they count there towards the
// limits of lengths and are words outside the vocabulary. It writes a doubled
// quote in a context as " and a blank, so that the token has one byte; here it has
// both. And it makes the last cut in contexts only; here in questions too, as
// else "24-hour" of a question is not found in its context.
func Words(text string) []Token {
	var out []Token
	var l line
	quoted := doubled.Replace(text) // as long as text
	for _, s := range Sentences(quoted) {
		l.read(quoted, s.Start, s.End)
		l.treebank()
		l.each(func(start, end int) {
			out = cut(out, quoted, start, end)
		})
	}
	for i, t := range out {
		if t.Text == `"` && text[t.Start] != '"' {
			out[i].End = t.Start + 2
		}
	}
	return out
}

// cut appends the pieces of a token between delimiters, and these.
func cut(out []Token, text string, start, end int) []Token {
	for start < end {
		i := strings.IndexAny(text[start:end], Delimiters)
		switch {
		case i < 0:
			i = end - start
		case i == 0:
			_, i = utf8.DecodeRuneInString(text[start:end])
		}
		out = append(out, Token{text[start : start+i], start, start + i})
		start += i
	}
	return out
}
