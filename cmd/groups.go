package cmd

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/seed391906a2/iss/cmd/internal/term"
	"github.com/seed391906a2/iss/groups"
)

func (a *app) groupsCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "groups",
		Short: "Derive, show, explain and check groups: what must leave with a hidden unit",
		Example: `  iss groups show ptb-large-iss
  iss groups derive ptb-large-iss > groups.json
  iss groups lint ptb-large-iss groups.json`,
	}
	c.AddCommand(a.groupsDeriveCommand(), a.groupsShowCommand(), a.groupsWhyCommand(), a.groupsLintCommand())
	return c
}

func (a *app) groupsDeriveCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "derive MODEL",
		Short: "Print the group file of a model",
		Long: `Derive the groups of a model from its equations and print them as a group
file, in the form that the paper's code reads. The sizes of the groups go to
standard error: as many scalars as the paper counts, and how many of them are
different ones.`,
		Example:           "  iss groups derive ptb-large-iss > groups.json",
		Args:              arguments(1, 1, "a MODEL"),
		ValidArgsFunction: a.completeModels,
	}
	s := settingsFlag(c)
	all := c.Flags().Bool("all", false, "every class that can lose units, not only the penalised ones")
	c.RunE = func(_ *cobra.Command, args []string) error {
		m, err := a.find(args[0], s)
		if err != nil {
			return err
		}
		d, err := m.Derivation()
		if err != nil {
			return err
		}
		classes, err := m.Classes()
		if err != nil {
			return wrong(err)
		}
		if *all {
			classes = nil
			for _, class := range d.Classes {
				if !class.Pinned() && len(class.Entries) > 0 {
					classes = append(classes, class)
				}
			}
		}
		t := &term.Table{Head: []string{"class", "units", "scalars", "different", "biases"}}
		for _, class := range classes {
			n := groups.Count(d.Graph, class.Group())
			t.Row(class.Name, class.Units, n.Multiset, n.Distinct, n.Biases)
		}
		if err := t.Write(a.Err); err != nil {
			return err
		}
		_, err = d.Spec(classes).WriteTo(a.Out)
		return err
	}
	return c
}

func (a *app) groupsLintCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "lint MODEL FILE",
		Short: "Check a group file against a model",
		Long: `Check a group file: its form, and whether the variables, ranges and classes it
names are those of the model. Every fault is told at once, each as
file:line:col. The exit status is 1 if there is one.`,
		Example:           "  iss groups lint ptb-large groups.json",
		Args:              arguments(2, 2, "a MODEL and a FILE"),
		ValidArgsFunction: a.completeModels,
	}
	s := settingsFlag(c)
	c.RunE = func(_ *cobra.Command, args []string) error {
		m, err := a.find(args[0], s)
		if err != nil {
			return err
		}
		found, err := m.GroupFile(args[1])
		if err != nil {
			return a.lintError(err)
		}
		units := 0
		for _, g := range found {
			units += g.Units
		}
		fmt.Fprintf(a.Out, "%s: %d groups of %d components fit %s\n", args[1], len(found), units, m.Name)
		return nil
	}
	return c
}
