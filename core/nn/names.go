package nn

import (
	"fmt"
	"maps"
	"slices"

	"github.com/seed391906a2/iss/registry"
)

// names are where a published model has its variables.
type names struct {
	model  string // scope of all
	layers string // scope of the layers in it
	layer  string // a layer, by its number from 0; its class is called the same
}

// nameSets are the layouts of Wen et al.'s public code: of the stacked LSTM
// (Model/RNN/multi_rnn_cell/cell_N) and of the recurrent highway network
// (model/RHNN).
var nameSets = map[string]names{
	"":    {"Model", "RNN/multi_rnn_cell", "cell_%d"},
	"ptb": {"Model", "RNN/multi_rnn_cell", "cell_%d"},
	"rhn": {"model", "", "RHN%d"},
}

// LayerClass is the name of the class of layer i = 0, 1, ... under a set of
// names.
func LayerClass(set string, i int) string { return fmt.Sprintf(nameSets[set].layer, i) }

func checkNames(set string) error {
	if _, ok := nameSets[set]; ok {
		return nil
	}
	known := slices.Sorted(maps.Keys(nameSets))[1:]
	return fmt.Errorf("nn: model.names: %w", registry.Unknown("set of names", set, known))
}
