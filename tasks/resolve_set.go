package tasks

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/seed391906a2/iss/schemas"
)

// setting is a parsed --set.
type setting struct {
	layer
	value any
}

// parseSets reads the settings; what cannot be read is a fault.
func (r *resolver) parseSets() []setting {
	var out []setting
	for i, text := range r.Sets {
		s, message := parseSet(i+1, text)
		if message != "" {
			r.fault(schemas.Fault{File: s.label(), Message: message})
			continue
		}
		out = append(out, s)
	}
	return out
}

// parseSet reads setting number n, or says what is wrong with it.
func parseSet(n int, text string) (s setting, wrong string) {
	s.set = n
	left, right, ok := strings.Cut(text, "=")
	if !ok {
		return s, fmt.Sprintf("%q has no value; write PATH=VALUE, such as train.epochs=3", text)
	}
	s.path = strings.Split(left, ".")
	if slices.Contains(s.path, "") {
		return s, fmt.Sprintf("%q is no path; write fields and indices with dots between, such as iss.regularizers.0.lambda", left)
	}
	if slices.Contains(headings, s.path[0]) {
		return s, fmt.Sprintf("%s: cannot be set; name another preset or file in place of MODEL", s.path[0])
	}
	if file, ok := strings.CutPrefix(right, "@"); ok {
		return s.read(left, file)
	}
	doc, err := schemas.Parse("", []byte(right))
	switch {
	case err == nil:
		s.value = doc.Value
	case right != "" && strings.Contains(`{["`, right[:1]):
		return s, fmt.Sprintf("%s: the value is no JSON: %v", left, err)
	default:
		s.value = right
	}
	return s, ""
}

// read takes the value of a setting from a file.
func (s setting) read(path, file string) (setting, string) {
	text, err := schemas.ReadFile(file)
	if err != nil {
		return s, fmt.Sprintf("%s: %s", path, strings.TrimPrefix(err.Error(), "schemas: "))
	}
	if s.doc, err = schemas.Parse(file, text); err != nil {
		return s, fmt.Sprintf("%s: %v", path, err)
	}
	s.value = s.doc.Value
	return s, ""
}

// applySet writes a setting into the tree.
func (r *resolver) applySet(s setting) {
	rank := len(r.layers)
	r.layers = append(r.layers, s.layer)
	r.begin(rank, r.settings)
	if s.value == nil {
		if _, there := r.at(pointerOf(s.path)); !there {
			r.probes = append(r.probes, s.layer)
		}
	}
	if _, wrong := r.assign(r.value, "", s.path, s.value); wrong != "" {
		r.fault(schemas.Fault{File: s.label(), Message: strings.Join(s.path, ".") + ": " + wrong})
	}
}

// assign puts v at a path below old, the value at a pointer, or nil if there is
// none. It returns what stands there then; nil is nothing.
func (t *tree) assign(old any, at string, path []string, v any) (now any, wrong string) {
	if len(path) == 0 {
		if v == nil {
			t.gone[at] = t.rank
			return nil, ""
		}
		return t.fresh(at, v), ""
	}
	switch old := old.(type) {
	case nil:
		if v == nil {
			return nil, ""
		}
		t.by[at] = t.rank
		if _, ok := index(path[0]); ok {
			return t.assignItem([]any{}, at, path, v)
		}
		return t.assignField(map[string]any{}, at, path, v)
	case map[string]any:
		return t.assignField(old, at, path, v)
	case []any:
		return t.assignItem(old, at, path, v)
	}
	text, err := json.Marshal(old)
	if err != nil {
		return old, err.Error()
	}
	return old, fmt.Sprintf("%s is %s, which has no field %q", dots(at), text, path[0])
}

func (t *tree) assignField(object map[string]any, at string, path []string, v any) (any, string) {
	name := path[0]
	if len(path) == 1 {
		t.choose(object, at, name, v)
	}
	now, wrong := t.assign(object[name], at+schemas.Pointer(name), path[1:], v)
	switch {
	case wrong != "":
	case now == nil:
		delete(object, name)
	default:
		object[name] = now
	}
	return object, wrong
}

func (t *tree) assignItem(list []any, at string, path []string, v any) (any, string) {
	before := list
	i, ok := index(path[0])
	switch {
	case !ok:
		return list, fmt.Sprintf("%s is a list of %d; %q is no index into it", dots(at), len(list), path[0])
	case i > len(list):
		return list, fmt.Sprintf("%s is a list of %d; index %d is beyond its end, and %d would append", dots(at), len(list), i, len(list))
	case i == len(list) && v == nil:
		return list, fmt.Sprintf("%s is a list of %d; it has no item %d to take away", dots(at), len(list), i)
	case i == len(list):
		list = append(slices.Clip(list), nil)
	}
	now, wrong := t.assign(list[i], at+schemas.Pointer(i), path[1:], v)
	switch {
	case wrong != "":
		return before, wrong
	case now != nil:
		list[i] = now
		return list, ""
	}
	list = slices.Delete(slices.Clone(list), i, i+1) // those behind it have new pointers
	return t.fresh(at, list), ""
}

// index reads a segment of a path as an index.
func index(segment string) (int, bool) {
	i, err := strconv.Atoi(segment)
	return i, err == nil && i >= 0 && i < 1<<20 && strconv.Itoa(i) == segment
}

// dots writes a pointer as a path of a setting.
func dots(pointer string) string { return strings.Join(schemas.Split(pointer), ".") }
