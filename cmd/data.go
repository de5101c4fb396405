package cmd

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/seed391906a2/iss/tasks/ptb"
)

func (a *app) dataCommand() *cobra.Command {
	c := &cobra.Command{
		Use:     "data",
		Short:   "Look at data sets",
		Example: "  iss data check data/ptb",
	}
	c.AddCommand(a.dataCheckCommand())
	return c
}

func (a *app) dataCheckCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "check DIR",
		Short: "Say what is in a folder of texts, and whether it is the known Penn TreeBank",
		Long: `Read the train, valid and test text of a folder and say how many tokens and
types each has, which words of valid and test train lacks, sizes and SHA-256 of
the files, and whether it is, byte for byte, the Penn TreeBank of the published
results.`,
		Example: "  iss data check data/ptb",
		Args:    arguments(1, 1, "the DIR of a data set"),
	}
	f := formatFlag(c)
	c.RunE = func(_ *cobra.Command, args []string) error {
		r, err := ptb.Check(args[0])
		if err != nil {
			return wrong(err)
		}
		if *f == "json" {
			return a.JSON(r)
		}
		_, err = fmt.Fprint(a.Out, r)
		return err
	}
	return c
}
