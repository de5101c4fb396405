package cmd

import (
	"github.com/spf13/cobra"

	"github.com/seed391906a2/iss/cmd/internal/model"
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

// completeModels completes a MODEL by the names of presets.
func (a *app) completeModels(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveDefault
	}
	return a.Presets.Names(), cobra.ShellCompDirectiveDefault
}
