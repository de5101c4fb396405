package cmd

import (
	"github.com/spf13/cobra"

	"github.com/seed391906a2/iss/cmd/internal/model"
	"github.com/seed391906a2/iss/tasks/runs"
)

// settings is the flag --set of commands that take a MODEL.
type settings []string

func settingsFlag(c *cobra.Command) *settings {
	var s settings
	c.Flags().StringArrayVar((*[]string)(&s), "set", nil, "lay a value over the configuration, such as train.epochs=3; can be repeated")
	return &s
}

// find opens what a RUN or MODEL argument names. Whatever is wrong with it was
// typed or written.
func (a *app) find(arg string, s *settings) (*model.Model, error) {
	var sets []string
	if s != nil {
		sets = *s
	}
	m, err := a.Find(arg, sets)
	return m, wrong(err)
}

// completeModels completes a MODEL by the names of presets and the folders of runs.
func (a *app) completeModels(c *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
	dirs, directive := completeRuns(c, args, word)
	return append(a.Presets.Names(), dirs...), directive
}

// completeRuns completes a RUN by the folders of runs.
func completeRuns(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	entries, err := runs.List(runs.Root())
	if err != nil {
		return nil, cobra.ShellCompDirectiveDefault
	}
	dirs := []string{"@last"}
	for _, e := range entries {
		dirs = append(dirs, e.Dir)
	}
	return dirs, cobra.ShellCompDirectiveDefault
}
