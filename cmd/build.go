package cmd

import (
	"errors"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/seed391906a2/iss/cmd/internal/builder"
)

func (a *app) buildCommand() *cobra.Command {
	var o builder.Options
	c := &cobra.Command{
		Use:   "build --with PATH[@VERSION]",
		Short: "Build iss with the cells and tasks of others in it",
		Long: `Build a program that has every command of iss and, beside the cells and tasks
that come with it, those of the packages named by --with: a folder, or the path
of a package that Go finds, at a version or the latest. It wants Go 1.26.

A package brings plug-ins by exported variables, and all that it has are taken:
  Plugin   a core.CellPlugin or a tasks.Task
  Task     a tasks.Task
  Plugins  a slice of either, or of cmd.Plugin`,
		Example: "  iss build --with ./mycell -o iss-mine\n  iss build --with example.com/cells@v1.2.0 --with ./mytask",
		Args:    arguments(0, 0, "no arguments, but --with"),
	}
	c.Flags().StringArrayVar(&o.With, "with", nil, "folder or path of a package; may be given again")
	c.Flags().StringVarP(&o.Out, "output", "o", "iss", "the program")
	c.Flags().StringVar(&o.ISS, "iss", "", "folder with the source of iss (default: where this program was built from)")
	c.RunE = func(c *cobra.Command, _ []string) error {
		if len(o.With) == 0 {
			return wrongf("--with says what is built in, and it is missing; see iss build --help")
		}
		if runtime.GOOS == "windows" && !c.Flags().Changed("output") {
			o.Out += ".exe"
		}
		err := builder.Build(c.Context(), o)
		var slip *builder.WrongError
		if errors.As(err, &slip) {
			return wrong(err)
		}
		if err != nil {
			return stopped(err)
		}
		a.Say("built %s", o.Out)
		return nil
	}
	return c
}
