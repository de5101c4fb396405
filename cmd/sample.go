package cmd

import (
	"bytes"
	"fmt"
	"math"

	"github.com/spf13/cobra"

	"github.com/seed391906a2/iss/cmd/internal/model"
	"github.com/seed391906a2/iss/tasks/ptb"
)

func (a *app) sampleCommand() *cobra.Command {
	o := ptb.SampleOptions{}
	c := &cobra.Command{
		Use:   "sample RUN",
		Short: "Let a language model write",
		Long: `Draw token after token from what a run's language model predicts, and print them.
It needs no data. The same seed gives the same text.`,
		Example: `  iss sample @last --prime "ROMEO:" --temperature 0.7
  iss sample runs/shakespeare --length 100000 > own.txt`,
		Args:              arguments(1, 1, "a RUN"),
		ValidArgsFunction: completeRuns,
	}
	flags := c.Flags()
	flags.Float64Var(&o.Temperature, "temperature", 1, "below 1 the likely gets likelier, above 1 less so; 0 always takes the likeliest")
	flags.Uint64Var(&o.Seed, "seed", 1, "of the random numbers")
	flags.StringVar(&o.Prime, "prime", "", "text that the model reads first; it is not printed")
	flags.IntVar(&o.Length, "length", 500, "words or characters to write")
	threadsFlag(c, &o.Threads)
	c.RunE = func(c *cobra.Command, args []string) error {
		if err := sensibleThreads(c, o.Threads); err != nil {
			return err
		}
		if err := positive(c, "length", o.Length); err != nil {
			return err
		}
		if !(o.Temperature >= 0) || math.IsInf(o.Temperature, 0) {
			return wrongf("--temperature is %g; it must be 0 or more, and finite", o.Temperature)
		}
		m, err := a.findRun(args[0])
		if err != nil {
			return err
		}
		v, err := vocabularyOf(m)
		if err != nil {
			return wrong(err)
		}
		if _, err := v.Prime(o.Prime); err != nil {
			return wrong(fmt.Errorf("--prime: %w", err))
		}
		g, err := m.Graph()
		if err != nil {
			return err
		}
		weights, err := m.Tensors()
		if err != nil {
			return err
		}
		ids, err := ptb.Sample(c.Context(), g, weights, v, o)
		if err != nil {
			return stopped(err)
		}
		_, err = fmt.Fprintln(a.Out, v.Decode(ids))
		return err
	}
	return c
}

// vocabularyOf is that of a run of a language model.
func vocabularyOf(m *model.Model) (*ptb.Vocabulary, error) {
	if m.Task.Source != ptb.New().Source {
		return nil, fmt.Errorf("%s is of the task %s; only language models write", m.Name, m.Task.Name)
	}
	text, err := m.Run.File(model.VocabularyName)
	if err != nil {
		return nil, err
	}
	t := ptb.Text{}
	if m.Config.Text != nil {
		t.Unit = ptb.Unit(m.Config.Text.Unit)
	}
	return ptb.ReadVocabulary(bytes.NewReader(text), model.VocabularyName, t)
}
