package cmd

import (
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
different ones. --format v2 prints a file that names the classes instead, for
people to change: it holds for all sizes.`,
		Example: `  iss groups derive ptb-large-iss > groups.json
  iss groups derive ptb-large-iss --all --format v2 > groups.json`,
		Args:              arguments(1, 1, "a MODEL"),
		ValidArgsFunction: a.completeModels,
	}
	s := settingsFlag(c)
	all := c.Flags().Bool("all", false, "every class that can lose units, not only the penalised ones")
	form := formFlag(c)
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
		spec := d.Spec(classes)
		if *form == "v2" {
			spec = d.SpecByClass(classes)
		}
		_, err = spec.WriteTo(a.Out)
		return err
	}
	return c
}
