package groups

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/schemas"
)

// Spec is a group file: the published JSON form, its extensions, or version 2,
// which names classes and leaves the weights to the model.
//
//	{"groups": [[{"var_name": "Model/softmax_w", "multi": 1.0, "axis": 1, "start": 0, "end": 1500}, …], …]}
//
// In the file "axis" is the axis that is summed away. Read one with ParseSpec,
// make one with Derivation.Spec.
type Spec struct {
	Version int // 1 or 2
	Groups  []SpecGroup

	doc *schemas.Document // what it was read from, or nil
}

// SpecGroup is one group of a file.
type SpecGroup struct {
	Name    string // for people, or ""
	Class   string // of the model, or ""; in version 2 all there is
	Multi   float64
	Entries []SpecEntry

	bare bool // written as a list without a name
}

// SpecEntry is a range of one variable; unlike those of a bound Group it may
// be wrong.
type SpecEntry struct {
	Entry
	Count int // indices in the range
	// Along says that the file gives the axis of the units and not the summed
	// one: the only way for variables that do not have two axes.
	Along bool
	end   int // as written
}

// ParseSpec reads a group file. The error is a schemas.Faults: everything that
// is wrong with the form, each as "file:line:col pointer: message". Whether
// the file fits a model is checked by Bind.
func ParseSpec(file string, doc []byte) (*Spec, error) {
	schema, err := groupSchema()
	if err != nil {
		return nil, err
	}
	if err := schema.Validate(file, doc); err != nil {
		return nil, err
	}
	d, err := schemas.Parse(file, doc)
	if err != nil {
		return nil, err
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

// Spec is the group file of classes. A class whose units lie in disorder is
// written as several groups of ranges, where ranges are long enough.
func (d *Derivation) Spec(classes []*Class) *Spec {
	s := &Spec{Version: 1}
	for _, c := range classes {
		for _, span := range linear(c) {
			g := SpecGroup{Multi: 1, bare: true}
			for _, e := range c.Entries {
				se := SpecEntry{Entry: newEntry(e.Var, e.Axis, e.indices(c.Units)[span[0]:span[1]]), Count: span[1] - span[0]}
				if se.Step < 0 { // a file has no negative step
					se.Indices = slices.Clone(e.indices(c.Units)[span[0]:span[1]])
					se.Start, se.Step = 0, 0
				}
				se.Multi = e.Multi
				se.Along = len(findParam(d.Graph, e.Var).Shape) != 2
				if se.Indices == nil {
					se.end = se.Start + (se.Count-1)*se.Step + 1
				}
				g.Entries = append(g.Entries, se)
			}
			if len(g.Entries) > 0 {
				s.Groups = append(s.Groups, g)
			}
		}
	}
	return s
}

// linear divides the units of a class into spans in which every entry is a
// range: one span for most classes; one too, with listed indices, where spans
// would be shorter than three units on the average.
func linear(c *Class) [][2]int {
	irregular := func(e Entry) bool { return e.Indices != nil }
	whole := [][2]int{{0, c.Units}}
	if c.Units == 0 {
		return nil
	}
	if !slices.ContainsFunc(c.Entries, irregular) {
		return whole
	}
	var us []unit
	for k := range c.Units {
		u := unit{}
		for _, e := range c.Entries {
			u.at = append(u.at, graph.Place{Axis: e.Axis, Index: e.Index(k)})
		}
		us = append(us, u)
	}
	var spans [][2]int
	for _, run := range inOrder(us) {
		at := 0
		if len(spans) > 0 {
			at = spans[len(spans)-1][1]
		}
		spans = append(spans, [2]int{at, at + len(run)})
	}
	if 3*len(spans) > c.Units {
		return whole
	}
	return spans
}
