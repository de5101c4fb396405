package cmd

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/seed391906a2/iss/cmd/internal/term"
)

// option is a field of a schema of options, as far as people are told of it.
type option struct {
	Type             any      `json:"type"`
	Enum             []any    `json:"enum"`
	Default          any      `json:"default"`
	Title            string   `json:"title"`
	Description      string   `json:"description"`
	Minimum          *float64 `json:"minimum"`
	Maximum          *float64 `json:"maximum"`
	ExclusiveMinimum *float64 `json:"exclusiveMinimum"`
	ExclusiveMaximum *float64 `json:"exclusiveMaximum"`
	MultipleOf       *float64 `json:"multipleOf"`
}

// showOptions lists the options of a schema; set are those that a
// configuration gives.
func (a *app) showOptions(schema []byte, set map[string]any) error {
	var s struct {
		Properties map[string]option `json:"properties"`
	}
	if len(schema) > 0 {
		if err := json.Unmarshal(schema, &s); err != nil {
			return fmt.Errorf("the schema of the options: %w", err)
		}
	}
	if len(s.Properties) == 0 {
		fmt.Fprintln(a.Out, "it has no options")
		return nil
	}
	fmt.Fprintln(a.Out, "options:")
	t := &term.Table{}
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		o := s.Properties[name]
		doc := o.Description
		if doc == "" {
			doc = o.Title
		}
		row := []any{" ", name, o.kind(), o.value()}
		if set != nil {
			given := ""
			if v, ok := set[name]; ok {
				given = "here " + compactJSON(v)
			}
			row = append(row, given)
		}
		t.Row(append(row, doc)...)
	}
	return t.Write(a.Out)
}

// kind is what an option may be: integer 1 to 1000, "after" or "before".
func (o option) kind() string {
	if len(o.Enum) > 0 {
		var names []string
		for _, v := range o.Enum {
			names = append(names, compactJSON(v))
		}
		return strings.Join(names, " or ")
	}
	kind := "anything"
	switch t := o.Type.(type) {
	case string:
		kind = t
	case []any:
		var names []string
		for _, v := range t {
			names = append(names, fmt.Sprint(v))
		}
		kind = strings.Join(names, " or ")
	}
	if r := o.limits(); r != "" {
		kind += " " + r
	}
	return kind
}

// limits is the range of a number.
func (o option) limits() string {
	var parts []string
	bound := func(word string, limit *float64) {
		if limit != nil {
			parts = append(parts, word+" "+plainNumber(*limit))
		}
	}
	if o.Minimum != nil && o.Maximum != nil {
		parts = append(parts, fmt.Sprintf("from %s to %s", plainNumber(*o.Minimum), plainNumber(*o.Maximum)))
	} else {
		bound("at least", o.Minimum)
		bound("at most", o.Maximum)
	}
	bound("above", o.ExclusiveMinimum)
	bound("below", o.ExclusiveMaximum)
	bound("a multiple of", o.MultipleOf)
	return strings.Join(parts, ", ")
}

func (o option) value() string {
	if o.Default == nil {
		return ""
	}
	return "default " + compactJSON(o.Default)
}

// compactJSON writes a value as a configuration does.
func compactJSON(v any) string {
	text, err := json.Marshal(v)
	if err != nil { // what was read from JSON can be written
		return fmt.Sprint(v)
	}
	return string(text)
}

// plainNumber writes a number without an exponent.
func plainNumber(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }
