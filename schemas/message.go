package schemas

import (
	"encoding/json"
	"fmt"
	"math/big"
	"strconv"
	"strings"

	"github.com/xeipuuv/gojsonschema"

	"github.com/seed391906a2/iss/registry"
)

// message says what an error of gojsonschema means to the person who wrote the
// document: what is wrong, both numbers, what would be right.
func (s *Schema) message(e gojsonschema.ResultError, doc any, pointer string) string {
	details, value := e.Details(), e.Value()
	switch e.Type() {
	case "additional_property_not_allowed":
		known, patterns := s.fields(doc, pointer)
		return noField(known, patterns, details["property"].(string))
	case "required":
		return fmt.Sprintf("the field %q is missing", details["property"])
	case "missing_dependency":
		return fmt.Sprintf("needs the field %q beside it", details["dependency"])
	case "invalid_type":
		return fmt.Sprintf("must be %s, is %s", typeNames(details["expected"]), article(value))
	case "enum":
		return notAmong(literals("["+details["allowed"].(string)+"]"), value)
	case "const":
		return fmt.Sprintf("must be %v, is %s", details["allowed"], literal(value))
	case "number_gte":
		return fmt.Sprintf("must be at least %s, is %s", number(details["min"]), literal(value))
	case "number_gt":
		return fmt.Sprintf("must be more than %s, is %s", number(details["min"]), literal(value))
	case "number_lte":
		return fmt.Sprintf("must be at most %s, is %s", number(details["max"]), literal(value))
	case "number_lt":
		return fmt.Sprintf("must be less than %s, is %s", number(details["max"]), literal(value))
	case "multiple_of":
		return fmt.Sprintf("must be a multiple of %s, is %s", number(details["multiple"]), literal(value))
	case "array_min_items":
		return fmt.Sprintf("must have %v items or more, has %d", details["min"], size(value))
	case "array_max_items":
		return fmt.Sprintf("must have %v items or fewer, has %d", details["max"], size(value))
	case "array_no_additional_items":
		return fmt.Sprintf("has too many items: %d", size(value))
	case "array_min_properties":
		return fmt.Sprintf("must have %v fields or more, has %d", details["min"], size(value))
	case "array_max_properties":
		return fmt.Sprintf("must have %v fields or fewer, has %d", details["max"], size(value))
	case "unique":
		return fmt.Sprintf("items %v and %v are equal", details["i"], details["j"])
	case "string_gte":
		return fmt.Sprintf("must have %v characters or more, is %s", details["min"], literal(value))
	case "string_lte":
		return fmt.Sprintf("must have %v characters or fewer, is %s", details["max"], literal(value))
	case "pattern":
		return fmt.Sprintf("%s does not have the form %v", literal(value), details["pattern"])
	case "false":
		return "may not stand here beside the other fields"
	}
	return e.Description()
}

// noField says that there is no such field, and which there are.
func noField(known, patterns []string, name string) string {
	if near := registry.Nearest(name, known); near != "" {
		return fmt.Sprintf("no such field; nearest is %q", near)
	}
	for _, pattern := range patterns {
		known = append(known, "names of the form "+pattern)
	}
	if len(known) == 0 {
		return "no such field; there are none here"
	}
	return "no such field; known: " + strings.Join(known, ", ")
}

// notAmong says that a value is none of those allowed.
func notAmong(allowed []any, value any) string {
	var known, names []string
	for _, a := range allowed {
		known = append(known, literal(a))
		if text, ok := a.(string); ok {
			names = append(names, text)
		}
	}
	message := fmt.Sprintf("must be %s, is %s", alternatives(known), literal(value))
	if text, ok := value.(string); ok {
		if near := registry.Nearest(text, names); near != "" {
			message += fmt.Sprintf("; nearest is %q", near)
		}
	}
	return message
}

// alternatives joins words with commas and an or.
func alternatives(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

// typeNames turns "integer" or "[integer,null]" into words.
func typeNames(expected any) string {
	list := strings.Trim(fmt.Sprint(expected), "[]")
	var words []string
	for _, name := range strings.Split(list, ",") {
		switch name = strings.TrimSpace(name); name {
		case "integer":
			words = append(words, "a whole number")
		case "array", "object":
			words = append(words, "an "+name)
		case "null":
			words = append(words, name)
		case "boolean":
			words = append(words, "true or false")
		default:
			words = append(words, "a "+name)
		}
	}
	return alternatives(words)
}

// article names a value's kind, and the value itself if it is short.
func article(value any) string {
	switch v := value.(type) {
	case map[string]any:
		return "an object"
	case []any:
		return "an array"
	case string:
		return "the string " + literal(v)
	}
	return literal(value)
}

// literal returns a value as JSON, cut short.
func literal(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprint(value)
	}
	if runes := []rune(string(text)); len(runes) > 60 {
		return string(runes[:60]) + "…"
	}
	return string(text)
}

func literals(list string) []any {
	var values []any
	if err := json.Unmarshal([]byte(list), &values); err != nil {
		return []any{list}
	}
	return values
}

// number writes a bound of a schema.
func number(v any) string {
	if f, ok := v.(*big.Float); ok {
		f64, _ := f.Float64()
		if f64 == float64(int64(f64)) {
			return strconv.FormatInt(int64(f64), 10)
		}
		return strconv.FormatFloat(f64, 'g', -1, 64)
	}
	return fmt.Sprint(v)
}

// size returns the number of items or fields.
func size(value any) int {
	switch v := value.(type) {
	case []any:
		return len(v)
	case map[string]any:
		return len(v)
	}
	return 0
}
