package schemas

import (
	"encoding/json"
	"math/big"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// longestNumber is the number of characters a number may have. It keeps exact
// arithmetic on hostile numbers cheap.
const longestNumber = 100

// number reads a number and returns it in a form that a Go integer or float
// can be read from.
func (s *scanner) number() json.Number {
	start := s.pos
	s.skip("-")
	if digits := s.digits(); digits == 0 {
		s.fail(start, "%s where a digit should be", s.here())
	} else if digits > 1 && strings.TrimPrefix(string(s.text[start:s.pos]), "-")[0] == '0' {
		s.fail(start, "a number may not begin with 0")
	}
	if s.skip(".") && s.digits() == 0 {
		s.fail(start, "a number needs digits after its point")
	}
	if s.skip("eE") {
		s.skip("+-")
		if s.digits() == 0 {
			s.fail(start, "a number needs digits after its e")
		}
	}
	if s.pos < len(s.text) && (isWord(s.text[s.pos]) || s.text[s.pos] == '.') {
		s.fail(start, "%s in a number", s.here())
	}
	return s.usable(start, string(s.text[start:s.pos]))
}

// usable checks the size of a number and simplifies it.
func (s *scanner) usable(start int, literal string) json.Number {
	if len(literal) > longestNumber {
		return s.unusable(start, "a number of %d characters; at most %d are read", len(literal), longestNumber)
	}
	f, err := strconv.ParseFloat(literal, 64)
	if err != nil {
		return s.unusable(start, "%s is larger than a 64-bit float can be (about 1.8e308)", literal)
	}
	if f == 0 {
		mantissa, _, _ := strings.Cut(strings.ToLower(literal), "e")
		if strings.ContainsAny(mantissa, "123456789") {
			return s.unusable(start, "%s is smaller than a 64-bit float can be (about 5e-324)", literal)
		}
		return "0"
	}
	if !strings.ContainsAny(literal, ".eE") {
		return json.Number(literal)
	}
	if r, ok := new(big.Rat).SetString(literal); ok && r.IsInt() && f < 1<<53 && f > -1<<53 {
		return json.Number(r.Num().String())
	}
	return json.Number(literal)
}

// unusable notes that a number cannot be used and returns one that can.
func (s *scanner) unusable(start int, format string, args ...any) json.Number {
	s.fault(start, format, args...)
	s.faults[len(s.faults)-1].unread = true
	return "1"
}

// str reads a string.
func (s *scanner) str() string {
	start := s.pos
	s.pos++
	var out []byte
	for {
		if s.pos == len(s.text) {
			s.fail(start, "the text ends inside a string")
		}
		switch c := s.text[s.pos]; {
		case c == '"':
			s.pos++
			return string(out)
		case c == '\\':
			out = utf8.AppendRune(out, s.escaped())
		case c == '\n' || c == '\r':
			s.fail(start, "a string goes on past the end of its line; close it or write \\n")
		case c < ' ':
			s.fail(s.pos, "control character 0x%02x in a string; write \\u%04x", c, c)
		default:
			out = append(out, c)
			s.pos++
		}
	}
}

// escaped reads what follows a backslash.
func (s *scanner) escaped() rune {
	start := s.pos
	if s.pos += 2; s.pos > len(s.text) {
		s.fail(start, "the text ends inside a string")
	}
	switch c := s.text[s.pos-1]; c {
	case '"', '\\', '/':
		return rune(c)
	case 'b':
		return '\b'
	case 'f':
		return '\f'
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	case 'u':
		return s.unicode(start)
	}
	s.pos--
	s.fail(start, "a backslash before %s; a backslash itself is \\\\", s.here())
	return 0
}

// unicode reads the digits of \uXXXX, and the second half if it is a pair.
func (s *scanner) unicode(start int) rune {
	r := s.hex(start)
	if !utf16.IsSurrogate(r) {
		return r
	}
	if strings.HasPrefix(string(s.text[s.pos:min(s.pos+2, len(s.text))]), `\u`) {
		s.pos += 2
		if whole := utf16.DecodeRune(r, s.hex(start)); whole != utf8.RuneError {
			return whole
		}
	}
	s.fail(start, "%s is half of a surrogate pair", s.text[start:start+6])
	return 0
}

func (s *scanner) hex(start int) rune {
	end := s.pos + 4
	if end > len(s.text) {
		s.fail(start, "the text ends inside a string")
	}
	v, err := strconv.ParseUint(string(s.text[s.pos:end]), 16, 16)
	if err != nil {
		s.fail(start, "\\u needs four hexadecimal digits")
	}
	s.pos = end
	return rune(v)
}

// skip steps over one character if it is among those given.
func (s *scanner) skip(any string) bool {
	if s.pos < len(s.text) && strings.IndexByte(any, s.text[s.pos]) >= 0 {
		s.pos++
		return true
	}
	return false
}

// digits steps over digits and returns how many there were.
func (s *scanner) digits() int {
	start := s.pos
	for s.pos < len(s.text) && s.text[s.pos] >= '0' && s.text[s.pos] <= '9' {
		s.pos++
	}
	return s.pos - start
}
