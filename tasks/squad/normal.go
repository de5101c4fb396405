package squad

import (
	"strings"

	"github.com/seed391906a2/iss/tasks/squad/tokens"
)

// normal returns the words of an answer as the official evaluation compares
// them: in lower case, without ASCII punctuation and without a, an and the.
//
// Source: evaluate-v1.1.py of SQuAD, in its order. Go and Python write a few
// letters differently in lower case (İ, Σ at the end of a word), the same in
// both texts that are compared.
func normal(answer string) []string {
	answer = strings.Map(func(r rune) rune {
		if isPunctuation(r) {
			return -1
		}
		return r
	}, strings.ToLower(answer))
	return strings.FieldsFunc(withoutArticles(answer), tokens.IsSpace)
}

// isPunctuation is Python's string.punctuation.
func isPunctuation(r rune) bool {
	return r < 0x80 && strings.ContainsRune("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", r)
}

// withoutArticles writes a blank for each article that is a word of its own: what
// is next to it is no letter and no digit.
func withoutArticles(text string) string {
	var b strings.Builder
	for text != "" {
		n := strings.IndexFunc(text, func(r rune) bool { return !tokens.IsWord(r) })
		if n < 0 {
			n = len(text)
		}
		switch word := text[:n]; word {
		case "a", "an", "the":
			b.WriteByte(' ')
		default:
			b.WriteString(word)
		}
		text = text[n:]
		if n = strings.IndexFunc(text, tokens.IsWord); n < 0 {
			n = len(text)
		}
		b.WriteString(text[:n])
		text = text[n:]
	}
	return b.String()
}
