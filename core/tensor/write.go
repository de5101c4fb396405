package tensor

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"unicode/utf8"

	"github.com/seed391906a2/iss/internal/atomicfile"
)

// Arrays returns tensors of one precision as Write takes them.
func Arrays[T Float](tensors map[string]Dense[T]) map[string]Array {
	arrays := make(map[string]Array, len(tensors))
	for name, t := range tensors {
		arrays[name] = t
	}
	return arrays
}

// WriteFile writes a safetensors file whole or not at all.
func WriteFile(path string, arrays map[string]Array, metadata map[string]string) error {
	return atomicfile.Write(path, func(w io.Writer) error { return Write(w, arrays, metadata) })
}

// Write writes tensors and texts in the safetensors format. Equal arguments
// give equal bytes: names are sorted, wider types come first so that every
// number lies at a multiple of its width. Numbers are converted piece by piece,
// never all at once.
func Write(w io.Writer, arrays map[string]Array, metadata map[string]string) error {
	order := slices.Sorted(maps.Keys(arrays))
	for _, name := range order {
		if name == metadataKey || !utf8.ValidString(name) {
			return fmt.Errorf("tensor: a tensor cannot be called %q", name)
		}
		if err := whole(name, arrays[name]); err != nil {
			return fmt.Errorf("tensor: %w", err)
		}
	}
	for key, value := range metadata {
		if !utf8.ValidString(key) || !utf8.ValidString(value) {
			return fmt.Errorf("tensor: metadata %q: %q is not UTF-8", key, value)
		}
	}
	head, order, err := encodeHeader(order, arrays, metadata)
	if err != nil {
		return fmt.Errorf("tensor: %w", err)
	}
	if _, err := w.Write(head); err != nil {
		return fmt.Errorf("tensor: %w", err)
	}
	piece := make([]byte, 0, chunk)
	for _, name := range order {
		a := arrays[name]
		per := chunk / int(widths[a.dtype()])
		for from := 0; from < a.count(); from += per {
			piece = a.encode(piece[:0], from, min(from+per, a.count()))
			if _, err := w.Write(piece); err != nil {
				return fmt.Errorf("tensor: %q: %w", name, err)
			}
		}
	}
	return nil
}

// encodeHeader returns length and header, filled up with blanks to a multiple
// of 8 bytes, and the order in which the numbers follow.
func encodeHeader(names []string, arrays map[string]Array, metadata map[string]string) ([]byte, []string, error) {
	order := slices.Clone(names)
	slices.SortStableFunc(order, func(a, b string) int {
		return cmp.Compare(widths[arrays[b].dtype()], widths[arrays[a].dtype()])
	})
	offsets := make(map[string][2]int64, len(order))
	at := int64(0)
	for _, name := range order {
		a := arrays[name]
		end := at + int64(a.count())*widths[a.dtype()]
		offsets[name] = [2]int64{at, end}
		at = end
	}

	var b bytes.Buffer
	b.WriteString("........{") // the length comes last
	field := func(name string, value any) error {
		if b.Len() > 9 {
			b.WriteByte(',')
		}
		return errors.Join(writeJSON(&b, name, ':'), writeJSON(&b, value, 0))
	}
	if len(metadata) > 0 {
		if err := field(metadataKey, metadata); err != nil {
			return nil, nil, err
		}
	}
	for _, name := range names {
		a := arrays[name]
		entry := struct {
			Type    DType    `json:"dtype"`
			Shape   []int    `json:"shape"`
			Offsets [2]int64 `json:"data_offsets"`
		}{a.dtype(), append([]int{}, a.shape()...), offsets[name]}
		if err := field(name, entry); err != nil {
			return nil, nil, err
		}
	}
	b.WriteByte('}')
	for b.Len()%8 != 0 {
		b.WriteByte(' ')
	}
	head := b.Bytes()
	if n := len(head) - 8; n > longestHeader {
		return nil, nil, fmt.Errorf("a header of %d bytes; %d is the most", n, longestHeader)
	}
	binary.LittleEndian.PutUint64(head, uint64(len(head)-8))
	return head, order, nil
}

// writeJSON appends a value and then, unless it is 0, a character.
func writeJSON(b *bytes.Buffer, v any, after byte) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	b.Write(text)
	if after != 0 {
		b.WriteByte(after)
	}
	return nil
}
