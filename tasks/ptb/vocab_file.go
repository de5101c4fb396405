package ptb

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Write writes the vocabulary as text: a token a line, in the order of ids.
//
// White space, what cannot be printed and the backslash are written as escapes,
// so that a line is a token whatever it contains: \s blank, \n line feed,
// \r, \t, \\, \uXXXX and \UXXXXXXXX code points, \xXX bytes that are not UTF-8,
// \e the empty token.
func (v *Vocabulary) Write(w io.Writer) error {
	b := bufio.NewWriter(w)
	for _, token := range v.tokens {
		b.WriteString(escape(token))
		b.WriteByte('\n')
	}
	return b.Flush()
}

// ReadVocabulary reads what Write wrote. text tells the unit, and whether the
// vocabulary is capped: if so, tokens outside it are mapped to <unk>.
// Errors name the file and the line.
func ReadVocabulary(r io.Reader, file string, text Text) (*Vocabulary, error) {
	text, err := text.check()
	if err != nil {
		return nil, err
	}
	var tokens []string
	for in := bufio.NewReader(r); ; {
		line, err := in.ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("ptb: %s: %w", file, err)
		}
		if line == "" {
			break
		}
		token, err := unescape(strings.TrimRight(line, "\r\n"))
		if err != nil {
			return nil, fmt.Errorf("ptb: %s:%d: %w", file, len(tokens)+1, err)
		}
		tokens = append(tokens, token)
	}
	v, err := newVocabulary(text.Unit, tokens, text.Vocab > 0)
	if err != nil {
		return nil, fmt.Errorf("ptb: %s: %w", file, err)
	}
	return v, nil
}

var (
	letters = map[rune]string{' ': `\s`, '\n': `\n`, '\r': `\r`, '\t': `\t`, '\\': `\\`}
	meaning = map[byte]string{'s': " ", 'n': "\n", 'r': "\r", 't': "\t", '\\': `\`, 'e': ""}
	digits  = map[byte]int{'x': 2, 'u': 4, 'U': 8}
)

func escape(token string) string {
	if token == "" {
		return `\e`
	}
	var b strings.Builder
	for i, r := range token {
		letter, ok := letters[r]
		switch {
		case ok:
			b.WriteString(letter)
		case r == utf8.RuneError && !strings.HasPrefix(token[i:], "\ufffd"):
			fmt.Fprintf(&b, `\x%02x`, token[i])
		case unicode.IsPrint(r):
			b.WriteRune(r)
		case r <= 0xffff:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			fmt.Fprintf(&b, `\U%08x`, r)
		}
	}
	return b.String()
}

func unescape(line string) (string, error) {
	if line == "" {
		return "", errors.New(`the line is empty; the empty token is written \e`)
	}
	var b strings.Builder
	for {
		plain, rest, found := strings.Cut(line, `\`)
		b.WriteString(plain)
		if !found {
			return b.String(), nil
		}
		if rest == "" {
			return "", errors.New(`a backslash ends the line; a backslash is written \\`)
		}
		letter := rest[0]
		rest = rest[1:]
		if text, ok := meaning[letter]; ok {
			b.WriteString(text)
			line = rest
			continue
		}
		n, ok := digits[letter]
		if !ok {
			return "", fmt.Errorf(`\%c is no escape; known: \\, \e, \n, \r, \s, \t, \u, \U, \x`, letter)
		}
		if len(rest) < n {
			return "", fmt.Errorf(`\%c needs %d digits, %d follow`, letter, n, len(rest))
		}
		code, err := strconv.ParseUint(rest[:n], 16, 32)
		if err != nil {
			return "", fmt.Errorf(`\%c%s is no hexadecimal number`, letter, rest[:n])
		}
		switch {
		case letter == 'x':
			b.WriteByte(byte(code))
		case code > unicode.MaxRune || !utf8.ValidRune(rune(code)):
			return "", fmt.Errorf(`\%c%s is no code point`, letter, rest[:n])
		default:
			b.WriteRune(rune(code))
		}
		line = rest[n:]
	}
}
