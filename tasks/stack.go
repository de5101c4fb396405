package tasks

import (
	"encoding/json"
	"fmt"

	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/core/nn"
)

// Stack holds the recurrent layers of a model.
type Stack struct {
	Cells []core.Cell        // from the input up
	Sizes []int              // output units of each
	Keep  map[string]float64 // chances to keep at places of the model, outside its cells
}

// Stack makes the layers that a configuration names, for an input of so many
// units. Places are those outside the cells that may have dropout.
func (m Model) Stack(cells *Cells, input int, places []string) (*Stack, error) {
	plugin, err := m.Plugin(cells)
	if err != nil {
		return nil, err
	}
	var options []byte
	if m.Options != nil {
		if options, err = json.Marshal(m.Options); err != nil {
			return nil, fmt.Errorf("tasks: model.options: %w", err)
		}
	}
	keep, own, err := nn.Places(m.Keep, places, plugin.Keep)
	if err != nil {
		return nil, err
	}
	s := &Stack{Keep: keep}
	for _, hidden := range m.Hidden {
		cell, err := plugin.New(core.CellConfig{Input: input, Hidden: hidden, Options: options, Keep: own})
		if err != nil {
			return nil, err
		}
		if input, err = core.OutputSize(cell, input); err != nil {
			return nil, err
		}
		s.Cells, s.Sizes = append(s.Cells, cell), append(s.Sizes, input)
	}
	return s, nil
}
