package cmd

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/seed391906a2/iss/cmd/internal/job"
	"github.com/seed391906a2/iss/tasks/runs"
)

func (a *app) compactCommand() *cobra.Command {
	var data dataFlags
	c := &cobra.Command{
		Use:   "compact RUN",
		Short: "Cut the dead units out of a run's model; what is left is a run of its own",
		Long: `Find the units of which it can be certified that nothing notices when they go,
cut them out, and prove on validation data that the outputs are equal: bit for
bit in the reference interpreter, up to rounding in the engine. If any of this
fails nothing is written. The run itself stays as it is.

With --tau the weights below this threshold are set to zero first, where iss.tau_on
says that τ applies: units go that training has not killed, and outputs are proved
equal to those of the model with these zeros. What that costs is told: scores and
losses as trained and at τ.`,
		Example:           "  iss compact @last\n  iss compact runs/ptb-small-iss-1 --out runs/small\n  iss compact runs/bidaf-iss-1 --tau 0.02",
		Args:              arguments(1, 1, "a RUN"),
		ValidArgsFunction: completeRuns,
	}
	data.add(c)
	out := c.Flags().String("out", "", "folder of the smaller model (default RUN/compact, with --tau RUN/compact-TAU)")
	tau := c.Flags().Float64("tau", 0, "first set the weights below this threshold to zero")
	var threads int
	threadsFlag(c, &threads)
	f := formatFlag(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		if err := errors.Join(threshold(*tau), sensibleThreads(c, threads)); err != nil {
			return err
		}
		m, err := a.findRun(args[0])
		if err != nil {
			return err
		}
		dir := *out
		if dir == "" {
			dir = filepath.Join(m.Run.Dir(), job.CompactName)
			if *tau > 0 {
				dir += fmt.Sprintf("-%g", *tau)
			}
		}
		if err := runs.Vacant(dir); err != nil {
			return wrong(err)
		}
		problem, err := a.openData(c, &data, m)
		if err != nil {
			return err
		}
		cut, err := job.Cut(m, job.CutOptions{Dir: dir, Tau: *tau, Threads: threads})
		if err != nil {
			return err
		}
		small, err := cut.Measure(c.Context())
		if err != nil {
			return stopped(err)
		}
		if err := cut.Write(small); err != nil {
			if errors.As(err, new(*runs.TakenError)) {
				return wrong(err)
			}
			return err
		}
		if *f == "json" {
			return a.JSON(small)
		}
		if t := small.Thresholded; t != nil {
			if err := t.Write(a.Out); err != nil {
				return err
			}
			fmt.Fprintln(a.Out)
		}
		fmt.Fprintf(a.Out, "cut: %s\nverified: %s\n", cut.Removed(), cut.Equal())
		constants, err := cut.Constants()
		if err != nil {
			return err
		}
		if s := job.Biased(constants); s != "" {
			fmt.Fprintf(a.Out, "left: %s\n", strings.ReplaceAll(s, "\n", "\nleft: "))
		}
		for _, metric := range problem.Terms().Metrics {
			if small.Thresholded != nil {
				break // told above
			}
			fmt.Fprintf(a.Out, "%s: %s valid, %s test\n", metric.Name, metric.Format(small.Valid.Values[metric.Name], 2), metric.Format(small.Test.Values[metric.Name], 2))
		}
		fmt.Fprintf(a.Out, "compact model: %s\n", dir)
		return nil
	}
	return c
}
