package tasks

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/core/nn"
)

// Maker makes the cells of a configured model.
type Maker struct {
	Keep map[string]float64 // chances to keep at places of the model, outside its cells

	plugin  core.CellPlugin
	options []byte
	own     map[string]float64 // chances to keep inside the cells
}

// Maker makes cells of the kind that a configuration names. Places are those
// outside the cells that may have dropout.
func (m Model) Maker(cells *Cells, places []string) (*Maker, error) {
	plugin, err := m.Plugin(cells)
	if err != nil {
		return nil, err
	}
	k := &Maker{plugin: plugin}
	if m.Options != nil {
		if k.options, err = json.Marshal(m.Options); err != nil {
			return nil, fmt.Errorf("tasks: model.options: %w", err)
		}
	}
	k.Keep, k.own, err = nn.Places(m.Keep, places, plugin.Keep)
	return k, err
}

// Cell is a cell of so many hidden units for an input of so many, and the
// number of units that it puts out.
func (k *Maker) Cell(input, hidden int) (cell core.Cell, output int, err error) {
	cell, err = k.plugin.New(core.CellConfig{Input: input, Hidden: hidden, Options: k.options, Keep: k.own})
	if err != nil {
		return nil, 0, err
	}
	output, err = core.OutputSize(cell, input)
	return cell, output, err
}

// Stack holds the recurrent layers of a model.
type Stack struct {
	Cells []core.Cell        // from the input up
	Sizes []int              // output units of each
	Keep  map[string]float64 // chances to keep at places of the model, outside its cells
}

// Stack makes the layers that a configuration names, for an input of so many
// units. Places are those outside the cells that may have dropout.
func (m Model) Stack(cells *Cells, input int, places []string) (*Stack, error) {
	if m.Backward != nil {
		return nil, errors.New("tasks: model.backward is of layers that read in two directions; those of this task read in one")
	}
	k, err := m.Maker(cells, places)
	if err != nil {
		return nil, err
	}
	s := &Stack{Keep: k.Keep}
	for _, hidden := range m.Hidden {
		var cell core.Cell
		if cell, input, err = k.Cell(input, hidden); err != nil {
			return nil, err
		}
		s.Cells, s.Sizes = append(s.Cells, cell), append(s.Sizes, input)
	}
	return s, nil
}
