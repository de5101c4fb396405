// Package model opens what a command line calls RUN or MODEL: a run's folder,
// a preset, a configuration file, looked for in that order.
//
//	m, err := finder.Find("ptb-large", nil)
//	g, err := m.Graph()             // traced, and cut as the run says
//	chosen, err := m.Groups()       // what its group Lasso penalises
package model

import (
	"fmt"
	"os"

	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/groups"
	"github.com/seed391906a2/iss/registry"
	"github.com/seed391906a2/iss/schemas"
	"github.com/seed391906a2/iss/tasks"
)

// Finder knows everything that a name on a command line can mean.
type Finder struct {
	Cells   *registry.Catalogue[core.CellPlugin]
	Tasks   *registry.Catalogue[tasks.Task]
	Presets *registry.Catalogue[tasks.PresetEntry]
}

// Model is a configuration and what follows from it.
type Model struct {
	Name   string // as it was called
	Config tasks.Config
	Task   tasks.Task

	finder *Finder
	graph  *graph.Graph
	derive *groups.Derivation
}

// Query is the start of resolving a configuration with what the finder knows.
func (f *Finder) Query(sets []string) tasks.Query {
	return tasks.Query{Presets: f.Presets, Cells: f.Cells, Tasks: f.Tasks.Names(), Sets: sets}
}

// Find opens what arg names, with settings laid over it.
func (f *Finder) Find(arg string, sets []string) (*Model, error) {
	q := f.Query(sets)
	if _, known := f.Presets.Source(arg); known {
		q.Name = arg
		return f.resolve(arg, q)
	}
	info, err := os.Stat(arg)
	if err != nil || info.IsDir() {
		_, err := f.Presets.Get(arg)
		return nil, fmt.Errorf("%q is no run, preset or configuration file: %w", arg, err)
	}
	if q.Document, err = schemas.ReadFile(arg); err != nil {
		return nil, err
	}
	q.File = arg
	return f.resolve(arg, q)
}

func (f *Finder) resolve(name string, q tasks.Query) (*Model, error) {
	cfg, err := tasks.Resolve(q)
	if err != nil {
		return nil, err
	}
	return f.Of(name, cfg)
}

// Of is the model of a configuration.
func (f *Finder) Of(name string, cfg tasks.Config) (*Model, error) {
	task, err := f.Tasks.Get(cfg.Task)
	if err != nil {
		return nil, err
	}
	return &Model{Name: name, Config: cfg, Task: task, finder: f}, nil
}

// Graph is the model traced at its configured sizes.
func (m *Model) Graph() (*graph.Graph, error) {
	if m.graph == nil {
		g, err := m.Task.Trace(m.Config, m.finder.Cells, 0)
		if err != nil {
			return nil, err
		}
		m.graph = g
	}
	return m.graph, nil
}

// Derivation holds the model's classes.
func (m *Model) Derivation() (*groups.Derivation, error) {
	if m.derive == nil {
		g, err := m.Graph()
		if err != nil {
			return nil, err
		}
		if m.derive, err = groups.Derive(g); err != nil {
			return nil, err
		}
	}
	return m.derive, nil
}

// Classes are those that are penalised unless a group file says otherwise.
func (m *Model) Classes() ([]*groups.Class, error) {
	d, err := m.Derivation()
	if err != nil {
		return nil, err
	}
	return d.Select(m.Config.ISS.Classes)
}

// Groups are what the group Lasso penalises: the groups of the configured
// file, else those of the classes.
func (m *Model) Groups() ([]groups.Group, error) {
	if file := m.Config.ISS.Groups; file != "" {
		return m.GroupFile(file)
	}
	classes, err := m.Classes()
	if err != nil {
		return nil, err
	}
	d, err := m.Derivation()
	if err != nil {
		return nil, err
	}
	return d.Groups(classes), nil
}

// GroupFile reads a group file and binds it to the model. The error tells all
// that is wrong with it.
func (m *Model) GroupFile(file string) ([]groups.Group, error) {
	text, err := schemas.ReadFile(file)
	if err != nil {
		return nil, err
	}
	spec, err := groups.ParseSpec(file, text)
	if err != nil {
		return nil, err
	}
	g, err := m.Graph()
	if err != nil {
		return nil, err
	}
	return spec.Bind(g)
}
