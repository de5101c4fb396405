//go:build wireinject

package cmd

import (
	"github.com/google/wire"

	"github.com/seed391906a2/iss/cmd/internal/model"
	"github.com/seed391906a2/iss/cmd/internal/term"
)

// newApp puts the command line together.
func newApp(strangers Strangers, streams term.Streams) (*app, error) {
	panic(wire.Build(
		allCells, cellCatalogue,
		allTasks, taskCatalogue, presetCatalogue,
		wire.Struct(new(model.Finder), "*"),
		logger,
		wire.Struct(new(app), "*"),
	))
}
