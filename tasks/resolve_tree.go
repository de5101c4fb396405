package tasks

import (
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/seed391906a2/iss/schemas"
)

// tree is a JSON object that several authors write to, one after the other. It
// remembers who wrote or took away what. Authors are ranks 0, 1, ...
type tree struct {
	value map[string]any
	by    map[string]int // who last wrote a value at a pointer
	gone  map[string]int // who last took away the value at a pointer

	rank int // who writes now
	own  int // what ranks from here on wrote stays when a kind changes
}

func newTree() *tree {
	return &tree{value: map[string]any{}, by: map[string]int{}, gone: map[string]int{}}
}

// begin says that rank writes next. Settings, which are many authors in a row,
// share the own of the first.
func (t *tree) begin(rank, own int) { t.rank, t.own = rank, own }

// join merges the fields of an object into the one at a pointer. Null takes a
// field away (RFC 7386).
func (t *tree) join(to map[string]any, at string, from map[string]any) {
	for _, name := range slices.SortedFunc(maps.Keys(from), choicesFirst) {
		p, v := at+schemas.Pointer(name), from[name]
		t.choose(to, at, name, v)
		old, isOld := to[name].(map[string]any)
		fresh, isFresh := v.(map[string]any)
		switch {
		case v == nil:
			t.remove(to, name, p)
		case isOld && isFresh && p != cellAt:
			t.by[p] = t.rank
			t.join(old, p, fresh)
		default:
			to[name] = t.fresh(p, v)
		}
	}
}

// choicesFirst orders fields so that those that decide over their neighbours
// come first.
func choicesFirst(a, b string) int {
	first := func(name string) int {
		if name == "kind" || name == "cell" || name == "task" {
			return 0
		}
		return 1
	}
	if d := first(a) - first(b); d != 0 {
		return d
	}
	return strings.Compare(a, b)
}

// choose takes away what belongs to another choice than the one that is being
// written: the neighbours of another kind, the options of another cell or task.
func (t *tree) choose(object map[string]any, at, name string, v any) {
	old, ok := object[name]
	if !ok || reflect.DeepEqual(old, v) {
		return
	}
	switch {
	case name == "kind":
		t.prune(object, at)
	case at == "/model" && name == "cell" || at == "" && name == "task":
		t.pruneField(object, at, "options")
	}
}

// prune takes away all fields that earlier authors wrote.
func (t *tree) prune(object map[string]any, at string) {
	for name := range object {
		t.pruneField(object, at, name)
	}
}

func (t *tree) pruneField(object map[string]any, at, name string) {
	p := at + schemas.Pointer(name)
	inner, _ := object[name].(map[string]any)
	t.prune(inner, p)
	if t.by[p] < t.own && len(inner) == 0 {
		delete(object, name)
	}
}

// fresh copies a value for a place where nothing is, nulls in objects left out,
// and notes who wrote it.
func (t *tree) fresh(at string, v any) any {
	t.by[at] = t.rank
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for name, field := range v {
			if field != nil {
				out[name] = t.fresh(at+schemas.Pointer(name), field)
			}
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = t.fresh(at+schemas.Pointer(i), item)
		}
		return out
	}
	return v
}

// remove takes a field away.
func (t *tree) remove(object map[string]any, name, at string) {
	if _, ok := object[name]; ok {
		delete(object, name)
		t.gone[at] = t.rank
	}
}

// at returns the value at a pointer, and whether there is one.
func (t *tree) at(pointer string) (any, bool) {
	var v any = t.value
	for _, segment := range schemas.Split(pointer) {
		switch inside := v.(type) {
		case map[string]any:
			field, ok := inside[segment]
			if !ok {
				return nil, false
			}
			v = field
		case []any:
			i, ok := index(segment)
			if !ok || i >= len(inside) {
				return nil, false
			}
			v = inside[i]
		default:
			return nil, false
		}
	}
	return v, true
}
