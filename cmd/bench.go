package cmd

import (
	"context"
	"errors"
	"io"

	"github.com/spf13/cobra"

	"github.com/seed391906a2/iss/cmd/internal/model"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/tasks/bench"
)

// benchFlags are the flags of iss bench.
type benchFlags struct {
	bench.Options
	benchOut
	sets   *settings
	format *format
	units  string
	train  bool
}

func (a *app) benchCommand() *cobra.Command {
	f := &benchFlags{Options: bench.Paper}
	c := &cobra.Command{
		Use:   "bench MODEL…",
		Short: "Time inference in the paper's protocol, or training",
		Long: `Time the inference of models: a batch of 10, 30 steps, the product with the
softmax weights included, states carried. Models run in turns, and the median
of the rounds counts. A run has its weights, a preset random ones. --units
times a preset against itself with so many units in its classes, in the order
of iss groups show, or by name.

--train times training steps in the model's own batch and steps instead, with
its dropout, clipping, group Lasso and threshold. The share is that of the
multiply-adds that the same workers do in the same minutes without memory.`,
		Example: `  iss bench ptb-large --units 373,315
  iss bench ptb-large --units cell_1=315
  iss bench runs/demo-1 runs/demo-1/compact --iters 100
  iss bench ptb-small ptb-small-iss --train
  iss bench ptb-large --json before.jsonl
  iss bench ptb-large --against before.jsonl`,
		Args:              arguments(1, -1, "one MODEL or more"),
		ValidArgsFunction: a.completeModels,
	}
	f.sets, f.format = settingsFlag(c), formatFlag(c)
	c.Flags().StringVar(&f.units, "units", "", "unit counts: 373,315 or NAME=N,…")
	c.Flags().BoolVar(&f.train, "train", false, "time training steps")
	c.Flags().IntVar(&f.Batch, "batch", f.Batch, "streams side by side")
	c.Flags().IntVar(&f.Steps, "steps", f.Steps, "time steps")
	c.Flags().IntVar(&f.Rounds, "iters", f.Rounds, "timed rounds; without it more where a model is small")
	threadsFlag(c, &f.Threads)
	f.benchOut.add(c)
	c.RunE = func(c *cobra.Command, args []string) error { return a.bench(c.Context(), c, f, args) }
	c.AddCommand(a.benchPeersCommand(), a.benchGemmCommand())
	return c
}

func (a *app) bench(ctx context.Context, c *cobra.Command, f *benchFlags, args []string) error {
	err := errors.Join(positive(c, "batch", f.Batch), positive(c, "steps", f.Steps), positive(c, "iters", f.Rounds), sensibleThreads(c, f.Threads))
	if err != nil {
		return wrong(err)
	}
	a.warnOfSlowKernels()
	if c.Flags().Changed("iters") {
		f.Least = 0
	}
	if err := f.open(); err != nil {
		return err
	}
	defer f.close()
	var models []bench.Model
	for _, arg := range args {
		m, err := a.find(arg, f.sets)
		if err != nil {
			return err
		}
		b, err := a.benchModel(c, f, m)
		if err != nil {
			return err
		}
		models = append(models, b)
		if f.units != "" {
			cut, err := withUnits(m, f.units)
			if err != nil {
				return wrong(err)
			}
			cut.Training, cut.Binding = b.Training, b.Binding
			models = append(models, cut)
		}
	}
	if f.train {
		a.Say("timing training steps")
	} else {
		a.Say("timing %d×%d tokens", f.Batch, f.Steps)
	}
	results, err := bench.Run(ctx, models, f.explained(a.Err))
	if err != nil {
		return stopped(err)
	}
	if err := a.printBench(results, f.format); err != nil {
		return err
	}
	return f.write(a.Streams, results)
}

// explained are the options with the writer that --explain asks for.
func (f *benchFlags) explained(w io.Writer) bench.Options {
	o := f.Options
	if f.explain {
		o.Explain = w
	}
	return o
}

// benchModel is a run with its weights, or a model with random ones.
func (a *app) benchModel(c *cobra.Command, f *benchFlags, m *model.Model) (bench.Model, error) {
	g, err := m.Graph()
	if err != nil {
		return bench.Model{}, err
	}
	b := bench.Model{Name: m.Name, Graph: g, Answers: m.Task.Terms.Answers}
	if m.Run != nil {
		if b.Tensors, err = m.Tensors(); err != nil {
			return b, err
		}
	}
	if !f.train {
		return b, nil
	}
	b.Training = &bench.Training{Config: m.Config}
	b.Binding = graph.Binding{"batch": m.Config.Train.Batch}
	if n := m.Config.Train.Steps; n > 0 { // a task whose data decide has none
		b.Binding["time"] = n
	}
	if c.Flags().Changed("batch") {
		b.Binding["batch"] = f.Batch
	}
	if c.Flags().Changed("steps") {
		b.Binding["time"] = f.Steps
	}
	if m.Config.ISS.Sparse() {
		b.Training.Groups, err = m.Groups()
	}
	return b, err
}
