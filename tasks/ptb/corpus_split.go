package ptb

import (
	"bytes"
	"fmt"
	"unicode"
	"unicode/utf8"
)

// fewest is how many lines, words or characters a text must have to be split.
const fewest = 20

// readSplit reads one text file and splits it 90/5/5.
func readSplit(file string, unit Unit) (*source, error) {
	text, sum, err := readText(file)
	if err != nil {
		return nil, err
	}
	parts, n := split(text, unit)
	if n < fewest {
		return nil, fmt.Errorf("ptb: file %s has %d %ss; splitting it 90/5/5 needs %d at the least", file, n, unit, fewest)
	}
	return &source{name: file, texts: parts, files: []FileSum{sum}}, nil
}

// split cuts a text into its first 90 %, the next 5 % and the last 5 % of its
// lines. A text of fewer than 20 lines (a book on one line) is cut the same way
// by words or characters instead. It also returns how many pieces there were to
// share out.
func split(text []byte, unit Unit) (parts [3][]byte, n int) {
	next := nextLine
	if n = pieces(text, next); n < fewest {
		next = nextWord
		if unit == Char {
			next = nextChar
		}
		n = pieces(text, next)
	}
	a := offset(text, next, n*90/100)
	b := a + offset(text[a:], next, n*95/100-n*90/100)
	return [3][]byte{text[:a], text[a:b], text[b:]}, n
}

// pieces counts the pieces of text, whose lengths next tells.
func pieces(text []byte, next func([]byte) int) (n int) {
	for ; len(text) > 0; n++ {
		text = text[next(text):]
	}
	return n
}

// offset returns how many bytes the first n pieces of text take.
func offset(text []byte, next func([]byte) int, n int) (at int) {
	for ; n > 0; n-- {
		at += next(text[at:])
	}
	return at
}

func nextLine(text []byte) int {
	if i := bytes.IndexByte(text, '\n'); i >= 0 {
		return i + 1
	}
	return len(text)
}

func nextChar(text []byte) int {
	_, size := utf8.DecodeRune(text)
	return size
}

// nextWord is the length of the first word with all white space around it.
func nextWord(text []byte) int {
	word := len(text) - len(bytes.TrimLeftFunc(text, unicode.IsSpace))
	end := bytes.IndexFunc(text[word:], unicode.IsSpace)
	if end < 0 {
		return len(text)
	}
	rest := text[word+end:]
	return len(text) - len(bytes.TrimLeftFunc(rest, unicode.IsSpace))
}
