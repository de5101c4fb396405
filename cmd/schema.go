package cmd

import (
	"github.com/spf13/cobra"

	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/registry"
	"github.com/seed391906a2/iss/schemas"
)

func (a *app) schemaCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "schema NAME",
		Short: "Print the JSON Schema of a document (cell, config, groups, mapping), for editors",
		Long: `Print the JSON Schema (draft-07) of a document that people write. That of
config holds the options of every cell that is known, so that an editor
completes them too.`,
		Example:   "  iss schema config > config.schema.json",
		Args:      arguments(1, 1, "the NAME of a schema"),
		ValidArgs: schemas.Names(),
		RunE: func(_ *cobra.Command, args []string) error {
			text, err := schemas.Source(args[0])
			if err != nil {
				return wrong(err)
			}
			if args[0] == "config" {
				s, err := schemas.Compile(text, cellOptions(a.Cells))
				if err != nil {
					return err
				}
				text = s.JSON()
			}
			_, err = a.Out.Write(text)
			return err
		},
	}
}

// cellOptions are the option schemas of all cells.
func cellOptions(cells *registry.Catalogue[core.CellPlugin]) schemas.Slot {
	slot := schemas.Slot{Choice: "/model/cell", Options: "/model/options"}
	for _, name := range cells.Names() {
		if p, err := cells.Get(name); err == nil {
			slot.Parts = append(slot.Parts, schemas.Part{Name: p.Name, Source: p.Source, Schema: p.Options})
		}
	}
	return slot
}
