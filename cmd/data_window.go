package cmd

import (
	"bytes"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/seed391906a2/iss/cmd/internal/term"
	"github.com/seed391906a2/iss/internal/atomicfile"
	"github.com/seed391906a2/iss/tasks/squad"
)

// windowView is how good answers without a model are, for programs; shares, as
// those of iss eval.
type windowView struct {
	F1        float64 `json:"f1"`
	EM        float64 `json:"em"`
	Questions int     `json:"questions"`
}

func (a *app) dataWindowCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "window [DIR]",
		Short: "Answer questions without a model, by a sliding window: the bound that a model must beat",
		Long: `Answer the questions of dev*.json in a folder, or the embedded ones, without
learning anything, and judge the answers by the official rules: of all runs of
words that are no function words and not in the question, the one is taken that
most words of the question stand around (the sliding window with distances of
Richardson, Burges and Renshaw, EMNLP 2013). A model that has learned something
must be well above that.

--answers writes the answers down in the official format, as iss eval does.`,
		Example: "  iss data window data/squad\n  iss data window data/squad --answers window.json",
		Args:    arguments(0, 1, "at most the DIR of a data set"),
	}
	answers := c.Flags().String("answers", "", "write the answers to this file")
	f := formatFlag(c)
	c.RunE = func(_ *cobra.Command, args []string) error {
		dir := ""
		if len(args) > 0 {
			dir = args[0]
		}
		dev, err := squad.OpenDev(dir, squad.Options{SkipFaults: true})
		if err != nil {
			return wrong(err)
		}
		found := squad.WindowPredictions(dev.Passages())
		if *answers != "" {
			var text bytes.Buffer
			if err := found.Write(&text); err != nil {
				return err
			}
			if err := atomicfile.WriteBytes(*answers, text.Bytes()); err != nil {
				return err
			}
		}
		s := dev.Score(found)
		v := windowView{s.F1 / 100, s.EM / 100, s.Questions}
		t := &term.Table{Head: []string{"part", "f1", "em", "questions"}}
		t.Row("dev", fmt.Sprintf("%.4f %%", s.F1), fmt.Sprintf("%.4f %%", s.EM), s.Questions)
		return f.print(a.Streams, t, v)
	}
	return c
}
