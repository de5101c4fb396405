package equation

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// token is a word of an equation and the column of its first character, from 1.
type token struct {
	kind kind
	text string
	num  float64
	col  int
}

// kind is what a token is. Operators and brackets are a kind of their own,
// spelt in ASCII.
type kind string

const (
	end    kind = "the end"
	name   kind = "a name"
	number kind = "a number"
	quoted kind = "a quoted word"
)

// spelt are the operators, longest first, and the letters that stand for them.
var spelt = []struct {
	text string
	kind kind
}{
	{"==", "=="}, {"!=", "!="}, {"<=", "<="}, {">=", ">="}, {"..", ".."}, {".*", ".*"},
	{"∘", ".*"}, {"⊙", ".*"}, {"·", "*"}, {"−", "-"}, {"≤", "<="}, {"≥", ">="}, {"≠", "!="},
	{"=", "="}, {"<", "<"}, {">", ">"}, {"+", "+"}, {"-", "-"}, {"*", "*"}, {"/", "/"},
	{"(", "("}, {")", ")"}, {"[", "["}, {"]", "]"}, {",", ","}, {":", ":"},
}

// words are names that have a meaning of their own.
var words = []string{"if", "else", "and", "or", "not", "true", "false", "for"}

// fault is what is wrong with an expression, and the column where.
type fault struct {
	col     int
	message string
}

func (f *fault) Error() string {
	if f.col == 0 {
		return f.message
	}
	return fmt.Sprintf("column %d: %s", f.col, f.message)
}

func faultf(col int, format string, args ...any) *fault {
	return &fault{col, fmt.Sprintf(format, args...)}
}

// tokens cuts a text into words. The last one is the end.
func tokens(text string) ([]token, *fault) {
	var out []token
	for at, col := 0, 1; ; {
		rest := text[at:]
		blank := len(rest) - len(strings.TrimLeftFunc(rest, unicode.IsSpace))
		col += utf8.RuneCountInString(rest[:blank])
		rest, at = rest[blank:], at+blank
		if rest == "" {
			return append(out, token{kind: end, col: col}), nil
		}
		t, n, err := next(rest, col)
		if err != nil {
			return nil, err
		}
		out = append(out, t)
		at, col = at+n, col+utf8.RuneCountInString(rest[:n])
	}
}

// next reads the token at the start of a text and returns its bytes.
func next(text string, col int) (token, int, *fault) {
	first, _ := utf8.DecodeRuneInString(text)
	switch {
	case first >= '0' && first <= '9':
		return numeral(text, col)
	case first == '\'':
		word, _, closed := strings.Cut(text[1:], "'")
		if !closed {
			return token{}, 0, faultf(col, "a quoted word that does not end; a ' after a state's name, without a blank between, is the next state")
		}
		return token{kind: quoted, text: word, col: col}, len(word) + 2, nil
	case unicode.IsLetter(first) || first == '_':
		n := strings.IndexFunc(text, func(r rune) bool { return !isNamed(r) })
		if n < 0 {
			n = len(text)
		}
		word := text[:n]
		for _, prime := range []string{"'", "′"} {
			if strings.HasPrefix(text[n:], prime) {
				return token{kind: name, text: word + "'", col: col}, n + len(prime), nil
			}
		}
		return token{kind: name, text: word, col: col}, n, nil
	}
	for _, s := range spelt {
		if strings.HasPrefix(text, s.text) {
			return token{kind: s.kind, text: s.text, col: col}, len(s.text), nil
		}
	}
	return token{}, 0, faultf(col, "%q means nothing in an equation", first)
}

// isNamed reports whether a rune may stand in a name: accents as in h̃ too.
func isNamed(r rune) bool {
	return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mn, r)
}

// numeral reads a number. A point belongs to it only before a digit, so that
// 1..3 is a range and 2.*x a product.
func numeral(text string, col int) (token, int, *fault) {
	digits := func(at int) int {
		n := at
		for n < len(text) && text[n] >= '0' && text[n] <= '9' {
			n++
		}
		return n
	}
	n := digits(0)
	if n+1 < len(text) && text[n] == '.' && digits(n+1) > n+1 {
		n = digits(n + 1)
	}
	if n < len(text) && (text[n] == 'e' || text[n] == 'E') {
		m := n + 1
		if m < len(text) && (text[m] == '-' || text[m] == '+') {
			m++
		}
		if digits(m) > m {
			n = digits(m)
		}
	}
	if r, _ := utf8.DecodeRuneInString(text[n:]); n < len(text) && isNamed(r) {
		return token{}, 0, faultf(col, "%q in a number; a product is written with * or .*", r)
	}
	v, err := strconv.ParseFloat(text[:n], 64)
	if err != nil {
		return token{}, 0, faultf(col, "the number is too large")
	}
	return token{kind: number, text: text[:n], num: v, col: col}, n, nil
}
