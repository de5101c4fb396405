package tasks

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/seed391906a2/iss/cells/equation"
	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/registry"
)

// Plugin is the cell of the model: the one that its document describes, or
// else the one of that name in a catalogue.
func (m Model) Plugin(cells *registry.Catalogue[core.CellPlugin]) (core.CellPlugin, error) {
	if m.Document != nil {
		p, err := equation.Parse("model.cell", m.Document)
		if err != nil {
			return p, fmt.Errorf("tasks: %w", err)
		}
		return p, nil
	}
	p, err := cells.Get(m.Cell)
	if err != nil {
		return p, fmt.Errorf("tasks: model.cell: %w", err)
	}
	return p, nil
}

// MarshalJSON writes the document of the cell, if there is one, as the cell.
func (m Model) MarshalJSON() ([]byte, error) {
	type plain Model
	var v any = plain(m)
	if m.Document != nil {
		v = struct {
			Cell json.RawMessage `json:"cell"`
			plain
		}{m.Document, plain(m)}
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return b.Bytes(), err
}

// UnmarshalJSON reads a cell's name, or its document. Fields that are not there
// stay as they are.
func (m *Model) UnmarshalJSON(text []byte) error {
	type plain Model
	v := struct {
		Cell json.RawMessage `json:"cell"`
		*plain
	}{plain: (*plain)(m)}
	if err := json.Unmarshal(text, &v); err != nil {
		return err
	}
	switch {
	case len(v.Cell) == 0:
		return nil
	case v.Cell[0] != '{':
		m.Document = nil
		return json.Unmarshal(v.Cell, &m.Cell)
	}
	var b bytes.Buffer
	if err := json.Compact(&b, v.Cell); err != nil {
		return err
	}
	m.Document = b.Bytes()
	var named struct{ Name string }
	err := json.Unmarshal(m.Document, &named)
	m.Cell = named.Name
	return err
}
