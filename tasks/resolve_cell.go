package tasks

import (
	"maps"
	"path/filepath"
	"strings"

	"github.com/seed391906a2/iss/cells/equation"
	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/schemas"
)

// cellAt is where a configuration names its cell, or holds it as a document.
const cellAt = "/model/cell"

// cellFile replaces a cell that is written "@FILE" in a document by what is in
// the file, which lies beside the document.
func (r *resolver) cellFile(l *layer, root map[string]any) map[string]any {
	model, _ := root["model"].(map[string]any)
	name, _ := model["cell"].(string)
	file, ok := strings.CutPrefix(name, "@")
	if !ok {
		return root
	}
	if l.preset != "" {
		r.fault(schemas.Fault{File: "preset " + l.preset, Pointer: cellAt, Message: "a preset cannot read a file; write the document of the cell itself"})
		return root
	}
	if !filepath.IsAbs(file) {
		file = filepath.Join(filepath.Dir(l.doc.File), filepath.FromSlash(file))
	}
	text, err := schemas.ReadFile(file)
	if err != nil {
		r.fault(l.doc.Fault(cellAt, "%s", strings.TrimPrefix(err.Error(), "schemas: ")))
		return root
	}
	if l.cell, err = schemas.Parse(file, text); err != nil {
		r.unreadable(err)
		return root
	}
	model, root = maps.Clone(model), maps.Clone(root)
	model["cell"], root["model"] = l.cell.Value, model
	return root
}

// ownCell is the cell that the configuration holds as a document; nil if it
// names one, or if what it holds has faults, which are noted.
func (r *resolver) ownCell() *core.CellPlugin {
	v, _ := r.at(cellAt)
	if _, ok := v.(map[string]any); !ok {
		return nil
	}
	p, faults := equation.New(v)
	for _, f := range faults {
		f.Pointer = cellAt + f.Pointer
		r.fault(r.place(f))
	}
	if len(faults) > 0 {
		return nil
	}
	return &p
}

// named is the configuration with the name of its cell in place of a document,
// as schemas of cells' options need it.
func (r *resolver) named() map[string]any {
	model, _ := r.value["model"].(map[string]any)
	if r.own == nil || model == nil {
		return r.value
	}
	root := maps.Clone(r.value)
	model = maps.Clone(model)
	model["cell"], root["model"] = r.own.Name, model
	return root
}

// placeCell tells a fault inside the document of a cell where it stands in the
// file that the document was read from, if there is one.
func (l layer) placeCell(f schemas.Fault) (schemas.Fault, bool) {
	inside, ok := strings.CutPrefix(f.Pointer, cellAt)
	if !ok || inside != "" && inside[0] != '/' {
		return f, false
	}
	doc := l.cell
	if l.set > 0 && pointerOf(l.path) == cellAt {
		doc = l.doc
	}
	if doc == nil {
		return f, false
	}
	f.Pointer = inside
	return doc.Place(f), true
}
