package schemas

import (
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strconv"
)

// fields returns the names, sorted, that the object around the pointer's last
// segment may have in this document: those allowed by every schema there that
// forbids others, and the patterns that other names may have. gojsonschema does
// not tell, and a plug-in's options depend on what else the document says.
func (s *Schema) fields(doc any, pointer string) (known, patterns []string) {
	segments := Split(pointer)
	var names map[string]bool
	for _, r := range s.rulesAt(doc, segments[:len(segments)-1]) {
		if r.schema["additionalProperties"] != false {
			continue
		}
		allowed := make(map[string]bool)
		properties, _ := r.schema["properties"].(map[string]any)
		for name, p := range properties {
			if p != false && (names == nil || names[name]) {
				allowed[name] = true
			}
		}
		names = allowed
		byForm, _ := r.schema["patternProperties"].(map[string]any)
		patterns = slices.AppendSeq(patterns, maps.Keys(byForm))
	}
	slices.Sort(patterns)
	return slices.Sorted(maps.Keys(names)), patterns
}

// A rule is a schema that applies to some value, and the document its
// references lead into.
type rule struct {
	schema, root map[string]any
}

// rulesAt returns the rules that apply at a path in the document.
func (s *Schema) rulesAt(value any, path []string) []rule {
	rules := applying(rule{s.root, s.root}, value, nil)
	for _, segment := range path {
		var next []rule
		child, ok := step(value, segment)
		if !ok {
			return nil
		}
		for _, r := range rules {
			for _, c := range r.children(value, segment) {
				next = applying(c, child, next)
			}
		}
		rules, value = next, child
	}
	return rules
}

// applying appends to out the rule and those that it brings in for a value:
// its reference, its allOf, anyOf and oneOf, and then or else as if decides.
func applying(r rule, value any, out []rule) []rule {
	if _, ok := r.schema["$id"]; ok {
		r.root = r.schema
	}
	if ref, ok := r.schema["$ref"].(string); ok {
		target, _ := lookUp(r.root, ref)
		return r.bring(target, value, out)
	}
	out = append(out, r)
	for _, word := range []string{"allOf", "anyOf", "oneOf"} {
		list, _ := r.schema[word].([]any)
		for _, s := range list {
			out = r.bring(s, value, out)
		}
	}
	if condition, ok := r.schema["if"]; ok {
		if matches(condition, value) {
			return r.bring(r.schema["then"], value, out)
		}
		return r.bring(r.schema["else"], value, out)
	}
	return out
}

func (r rule) bring(s, value any, out []rule) []rule {
	if m, ok := s.(map[string]any); ok {
		return applying(rule{m, r.root}, value, out)
	}
	return out
}

// children returns what the rule says of one field or item of a value.
func (r rule) children(value any, segment string) []rule {
	var found []any
	if _, ok := value.([]any); ok {
		switch items := r.schema["items"].(type) {
		case map[string]any:
			found = append(found, items)
		case []any:
			if i, err := strconv.Atoi(segment); err == nil && i < len(items) {
				found = append(found, items[i])
			} else {
				found = append(found, r.schema["additionalItems"])
			}
		}
	} else {
		properties, _ := r.schema["properties"].(map[string]any)
		if p, ok := properties[segment]; ok {
			found = append(found, p)
		}
		patterns, _ := r.schema["patternProperties"].(map[string]any)
		for pattern, p := range patterns {
			if ok, _ := regexp.MatchString(pattern, segment); ok {
				found = append(found, p)
			}
		}
		if len(found) == 0 {
			found = append(found, r.schema["additionalProperties"])
		}
	}
	var rules []rule
	for _, s := range found {
		if m, ok := s.(map[string]any); ok {
			rules = append(rules, rule{m, r.root})
		}
	}
	return rules
}

// matches reports whether a value satisfies the condition of an if: its type,
// const, enum, required, properties and not. Other words are taken as
// satisfied; only hints hang on it.
func matches(condition, value any) bool {
	m, ok := condition.(map[string]any)
	if !ok {
		return condition != false
	}
	object, _ := value.(map[string]any)
	if want, ok := m["const"]; ok && !reflect.DeepEqual(want, value) {
		return false
	}
	if list, ok := m["enum"].([]any); ok && !slices.ContainsFunc(list, func(v any) bool { return reflect.DeepEqual(v, value) }) {
		return false
	}
	if want, ok := m["type"].(string); ok && want != kindOf(value) && (want != "integer" || kindOf(value) != "number") {
		return false
	}
	if not, ok := m["not"]; ok && matches(not, value) {
		return false
	}
	required, _ := m["required"].([]any)
	for _, name := range required {
		if _, ok := object[name.(string)]; !ok {
			return false
		}
	}
	properties, _ := m["properties"].(map[string]any)
	for name, s := range properties {
		if v, ok := object[name]; ok && !matches(s, v) {
			return false
		}
	}
	return true
}

// kindOf returns the JSON type of a value, "number" for every number.
func kindOf(value any) string {
	switch value.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case string:
		return "string"
	case []any:
		return "array"
	case map[string]any:
		return "object"
	}
	return "number"
}

// step returns the field or item of a value.
func step(value any, segment string) (any, bool) {
	switch v := value.(type) {
	case map[string]any:
		child, ok := v[segment]
		return child, ok
	case []any:
		if i, err := strconv.Atoi(segment); err == nil && i >= 0 && i < len(v) {
			return v[i], true
		}
	}
	return nil, false
}
