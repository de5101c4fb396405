package cmd

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/spf13/cobra"

	"github.com/seed391906a2/iss/cmd/internal/term"
	"github.com/seed391906a2/iss/groups"
	"github.com/seed391906a2/iss/registry"
	"github.com/seed391906a2/iss/tasks"
	"github.com/seed391906a2/iss/tasks/train"
)

// cuts are the ways in which τ can be applied.
var cuts = []string{"unit", "weight"}

// tauFlags say what iss tau measures.
type tauFlags struct {
	by, on    string
	tolerance float64
	threads   int
	grid      train.TauGrid
	chief     tasks.Metric // that decides
}

func (a *app) tauCommand() *cobra.Command {
	var data dataFlags
	o := tauFlags{by: "weight", grid: train.TauGrid{From: 1e-6, To: 1e-1, PerDecade: 4, Bisect: 5}}
	c := &cobra.Command{
		Use:   "tau RUN",
		Short: "Find the largest threshold τ that leaves a run's validation result unchanged",
		Long: `Set the weights of a trained model whose magnitude is below τ to zero, for many
values of τ, and measure the model on the validation data each time. τ is to be
the largest value that leaves the result unchanged (Wen et al., section 4): equal
in the two decimals that are published, or within --tolerance. Choose it with
the dense baseline, before training with group Lasso.

A grid, equal steps on a logarithmic scale, is measured whole, since the result
does not always get worse as τ grows; then the interval behind the last good
value is halved. --by unit sets whole components to zero instead, those whose
root mean square is below τ. The run stays as it is.`,
		Example:           "  iss tau runs/ptb-small-1\n  iss tau @last --by unit --tolerance 0.05",
		Args:              arguments(1, 1, "a RUN"),
		ValidArgsFunction: completeRuns,
	}
	data.add(c)
	f := formatFlag(c)
	c.Flags().StringVar(&o.by, "by", o.by, "weight: each by itself; unit: whole components")
	c.Flags().StringVar(&o.on, "on", "", "weights that τ touches: all, those that groups name, or those below scopes, as prepro,main (default as the run's iss.tau_on)")
	c.Flags().Float64Var(&o.tolerance, "tolerance", 0, "how far the result may move, as printed (default: equal in two decimals)")
	c.Flags().Float64Var(&o.grid.From, "from", o.grid.From, "smallest τ")
	c.Flags().Float64Var(&o.grid.To, "to", o.grid.To, "largest τ")
	c.Flags().IntVar(&o.grid.PerDecade, "per-decade", o.grid.PerDecade, "values of the grid from τ to 10·τ")
	c.Flags().IntVar(&o.grid.Bisect, "bisect", o.grid.Bisect, "halvings behind the last good value")
	threadsFlag(c, &o.threads)
	c.RunE = func(c *cobra.Command, args []string) error {
		if err := o.check(c); err != nil {
			return err
		}
		m, err := a.openTrained(c, &data, args[0])
		if err != nil {
			return err
		}
		chosen, err := m.Groups()
		if err != nil {
			return err
		}
		if o.by == "weight" {
			if _, err := groups.NewThreshold(m.graph, chosen, o.where(m), 0); err != nil {
				return wrong(err)
			}
		}
		o.chief = m.Task.Terms.Chief()
		r, err := train.TauSearch{
			Problem: m.problem, Graph: m.graph, Weights: m.weights, Groups: chosen, Threads: o.threads,
			Cut: o.cut(m, chosen), Unchanged: o.unchanged, Grid: o.grid,
			Progress: func(p train.TauPoint) { a.Say("τ %.3g  %s %s", p.Tau, o.chief.Name, o.of(p.Score, 4)) },
		}.Run(c.Context())
		if err != nil {
			return stopped(err)
		}
		return a.printTau(r, &o, f)
	}
	return c
}

// cut is how τ is applied.
func (o *tauFlags) cut(m trained, chosen []groups.Group) train.Cut {
	if o.by == "unit" {
		return train.ByUnit(m.graph, chosen, groups.Counting(m.Config.ISS.Count))
	}
	return train.ByWeight(m.graph, chosen, o.where(m))
}

// where says which weights τ touches.
func (o *tauFlags) where(m trained) string {
	if o.on != "" {
		return o.on
	}
	return m.Config.ISS.TauOn
}

func (o *tauFlags) check(c *cobra.Command) error {
	if !slices.Contains(cuts, o.by) {
		return wrong(fmt.Errorf("--by: %w", registry.Unknown("way", o.by, cuts)))
	}
	if o.by == "unit" && o.on != "" {
		return wrongf("--on chooses single weights; it does not go with --by unit")
	}
	if !(o.tolerance >= 0) {
		return wrongf("--tolerance is %g; it must be 0 or more", o.tolerance)
	}
	if !(o.grid.From > 0 && o.grid.To > o.grid.From) || math.IsInf(o.grid.To, 0) {
		return wrongf("--from %g and --to %g are no range of τ; the first must be above 0 and below the second, which is finite", o.grid.From, o.grid.To)
	}
	if o.grid.Bisect < 0 {
		return wrongf("--bisect is %d; it must be 0 or more", o.grid.Bisect)
	}
	return wrong(errors.Join(positive(c, "per-decade", o.grid.PerDecade), sensibleThreads(c, o.threads)))
}

// of is the metric that decides, as it is printed.
func (o *tauFlags) of(s tasks.Score, digits int) string {
	return o.chief.Format(s.Values[o.chief.Name], digits)
}

// unchanged compares the metric that decides: as it is printed, or by the
// tolerance, in percentage points where it is printed in percent.
func (o *tauFlags) unchanged(base, now tasks.Score) bool {
	if o.tolerance == 0 {
		return o.of(now, 2) == o.of(base, 2)
	}
	moved := math.Abs(now.Values[o.chief.Name] - base.Values[o.chief.Name])
	if o.chief.Percent {
		moved *= 100
	}
	return moved <= o.tolerance
}

// printTau prints the curve and what follows from it.
func (a *app) printTau(r train.TauResult, o *tauFlags, f *format) error {
	t := &term.Table{Head: []string{"tau", o.chief.Name, "zero weights", "dead units", "unchanged"}}
	for _, p := range append([]train.TauPoint{r.Base}, r.Curve...) {
		dead, of := 0, 0
		for _, u := range p.Units {
			dead, of = dead+u.Of-u.Left, of+u.Of
		}
		t.Row(fmt.Sprintf("%.3g", p.Tau), o.of(p.Score, 4), fmt.Sprintf("%.2f %%", 100*float64(p.Zeros)/float64(max(1, p.Of))),
			fmt.Sprintf("%d of %d", dead, of), map[bool]string{true: "yes", false: "no"}[p.Unchanged])
	}
	if err := f.print(a.Streams, t, r); err != nil || *f == "json" {
		return err
	}
	switch {
	case r.Tau == 0:
		fmt.Fprintf(a.Out, "\nevery τ from %g on changes the result; try a smaller --from or a --tolerance\n", o.grid.From)
	case r.Tau >= o.grid.To:
		fmt.Fprintf(a.Out, "\nno τ up to %g changes the result; try a larger --to\n", o.grid.To)
	default:
		fmt.Fprintf(a.Out, "\nlargest τ that leaves the result unchanged: %.3g\n", r.Tau)
	}
	return nil
}
