package groups

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/schemas"
)

// layer is one variable of a published training configuration
// (structure_grouplasso.json, row_col_grouplasso.json). It is turned into
// groups when the model's shapes are known.
//
// structure_decay_multi makes the units of an LSTM one group each: its own
// rows, its columns in four equal parts and, of coupled_layer, the first of
// couple_split_num equal parts of its rows. The published code takes the second
// half of the rows for the own ones, so it needs an input as wide as the layer;
// here they are the last ones, as many as there are units: the same where the
// published code works. row_decay_multi and col_decay_multi make every row or
// column a group. All three multiply the norm, as SpecGroup.Multi does.
type layer struct {
	name string
	at   string // pointer

	Structure float64 `json:"structure_decay_multi"`
	Coupled   string  `json:"coupled_layer"`
	Split     *int    `json:"couple_split_num"`
	Rows      float64 `json:"row_decay_multi"`
	Columns   float64 `json:"col_decay_multi"`
}

// setting is a field of a published configuration that groups do not follow from.
type setting struct{ name, value, at string }

// splitDefault is couple_split_num where a file does not give it.
const splitDefault = 2

// parseLayers reads a published training configuration, in the order of the text.
func parseLayers(d *schemas.Document) (*Spec, error) {
	var raw map[string]json.RawMessage
	if err := d.Decode(&raw); err != nil {
		return nil, fmt.Errorf("groups: %w", err)
	}
	s := &Spec{Version: 1, doc: d}
	for name, value := range raw {
		if name != "grouplasso" && name != "$schema" && name != "comments" {
			s.unused = append(s.unused, setting{name, string(value), schemas.Pointer(name)})
		}
	}
	var layers map[string]json.RawMessage
	if err := json.Unmarshal(raw["grouplasso"], &layers); err != nil {
		return nil, fmt.Errorf("groups: %s: %w", d.File, err)
	}
	for name, text := range layers {
		l := layer{name: name, at: schemas.Pointer("grouplasso", name)}
		if name == "global_decay" {
			s.unused = append(s.unused, setting{name, string(text), l.at})
			continue
		}
		if err := json.Unmarshal(text, &l); err != nil {
			return nil, fmt.Errorf("groups: %s: %w", d.File, err)
		}
		s.layers = append(s.layers, l)
	}
	slices.SortFunc(s.layers, func(a, b layer) int { return byPlace(d, a.at, b.at) })
	slices.SortFunc(s.unused, func(a, b setting) int { return byPlace(d, a.at, b.at) })
	return s, nil
}

// byPlace compares the places of two pointers in a text.
func byPlace(d *schemas.Document, a, b string) int {
	i, j := d.Fault(a, ""), d.Fault(b, "")
	return cmp.Or(cmp.Compare(i.Line, j.Line), cmp.Compare(i.Col, j.Col))
}

// groups are those of one layer in a model; what cannot be is told to fault.
func (l layer) groups(g *graph.Graph, vars []string, fault func(pointer, format string, args ...any)) (out []SpecGroup) {
	p := l.matrix(g, l.name, l.at, vars, fault)
	if p == nil {
		return nil
	}
	if l.Structure > 0 {
		if s, ok := l.structure(g, p, vars, fault); ok {
			out = append(out, s)
		}
	}
	for axis, multi := range []float64{l.Rows, l.Columns} {
		if multi > 0 {
			at := l.at + [...]string{"/row_decay_multi", "/col_decay_multi"}[axis]
			name := [...]string{"rows", "columns"}[axis] + " of " + l.name
			out = append(out, SpecGroup{Name: name, Multi: multi, at: at, line: true, Entries: []SpecEntry{span(l.name, axis, 0, p.Shape[axis], at)}})
		}
	}
	return out
}

// matrix is a variable with two axes, or nil with a fault told.
func (l layer) matrix(g *graph.Graph, name, at string, vars []string, fault func(pointer, format string, args ...any)) *graph.Param {
	p := g.Param(name)
	switch {
	case p == nil:
		fault(at, "no variable %q%s; list them with: iss show", name, nearest(name, vars))
		return nil
	case len(p.Shape) != 2:
		fault(at, "%s has shape %v; only a matrix has rows and columns", name, p.Shape)
		return nil
	}
	return p
}

// structure is the group of the layer's units.
func (l layer) structure(g *graph.Graph, p *graph.Param, vars []string, fault func(pointer, format string, args ...any)) (SpecGroup, bool) {
	rows, units := p.Shape[0], p.Shape[1]/4
	if p.Shape[1]%4 != 0 || rows < units {
		fault(l.at, "%s has shape %v; an LSTM has four columns for each unit, and a row by which it feeds the unit back", l.name, p.Shape)
		return SpecGroup{}, false
	}
	s := SpecGroup{Multi: l.Structure, at: l.at, Entries: []SpecEntry{span(l.name, 0, rows-units, rows, l.at)}}
	for k := range 4 {
		s.Entries = append(s.Entries, span(l.name, 1, k*units, (k+1)*units, l.at))
	}
	receiver := l.matrix(g, l.Coupled, l.at+"/coupled_layer", vars, fault)
	if receiver == nil {
		return SpecGroup{}, false
	}
	split, at := splitDefault, l.at
	if l.Split != nil {
		split, at = *l.Split, l.at+"/couple_split_num"
	}
	if n := receiver.Shape[0]; split*units != n {
		advice := ""
		if n%units == 0 {
			advice = fmt.Sprintf("; couple_split_num %d would fit", n/units)
		}
		fault(at, "the %d rows of %s do not make %d parts of one row for each of the %d units of %s%s", n, l.Coupled, split, units, l.name, advice)
		return SpecGroup{}, false
	}
	s.Entries = append(s.Entries, span(l.Coupled, 0, 0, units, l.at+"/coupled_layer"))
	return s, true
}

// span is a range as an entry of a file.
func span(name string, axis, start, end int, at string) SpecEntry {
	return SpecEntry{Entry: Entry{Var: name, Axis: axis, Start: start, Step: 1, Multi: 1}, Count: end - start, end: end, at: at}
}
