package squad

import (
	"fmt"
	"io"
	"slices"
	"unicode/utf8"
)

// places is a reader that remembers where lines begin and refuses what is not
// UTF-8.
type places struct {
	r     io.Reader
	read  int64
	lines []int64 // offsets after line feeds
	tail  []byte  // of what was read: the beginning of a character
}

// encodingError is the error for a byte that is not UTF-8, which a decoder of JSON
// would pass over, so that the offsets of answers were no longer right.
type encodingError struct {
	offset int64
	b      byte
}

// Error implements error.
func (e *encodingError) Error() string {
	return fmt.Sprintf("byte 0x%02x is not UTF-8; convert the file to UTF-8 first", e.b)
}

// Read implements io.Reader. It drops a byte order mark.
func (p *places) Read(b []byte) (int, error) {
	n, err := p.r.Read(b)
	if p.read == 0 && n >= 3 && string(b[:3]) == "\ufeff" {
		b[0], b[1], b[2] = ' ', ' ', ' '
	}
	if bad := p.check(b[:n]); bad != nil {
		return 0, bad
	}
	p.read += int64(n)
	return n, err
}

// check makes sure that what was read goes on as UTF-8. Lines are known up to the
// offset of its error.
func (p *places) check(b []byte) error {
	at := p.read - int64(len(p.tail))
	rest := append(p.tail, b...)
	for len(rest) > 0 {
		r, n := utf8.DecodeRune(rest)
		if r == utf8.RuneError && n == 1 {
			if !utf8.FullRune(rest) {
				break
			}
			return &encodingError{at, rest[0]}
		}
		if rest = rest[n:]; r == '\n' {
			p.lines = append(p.lines, at+1)
		}
		at += int64(n)
	}
	p.tail = append([]byte(nil), rest...)
	return nil
}

// at returns "line:column" of an offset; columns count bytes from 1.
func (p *places) at(offset int64) string {
	line, _ := slices.BinarySearch(p.lines, offset+1)
	start := int64(0)
	if line > 0 {
		start = p.lines[line-1]
	}
	return fmt.Sprintf("%d:%d", line+1, offset-start+1)
}
