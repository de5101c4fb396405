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
	"github.com/seed391906a2/iss/tasks/squad"
)

// app is what commands share. It is put together by wire.go.
type app struct {
	term.Streams
	*model.Finder
	Log *slog.Logger // warnings and notes, on standard error
}

// Cells are all cells: those that come with iss and those of strangers.
type Cells []core.CellPlugin

// Tasks are all tasks, likewise.
type Tasks []tasks.Task

func allCells(s Strangers) Cells { return append(cells.All(), s.cells...) }

func allTasks(s Strangers) Tasks {
	return append(Tasks{ptb.New(), ptb.NewGrammar(), squad.New(), squad.NewEmbedded()}, s.tasks...)
}

func cellCatalogue(all Cells) (*registry.Catalogue[core.CellPlugin], error) {
	return cells.Catalogue(all...)
}

func taskCatalogue(all Tasks) (*registry.Catalogue[tasks.Task], error) {
	return tasks.Catalogue(all...)
}

func presetCatalogue(all Tasks) (*registry.Catalogue[tasks.PresetEntry], error) {
	return tasks.Presets(all...)
}

// logger writes plain lines to standard error.
func logger(s term.Streams) *slog.Logger { return slog.New(term.NewLogHandler(s.Err)) }
