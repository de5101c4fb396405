package squad

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// Predictions are answers in the official format, {"question id": "text", …}.
type Predictions map[string]string

// Write writes predictions, sorted by id, a line each.
func (p Predictions) Write(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	return e.Encode(p)
}

// ReadPredictions reads a file of predictions. Errors name the file, line and
// column.
func ReadPredictions(path string) (Predictions, error) {
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("squad: file %s does not exist", path)
	}
	if err != nil {
		return nil, fmt.Errorf("squad: %w", err)
	}
	d := &document{name: path}
	d.places.r = bytes.NewReader(raw)
	d.json = json.NewDecoder(&d.places)
	p := Predictions{}
	err = d.object("a file of predictions", func(id string) error {
		at := d.here(d.next())
		if _, twice := p[id]; twice {
			return fmt.Errorf("squad: %s: question %s has two predictions", at, id)
		}
		var text *string
		if err := d.value(&text); err != nil {
			return err
		}
		if text == nil {
			return fmt.Errorf("squad: %s: the prediction for question %s is null; it must be a text", at, id)
		}
		p[id] = *text
		return nil
	})
	if err != nil {
		return nil, err
	}
	return p, d.end()
}
