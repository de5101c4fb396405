package schemas

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"

	"github.com/xeipuuv/gojsonschema"
)

// A Slot is a place in a document where one field names a plug-in and another
// holds that plug-in's options.
type Slot struct {
	Choice  string // JSON pointer of the naming field, such as "/model/cell"; * stands for every item of an array
	Options string // pointer of the options, such as "/model/options"; "" if a part has none
	Parts   []Part
}

// A Part is one plug-in that may be named in a slot.
type Part struct {
	Name   string
	Source string // where the plug-in comes from, for error texts
	Schema []byte // JSON Schema of its options; nil if it takes none
}

// A Schema checks documents. It may be used from several goroutines at once.
type Schema struct {
	text     []byte
	root     map[string]any
	compiled *gojsonschema.Schema
}

// Compile makes a Schema of a base (draft-07, see CheckSchema) and the option
// schemas that plug-ins carry: for each part of a slot it adds to the base the
// condition "if Choice is the part's name, then Options are as its schema
// says". If Choice is text, it must name a part; if it is something else the
// base alone decides. Where a part's schema requires a field, the options
// themselves become required. References in a part's schema lead to itself.
func Compile(base []byte, slots ...Slot) (*Schema, error) {
	if err := CheckSchema("base schema", base); err != nil {
		return nil, fmt.Errorf("schemas: %w", err)
	}
	d, err := Parse("base schema", base)
	if err != nil {
		return nil, err
	}
	root, ok := d.Value.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("schemas: the base schema is %s; it must be an object", article(d.Value))
	}
	text := base
	for i, slot := range slots {
		if err := join(root, i, slot); err != nil {
			return nil, err
		}
	}
	if len(slots) > 0 {
		if text, err = json.MarshalIndent(root, "", "  "); err != nil {
			return nil, fmt.Errorf("schemas: %w", err)
		}
		text = append(text, '\n')
	}
	loader := gojsonschema.NewSchemaLoader()
	loader.Draft, loader.AutoDetect, loader.Validate = gojsonschema.Draft7, false, true
	compiled, err := loader.Compile(gojsonschema.NewBytesLoader(text))
	if err != nil {
		return nil, fmt.Errorf("schemas: %w", err)
	}
	return &Schema{text: text, root: root, compiled: compiled}, nil
}

// JSON returns the schema with all its parts, for editors and for people.
func (s *Schema) JSON() []byte { return slices.Clone(s.text) }

// join adds the conditions of slot number n to the schema's allOf.
func join(root map[string]any, n int, slot Slot) error {
	choice, options := Split(slot.Choice), Split(slot.Options)
	common := 0
	for common < min(len(choice), len(options)) && choice[common] == options[common] {
		common++
	}
	if len(choice) == 0 || common == len(choice) {
		return fmt.Errorf("schemas: slot %d: the choice %q and the options %q must be two fields", n, slot.Choice, slot.Options)
	}
	prefix, choice, options := choice[:common], choice[common:], options[common:]
	if slices.Contains(choice, "*") || slices.Contains(options, "*") {
		return fmt.Errorf("schemas: slot %d: a * in %q must be in %q too", n, slot.Choice, slot.Options)
	}

	var names []any
	var conditions []any
	for _, part := range slot.Parts {
		if slices.Contains(names, any(part.Name)) {
			return fmt.Errorf("schemas: slot %s: two parts are called %q; rename one of them", slot.Choice, part.Name)
		}
		names = append(names, part.Name)
		if slot.Options == "" {
			continue
		}
		s, err := part.options(n)
		if err != nil {
			return err
		}
		conditions = append(conditions, map[string]any{
			"if":   within(choice, map[string]any{"const": part.Name}, true),
			"then": within(options, s, s["required"] != nil),
		})
	}
	if len(names) == 0 {
		return nil
	}
	conditions = append([]any{within(choice, map[string]any{
		"if":   map[string]any{"type": "string"},
		"then": map[string]any{"enum": names},
	}, false)}, conditions...)
	all, _ := root["allOf"].([]any)
	root["allOf"] = append(all, within(prefix, map[string]any{"allOf": conditions}, false))
	return nil
}

// options returns the part's schema, ready to stand inside another.
func (p Part) options(slot int) (map[string]any, error) {
	if p.Schema == nil {
		return map[string]any{"type": "object", "additionalProperties": false}, nil
	}
	file := "options of " + p.Name
	if p.Source != "" {
		file += " from " + p.Source
	}
	if err := CheckSchema(file, p.Schema); err != nil {
		return nil, fmt.Errorf("schemas: %w", err)
	}
	d, err := Parse(file, p.Schema)
	if err != nil {
		return nil, err
	}
	s, ok := d.Value.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("schemas: %s: the schema is %s; it must be an object", file, article(d.Value))
	}
	delete(s, "$schema")
	s["$id"] = fmt.Sprintf("iss://slot/%d/%s", slot, url.PathEscape(p.Name))
	return s, nil
}

// within returns the schema of a value that has s at the path below it; if
// demanded, every field on the way must be there.
func within(path []string, s map[string]any, demanded bool) map[string]any {
	for _, name := range slices.Backward(path) {
		switch {
		case name == "*":
			s = map[string]any{"items": s}
		case demanded:
			s = map[string]any{"properties": map[string]any{name: s}, "required": []any{name}}
		default:
			s = map[string]any{"properties": map[string]any{name: s}}
		}
	}
	return s
}
