package squad

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// The parts of a file that are decoded at once.
type (
	rawParagraph struct {
		Context *string       `json:"context"`
		QAs     []rawQuestion `json:"qas"`
		at      string        // its place in the file
	}
	rawQuestion struct {
		ID         string      `json:"id"`
		Question   string      `json:"question"`
		Answers    []rawAnswer `json:"answers"`
		Impossible bool        `json:"is_impossible,omitempty"`
	}
	rawAnswer struct {
		Text  string `json:"text"`
		Start int    `json:"answer_start"`
	}
)

// document is a file that is being read.
type document struct {
	name    string
	options Options
	each    func(Paragraph) error
	places  places
	json    *json.Decoder
	ids     map[string]bool // of questions
	info    Info
}

// here names the place of an offset.
func (d *document) here(offset int64) string { return d.name + ":" + d.places.at(offset) }

// read walks through the file.
func (d *document) read() error {
	d.json = json.NewDecoder(&d.places)
	found := false
	err := d.object("the file", func(key string) error {
		switch key {
		case "version":
			return d.value(&d.info.Version)
		case "data":
			found = true
			return d.array("data", d.article)
		}
		return d.value(new(json.RawMessage))
	})
	switch {
	case err != nil:
		return err
	case !found:
		return fmt.Errorf("squad: %s has no \"data\"; a file of SQuAD is {\"version\": …, \"data\": [articles]}", d.name)
	}
	return d.end()
}

// end makes sure that nothing follows.
func (d *document) end() error {
	if _, err := d.json.Token(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("squad: %s: something follows the end of the document", d.here(d.json.InputOffset()))
	}
	return nil
}

func (d *document) article() error {
	d.info.Articles++
	at := d.here(d.next())
	title, known, found := "", false, false
	var late []rawParagraph // those before the title
	err := d.object("an article", func(key string) error {
		switch key {
		case "title":
			known = true
			return d.value(&title)
		case "paragraphs":
			found = true
			return d.array("paragraphs", func() error {
				p, err := d.decodeParagraph()
				if err != nil {
					return err
				}
				if !known {
					late = append(late, p)
					return nil
				}
				return d.paragraph(title, p)
			})
		}
		return d.value(new(json.RawMessage))
	})
	if err != nil {
		return err
	}
	if !found {
		return fmt.Errorf("squad: %s: an article has no \"paragraphs\"", at)
	}
	for _, p := range late {
		if err := d.paragraph(title, p); err != nil {
			return err
		}
	}
	return nil
}

func (d *document) decodeParagraph() (p rawParagraph, err error) {
	p.at = d.here(d.next())
	if err := d.value(&p); err != nil {
		return p, err
	}
	if p.Context == nil {
		return p, fmt.Errorf("squad: %s: a paragraph has no \"context\"", p.at)
	}
	return p, nil
}

// next returns the offset of the next value, so far as the decoder has read
// ahead.
func (d *document) next() int64 {
	d.json.More() // passes white space
	at := d.json.InputOffset()
	ahead := bufio.NewReader(d.json.Buffered())
	for i := at; ; i++ {
		c, err := ahead.ReadByte()
		if err != nil {
			return at
		}
		if strings.IndexByte(",: \t\r\n", c) < 0 {
			return i
		}
	}
}

// object reads an object; field is to read the value of a key.
func (d *document) object(what string, field func(key string) error) error {
	if err := d.open('{', what); err != nil {
		return err
	}
	for d.json.More() {
		t, err := d.json.Token()
		if err != nil {
			return d.broken(err, 0)
		}
		if err := field(t.(string)); err != nil {
			return err
		}
	}
	return d.close()
}

// array reads an array; element is to read each.
func (d *document) array(what string, element func() error) error {
	if err := d.open('[', what); err != nil {
		return err
	}
	for d.json.More() {
		if err := element(); err != nil {
			return err
		}
	}
	return d.close()
}

func (d *document) open(delim json.Delim, what string) error {
	start := d.json.InputOffset()
	t, err := d.json.Token()
	if err != nil {
		return d.broken(err, start)
	}
	if t != delim {
		kind := map[json.Delim]string{'{': "an object {…}", '[': "an array […]"}[delim]
		return fmt.Errorf("squad: %s: %s must be %s", d.here(start), what, kind)
	}
	return nil
}

func (d *document) close() error {
	if _, err := d.json.Token(); err != nil {
		return d.broken(err, 0)
	}
	return nil
}

// value decodes the next value.
func (d *document) value(into any) error {
	start := d.next()
	err := d.json.Decode(into)
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		// The decoder counts from somewhere else, but still holds the value.
		start = d.json.InputOffset()
		err = json.NewDecoder(d.json.Buffered()).Decode(new(json.RawMessage))
		if errors.As(err, &syntax) {
			syntax.Offset += start - 1
		}
	}
	if err != nil {
		return d.broken(err, start)
	}
	return nil
}

// broken explains an error of the decoder; start is where the value that it was
// decoding begins.
func (d *document) broken(err error, start int64) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	var encoding *encodingError
	switch {
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("squad: %s: the file ends before the document does; it is cut short", d.here(d.places.read))
	case errors.As(err, &syntax):
		return fmt.Errorf("squad: %s: %s", d.here(syntax.Offset), strings.TrimPrefix(err.Error(), "json: "))
	case errors.As(err, &encoding):
		return fmt.Errorf("squad: %s: %w", d.here(encoding.offset), err)
	case errors.As(err, &kind):
		return fmt.Errorf("squad: %s: %s is a %s, not a %s", d.here(start), within(kind.Field), kind.Value, kind.Type.Kind())
	}
	return fmt.Errorf("squad: %s: %w", d.here(d.places.read), err)
}

// within names a field of the value that begins at a place.
func within(field string) string {
	if field == "" {
		return "what begins here"
	}
	return "field " + field + " of what begins here"
}
