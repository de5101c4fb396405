package cmd

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/seed391906a2/iss/cmd/internal/model"
	"github.com/seed391906a2/iss/cmd/internal/term"
	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/tasks/bench"
)

// benchView is the result of bench for programs.
type benchView struct {
	bench.Result
	SpeedUp float64 `json:"speed_up"` // against the first model
}

func (a *app) benchCommand() *cobra.Command {
	o := bench.Paper
	c := &cobra.Command{
		Use:   "bench MODEL…",
		Short: "Time inference in the paper's protocol",
		Long: `Time the inference of models: a batch of 10, 30 steps, the product with the
softmax weights included, states carried. Models run in turns, and the median
of the rounds counts. A run has its weights, a preset random ones. --units
times a preset against itself with so many units in its classes, in the order
of iss groups show, or by name.`,
		Example: `  iss bench ptb-large --units 373,315
  iss bench ptb-large --units cell_1=315
  iss bench runs/demo-1 runs/demo-1/compact --iters 100`,
		Args:              arguments(1, -1, "one MODEL or more"),
		ValidArgsFunction: a.completeModels,
	}
	s, f := settingsFlag(c), formatFlag(c)
	units := c.Flags().String("units", "", "unit counts: 373,315 or NAME=N,…")
	c.Flags().IntVar(&o.Batch, "batch", o.Batch, "streams side by side")
	c.Flags().IntVar(&o.Steps, "steps", o.Steps, "time steps")
	c.Flags().IntVar(&o.Rounds, "iters", o.Rounds, "timed rounds; without it more where a model is small")
	c.Flags().IntVar(&o.Threads, "threads", 0, "workers (default all cores)")
	explain := c.Flags().Bool("explain", false, "say on standard error how each model is run, and where its time goes")
	c.RunE = func(c *cobra.Command, args []string) error {
		if *explain {
			o.Explain = a.Err
		}
		err := errors.Join(positive(c, "batch", o.Batch), positive(c, "steps", o.Steps), positive(c, "iters", o.Rounds), positive(c, "threads", o.Threads))
		if err != nil {
			return wrong(err)
		}
		if c.Flags().Changed("iters") {
			o.Least = 0
		}
		var models []bench.Model
		for _, arg := range args {
			m, err := a.find(arg, s)
			if err != nil {
				return err
			}
			b, err := benchModel(m)
			if err != nil {
				return err
			}
			models = append(models, b)
			if *units != "" {
				cut, err := withUnits(m, *units)
				if err != nil {
					return wrong(err)
				}
				models = append(models, cut)
			}
		}
		a.Say("timing %d×%d tokens", o.Batch, o.Steps)
		results, err := bench.Run(c.Context(), models, o)
		if err != nil {
			return stopped(err)
		}
		return a.printBench(results, f)
	}
	return c
}

// benchModel is a run with its weights, or a model with random ones.
func benchModel(m *model.Model) (bench.Model, error) {
	g, err := m.Graph()
	if err != nil {
		return bench.Model{}, err
	}
	b := bench.Model{Name: m.Name, Graph: g}
	if m.Run != nil {
		b.Tensors, err = m.Tensors()
	}
	return b, err
}

func (a *app) printBench(results []bench.Result, f *format) error {
	t := &term.Table{Head: []string{"model", "weights", "multiply-adds", "fewer", "ms", "quartiles", "GFLOPS", "speed-up"}}
	var views []benchView
	for _, r := range results {
		v := benchView{r, results[0].Time.Median / r.Time.Median}
		views = append(views, v)
		t.Row(r.Name, core.Compact(r.Weights), core.Compact(r.MultAdds), fmt.Sprintf("%.2fx", float64(results[0].MultAdds)/float64(r.MultAdds)),
			fmt.Sprintf("%.3f", r.Time.Median), fmt.Sprintf("%.3f to %.3f", r.Time.Low, r.Time.High),
			fmt.Sprintf("%.1f", r.GFLOPS), fmt.Sprintf("%.2fx", v.SpeedUp))
	}
	return f.print(a.Streams, t, views)
}
