package groups

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/seed391906a2/iss/schemas"
)

// Spec is a group file: the published JSON form, its extensions, version 2,
// which names classes and leaves the weights to the model, or the published
// configuration of a training, which names layers (see couple.go).
//
//	{"groups": [[{"var_name": "Model/softmax_w", "multi": 1.0, "axis": 1, "start": 0, "end": 1500}, …], …]}
//
// In the file "axis" is the axis that is summed away. Read one with ParseSpec,
// make one with Derivation.Spec or Derivation.SpecByClass.
type Spec struct {
	Version int // 1 or 2
	Groups  []SpecGroup

	doc    *schemas.Document // what it was read from, or nil
	layers []layer           // of a published configuration, whose groups follow from the model's shapes
	unused []setting         // of it that is not about groups
}

// SpecGroup is one group of a file.
type SpecGroup struct {
	Name    string // for people, or ""
	Class   string // of the model, or ""; in version 2 all there is
	Multi   float64
	Entries []SpecEntry

	bare bool   // written as a list without a name
	line bool   // every row or column of a weight is a group of its own
	at   string // pointer of what it was made of, if that is not its place among the groups
}

// SpecEntry is a range of one variable; unlike those of a bound Group it may
// be wrong.
type SpecEntry struct {
	Entry
	Count int // indices in the range
	// Along says that the file gives the axis of the units and not the summed
	// one: the only way for variables that do not have two axes.
	Along bool
	end   int    // as written
	at    string // as of SpecGroup
}

// ParseSpec reads a group file. The error is a schemas.Faults: everything that
// is wrong with the form, each as "file:line:col pointer: message". Whether
// the file fits a model is checked by Bind. Published files that hold no groups
// are faults too, which say what they are.
func ParseSpec(file string, doc []byte) (*Spec, error) {
	schema, err := groupSchema()
	if err != nil {
		return nil, err
	}
	d, err := schemas.Parse(file, doc)
	if err != nil {
		return nil, schema.Validate(file, doc) // what else is wrong, too
	}
	if f := groupless(d); f != nil {
		return nil, schemas.Faults{*f}.Err()
	}
	if err := schema.Check(d).Err(); err != nil {
		return nil, err
	}
	if d.Has("/grouplasso") {
		return parseLayers(d)
	}
	var raw struct {
		Version int
		Groups  []json.RawMessage
	}
	raw.Version = 1
	if err := d.Decode(&raw); err != nil {
		return nil, fmt.Errorf("groups: %w", err)
	}
	s := &Spec{Version: raw.Version, doc: d}
	for _, text := range raw.Groups {
		g, err := parseGroup(raw.Version, text)
		if err != nil {
			return nil, fmt.Errorf("groups: %s: %w", file, err)
		}
		s.Groups = append(s.Groups, g)
	}
	return s, nil
}

var groupSchema = sync.OnceValues(func() (*schemas.Schema, error) {
	source, err := schemas.Source("groups")
	if err != nil {
		return nil, fmt.Errorf("groups: %w", err)
	}
	return schemas.Compile(source)
})

// fileGroup and fileEntry are the JSON forms, of both versions.
type fileGroup struct {
	Name        string      `json:"name"`
	Class       string      `json:"class"`
	Multi       *float64    `json:"multi"`
	LambdaMulti *float64    `json:"lambda_multi"`
	Entries     []fileEntry `json:"entries"`
}

type fileEntry struct {
	Var     string   `json:"var_name"`
	Multi   *float64 `json:"multi"`
	Axis    *int     `json:"axis"`
	Along   *int     `json:"along"`
	Start   int      `json:"start"`
	End     int      `json:"end"`
	Step    int      `json:"step"`
	Indices []int    `json:"indices"`
}

func parseGroup(version int, text json.RawMessage) (SpecGroup, error) {
	f := fileGroup{}
	bare := strings.HasPrefix(strings.TrimSpace(string(text)), "[")
	var err error
	if bare {
		err = json.Unmarshal(text, &f.Entries)
	} else {
		err = json.Unmarshal(text, &f)
	}
	if err != nil {
		return SpecGroup{}, err
	}
	g := SpecGroup{Name: f.Name, Class: f.Class, Multi: 1, bare: bare}
	if f.Multi != nil {
		g.Multi = *f.Multi
	}
	if version == 2 && f.LambdaMulti != nil {
		g.Multi = *f.LambdaMulti
	}
	for _, e := range f.Entries {
		g.Entries = append(g.Entries, e.entry())
	}
	return g, nil
}

func (f fileEntry) entry() SpecEntry {
	e := SpecEntry{Entry: Entry{Var: f.Var, Start: f.Start, Step: max(1, f.Step), Multi: 1}, end: f.End}
	if f.Multi != nil {
		e.Multi = *f.Multi
	}
	if f.Along != nil {
		e.Axis, e.Along = *f.Along, true
	} else if f.Axis != nil {
		e.Axis = 1 - *f.Axis
	}
	if f.Indices != nil {
		e.Start, e.Step, e.Indices = 0, 0, slices.Clone(f.Indices)
		e.Count = len(f.Indices)
	} else {
		e.Count = max(0, (f.End-f.Start+e.Step-1)/e.Step)
	}
	return e
}
