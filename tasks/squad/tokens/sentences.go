package tokens

import "strings"

// Span is a range of bytes.
type Span struct{ Start, End int }

// Sentences finds the sentences of a text. White space between them belongs to
// none.
//
// A sentence may end at . ! or ? before white space or one of ) " ; } ] * : @ ' (
// { [ ! ?. Among the places of one run without white space the last is taken, so
// that "(etc.)." is one end. It does end there, unless each of them is a full
// stop and
//   - one of several, as in "wait ... what", or
//   - its word is an abbreviation, and the next word does not begin a sentence, or
//   - its word is a single letter or a number, and what follows goes on.
//
// Closing brackets and quotes that follow directly belong to the sentence.
//
// "e.g.", "i.e." and "etc." are no abbreviations in this sense, as they are none
// in NLTK's model.
func Sentences(text string) []Span {
	var out []Span
	start := skip(text, 0)
	for i := start; i < len(text); {
		end := i + strings.IndexFunc(text[i:], IsSpace)
		if end < i {
			end = len(text)
		}
		if at := lastEnd(text, i, end); at >= 0 {
			at += closing(text[at:])
			out = append(out, Span{start, at})
			end = at
			start = skip(text, at)
		}
		i = skip(text, end)
	}
	if start < len(text) {
		out = append(out, Span{start, len(strings.TrimRightFunc(text, IsSpace))})
	}
	return out
}

// lastEnd returns where a sentence ends in text[start:end], which is without
// white space: the offset after the mark, or -1.
func lastEnd(text string, start, end int) int {
	last, found := -1, false
	for i := start; i < end; i++ {
		if strings.IndexByte(".!?", text[i]) < 0 || !mayEnd(text[i+1:]) {
			continue
		}
		last = i + 1
		found = found || ends(text[start:i], text[i], text[i+1:])
	}
	if !found {
		return -1
	}
	return last
}
