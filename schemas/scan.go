package schemas

import (
	"bytes"
	"fmt"
	"unicode/utf8"
)

const (
	deepest = 200  // nesting at which reading stops; no document of ours comes near
	most    = 1000 // faults after which reading stops
)

// A scanner reads a JSON text (RFC 8259) from left to right, once.
type scanner struct {
	doc    *Document
	text   []byte
	pos    int
	depth  int
	path   []any // segments of the pointer of the value being read
	faults Faults
}

// stop is what a scanner panics with where the text stops being JSON; parse
// recovers it. The fault itself is in scanner.faults.
type stop struct{}

// parse returns the document, or nil if the text is not JSON, and all faults
// found. A number that cannot be used stands as 1 in the document.
func parse(file string, text []byte) (doc *Document, faults Faults) {
	s := &scanner{doc: &Document{File: file, text: text}, text: text}
	defer func() {
		if r := recover(); r != nil {
			if _, ok := r.(stop); !ok {
				panic(r)
			}
			doc, faults = nil, s.faults
		}
	}()
	s.doc.lines = lineStarts(text)
	s.readable()
	s.doc.Value, s.doc.root = s.value(s.pos)
	s.blank()
	if s.pos < len(text) {
		s.fail(s.pos, "text after the end of the document")
	}
	return s.doc, s.faults
}

// readable checks what can be checked of the text as a whole, skips a byte
// order mark, and goes to the first character that is not blank.
func (s *scanner) readable() {
	if len(s.text) > MaxSize {
		s.fail(0, "%d bytes are more than the %d that a document may have", len(s.text), MaxSize)
	}
	if bytes.HasPrefix(s.text, []byte{0xff, 0xfe}) || bytes.HasPrefix(s.text, []byte{0xfe, 0xff}) {
		s.fail(0, "the text is UTF-16; save it as UTF-8")
	}
	for i := 0; i < len(s.text); {
		r, n := utf8.DecodeRune(s.text[i:])
		if r == utf8.RuneError && n == 1 {
			s.fail(i, "byte 0x%02x is not UTF-8; save the file as UTF-8", s.text[i])
		}
		i += n
	}
	if bytes.HasPrefix(s.text, []byte("\ufeff")) {
		s.pos = len("\ufeff")
	}
	s.blank()
	if s.pos == len(s.text) {
		s.fail(s.pos, "there is no JSON in it")
	}
}

// value reads one value. The key is the offset of the name of the field that
// the value belongs to.
func (s *scanner) value(key int) (any, *node) {
	n := &node{key: key, pos: s.pos}
	if s.pos == len(s.text) {
		s.fail(s.pos, "the text ends where a value should be")
	}
	switch c := s.text[s.pos]; {
	case c == '{':
		return s.object(n), n
	case c == '[':
		return s.array(n), n
	case c == '"':
		return s.str(), n
	case c == '-' || c >= '0' && c <= '9':
		return s.number(), n
	}
	for word, v := range map[string]any{"true": true, "false": false, "null": nil} {
		if bytes.HasPrefix(s.text[s.pos:], []byte(word)) {
			s.pos += len(word)
			s.wordEnds(word)
			return v, n
		}
	}
	s.fail(s.pos, "%s where a value should be%s", s.here(), s.advice())
	return nil, nil
}

func (s *scanner) object(n *node) map[string]any {
	s.enter()
	n.fields = make(map[string]*node)
	out := make(map[string]any)
	for more := s.opens('}'); more; more = s.next('}') {
		key := s.pos
		if s.pos == len(s.text) || s.text[s.pos] != '"' {
			s.fail(s.pos, "%s where a field's name in double quotes should be%s", s.here(), s.advice())
		}
		name := s.str()
		s.blank()
		if s.pos == len(s.text) || s.text[s.pos] != ':' {
			s.fail(s.pos, "%s where the : after %q should be", s.here(), name)
		}
		s.pos++
		s.blank()
		s.path = append(s.path, name)
		v, child := s.value(key)
		if first, twice := n.fields[name]; twice {
			line, _ := s.doc.place(first.key)
			s.fault(key, "the field is there twice; the first is in line %d", line)
		} else {
			out[name], n.fields[name] = v, child
		}
		s.path = s.path[:len(s.path)-1]
	}
	s.depth--
	return out
}

func (s *scanner) array(n *node) []any {
	s.enter()
	n.items = make([]*node, 0)
	out := make([]any, 0)
	for more := s.opens(']'); more; more = s.next(']') {
		s.path = append(s.path, len(out))
		v, child := s.value(s.pos)
		out, n.items = append(out, v), append(n.items, child)
		s.path = s.path[:len(s.path)-1]
	}
	s.depth--
	return out
}

func (s *scanner) enter() {
	if s.depth++; s.depth > deepest {
		s.fail(s.pos, "nested more than %d deep", deepest)
	}
}

// opens steps over an opening bracket and reports whether something is inside.
func (s *scanner) opens(closing byte) bool {
	s.pos++
	s.blank()
	if s.pos < len(s.text) && s.text[s.pos] == closing {
		s.pos++
		return false
	}
	return true
}

// next steps over a comma and returns true, or over the closing bracket and
// returns false.
func (s *scanner) next(closing byte) bool {
	s.blank()
	if s.pos == len(s.text) {
		s.fail(s.pos, "the text ends before its closing %c", closing)
	}
	switch s.text[s.pos] {
	case closing:
		s.pos++
		return false
	case ',':
		comma := s.pos
		s.pos++
		s.blank()
		if s.pos < len(s.text) && s.text[s.pos] == closing {
			s.fail(comma, "a comma with nothing after it; delete it")
		}
		return true
	}
	s.fail(s.pos, "%s where a comma or %c should be%s", s.here(), closing, s.advice())
	return false
}

// blank goes to the next character that is not blank.
func (s *scanner) blank() {
	for s.pos < len(s.text) {
		switch s.text[s.pos] {
		case ' ', '\t', '\r', '\n':
			s.pos++
		default:
			return
		}
	}
}

// wordEnds fails if a letter or digit follows true, false or null.
func (s *scanner) wordEnds(word string) {
	if s.pos < len(s.text) && isWord(s.text[s.pos]) {
		s.fail(s.pos-len(word), "%s is followed by %s; text needs double quotes", word, s.here())
	}
}

// here names the character at the scanner's position.
func (s *scanner) here() string {
	if s.pos == len(s.text) {
		return "the end of the text"
	}
	r, _ := utf8.DecodeRune(s.text[s.pos:])
	return fmt.Sprintf("%q", r)
}

// advice adds what is usually meant by what is found where it cannot be.
func (s *scanner) advice() string {
	rest := s.text[s.pos:]
	switch {
	case len(rest) == 0:
		return ""
	case rest[0] == '\'':
		return "; JSON has double quotes only"
	case rest[0] == '/' || rest[0] == '#':
		return "; JSON has no comments"
	case rest[0] == '.' || rest[0] == '+':
		return "; a number begins with a digit or a minus"
	case isWord(rest[0]) && (rest[0] < '0' || rest[0] > '9'):
		return "; text needs double quotes"
	}
	return ""
}

// fault notes a fault of the value being read; the reading goes on unless there
// are too many.
func (s *scanner) fault(pos int, format string, args ...any) {
	if len(s.faults) > most {
		panic(stop{})
	}
	line, col := s.doc.place(pos)
	s.faults = append(s.faults, Fault{
		File: s.doc.File, Line: line, Col: col, Pointer: Pointer(s.path...), Message: fmt.Sprintf(format, args...),
	})
}

// fail notes a fault and ends the reading.
func (s *scanner) fail(pos int, format string, args ...any) {
	s.fault(pos, "not JSON: "+format, args...)
	panic(stop{})
}

func isWord(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= 0x80
}
