package schemas

import "reflect"

// inPlace are the keywords whose schemas apply to the very value that the
// schema around them applies to.
var inPlace = []string{"allOf", "anyOf", "oneOf", "not", "if", "then", "else"}

// circles reports every reference by which a schema at or inside v contains
// itself without a step into the document: checking would never end. A schema
// that recurs through properties or items is fine, as documents are finite.
func (c *checker) circles(v any, at string) {
	switch v := v.(type) {
	case map[string]any:
		if _, ok := v["$ref"].(string); ok && c.returns(v, v, make(map[uintptr]bool)) {
			c.fault(at+"/$ref", "refers to itself without end")
		}
		for word, inner := range v {
			if kind, known := keywords[word]; !known || kind != plain {
				c.circles(inner, at+Pointer(word))
			}
		}
	case []any:
		for i, inner := range v {
			c.circles(inner, at+Pointer(i))
		}
	}
}

// returns reports whether goal applies wherever v applies, v itself not counted.
func (c *checker) returns(v, goal map[string]any, seen map[uintptr]bool) bool {
	var next []any
	if ref, ok := v["$ref"].(string); ok {
		target, _ := lookUp(c.doc.Value, ref)
		next = append(next, target)
	} else {
		for _, word := range inPlace {
			if list, ok := v[word].([]any); ok {
				next = append(next, list...)
			} else {
				next = append(next, v[word])
			}
		}
	}
	for _, n := range next {
		m, ok := n.(map[string]any)
		if !ok {
			continue
		}
		id := reflect.ValueOf(m).Pointer()
		if id == reflect.ValueOf(goal).Pointer() {
			return true
		}
		if !seen[id] {
			seen[id] = true
			if c.returns(m, goal, seen) {
				return true
			}
		}
	}
	return false
}
