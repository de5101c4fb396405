package schemas

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/seed391906a2/iss/registry"
)

// draft is the only JSON Schema draft that our schemas are written in.
const draft = "http://json-schema.org/draft-07/schema#"

// What a keyword's value holds.
type holds int

const (
	plain      holds = iota // no schema inside
	schema                  // one
	schemas                 // a list of them
	schemaMap               // an object of them
	schemaList              // one or a list of them
)

// keywords are the words of draft-07 that our schemas may use. Left out are
// those that gojsonschema ignores or reads differently (format, readOnly, …)
// and those whose faults it cannot place (propertyNames, dependencies).
var keywords = map[string]holds{
	"$schema": plain, "$id": plain, "$ref": plain, "$comment": plain,
	"title": plain, "description": plain, "default": plain, "examples": plain,
	"definitions": schemaMap,
	"type":        plain, "enum": plain, "const": plain,
	"properties": schemaMap, "patternProperties": schemaMap, "additionalProperties": schema,
	"required": plain, "minProperties": plain, "maxProperties": plain,
	"items": schemaList, "additionalItems": schema, "contains": schema,
	"minItems": plain, "maxItems": plain, "uniqueItems": plain,
	"minimum": plain, "maximum": plain, "exclusiveMinimum": plain, "exclusiveMaximum": plain, "multipleOf": plain,
	"minLength": plain, "maxLength": plain, "pattern": plain,
	"allOf": schemas, "anyOf": schemas, "oneOf": schemas, "not": schema,
	"if": schema, "then": schema, "else": schema,
}

// CheckSchema reports what is wrong with a schema before it is used: words that
// gojsonschema would silently ignore (misspelt, or of another draft), a draft
// other than 07, names that are no types, references out of the document, patterns that Go cannot
// compile, required fields that are no properties, then and else without if,
// and schemas that contain themselves without going deeper into the document.
// The error is a Faults.
func CheckSchema(file string, text []byte) error {
	d, err := Parse(file, text)
	if err != nil {
		return err
	}
	c := &checker{doc: d}
	c.schema(d.Value, "")
	if len(c.faults) == 0 {
		c.circles(d.Value, "")
	}
	return c.faults.Err()
}

type checker struct {
	doc    *Document
	faults Faults
}

func (c *checker) fault(pointer, format string, args ...any) {
	c.faults = append(c.faults, c.doc.Fault(pointer, format, args...))
}

// schema checks the schema at the pointer and those inside it.
func (c *checker) schema(v any, at string) {
	if _, ok := v.(bool); ok {
		return
	}
	m, ok := v.(map[string]any)
	if !ok {
		c.fault(at, "a schema is an object, true or false")
		return
	}
	for _, word := range slices.Sorted(maps.Keys(m)) {
		here := at + Pointer(word)
		kind, known := keywords[word]
		if !known {
			c.unknown(here, word)
			continue
		}
		c.word(word, m[word], here, at == "")
		c.inside(kind, m[word], here)
	}
	c.together(m, at)
}

func (c *checker) unknown(at, word string) {
	f := Fault{Pointer: at, Message: "no such keyword here", onKey: true}
	if near := registry.Nearest(word, slices.Sorted(maps.Keys(keywords))); near != "" && near != word {
		f.Message += fmt.Sprintf("; nearest is %q", near)
	}
	c.faults = append(c.faults, c.doc.Place(f))
}

// inside checks the schemas that a keyword's value holds.
func (c *checker) inside(kind holds, v any, at string) {
	switch list, isList := v.([]any); {
	case kind == plain:
	case kind == schemaMap:
		m, ok := v.(map[string]any)
		if !ok {
			c.fault(at, "must be an object of schemas")
		}
		for name, s := range m {
			c.schema(s, at+Pointer(name))
		}
	case isList && kind != schema:
		for i, s := range list {
			c.schema(s, at+Pointer(i))
		}
	case kind == schemas:
		c.fault(at, "must be a list of schemas")
	default:
		c.schema(v, at)
	}
}

// word checks the value of one keyword.
func (c *checker) word(word string, v any, at string, root bool) {
	text, isText := v.(string)
	switch word {
	case "$schema":
		if text != draft || !root {
			c.fault(at, "must be %q, and at the top", draft)
		}
	case "$id":
		if !strings.HasPrefix(text, "iss://") || !root {
			c.fault(at, "must begin with iss://, and stand at the top")
		}
	case "type":
		c.typeName(v, at)
	case "$ref":
		if _, ok := lookUp(c.doc.Value, text); !ok {
			c.fault(at, "leads nowhere in this document; a reference begins with #/")
		}
	case "pattern":
		if _, err := regexp.Compile(text); err != nil || !isText {
			c.fault(at, "is no regular expression of Go: %v", err)
		}
	case "patternProperties":
		m, _ := v.(map[string]any)
		for pattern := range m {
			if _, err := regexp.Compile(pattern); err != nil {
				c.fault(at+Pointer(pattern), "is no regular expression of Go: %v", err)
			}
		}
	}
}

// types are those of draft-07.
var types = []string{"array", "boolean", "integer", "null", "number", "object", "string"}

// typeName checks the value of type: a type's name, or a list of them.
func (c *checker) typeName(v any, at string) {
	if list, ok := v.([]any); ok {
		for i, one := range list {
			c.typeName(one, at+Pointer(i))
		}
		return
	}
	if text, ok := v.(string); !ok {
		c.fault(at, "must be a type's name, or a list of such")
	} else if !slices.Contains(types, text) {
		c.fault(at, "%s", strings.TrimPrefix(registry.Unknown("type", text, types).Error(), "registry: "))
	}
}

// together checks keywords that depend on each other.
func (c *checker) together(m map[string]any, at string) {
	_, conditional := m["if"]
	for _, word := range []string{"then", "else"} {
		if _, ok := m[word]; ok && !conditional {
			c.fault(at+Pointer(word), "does nothing without if")
		}
	}
	if _, ok := m["$ref"]; ok {
		for word := range m {
			if !slices.Contains([]string{"$ref", "$comment", "title", "description", "default", "examples"}, word) {
				c.fault(at+Pointer(word), "does nothing beside $ref")
			}
		}
	}
	if m["additionalProperties"] == false && m["patternProperties"] == nil {
		properties, _ := m["properties"].(map[string]any)
		required, _ := m["required"].([]any)
		for i, name := range required {
			if text, _ := name.(string); properties[text] == nil {
				c.fault(at+Pointer("required", i), "%q is required and not allowed", text)
			}
		}
	}
}

// lookUp follows a reference of the form "#" or "#/a/b" in a schema.
func lookUp(root any, ref string) (any, bool) {
	if ref != "#" && !strings.HasPrefix(ref, "#/") {
		return nil, false
	}
	v := root
	for _, segment := range Split(ref[1:]) {
		m, ok := v.(map[string]any)
		if !ok || m[segment] == nil {
			return nil, false
		}
		v = m[segment]
	}
	return v, true
}
