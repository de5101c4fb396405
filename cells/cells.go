// Package cells holds the recurrent cells that come with iss, one file each.
// A cell is its equations, written once in graph operations; it has no
// backward pass, no pruning rule and no group file.
//
//	cell, err := cells.LSTM.New(core.CellConfig{Input: 650, Hidden: 650})
package cells

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/seed391906a2/iss/cells/equation"
	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/registry"
)

// All are the cells that come with iss: those of this package, and those that
// are documents.
func All() []core.CellPlugin {
	return append([]core.CellPlugin{GRU, LSTM, RHN, RNN}, equation.Shipped()...)
}

// Catalogue is a registry of plug-ins. A name that is taken is an error that
// names both sources.
func Catalogue(plugins ...core.CellPlugin) (*registry.Catalogue[core.CellPlugin], error) {
	r := registry.New[core.CellPlugin]("cell")
	for _, p := range plugins {
		if err := r.Add(p.Name, p.Source, p); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// options decodes a cell's options into o, which holds the defaults, and
// checks the sizes.
func options(cell string, cfg core.CellConfig, o any) error {
	if cfg.Input < 1 || cfg.Hidden < 1 {
		return fmt.Errorf("cells: %s: input size %d and hidden size %d must both be at least 1", cell, cfg.Input, cfg.Hidden)
	}
	if len(cfg.Options) == 0 {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(cfg.Options))
	d.DisallowUnknownFields()
	if err := d.Decode(o); err != nil {
		return fmt.Errorf("cells: %s: options: %w", cell, err)
	}
	return nil
}

// keep writes the chances to keep of a configuration to the places of a cell.
func keep(cell string, cfg core.CellConfig, places map[string]*float64) error {
	for _, name := range slices.Sorted(maps.Keys(cfg.Keep)) {
		to, k := places[name], cfg.Keep[name]
		if to == nil {
			known := slices.Sorted(maps.Keys(places))
			return fmt.Errorf("cells: %s: keep.%s: %w", cell, name, registry.Unknown("place with dropout", name, known))
		}
		if !(k > 0 && k <= 1) {
			return fmt.Errorf("cells: %s: keep.%s: %g is not a chance to keep in (0, 1]", cell, name, k)
		}
		*to = k
	}
	return nil
}
