package cmd_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/seed391906a2/iss/cells"
	"github.com/seed391906a2/iss/cmd"
	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/registry"
	"github.com/seed391906a2/iss/tasks"
	"github.com/seed391906a2/iss/tasks/ptb"
)

// neither is something that names itself and is no plug-in.
type neither struct{}

func (neither) Identity() registry.Identity { return registry.Identity{Kind: "sink"} }

// What is wrong with a plug-in is told before anything else, with its name and
// its source: whatever command is typed.
func TestPluginFaults(t *testing.T) {
	cell := func(name, options string) core.CellPlugin {
		p := cells.RNN
		p.Name, p.Source, p.Options = name, "example.org/mine", []byte(options)
		return p
	}
	task := func(change func(t *tasks.Task)) tasks.Task {
		mine := ptb.New()
		mine.Name, mine.Source, mine.Presets = "mine", "example.org/mine", nil
		change(&mine)
		return mine
	}
	for _, tt := range []struct {
		name    string
		plugins []cmd.Plugin
		want    []string
	}{
		{"a name of a built-in cell", []cmd.Plugin{cell("lstm", `{}`)}, []string{`cell "lstm" is there twice`, "Zaremba et al.", "example.org/mine"}},
		{"a name of a built-in task", []cmd.Plugin{task(func(t *tasks.Task) { t.Name = "ptb" })},
			[]string{`task "ptb" is there twice`, "github.com/seed391906a2/iss/tasks/ptb", "example.org/mine"}},
		{"a name of a built-in preset", []cmd.Plugin{task(func(t *tasks.Task) { t.Presets = []tasks.Preset{{Name: "demo"}} })},
			[]string{`preset "demo" is there twice`, "task grammar from github.com/seed391906a2/iss/tasks/ptb", "task mine from example.org/mine"}},
		{"two of one name", []cmd.Plugin{cell("a", `{}`), cell("a", `{}`)}, []string{`cell "a" is there twice`}},
		{"no name to type", []cmd.Plugin{cell("my cell", `{}`)}, []string{`cell "my cell" from example.org/mine cannot have this name`}},
		{"schema that is no JSON", []cmd.Plugin{cell("a", `{"type": }`)}, []string{`cell "a" from example.org/mine: the schema of its options cannot be used`, ":1:10"}},
		{"schema with a slip", []cmd.Plugin{cell("a", `{"tpye": "object"}`)}, []string{`cell "a" from example.org/mine`, `/tpye: no such keyword here; nearest is "type"`}},
		{"schema with a type that is none", []cmd.Plugin{cell("a", `{"properties": {"b": {"type": "nmuber"}}}`)}, []string{`cell "a" from example.org/mine`, `no type "nmuber"`, "nearest is number"}},
		{"schema that leads nowhere", []cmd.Plugin{cell("a", `{"properties": {"b": {"$ref": "#/definitions/none"}}}`)}, []string{`cell "a" from example.org/mine`, "/properties/b/$ref: leads nowhere"}},
		{"schemas of two, told at once", []cmd.Plugin{cell("a", `[]`), task(func(t *tasks.Task) { t.Options = []byte(`3`) })},
			[]string{`cell "a" from example.org/mine`, `task "mine" from example.org/mine`}},
		{"a cell that cannot be made", []cmd.Plugin{core.CellPlugin{Name: "a", Source: "example.org/mine"}}, []string{`cell "a" from example.org/mine has no New`}},
		{"a task without a metric", []cmd.Plugin{task(func(t *tasks.Task) { t.Terms.Metrics = nil })}, []string{"task mine from example.org/mine names no metric"}},
		{"a task that cannot be opened", []cmd.Plugin{task(func(t *tasks.Task) { t.Open = nil })}, []string{"task mine from example.org/mine has no Open"}},
		{"a pointer", []cmd.Plugin{&core.CellPlugin{Name: "a"}}, []string{"a plug-in is a *core.CellPlugin; it must be a core.CellPlugin or a tasks.Task"}},
		{"something else", []cmd.Plugin{neither{}}, []string{"a plug-in is a cmd_test.neither"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			code, out, log := run(context.Background(), []string{"list", "cells"}, tt.plugins...)
			assert.Equal(t, 1, code)
			assert.Empty(t, out)
			for _, want := range tt.want {
				assert.Contains(t, log, want)
			}
			assert.NotContains(t, log, "internal error")
		})
	}
}

// Cells and tasks from outside stand beside those that come with iss.
func TestPlugins(t *testing.T) {
	mine := cells.RNN
	mine.Name, mine.Doc = "mine", "Doc of mine."
	task := ptb.NewGrammar()
	task.Name, task.Doc, task.Presets = "yours", "Doc of yours.", nil
	plugins := append(cmd.Plugins(mine), task)
	for what, want := range map[string]string{"cells": "Doc of mine.", "tasks": "Doc of yours."} {
		code, out, log := run(context.Background(), []string{"list", what}, plugins...)
		assert.Equal(t, 0, code, log)
		assert.Contains(t, out, want)
	}
}
