// Package model opens what a command line calls RUN or MODEL: a run's folder,
// a preset, a configuration file, looked for in that order.
//
//	m, err := finder.Find("ptb-large", nil)
//	g, err := m.Graph()             // traced, and cut as the run says
//	chosen, err := m.Groups()       // what its group Lasso penalises
package model

import (
	"fmt"

	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/registry"
	"github.com/seed391906a2/iss/schemas"
	"github.com/seed391906a2/iss/tasks"
	"github.com/seed391906a2/iss/tasks/runs"
)

// Finder knows everything that a name on a command line can mean.
type Finder struct {
	Cells   *registry.Catalogue[core.CellPlugin]
	Tasks   *registry.Catalogue[tasks.Task]
	Presets *registry.Catalogue[tasks.PresetEntry]
}

// Query is the start of resolving a configuration with what the finder knows.
func (f *Finder) Query(sets []string) tasks.Query {
	return tasks.Query{Presets: f.Presets, Cells: f.Cells, Tasks: f.Tasks, Sets: sets}
}

// Find opens what arg names, with settings laid over it. A run takes none.
func (f *Finder) Find(arg string, sets []string) (*Model, error) {
	found, err := runs.Find(arg, f.Presets)
	if err != nil {
		return nil, err
	}
	q := f.Query(sets)
	switch found.Kind {
	case runs.KindRun:
		if len(sets) > 0 {
			return nil, fmt.Errorf("%s is a run, whose configuration is settled; --set goes with a preset or a configuration file", found.Path)
		}
		return f.Run(found.Path)
	case runs.KindPreset:
		q.Name = found.Path
	case runs.KindFile:
		q.File = found.Path
		if q.Document, err = schemas.ReadFile(found.Path); err != nil {
			return nil, err
		}
	}
	cfg, author, err := tasks.ResolveBy(q)
	if err != nil {
		return nil, err
	}
	m, err := f.Of(found.Path, cfg)
	if err != nil {
		return nil, err
	}
	m.Author = author
	return m, nil
}

// Run opens a run's folder for reading.
func (f *Finder) Run(dir string) (*Model, error) {
	run, err := runs.Open(dir)
	if err != nil {
		return nil, err
	}
	m, err := f.Of(dir, run.Info().Config)
	if err != nil {
		return nil, err
	}
	m.Run = run
	return m, nil
}

// Of is the model of a configuration.
func (f *Finder) Of(name string, cfg tasks.Config) (*Model, error) {
	task, err := f.Tasks.Get(cfg.Task)
	if err != nil {
		return nil, err
	}
	return &Model{Name: name, Config: cfg, Task: task, finder: f}, nil
}
