package tasks

import (
	"errors"

	"github.com/seed391906a2/iss/registry"
)

// PresetEntry is a preset in a catalogue of all tasks' presets.
type PresetEntry struct {
	Preset
	Task string // name of the task that brings it
}

// Presets is the catalogue of the presets that tasks bring. A name that two of
// them claim, or one that cannot be typed, is an error that names the sources;
// all such errors are told at once.
func Presets(tasks ...Task) (*registry.Catalogue[PresetEntry], error) {
	c := registry.New[PresetEntry]("preset")
	var errs []error
	for _, t := range tasks {
		for _, p := range t.Presets() {
			errs = append(errs, c.Add(p.Name, "task "+t.Name(), PresetEntry{Preset: p, Task: t.Name()}))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return c, nil
}
