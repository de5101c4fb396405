package schemas

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/xeipuuv/gojsonschema"
)

// Validate reads a document strictly (see Parse) and checks it. The error is a
// Faults with everything that is wrong, in the order of the text.
func (s *Schema) Validate(file string, doc []byte) error {
	d, faults := parse(file, doc)
	if d == nil {
		return faults.Err()
	}
	unread := make(map[string]bool)
	for _, f := range faults {
		unread[f.Pointer] = unread[f.Pointer] || f.unread
	}
	for _, f := range s.Check(d) {
		if !unread[f.Pointer] {
			faults = append(faults, f)
		}
	}
	return faults.Err()
}

// Check returns what is wrong with a document that Parse has read.
func (s *Schema) Check(d *Document) Faults {
	faults := s.check(d.Value)
	if len(faults) > most {
		slices.SortStableFunc(faults, func(a, b Fault) int { return d.offset(a) - d.offset(b) })
		faults = faults[:most]
	}
	for i, f := range faults {
		faults[i] = d.Place(f)
	}
	return faults.sorted()
}

// CheckValue is Check for a value that comes from no single text, such as one
// merged from several documents. Its faults have no positions; Document.Place
// gives them one where a document has their pointer. CheckValue panics if v
// cannot be written as JSON.
func (s *Schema) CheckValue(v any) Faults {
	text, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Errorf("schemas: %w", err))
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		panic(fmt.Errorf("schemas: %w", err))
	}
	return s.check(value).sorted()
}

// check returns the faults of a value made of nil, bool, json.Number, string,
// []any and map[string]any.
func (s *Schema) check(value any) Faults {
	result, err := s.compiled.Validate(gojsonschema.NewRawLoader(value))
	if err != nil {
		return Faults{{Message: err.Error()}}
	}
	var faults Faults
	var vague []Fault // of anyOf, oneOf, not: told only if nothing says more
	for _, e := range result.Errors() {
		f := Fault{Pointer: pointerOf(e)}
		switch e.Type() {
		case "number_all_of", "condition_then", "condition_else":
			continue
		case "number_any_of", "number_one_of", "number_not", "contains":
			f.Message = "fits none of the forms that are allowed here"
			vague = append(vague, f)
			continue
		case "additional_property_not_allowed":
			f.onKey = true
		}
		f.Message = s.message(e, value, f.Pointer)
		faults = append(faults, f)
	}
	for _, f := range vague {
		if !slices.ContainsFunc(faults, func(g Fault) bool {
			return g.Pointer == f.Pointer || strings.HasPrefix(g.Pointer, f.Pointer+"/")
		}) {
			faults = append(faults, f)
		}
	}
	return faults
}

// pointerOf returns the pointer of the value that an error of gojsonschema is
// about: for a field that may not be there, that field.
func pointerOf(e gojsonschema.ResultError) string {
	// Field names may hold any character, but no invalid UTF-8.
	const between = "\xff"
	segments := strings.Split(e.Context().String(between), between)[1:]
	var b strings.Builder
	for _, segment := range segments {
		b.WriteByte('/')
		b.WriteString(escape(segment))
	}
	if e.Type() == "additional_property_not_allowed" {
		b.WriteString(Pointer(e.Details()["property"]))
	}
	return b.String()
}

// offset returns where in the text a fault of this document is.
func (d *Document) offset(f Fault) int {
	n, found := d.find(f.Pointer)
	if found && f.onKey {
		return n.key
	}
	return n.pos
}
