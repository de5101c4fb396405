package tokens

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// closers are the characters that may follow an end without white space.
const closers = `)";}]*:@'({[!?`

// skip returns the offset of the first character from i on that is no white
// space.
func skip(text string, i int) int {
	return len(text) - len(strings.TrimLeftFunc(text[i:], IsSpace))
}

// first returns the first character of a text, or -1.
func first(text string) rune {
	if text == "" {
		return -1
	}
	r, _ := utf8.DecodeRuneInString(text)
	return r
}

// mayEnd reports whether a sentence may end before rest, which must hold more
// than white space: the last sentence ends anyway.
func mayEnd(rest string) bool {
	return IsSpace(first(rest)) && skip(rest, 0) < len(rest) || strings.ContainsRune(closers, first(rest))
}

// closing returns the length of the quotes and brackets at the beginning of rest
// that close what came before: white space, -- or the end follows them.
func closing(rest string) int {
	n := len(rest) - len(strings.TrimLeft(rest, `"')]}`))
	if n == len(rest) || IsSpace(first(rest[n:])) || strings.HasPrefix(rest[n:], "--") {
		return n
	}
	return 0
}

// ends reports whether a mark ends the sentence. Before it are the characters
// since the last white space, after it all the rest.
func ends(before string, mark byte, after string) bool {
	if mark != '.' {
		return true
	}
	word := lastWord(before)
	if strings.HasSuffix(word, ".") {
		return false
	}
	after = after[skip(after, 0):]
	switch lower := strings.ToLower(word); {
	case isInitial(word):
		name := unicode.IsUpper(first(after)) && !openers[next(after)] && !common[next(after)]
		return !name && !goesOn(after) && !strings.Contains(neverLast, lower)
	case isNumber(word):
		return !goesOn(after)
	case isAbbreviation(lower):
		return unicode.IsUpper(first(after)) && openers[next(after)]
	}
	return true
}

// goesOn reports whether a sentence that may end before a text does not.
func goesOn(after string) bool {
	r := first(after)
	return unicode.IsLower(r) || r >= 0 && strings.ContainsRune(";:,.!?", r)
}

// lastWord returns the word at the end of a text.
func lastWord(text string) string {
	i := strings.LastIndexAny(text, `)";}]*:@({[!?`)
	return text[i+1:]
}

// next returns the word at the beginning of a text, in lower case.
func next(text string) string {
	i := strings.IndexFunc(text, func(r rune) bool { return !unicode.IsLetter(r) })
	if i >= 0 {
		text = text[:i]
	}
	return strings.ToLower(text)
}

// isInitial reports whether a word is a single letter.
func isInitial(word string) bool {
	return utf8.RuneCountInString(word) == 1 && unicode.IsLetter(first(word))
}

// isNumber reports whether a word is a number, such as 1,000.5 or 24-10.
func isNumber(word string) bool {
	return strings.Trim(word, "0123456789.,-") == "" && strings.ContainsAny(word, "0123456789")
}

// isAbbreviation reports whether a word in lower case, or its part after the
// last hyphen, is an abbreviation.
func isAbbreviation(word string) bool {
	return abbreviations[word] || abbreviations[word[strings.LastIndexByte(word, '-')+1:]]
}
