package nn

import (
	"fmt"
	"maps"
	"slices"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/registry"
)

// LanguagePlaces are the places of a language model, outside its cells, that
// may have dropout.
var LanguagePlaces = []string{"input", "output"}

// frequencies are the choices of how often a mask is drawn anew.
var frequencies = map[string]graph.Frequency{
	"": graph.PerStep, "step": graph.PerStep, "window": graph.PerWindow, "word": graph.PerWord,
}

// Places divides the chances to keep of a configuration into those at places
// of the model and those at places that its cells name. A place that neither
// has is an error that tells the known ones.
func Places(keep map[string]float64, model, cell []string) (ofModel, ofCell map[string]float64, err error) {
	known := slices.Concat(model, cell)
	slices.Sort(known)
	for _, name := range cell {
		if slices.Contains(model, name) {
			return nil, nil, fmt.Errorf("nn: the cell calls a place with dropout %q, as the model calls one of its own; call the cell's otherwise", name)
		}
	}
	ofModel, ofCell = map[string]float64{}, map[string]float64{}
	for _, place := range slices.Sorted(maps.Keys(keep)) {
		k := keep[place]
		if !slices.Contains(known, place) {
			return nil, nil, fmt.Errorf("nn: model.keep.%s: %w", place, registry.Unknown("place with dropout", place, known))
		}
		if !(k > 0 && k <= 1) {
			return nil, nil, fmt.Errorf("nn: model.keep.%s: %g is not a chance to keep in (0, 1]", place, k)
		}
		if slices.Contains(cell, place) {
			ofCell[place] = k
		} else {
			ofModel[place] = k
		}
	}
	return ofModel, ofCell, nil
}

// chance is the chance to keep at a place, 1 where none is given.
func chance(keep map[string]float64, place string) float64 {
	if k, ok := keep[place]; ok {
		return k
	}
	return 1
}

// checkMasks refuses places and frequencies that a language model does not have.
func checkMasks(masks map[string]string) error {
	for _, place := range slices.Sorted(maps.Keys(masks)) {
		if !slices.Contains(LanguagePlaces, place) {
			return fmt.Errorf("nn: model.masks.%s: a cell settles its own; %w", place, registry.Unknown("place with dropout", place, LanguagePlaces))
		}
		f, ok := frequencies[masks[place]]
		if !ok {
			known := slices.Sorted(maps.Keys(frequencies))[1:]
			return fmt.Errorf("nn: model.masks.%s: %w", place, registry.Unknown("frequency", masks[place], known))
		}
		if f == graph.PerWord && place != "input" {
			return fmt.Errorf("nn: model.masks.%s: only the input has words; known: step, window", place)
		}
	}
	return nil
}
