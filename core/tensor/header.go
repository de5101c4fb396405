package tensor

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"unicode/utf8"
)

// longestHeader is the format's own limit, in bytes.
const longestHeader = 100_000_000

// mostTensors a file may have, as an .npz may. It bounds what a header costs:
// an entry in memory is larger than its text.
const mostTensors = 100_000

// metadataKey is the header's field that holds no tensor.
const metadataKey = "__metadata__"

// Entry says what a file holds under one name.
type Entry struct {
	Type  DType
	Shape []int

	begin, end int64 // offsets of the numbers, after the header
}

// header is the first part of a file.
type header struct {
	entries  map[string]Entry
	metadata map[string]string
}

// parseHeader reads and checks a header; data is the number of bytes that
// follow it in the file.
func parseHeader(text []byte, data int64) (header, error) {
	h := header{entries: make(map[string]Entry)}
	if !utf8.Valid(text) {
		return h, errors.New("the header is not UTF-8")
	}
	if len(text) == 0 || text[0] != '{' {
		return h, errors.New("the header does not begin with {; this is no safetensors file")
	}
	d := &tokens{json.NewDecoder(bytes.NewReader(text))}
	d.UseNumber()
	err := d.object(func(name string) error {
		if name == metadataKey {
			if h.metadata != nil {
				return fmt.Errorf("%s is there twice", metadataKey)
			}
			h.metadata = make(map[string]string)
			return d.metadata(h.metadata)
		}
		if _, twice := h.entries[name]; twice {
			return fmt.Errorf("%q is there twice", name)
		}
		if len(h.entries) == mostTensors {
			return fmt.Errorf("more than %d tensors, which is the most; %q is one too many", mostTensors, name)
		}
		e, err := d.entry()
		if err != nil {
			return fmt.Errorf("%q: %w", name, err)
		}
		h.entries[name] = e
		return nil
	})
	if err != nil {
		return h, err
	}
	if rest := bytes.TrimRight(text[d.InputOffset():], " "); len(rest) > 0 {
		return h, fmt.Errorf("text after the header's end, %q", rest[:min(len(rest), 20)])
	}
	return h, h.check(data)
}

// check tells whether the entries fill the data without gap and overlap, each
// as long as its shape says.
func (h header) check(data int64) error {
	for _, name := range h.names() {
		e := h.entries[name]
		width, known := widths[e.Type]
		if !known {
			return fmt.Errorf("%q: no such type %q", name, e.Type)
		}
		n, err := size(e.Shape)
		if err != nil {
			return fmt.Errorf("%q: %w", name, err)
		}
		if e.begin < 0 || e.end < e.begin {
			return fmt.Errorf("%q: bytes %d to %d are no range", name, e.begin, e.end)
		}
		if e.end > data {
			return fmt.Errorf("%q: its numbers end at byte %d of %d; the file is cut short or damaged", name, e.end, data)
		}
		// Division avoids overflow; the end is already bounded.
		if room := e.end - e.begin; room%width != 0 || room/width != int64(n) {
			return fmt.Errorf("%q: %d bytes for shape %v of type %s, which needs %d numbers of %d bytes", name, room, e.Shape, e.Type, n, width)
		}
	}
	at, before := int64(0), ""
	for _, name := range h.byPlace() {
		switch e := h.entries[name]; {
		case e.begin < at:
			return fmt.Errorf("%q begins at byte %d, inside of %q, which ends at %d", name, e.begin, before, at)
		case e.begin > at:
			return fmt.Errorf("bytes %d to %d before %q belong to no tensor", at, e.begin, name)
		default:
			at, before = e.end, name
		}
	}
	if at != data {
		return fmt.Errorf("the tensors end at byte %d, the data at %d", at, data)
	}
	return nil
}

// names returns the names of the tensors, sorted.
func (h header) names() []string { return slices.Sorted(maps.Keys(h.entries)) }

// byPlace returns the names of the tensors in the order of their numbers.
func (h header) byPlace() []string {
	names := h.names()
	slices.SortStableFunc(names, func(a, b string) int {
		x, y := h.entries[a], h.entries[b]
		return cmp.Or(cmp.Compare(x.begin, y.begin), cmp.Compare(x.end, y.end))
	})
	return names
}
