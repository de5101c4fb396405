package model

import (
	"bytes"
	"fmt"
	"path/filepath"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/tensor"
	"github.com/seed391906a2/iss/groups"
	"github.com/seed391906a2/iss/schemas"
	"github.com/seed391906a2/iss/tasks"
	"github.com/seed391906a2/iss/tasks/runs"
)

// GroupsName is the copy that a run keeps of its group file.
const GroupsName = "groups.json"

// VocabularyName is the vocabulary in the run of a task on text.
const VocabularyName = "vocab.txt"

// Model is a configuration and what follows from it. What needs work is done
// when it is first asked for.
type Model struct {
	Name   string // as it was called
	Config tasks.Config
	Task   tasks.Task
	Run    *runs.Run    // open for reading; nil: a preset or a file
	Author tasks.Author // of the configuration; nil: not known

	finder  *Finder
	graph   *graph.Graph
	derive  *groups.Derivation
	problem tasks.Problem
	tensors map[string]tensor.Dense[float32]
}

// Graph is the model, traced at its configured sizes and, if it is a run of a
// compacted model, cut down to the units that are left.
func (m *Model) Graph() (*graph.Graph, error) {
	if m.graph != nil {
		return m.graph, nil
	}
	var g *graph.Graph
	var err error
	if m.Run != nil {
		g, err = m.Run.Graph(m.Task, m.finder.Cells)
	} else {
		var sizes tasks.Sizes
		if m.problem != nil { // its data need not be read again
			sizes = m.problem.Data().Sizes
		}
		g, err = m.Task.Trace(m.Config, m.finder.Cells, sizes)
	}
	if err != nil {
		return nil, err
	}
	m.graph = g
	return g, nil
}

// Problem is the model's task with its data. For a run the data must be those
// it was trained on, or share their vocabulary.
func (m *Model) Problem() (tasks.Problem, error) {
	if m.problem != nil {
		return m.problem, nil
	}
	cfg := m.Config
	if m.Run != nil && cfg.Text != nil && cfg.Text.Tokens != "" { // the run's own copy
		text := *cfg.Text
		text.Tokens = filepath.Join(m.Run.Dir(), VocabularyName)
		cfg.Text = &text
	}
	p, err := m.Task.Open(cfg, m.finder.Cells)
	if err != nil {
		return nil, err
	}
	if m.Run != nil {
		for name, now := range p.Data().Files {
			then, err := m.Run.File(name)
			if err != nil {
				return nil, err
			}
			if !bytes.Equal(now, then) {
				return nil, fmt.Errorf("%s: the data of %s have another %s than the run was trained with; name its data with --data or --text", m.Name, p.Data().Name, name)
			}
		}
	}
	m.problem = p
	return p, nil
}

// SameData reports whether the problem's data are those the run was trained on.
func (m *Model) SameData() bool {
	if m.Run != nil && m.Run.Info().Data.SHA256 == "" {
		return true // imported: nobody here knows what it was trained on
	}
	return m.Run == nil || m.problem == nil || m.Run.Info().Data.SHA256 == m.problem.Data().SHA256
}

// Tensors are the weights of a run.
func (m *Model) Tensors() (map[string]tensor.Dense[float32], error) {
	if m.Run == nil {
		return nil, fmt.Errorf("%s is not trained, so it has no weights; name a run (iss list runs)", m.Name)
	}
	if m.tensors == nil {
		g, err := m.Graph()
		if err != nil {
			return nil, err
		}
		if m.tensors, err = m.Run.Tensors(g); err != nil {
			return nil, err
		}
	}
	return m.tensors, nil
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

// groupFile is the configured group file; a run keeps a copy of its own.
func (m *Model) groupFile(file string) (*groups.Spec, error) {
	if m.Run == nil {
		return ReadGroups(file)
	}
	text, err := m.Run.File(GroupsName)
	if err != nil {
		return nil, err
	}
	return groups.ParseSpec(GroupsName, text)
}

// ReadGroups reads a group file. A fault of its form is a schemas.Faults.
func ReadGroups(file string) (*groups.Spec, error) {
	text, err := schemas.ReadFile(file)
	if err != nil {
		return nil, err
	}
	return groups.ParseSpec(file, text)
}

// Lint holds a group file against the model. The classes that are penalised
// without a file should be in it.
func (m *Model) Lint(spec *groups.Spec) ([]groups.Finding, error) {
	wanted, err := m.Classes()
	if err != nil {
		return nil, err
	}
	return spec.Lint(m.derive, wanted), nil
}
