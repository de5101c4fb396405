package tasks

import (
	"errors"
	"fmt"

	"github.com/seed391906a2/iss/registry"
)

// PresetEntry is a preset in a catalogue of all tasks' presets.
type PresetEntry struct {
	Preset
	Task string // name of the task that brings it
}

// Catalogue is a registry of tasks. A name that is taken is an error that names
// both sources; a task that lacks what every program asks for is one too.
func Catalogue(tasks ...Task) (*registry.Catalogue[Task], error) {
	c := registry.New[Task]("task")
	for _, t := range tasks {
		err := t.Terms.check()
		if t.Open == nil || t.Trace == nil {
			err = errors.New("has no Open or no Trace")
		}
		if err != nil {
			return nil, fmt.Errorf("tasks: task %s from %s %w", t.Name, t.Source, err)
		}
		if err := c.Add(t.Name, t.Source, t); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// Presets is the catalogue of the presets that tasks bring. A name that two of
// them claim, or one that cannot be typed, is an error that names the sources;
// all such errors are told at once.
func Presets(tasks ...Task) (*registry.Catalogue[PresetEntry], error) {
	c := registry.New[PresetEntry]("preset")
	var errs []error
	for _, t := range tasks {
		for _, p := range t.Presets {
			errs = append(errs, c.Add(p.Name, "task "+t.Name+" from "+t.Source, PresetEntry{Preset: p, Task: t.Name}))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return c, nil
}
