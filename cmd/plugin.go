package cmd

import (
	"errors"
	"fmt"

	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/registry"
	"github.com/seed391906a2/iss/schemas"
	"github.com/seed391906a2/iss/tasks"
)

// Plugin is a cell or a task that is given to Main: a core.CellPlugin or a
// tasks.Task.
type Plugin interface {
	Identity() registry.Identity
}

var (
	_ Plugin = core.CellPlugin{}
	_ Plugin = tasks.Task{}
)

// Plugins makes one list of plug-ins of one kind, as Main takes it:
//
//	cmd.Main(cmd.Plugins(mine.Cells...)...)
func Plugins[P Plugin](of ...P) []Plugin {
	out := make([]Plugin, len(of))
	for i, p := range of {
		out[i] = p
	}
	return out
}

// Strangers are the plug-ins from outside, told apart.
type Strangers struct {
	cells []core.CellPlugin
	tasks []tasks.Task
}

// strangers tells plug-ins apart and looks whether they can be what they say,
// so that a fault of theirs is told as theirs and before anything else. All
// faults are told at once.
func strangers(plugins ...Plugin) (Strangers, error) {
	var s Strangers
	var errs []error
	for _, p := range plugins {
		switch p := p.(type) {
		case core.CellPlugin:
			s.cells = append(s.cells, p)
			errs = append(errs, checkCell(p))
		case tasks.Task:
			s.tasks = append(s.tasks, p)
			errs = append(errs, checkOptions(p, "/task", p.Options))
		default:
			errs = append(errs, fmt.Errorf("a plug-in is a %T; it must be a core.CellPlugin or a tasks.Task", p))
		}
	}
	return s, errors.Join(errs...)
}

func checkCell(p core.CellPlugin) error {
	if p.New == nil {
		return fmt.Errorf("%s has no New, so it cannot be made", called(p))
	}
	return checkOptions(p, "/model/cell", p.Options)
}

// checkOptions looks whether the schema of a plug-in's options is one.
func checkOptions(p Plugin, choice string, schema []byte) error {
	_, err := schemas.Compile([]byte(`{}`), schemas.Slot{
		Choice: choice, Options: "/options",
		Parts: []schemas.Part{{Name: p.Identity().Name, Schema: schema}},
	})
	if err != nil {
		return fmt.Errorf("%s: the schema of its options cannot be used: %w", called(p), err)
	}
	return nil
}

// called is how errors call a plug-in.
func called(p Plugin) string {
	i := p.Identity()
	if i.Source == "" {
		i.Source = "an unstated source"
	}
	return fmt.Sprintf("%s %q from %s", i.Kind, i.Name, i.Source)
}
