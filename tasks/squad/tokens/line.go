package tokens

import (
	"unicode"
	"unicode/utf8"
)

// cell is a character of a line, or a blank that a rule put between two.
type cell struct {
	r          rune
	start, end int // bytes of the text; start is -1 for a blank put in
}

var blank = cell{' ', -1, -1}

// line is a sentence while rules put blanks into it. What blanks separate in the
// end are tokens, so that each rule is a few lines, the order of rules is that of
// the published ones, and offsets are kept by themselves.
type line struct {
	cells, spare []cell

	ascii [128]bool // characters that the line had when it was read
	other bool      // it had characters beyond ASCII
}

// read makes the line hold text[start:end].
func (l *line) read(text string, start, end int) {
	l.cells, l.ascii, l.other = l.cells[:0], [128]bool{}, false
	for i := start; i < end; {
		r, n := utf8.DecodeRuneInString(text[i:end])
		l.cells = append(l.cells, cell{r, i, i + n})
		if r < 128 {
			l.ascii[r] = true
		} else {
			l.other = true
		}
		i += n
	}
}

// hasAny reports whether the line may have had one of the characters when it was
// read.
func (l *line) hasAny(chars string) bool {
	for _, r := range chars {
		if r < 128 && l.ascii[r] || r >= 128 && l.other {
			return true
		}
	}
	return false
}

// rule looks at the cells from i on. It returns how many of them it covers (0:
// it does not apply here) and before which of these blanks are to be put; the
// number n means after the last.
type rule func(c []cell, i int) (n int, blanks []int)

// apply applies a rule from left to right; what was covered is not looked at
// again.
func (l *line) apply(f rule) {
	out := l.spare[:0]
	for i := 0; i < len(l.cells); {
		n, blanks := f(l.cells, i)
		for k := range n {
			if len(blanks) > 0 && blanks[0] == k {
				out, blanks = append(out, blank), blanks[1:]
			}
			out = append(out, l.cells[i+k])
		}
		if len(blanks) > 0 {
			out = append(out, blank)
		}
		if n == 0 {
			out = append(out, l.cells[i])
			n = 1
		}
		i += n
	}
	l.cells, l.spare = out, l.cells
}

// pad encloses the line in blanks.
func (l *line) pad() {
	l.cells = append(l.cells, blank, blank)
	copy(l.cells[1:], l.cells)
	l.cells[0] = blank
}

// each calls f with the bytes of every run between blanks.
func (l *line) each(f func(start, end int)) {
	for i := 0; i < len(l.cells); {
		if IsSpace(l.cells[i].r) {
			i++
			continue
		}
		start := l.cells[i].start
		for i < len(l.cells) && !IsSpace(l.cells[i].r) {
			i++
		}
		f(start, l.cells[i-1].end)
	}
}

// at returns the character of cell i, or -1 outside.
func at(c []cell, i int) rune {
	if i < 0 || i >= len(c) {
		return -1
	}
	return c[i].r
}

// has reports whether the cells from i on are s; both in lower case if fold is
// set.
func has(c []cell, i int, s string, fold bool) bool {
	for _, r := range s {
		got := at(c, i)
		if fold {
			got = unicode.ToLower(got)
		}
		if got != r {
			return false
		}
		i++
	}
	return true
}

// IsSpace is white space as Python's str.split and \s see it: Unicode's, and the
// separators U+001C to U+001F.
func IsSpace(r rune) bool { return unicode.IsSpace(r) || 0x1c <= r && r <= 0x1f }

// IsWord is a word character as Python's \w sees it.
func IsWord(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsNumber(r) }

// edge reports whether a word begins or ends before cell i, Python's \b.
func edge(c []cell, i int) bool { return IsWord(at(c, i-1)) != IsWord(at(c, i)) }
