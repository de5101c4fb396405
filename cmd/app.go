package cmd

import (
	"log/slog"

	"github.com/seed391906a2/iss/cells"
	"github.com/seed391906a2/iss/cmd/internal/model"
	"github.com/seed391906a2/iss/cmd/internal/term"
	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/registry"
	"github.com/seed391906a2/iss/tasks"
	"github.com/seed391906a2/iss/tasks/ptb"
)

// app is what commands share. It is put together by wire.go.
type app struct {
	term.Streams
	*model.Finder
	Log *slog.Logger // warnings and notes, on standard error
}

// Strangers are cells from outside, given to Main.
type Strangers []core.CellPlugin

// Plugins are all cells: those that come with iss and those of strangers.
type Plugins []core.CellPlugin

// Tasks are all tasks.
type Tasks []tasks.Task

func allPlugins(s Strangers) Plugins { return append(cells.All(), s...) }

func allTasks() Tasks { return Tasks{ptb.New(), ptb.NewGrammar()} }

func cellCatalogue(p Plugins) (*registry.Catalogue[core.CellPlugin], error) {
	return cells.Catalogue(p...)
}

func taskCatalogue(all Tasks) (*registry.Catalogue[tasks.Task], error) {
	c := registry.New[tasks.Task]("task")
	for _, t := range all {
		if err := c.Add(t.Name(), modulePath, t); err != nil {
			return nil, err
		}
	}
	return c, nil
}

func presetCatalogue(all Tasks) (*registry.Catalogue[tasks.PresetEntry], error) {
	return tasks.Presets(all...)
}

// logger writes plain lines to standard error.
func logger(s term.Streams) *slog.Logger { return slog.New(term.NewLogHandler(s.Err)) }
