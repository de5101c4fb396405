package cmd

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/seed391906a2/iss/registry"
)

// root is the whole command line.
func (a *app) root() *cobra.Command {
	c := &cobra.Command{
		Use:   "iss",
		Short: "Learn smaller recurrent networks: whole hidden units die, are cut out, and the rest is proved equal",
		Long: `iss learns Intrinsic Sparse Structures (Wen et al., ICLR 2018) in recurrent
networks: group Lasso over all that belongs to one hidden unit, until whole
units are zero. Those are cut out, and what is left is a smaller dense network
that computes the same.

A RUN or MODEL is a run's folder, a preset or a configuration file, looked for
in that order; @last is the last run.`,
		Example: `  iss train                     the whole story in two minutes; needs no data
  iss train ptb-small-iss --data data/ptb
  iss list presets
  iss bench ptb-large --units 373,315`,
		Version:       version(),
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	c.AddCommand(
		a.trainCommand(), a.evalCommand(), a.sparsityCommand(), a.compactCommand(), a.verifyCommand(), a.benchCommand(), a.tauCommand(), a.reportCommand(), a.askCommand(),
		a.importCommand(), a.sampleCommand(),
		a.listCommand(), a.showCommand(), a.groupsCommand(), a.schemaCommand(), a.dataCommand(),
		a.exportCommand(), a.newCommand(), a.buildCommand(),
	)
	c.SetHelpCommand(helpCommand())
	c.SetFlagErrorFunc(flagError)
	demandSubcommands(c)
	c.SetVersionTemplate("iss {{.Version}}\n")
	return c
}

// helpCommand is cobra's, but for an unknown command, which is an error here.
func helpCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "help [COMMAND]",
		Short:   "Say what a command does",
		Example: "  iss help train",
		RunE: func(c *cobra.Command, args []string) error {
			found := c.Root()
			for _, name := range args {
				i := slices.IndexFunc(found.Commands(), func(s *cobra.Command) bool { return s.Name() == name })
				if i < 0 {
					return wrong(registry.Unknown("command", name, subcommands(found)))
				}
				found = found.Commands()[i]
			}
			found.InitDefaultHelpFlag()
			return found.Help()
		},
	}
}

// subcommands lists the names below a command.
func subcommands(c *cobra.Command) []string {
	var names []string
	for _, s := range c.Commands() {
		if s.IsAvailableCommand() {
			names = append(names, s.Name())
		}
	}
	slices.Sort(names)
	return names
}

// demandSubcommands makes every command that only groups others say what it
// knows when it is given none of them.
func demandSubcommands(c *cobra.Command) {
	for _, s := range c.Commands() {
		demandSubcommands(s)
	}
	if !c.HasSubCommands() || c.Runnable() {
		return
	}
	c.Args = cobra.ArbitraryArgs
	c.RunE = func(c *cobra.Command, args []string) error {
		if len(args) == 0 && !c.HasParent() {
			return c.Help()
		}
		names := subcommands(c)
		if len(args) == 0 {
			return wrongf("say what: %s", strings.Join(names, ", "))
		}
		return wrong(registry.Unknown("command", args[0], names))
	}
}

// flagError adds the nearest name to the error of a flag that does not exist.
func flagError(c *cobra.Command, err error) error {
	var missing *pflag.NotExistError
	if errors.As(err, &missing) {
		var names []string
		c.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
		name := missing.GetSpecifiedName()
		if s := missing.GetSpecifiedShortnames(); s != "" {
			name = s // -epochs 3: the whole word was meant
		}
		if near := registry.Nearest(name, names); near != "" {
			err = fmt.Errorf("%w; nearest is --%s", err, near)
		}
	}
	return wrong(fmt.Errorf("%w; see %s --help", err, c.CommandPath()))
}

// arguments demands between least and most positional arguments (most < 0: any
// number) and says what they mean when there are others.
func arguments(least, most int, usage string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		switch {
		case len(args) < least:
			return wrongf("%d arguments, but it wants %s; see %s --help", len(args), usage, c.CommandPath())
		case most >= 0 && len(args) > most:
			return wrongf("%q is one argument too many; it wants %s; see %s --help", args[most], usage, c.CommandPath())
		}
		return nil
	}
}
