package cmd

import (
	"fmt"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/seed391906a2/iss/cmd/internal/gomod"
	"github.com/seed391906a2/iss/cmd/internal/scaffold"
	"github.com/seed391906a2/iss/registry"
)

func (a *app) newCommand() *cobra.Command {
	c := &cobra.Command{
		Use:     "new",
		Short:   "Begin a cell of your own",
		Example: "  iss new cell mycell",
	}
	c.AddCommand(a.newCellCommand())
	return c
}

func (a *app) newCellCommand() *cobra.Command {
	var equation bool
	var iss, module string
	c := &cobra.Command{
		Use:   "cell NAME [DIR]",
		Short: "Write a cell of your own that trains and passes its exam, to be changed",
		Long: `Write a folder, DIR or NAME, with a cell of your own to begin with: a Go module
with the cell on one screen, its exam, a program that knows the cell beside those
of iss, and a configuration that trains it. It compiles and passes at once, with
the version of iss that wrote it and without a network if iss was built here.

With --equation the cell is a document of equations, which needs no Go, beside a
configuration that trains it.`,
		Example: "  iss new cell mycell\n  iss new cell mycell --module github.com/me/mycell cells/mycell\n  iss new cell mycell --equation",
		Args:    arguments(1, 2, "the NAME of a cell and at most a DIR"),
	}
	c.Flags().BoolVar(&equation, "equation", false, "a document of equations instead of Go")
	c.Flags().StringVar(&iss, "iss", "", "folder with the source of iss (default: where this program was built from)")
	c.Flags().StringVar(&module, "module", "", "path of the Go module (default example.com/NAME)")
	c.RunE = func(c *cobra.Command, args []string) error {
		name, err := scaffold.ParseName(args[0])
		if err != nil {
			return wrong(err)
		}
		if slices.Contains(a.Cells.Names(), args[0]) {
			p, err := a.Cells.Get(args[0])
			if err != nil {
				return err
			}
			return wrong(&registry.DuplicateError{Kind: "cell", Name: args[0], First: p.Source, Second: "iss new cell"})
		}
		dir := args[0]
		if len(args) > 1 {
			dir = args[1]
		}
		if equation {
			if iss != "" || module != "" {
				return wrongf("--iss and --module are of Go modules; they do not go with --equation")
			}
			return a.newEquation(name, dir)
		}
		if module == "" {
			module = "example.com/" + args[0]
		}
		return a.newModule(name, dir, module, iss)
	}
	return c
}

// newModule begins a cell in Go.
func (a *app) newModule(name scaffold.Name, dir, module, iss string) error {
	home, err := gomod.Find(iss)
	if err != nil {
		return wrong(err)
	}
	files, err := scaffold.Go(name, module, home)
	if err != nil {
		return wrong(err)
	}
	if err := scaffold.Write(dir, files); err != nil {
		return wrong(err)
	}
	fmt.Fprintf(a.Out, `%s: the cell %s, in %s.go
next:
  cd %s
  go test ./...
  go build ./cmd/%s
  ./%s train %s --out runs/%s
`, filepath.ToSlash(dir), name, name, filepath.ToSlash(dir), name.Program(), name.Program(), scaffold.Config, name)
	return nil
}

// newEquation begins a cell as a document.
func (a *app) newEquation(name scaffold.Name, dir string) error {
	files, err := scaffold.Equation(name)
	if err != nil {
		return err
	}
	if err := scaffold.Write(dir, files); err != nil {
		return wrong(err)
	}
	fmt.Fprintf(a.Out, `%s: the cell %s, in %s.json
next:
  cd %s
  iss groups show %s
  iss train %s --out runs/%s
`, filepath.ToSlash(dir), name, name, filepath.ToSlash(dir), scaffold.Config, scaffold.Config, name)
	return nil
}
