package tasks

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/seed391906a2/iss/schemas"
)

// headings are the fields that say how a document is read and that are not
// merged.
var headings = []string{"$schema", "preset", "complete"}

// documents lays the preset, its ancestors below it, and the document over one
// another.
func (r *resolver) documents() {
	var doc *schemas.Document
	name, complete := r.Name, false
	if r.Document != nil {
		var err error
		if doc, err = schemas.Parse(r.File, r.Document); err != nil {
			r.unreadable(err)
			return
		}
		name, complete = r.heading(doc, func(pointer, format string, args ...any) schemas.Fault {
			return doc.Fault(pointer, format, args...)
		})
		if r.Name != "" && r.Name != name {
			if name != "" {
				r.fault(doc.Fault("/preset", "is %q, but preset %q was asked for; name one of them", name, r.Name))
				return
			}
			name = r.Name
		}
	}
	r.preset = name
	if name != "" && !complete {
		r.chain(name, func(err error) {
			if doc != nil && doc.Has("/preset") {
				r.fault(doc.Fault("/preset", "%s", plain(err)))
				return
			}
			r.fault(schemas.Fault{Message: err.Error()})
		})
	}
	if doc != nil && len(r.faults) == 0 {
		r.lay(layer{doc: doc}, doc)
	}
}

// chain lays the preset called name over its ancestors. blame is told what is
// wrong with the name; whoever wrote it is to blame.
func (r *resolver) chain(name string, blame func(error)) {
	var names []string // youngest first
	var docs []*schemas.Document
	for name != "" {
		if slices.Contains(names, name) {
			blame(fmt.Errorf("tasks: the parents of presets go in a circle: %s", strings.Join(append(names, name), " → ")))
			return
		}
		if r.Presets == nil {
			blame(fmt.Errorf("tasks: preset %q cannot be looked up, as no presets are known here", name))
			return
		}
		p, err := r.Presets.Get(name)
		if err != nil {
			blame(err)
			return
		}
		label := "preset " + name
		doc, err := schemas.Parse(label, p.Document)
		if err != nil {
			r.unreadable(err)
			return
		}
		fault := func(pointer, format string, args ...any) schemas.Fault {
			return schemas.Fault{File: label, Pointer: pointer, Message: fmt.Sprintf(format, args...)}
		}
		names, docs = append(names, name), append(docs, doc)
		name, _ = r.heading(doc, fault)
		blame = func(err error) { r.fault(fault("/preset", "%s", plain(err))) }
	}
	for i, doc := range slices.Backward(docs) {
		r.lay(layer{preset: names[i]}, doc)
	}
}

// heading returns what a document says about presets.
func (r *resolver) heading(doc *schemas.Document, fault func(pointer, format string, args ...any) schemas.Fault) (preset string, complete bool) {
	root, ok := doc.Value.(map[string]any)
	if !ok {
		r.fault(fault("", "a configuration must be an object, in { }"))
		return "", false
	}
	switch v := root["preset"].(type) {
	case nil:
	case string:
		if preset = v; preset == "" {
			r.fault(fault("/preset", "is empty; name a preset or leave the field out"))
		}
	default:
		r.fault(fault("/preset", "must be a string, the name of a preset"))
	}
	switch v := root["complete"].(type) {
	case nil:
	case bool:
		complete = v
	default:
		r.fault(fault("/complete", "must be true or false"))
	}
	return preset, complete
}

// lay merges a document into the tree.
func (r *resolver) lay(l layer, doc *schemas.Document) {
	root, ok := doc.Value.(map[string]any)
	if !ok {
		return // a fault already
	}
	root = maps.Clone(root)
	for _, name := range headings {
		delete(root, name)
	}
	root = r.cellFile(&l, root)
	rank := len(r.layers)
	r.layers = append(r.layers, l)
	r.begin(rank, rank)
	r.by[""] = rank
	r.join(r.value, "", root)
}

func (r *resolver) fault(f schemas.Fault) { r.faults = append(r.faults, f) }

// unreadable notes what Parse found.
func (r *resolver) unreadable(err error) {
	if found, ok := err.(schemas.Faults); ok {
		r.faults = append(r.faults, found...)
		return
	}
	r.fault(schemas.Fault{Message: err.Error()})
}
