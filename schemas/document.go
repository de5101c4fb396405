package schemas

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"unicode/utf8"
)

// MaxSize is the largest document that is read, in bytes.
const MaxSize = 64 << 20

// A Document is a JSON text that was read strictly, and where in it each value
// stands.
type Document struct {
	File  string // name for faults
	Value any    // nil, bool, json.Number, string, []any or map[string]any

	text  []byte
	lines []int // offset of each line's first byte
	root  *node
}

// A node says where a value stands and holds the nodes of what is inside it.
type node struct {
	key, pos int // offsets of the field's name (the value, in an array) and of the value
	fields   map[string]*node
	items    []*node
}

// Parse reads one JSON value and nothing after it. It is stricter than
// encoding/json: two fields of one name in an object, text after the end,
// invalid UTF-8, half a surrogate pair, nesting deeper than 200, and numbers
// that a float64 cannot hold are faults. A byte order mark is skipped. Whole
// numbers written as 1e3 or 20.0 come out as 1000 and 20.
//
// The error is a Faults: every fault up to and including the first place where
// the text stops being JSON.
func Parse(file string, text []byte) (*Document, error) {
	d, faults := parse(file, text)
	if len(faults) > 0 {
		return nil, faults.Err()
	}
	return d, nil
}

// ReadFile reads a file that should hold a document. Unlike os.ReadFile it
// stops at MaxSize.
func ReadFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("schemas: %w", err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, MaxSize+1))
	if err != nil {
		return nil, fmt.Errorf("schemas: %w", err)
	}
	if len(text) > MaxSize {
		return nil, fmt.Errorf("schemas: %s is larger than %d bytes, the most that a document may have", path, MaxSize)
	}
	return text, nil
}

// Locate returns the 1-based line and column of the value at a JSON pointer,
// the column in characters. If there is no such value it returns the place of
// the innermost value around it; if the text is not JSON, 1 and 1.
func Locate(doc []byte, pointer string) (line, col int) {
	d, _ := parse("", doc)
	if d == nil {
		return 1, 1
	}
	return d.Locate(pointer)
}

// Locate is the function of the same name for a document that is read already.
func (d *Document) Locate(pointer string) (line, col int) {
	n, _ := d.find(pointer)
	return d.place(n.pos)
}

// Has reports whether the document has a value at the pointer.
func (d *Document) Has(pointer string) bool {
	_, ok := d.find(pointer)
	return ok
}

// Fault returns a fault of the value at the pointer. Packages that check more
// than a schema can say use it, and sort their faults in with Faults.Err.
func (d *Document) Fault(pointer, format string, args ...any) Fault {
	return d.Place(Fault{Pointer: pointer, Message: fmt.Sprintf(format, args...)})
}

// Place returns f with the file and position that its pointer has in this
// document.
func (d *Document) Place(f Fault) Fault {
	n, found := d.find(f.Pointer)
	pos := n.pos
	if found && f.onKey {
		pos = n.key
	}
	f.File = d.File
	f.Line, f.Col = d.place(pos)
	return f
}

// Decode stores the document's value in v, as json.Unmarshal does.
func (d *Document) Decode(v any) error {
	text, err := json.Marshal(d.Value)
	if err != nil {
		return fmt.Errorf("schemas: %s: %w", d.File, err)
	}
	if err := json.Unmarshal(text, v); err != nil {
		return fmt.Errorf("schemas: %s: %w", d.File, err)
	}
	return nil
}

// find returns the node at the pointer and true, or the innermost node around
// it and false.
func (d *Document) find(pointer string) (*node, bool) {
	n := d.root
	for _, segment := range Split(pointer) {
		next := n.fields[segment]
		if n.items != nil {
			if i, err := strconv.Atoi(segment); err == nil && i >= 0 && i < len(n.items) {
				next = n.items[i]
			}
		}
		if next == nil {
			return n, false
		}
		n = next
	}
	return n, true
}

// place returns the line and column of an offset.
func (d *Document) place(pos int) (line, col int) {
	i, found := slices.BinarySearch(d.lines, pos)
	if !found {
		i--
	}
	return i + 1, utf8.RuneCount(d.text[d.lines[i]:pos]) + 1
}

// lineStarts returns the offset of the first byte of each line.
func lineStarts(text []byte) []int {
	starts := make([]int, 1, 1+bytes.Count(text, []byte{'\n'}))
	for i, c := range text {
		if c == '\n' {
			starts = append(starts, i+1)
		}
	}
	return starts
}
