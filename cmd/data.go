package cmd

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/seed391906a2/iss/tasks/ptb"
	"github.com/seed391906a2/iss/tasks/squad"
)

func (a *app) dataCommand() *cobra.Command {
	c := &cobra.Command{
		Use:     "data",
		Short:   "Look at data sets, fetch them, see what they give without a model",
		Example: "  iss data check data/ptb\n  iss data check data/squad",
	}
	c.AddCommand(a.dataCheckCommand(), a.dataGetCommand(), a.dataWindowCommand())
	return c
}

func (a *app) dataCheckCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "check DIR",
		Short: "Say what is in a folder of texts or questions, and whether it is a known data set",
		Long: `Read the train, valid and test text of a folder and say how many tokens and
types each has, which words of valid and test train lacks, sizes and SHA-256 of
the files, and whether it is, byte for byte, the Penn TreeBank of the published
results.

A folder with train*.json or dev*.json is read as questions in the format of
SQuAD: how many paragraphs, questions and answers there are, which cannot be used
(an offset that does not match, no answer, ...), which answers are no span of
tokens, what training leaves out, and whether the files are SQuAD 1.1.`,
		Example: "  iss data check data/ptb\n  iss data check data/squad",
		Args:    arguments(1, 1, "the DIR of a data set"),
	}
	f := formatFlag(c)
	c.RunE = func(_ *cobra.Command, args []string) error {
		r, err := checkData(args[0])
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

// checkData reports on a folder, of whichever task its files are.
func checkData(dir string) (fmt.Stringer, error) {
	if squad.Holds(dir) {
		return squad.Check(dir)
	}
	return ptb.Check(dir)
}
