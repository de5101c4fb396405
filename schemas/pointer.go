package schemas

import (
	"strconv"
	"strings"
)

// Pointer returns the JSON pointer (RFC 6901) made of the given field names and
// array indices: Pointer("groups", 2, "a/b") is "/groups/2/a~1b". It panics if
// a segment is neither a string nor an int.
func Pointer(segments ...any) string {
	var b strings.Builder
	for _, s := range segments {
		b.WriteByte('/')
		switch s := s.(type) {
		case string:
			b.WriteString(escape(s))
		case int:
			b.WriteString(strconv.Itoa(s))
		default:
			panic("schemas: a pointer is made of strings and ints")
		}
	}
	return b.String()
}

// Split returns the unescaped segments of a JSON pointer; nil for "". A pointer
// without its leading slash is read as if it had one.
func Split(pointer string) []string {
	if pointer == "" {
		return nil
	}
	segments := strings.Split(strings.TrimPrefix(pointer, "/"), "/")
	for i, s := range segments {
		segments[i] = strings.ReplaceAll(strings.ReplaceAll(s, "~1", "/"), "~0", "~")
	}
	return segments
}

func escape(segment string) string {
	return strings.ReplaceAll(strings.ReplaceAll(segment, "~", "~0"), "/", "~1")
}
