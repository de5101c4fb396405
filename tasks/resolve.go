package tasks

import (
	"encoding/json"
	"errors"
	"fmt"
	"sync"

	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/registry"
	"github.com/seed391906a2/iss/schemas"
)

// Query says what a configuration is made of: a preset, a document, single
// settings, in this order.
type Query struct {
	Presets *registry.Catalogue[PresetEntry]
	Cells   *registry.Catalogue[core.CellPlugin] // nil: any name and options are taken
	Tasks   *registry.Catalogue[Task]            // nil: any name is taken

	Name     string   // a preset; "": the one that the document names, if any
	File     string   // name of the document, for error texts
	Document []byte   // a configuration; nil: none
	Sets     []string // settings "a.b.0.c=V", applied from left to right
}

// Resolve merges what q names into one configuration and checks it.
//
// A preset is laid over its parent, the document over the preset: objects are
// joined, lists and values replaced, and null takes a field away. An object
// whose "kind" differs is replaced as a whole, and options of a cell leave with
// the cell. A document that says "complete" takes nothing from its preset, and
// one without a preset must be complete.
//
// A setting assigns V to a field, which is JSON, or else a string; @FILE stands
// for the JSON in a file, null takes the field away, and the index one beyond
// the end of a list appends.
//
// A cell is named, or is a document of equations (cells/equation), or "@FILE"
// with one in it, beside the document that says so. Documents replace each
// other as a whole.
//
// What is not said has the defaults of schemas/config. The whole is checked once,
// against the schema with the options of q.Cells and for contradictions. The error
// is a schemas.Faults that tells each fault where its author wrote it:
//
//	tiny.json:4:15 /model/hiden: no such field; nearest is "hidden"
//	--set 2: model.hiden: no such field; nearest is model.hidden
//	preset mine /train/batch: must be at least 1, is 0
func Resolve(q Query) (Config, error) {
	c, _, err := ResolveBy(q)
	return c, err
}

// Author tells a fault of a configuration, found when it met its model, where
// its author wrote what is at fault.
type Author func(schemas.Fault) schemas.Fault

// ResolveBy is Resolve that also tells who wrote what.
func ResolveBy(q Query) (Config, Author, error) {
	if q.Name == "" && q.Document == nil {
		return Config{}, nil, errors.New("tasks: neither a preset nor a configuration file is named; iss list presets names the presets")
	}
	r := &resolver{Query: q, tree: newTree()}
	if err := r.merge(); err != nil {
		return Config{}, nil, err
	}
	schema, err := r.schema()
	if err != nil {
		return Config{}, nil, err
	}
	r.check(schema)
	if err := r.faults.Err(); err != nil {
		return Config{}, nil, err
	}
	c, err := r.config()
	return c, r.place, err
}

// resolver is a Resolve under way.
type resolver struct {
	Query
	*tree
	layers   []layer          // what the tree was made of, by rank
	settings int              // rank of the first setting
	preset   string           // the configuration's "preset"
	probes   []layer          // settings that took away what was not there
	own      *core.CellPlugin // the cell that the configuration holds as a document
	faults   schemas.Faults
}

// layer is one author of a configuration.
type layer struct {
	preset string            // a preset's name, or
	set    int               // number of a setting, from 1, or
	doc    *schemas.Document // the document; also what a setting read from a file
	cell   *schemas.Document // file that the document's cell was read from
	path   []string          // of a setting
}

// merge reads everything and puts it into the tree. What cannot be read is an
// error, as checking the rest would blame the wrong author.
func (r *resolver) merge() error {
	r.documents()
	if err := r.faults.Err(); err != nil {
		r.parseSets() // so that their faults are told too
		return r.faults.Err()
	}
	r.settings = len(r.layers)
	for _, s := range r.parseSets() {
		r.applySet(s)
	}
	return nil
}

// schema returns the schema of configurations, with the cells' options in it.
func (r *resolver) schema() (*schemas.Schema, error) {
	if r.Cells == nil && r.Tasks == nil {
		return anySchema()
	}
	var slots []schemas.Slot
	if r.Cells != nil {
		s := schemas.Slot{Choice: "/model/cell", Options: "/model/options"}
		r.own = r.ownCell()
		if r.own != nil {
			s.Parts = append(s.Parts, schemas.Part{Name: r.own.Name, Source: r.own.Source, Schema: r.own.Options})
		}
		for _, name := range r.Cells.Names() {
			p, err := r.Cells.Get(name)
			if err != nil {
				return nil, err
			}
			if r.own != nil && r.own.Name == name {
				continue
			}
			s.Parts = append(s.Parts, schemas.Part{Name: name, Source: p.Source, Schema: p.Options})
		}
		slots = append(slots, s)
	}
	if r.Tasks != nil {
		s := schemas.Slot{Choice: "/task", Options: "/options"}
		for _, name := range r.Tasks.Names() {
			t, err := r.Tasks.Get(name)
			if err != nil {
				return nil, err
			}
			s.Parts = append(s.Parts, schemas.Part{Name: name, Source: t.Source, Schema: t.Options})
		}
		slots = append(slots, s)
	}
	return compile(slots...)
}

// anySchema is the schema for cells and tasks of any name; lists of runs use it
// often.
var anySchema = sync.OnceValues(func() (*schemas.Schema, error) { return compile() })

func compile(slots ...schemas.Slot) (*schemas.Schema, error) {
	base, err := schemas.Source("config")
	if err != nil {
		return nil, err
	}
	return schemas.Compile(base, slots...)
}

// config decodes the checked tree over the defaults.
func (r *resolver) config() (Config, error) {
	text, err := json.Marshal(r.value)
	if err != nil {
		return Config{}, fmt.Errorf("tasks: %w", err)
	}
	c := defaults()
	if err := json.Unmarshal(text, &c); err != nil {
		return Config{}, fmt.Errorf("tasks: %w", err)
	}
	c.Preset = r.preset
	if _, said := r.at("/iss/tau"); !said && c.ISS.Sparse() {
		c.ISS.Tau = defaultTau
	}
	if c.Text != nil && c.Text.Unit == "" {
		c.Text.Unit = "word"
	}
	c.emptyIsNil()
	return c, nil
}
