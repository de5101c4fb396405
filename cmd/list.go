package cmd

import (
	"github.com/spf13/cobra"

	"github.com/seed391906a2/iss/cmd/internal/term"
	"github.com/seed391906a2/iss/core/mapping"
)

// listed is a named thing as list prints it.
type listed struct {
	Name   string `json:"name"`
	Doc    string `json:"doc"`
	Source string `json:"source,omitempty"`
	Form   string `json:"form,omitempty"` // of a cell: "Go", or "equations" if it is a document
}

func (a *app) listCommand() *cobra.Command {
	c := &cobra.Command{
		Use:     "list",
		Short:   "Say which cells, tasks, presets, mappings and runs there are",
		Example: "  iss list cells\n  iss list presets --format json",
	}
	c.AddCommand(
		a.listOf("cells", "Recurrent cells that models can be made of", func() ([]listed, error) { return a.listCells(), nil }),
		a.listOf("tasks", "What can be learned", func() ([]listed, error) { return a.listTasks(), nil }),
		a.listOf("presets", "Configurations with a name", func() ([]listed, error) { return a.listPresets(), nil }),
		a.listOf("mappings", "Where other programs' files have a model's tensors", listMappings),
		a.listRunsCommand(),
	)
	return c
}

// listOf is a command that prints what all returns.
func (a *app) listOf(name, short string, all func() ([]listed, error)) *cobra.Command {
	c := &cobra.Command{
		Use: name, Short: short, Example: "  iss list " + name,
		Args: arguments(0, 0, "none"),
	}
	f := formatFlag(c)
	c.RunE = func(*cobra.Command, []string) error {
		items, err := all()
		if err != nil {
			return err
		}
		t := &term.Table{}
		for _, i := range items {
			doc := i.Doc
			if i.Form == "equations" {
				doc += " (equations)"
			}
			t.Row(i.Name, doc)
		}
		return f.print(a.Streams, t, items)
	}
	return c
}

func (a *app) listCells() []listed {
	var out []listed
	for _, name := range a.Cells.Names() {
		if p, err := a.Cells.Get(name); err == nil {
			l := listed{Name: p.Name, Doc: p.Doc, Source: p.Source, Form: "Go"}
			if p.Document != nil {
				l.Form = "equations"
			}
			out = append(out, l)
		}
	}
	return out
}

func (a *app) listTasks() []listed {
	var out []listed
	for _, name := range a.Tasks.Names() {
		if t, err := a.Tasks.Get(name); err == nil {
			out = append(out, listed{Name: t.Name, Doc: t.Doc, Source: t.Source})
		}
	}
	return out
}

func (a *app) listPresets() []listed {
	var out []listed
	for _, name := range a.Presets.Names() {
		if p, err := a.Presets.Get(name); err == nil {
			out = append(out, listed{Name: p.Name, Doc: p.Doc, Source: "task " + p.Task})
		}
	}
	return out
}

func listMappings() (out []listed, err error) {
	for _, name := range mapping.Names() {
		m, err := mapping.Named(name)
		if err != nil {
			return nil, err
		}
		out = append(out, listed{Name: name, Doc: m.Doc, Source: m.Source})
	}
	return out, nil
}
