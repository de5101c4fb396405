package tasks

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/seed391906a2/iss/schemas"
)

// How schemas words two of its faults; a test holds it to that.
const (
	noSuchField  = "no such field"
	nearestField = noSuchField + "; nearest is "
	missing      = "the field %q is missing"
)

// blame notes a fault that several fields make together. The one that was
// written last, whole or in part, is at fault; of equals the first.
func (r *resolver) blame(pointers []string, format string, args ...any) {
	at, last := pointers[0], -1
	for _, p := range pointers {
		for _, q := range slices.Sorted(maps.Keys(r.by)) {
			if (q == p || strings.HasPrefix(q, p+"/")) && r.by[q] > last {
				at, last = q, r.by[q]
			}
		}
	}
	r.fault(r.place(schemas.Fault{Pointer: at, Message: fmt.Sprintf(format, args...)}))
}

// place tells a fault of the merged configuration where its author wrote it.
func (r *resolver) place(f schemas.Fault) schemas.Fault {
	rank, ok := r.author(f)
	if !ok {
		f.File = "configuration"
		return f
	}
	return r.layers[rank].place(f)
}

// author returns who wrote what is at fault: the value at the pointer or the
// innermost one around it. A missing field is the fault of who took it away,
// wrote the object without it, or chose the kind, cell or task that needs it.
func (r *resolver) author(f schemas.Fault) (rank int, ok bool) {
	at := f.Pointer
	rank, ok = r.by[at]
	for !ok && at != "" {
		at = at[:strings.LastIndexByte(at, '/')]
		rank, ok = r.by[at]
	}
	field := ""
	if _, err := fmt.Sscanf(f.Message, missing, &field); err != nil {
		return rank, ok
	}
	others := []string{f.Pointer + "/kind"}
	if slices.Contains(r.needs(), f.Pointer+schemas.Pointer(field)) || f.Pointer == "/options" || f.Pointer == "" && field == "options" {
		others = append(others, "/task")
	}
	if f.Pointer == "/model/options" || f.Pointer == "/model" && field == "options" {
		others = append(others, "/model/cell")
	}
	for _, p := range others {
		if other, wrote := r.by[p]; wrote && (!ok || other > rank) {
			rank, ok = other, true
		}
	}
	if other, took := r.gone[f.Pointer+schemas.Pointer(field)]; took && (!ok || other > rank) {
		rank, ok = other, true
	}
	return rank, ok
}

// place writes a fault as one of this layer.
func (l layer) place(f schemas.Fault) schemas.Fault {
	if placed, ok := l.placeCell(f); ok {
		return placed
	}
	switch {
	case l.preset != "":
		f.File = "preset " + l.preset
		return f
	case l.set == 0:
		return l.doc.Place(f)
	}
	message := f.Message
	if quoted, ok := strings.CutPrefix(message, nearestField); ok {
		if name, err := strconv.Unquote(quoted); err == nil {
			parent := schemas.Split(f.Pointer)
			parent = parent[:max(0, len(parent)-1)]
			message = nearestField + strings.Join(append(parent, name), ".")
		}
	}
	if f.Pointer != "" {
		message = dots(f.Pointer) + ": " + message
	}
	if inside, ok := strings.CutPrefix(f.Pointer, pointerOf(l.path)); ok && l.doc != nil {
		line, col := l.doc.Locate(inside)
		message += fmt.Sprintf(" (%s:%d:%d)", l.doc.File, line, col)
	}
	return schemas.Fault{File: l.label(), Message: message}
}

// label is how faults call a setting.
func (l layer) label() string { return fmt.Sprintf("--set %d", l.set) }

// pointerOf is the JSON pointer of a path.
func pointerOf(path []string) string {
	segments := make([]any, len(path))
	for i, p := range path {
		segments[i] = p
	}
	return schemas.Pointer(segments...)
}
