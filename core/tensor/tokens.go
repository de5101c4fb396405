package tensor

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// tokens reads the few forms of JSON that a header has. Unlike json.Unmarshal
// it sees names that come twice.
type tokens struct{ *json.Decoder }

// object reads an object, calling field after each name.
func (d *tokens) object(field func(name string) error) error {
	if err := d.delim('{'); err != nil {
		return err
	}
	for d.More() {
		name, err := d.text()
		if err != nil {
			return err
		}
		if err := field(name); err != nil {
			return err
		}
	}
	return d.delim('}')
}

func (d *tokens) metadata(m map[string]string) error {
	return d.object(func(key string) error {
		if _, twice := m[key]; twice {
			return fmt.Errorf("%s: %q is there twice", metadataKey, key)
		}
		if len(m) == mostTensors {
			return fmt.Errorf("%s: more than %d texts, which is the most", metadataKey, mostTensors)
		}
		value, err := d.text()
		if err != nil {
			return fmt.Errorf("%s: %q: %w", metadataKey, key, err)
		}
		m[key] = value
		return nil
	})
}

func (d *tokens) entry() (e Entry, err error) {
	var offsets []int64
	seen := make(map[string]bool)
	err = d.object(func(key string) error {
		if seen[key] {
			return fmt.Errorf("%s is there twice", key)
		}
		seen[key] = true
		switch key {
		case "dtype":
			text, err := d.text()
			e.Type = DType(text)
			return err
		case "shape":
			sizes, err := d.numbers()
			for _, n := range sizes {
				if n != int64(int(n)) {
					return fmt.Errorf("size %d is too large for this machine", n)
				}
				e.Shape = append(e.Shape, int(n))
			}
			return err
		case "data_offsets":
			offsets, err = d.numbers()
			return err
		}
		return fmt.Errorf("no such field %q; known: data_offsets, dtype, shape", key)
	})
	if err != nil {
		return e, err
	}
	for _, key := range []string{"dtype", "shape", "data_offsets"} {
		if !seen[key] {
			return e, fmt.Errorf("%s is missing", key)
		}
	}
	if len(offsets) != 2 {
		return e, fmt.Errorf("%d data_offsets; there must be 2", len(offsets))
	}
	e.begin, e.end = offsets[0], offsets[1]
	return e, nil
}

// numbers reads an array of whole numbers.
func (d *tokens) numbers() ([]int64, error) {
	if err := d.delim('['); err != nil {
		return nil, err
	}
	list := []int64{}
	for d.More() {
		t, err := d.token()
		if err != nil {
			return nil, err
		}
		literal, ok := t.(json.Number)
		if !ok {
			return nil, fmt.Errorf("%v where a number should be", t)
		}
		n, err := strconv.ParseInt(string(literal), 10, 64)
		if err != nil || n < 0 {
			return nil, fmt.Errorf("%s is no size and no offset", literal)
		}
		list = append(list, n)
	}
	return list, d.delim(']')
}

func (d *tokens) text() (string, error) {
	t, err := d.token()
	if err != nil {
		return "", err
	}
	text, ok := t.(string)
	if !ok {
		return "", fmt.Errorf("%v where text should be", t)
	}
	return text, nil
}

func (d *tokens) delim(want json.Delim) error {
	t, err := d.token()
	if err != nil {
		return err
	}
	if t != want {
		return fmt.Errorf("%v where %v should be", t, want)
	}
	return nil
}

func (d *tokens) token() (json.Token, error) {
	t, err := d.Token()
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, errors.New("the header ends too early")
	}
	if err != nil {
		return nil, fmt.Errorf("the header is not JSON: %w", err)
	}
	return t, nil
}
