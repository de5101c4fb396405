package cmd

import (
	"context"
	"errors"
	"io"

	"github.com/spf13/cobra"

	"github.com/seed391906a2/iss/cmd/internal/model"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/tasks"
	"github.com/seed391906a2/iss/tasks/bench"
)

// benchFlags are the flags of iss bench.
type benchFlags struct {
	bench.Options
	benchOut
	dataFlags
	sets      *settings
	format    *format
	units     string
	published bool
	train     bool
	examples  int

	rounds bool // --iters was given
	drawn  bool // --batch or --steps was given: inputs are drawn
	own    bool // --data or --text was given
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
of iss groups show, or by name; --published with all the units of which times
were published, and prints these.

Models that answer questions are timed on 100 of the validation data, one at a
time, each of its own length, and by layer: the data of a run, those that --data
names, or embedded ones. Without any, or with --batch or --steps, inputs are
drawn for them too.

--train times training steps in the model's own batch and steps instead, with
its dropout, clipping, group Lasso and threshold; with --data on real batches.
The share is that of the multiply-adds that the same workers do in the same
minutes without memory. --explain says where the time goes, and what share of it
is in products.`,
		Example: `  iss bench ptb-large --units 373,315
  iss bench ptb-large --units cell_1=315
  iss bench runs/demo-1 runs/demo-1/compact --iters 100
  iss bench bidaf --data data/squad --published --threads 2
  iss bench runs/bidaf-1 runs/bidaf-1/compact
  iss bench bidaf --data data/squad --train --explain
  iss bench ptb-small ptb-small-iss --train
  iss bench ptb-large --json before.jsonl
  iss bench ptb-large --against before.jsonl`,
		Args:              arguments(1, -1, "one MODEL or more"),
		ValidArgsFunction: a.completeModels,
	}
	f.sets, f.format = settingsFlag(c), formatFlag(c)
	f.dataFlags.add(c)
	c.Flags().StringVar(&f.units, "units", "", "unit counts: 373,315 or NAME=N,…")
	c.Flags().BoolVar(&f.published, "published", false, "time the unit counts of published times too, and print these")
	c.Flags().BoolVar(&f.train, "train", false, "time training steps")
	c.Flags().IntVar(&f.examples, "examples", 100, "questions of the data, or with --train batches (then 10)")
	c.Flags().IntVar(&f.Batch, "batch", f.Batch, "streams side by side")
	c.Flags().IntVar(&f.Steps, "steps", f.Steps, "time steps")
	c.Flags().IntVar(&f.Rounds, "iters", f.Rounds, "timed rounds; without it more where a model is small, and 10 on examples, 3 of training")
	threadsFlag(c, &f.Threads)
	f.benchOut.add(c)
	c.RunE = func(c *cobra.Command, args []string) error { return a.bench(c.Context(), c, f, args) }
	c.AddCommand(a.benchPeersCommand(), a.benchGemmCommand())
	return c
}

func (a *app) bench(ctx context.Context, c *cobra.Command, f *benchFlags, args []string) error {
	if err := f.check(c); err != nil {
		return wrong(err)
	}
	a.warnOfSlowKernels()
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
		list, err := a.benchModels(c, f, m)
		if err != nil {
			return err
		}
		models = append(models, list...)
	}
	run, print, err := a.protocol(f, models)
	if err != nil {
		return err
	}
	o := f.explained(a.Err)
	o.Progress = a.rounds()
	results, err := run(ctx, models, o)
	if err != nil {
		return stopped(err)
	}
	if err := print(results, f.format); err != nil {
		return err
	}
	return f.write(a.Streams, results)
}

// check refuses flags that make no sense, alone or together.
func (f *benchFlags) check(c *cobra.Command) error {
	changed := func(names ...string) (any bool) {
		for _, name := range names {
			any = any || c.Flags().Changed(name)
		}
		return any
	}
	f.rounds, f.drawn, f.own = changed("iters"), changed("batch", "steps"), changed("data", "text")
	if f.own && f.drawn {
		return errors.New("--batch and --steps are of drawn inputs, and data have lengths of their own; give one of them, or the batch of training as --set train.batch=N")
	}
	if f.published && f.units != "" {
		return errors.New("--units and --published both say which units are left; give one of them")
	}
	if f.train && !changed("examples") {
		f.examples = 10
	}
	if f.rounds {
		f.Least = 0
	}
	return errors.Join(positive(c, "batch", f.Batch), positive(c, "steps", f.Steps), positive(c, "iters", f.Rounds),
		positive(c, "examples", f.examples), sensibleThreads(c, f.Threads))
}

// explained are the options with the writer that --explain asks for.
func (f *benchFlags) explained(w io.Writer) bench.Options {
	o := f.Options
	if f.explain {
		o.Explain = w
	}
	return o
}

// benchModels are a model and what it is timed against.
func (a *app) benchModels(c *cobra.Command, f *benchFlags, m *model.Model) ([]bench.Model, error) {
	examples, err := a.examples(c, f, m)
	if err != nil {
		return nil, err
	}
	b, err := a.benchModel(c, f, m)
	if err != nil {
		return nil, err
	}
	b.Examples = examples
	list, flag, rows := []bench.Model{b}, "--units", []tasks.PublishedTime(nil)
	switch {
	case f.units != "":
		rows = []tasks.PublishedTime{{Units: f.units}}
	case f.published:
		flag, rows = "--published", m.Task.Published
		if len(rows) == 0 {
			return nil, wrongf("--published: no times of task %s were published", m.Task.Name)
		}
	}
	for _, row := range rows {
		if row.Units == "" {
			list[0].Paper = row
			continue
		}
		cut, err := withUnits(m, flag, row.Units)
		if err != nil {
			return nil, wrong(err)
		}
		if row.Name != "" {
			cut.Name = m.Name + ", " + row.Name
		}
		cut.Training, cut.Binding, cut.Examples, cut.Paper = b.Training, b.Binding, examples, row
		list = append(list, cut)
	}
	return list, nil
}

// benchModel is a run with its weights, or a model with random ones.
func (a *app) benchModel(c *cobra.Command, f *benchFlags, m *model.Model) (bench.Model, error) {
	g, err := m.Graph()
	if err != nil {
		return bench.Model{}, err
	}
	b := bench.Model{Name: m.Name, Graph: g, Terms: m.Task.Terms}
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
