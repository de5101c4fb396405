package cmd

import (
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/seed391906a2/iss/cmd/internal/model"
	"github.com/seed391906a2/iss/internal/atomicfile"
	"github.com/seed391906a2/iss/tasks/report"
)

// reportName is the page's file in a run's folder.
const reportName = "report.html"

func (a *app) reportCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "report RUN...",
		Short: "Write one page with pictures of runs: training, units, weights, trade-off",
		Long: `Write an HTML page that needs nothing from outside: how training went, the units
of each class before and after, the weights with the units that are gone at
their original places, how long the components are before and after, what belongs
to a unit, and of several runs what they cost against how good they are. A run
that is still going or was stopped is shown as far as it is there.`,
		Example:           "  iss report @last\n  iss report runs/ptb-small-1 runs/ptb-small-iss-1 -o both.html",
		Args:              arguments(1, -1, "one RUN or several"),
		ValidArgsFunction: completeRuns,
	}
	out := c.Flags().StringP("out", "o", "", "file to write, or - for standard output (default RUN/"+reportName+" of the first)")
	c.RunE = func(_ *cobra.Command, args []string) error {
		var all []*report.Run
		path := *out
		for _, arg := range args {
			m, err := a.findRun(arg)
			if err != nil {
				return err
			}
			if path == "" {
				path = filepath.Join(m.Run.Dir(), reportName)
			}
			all = append(all, subject(m))
		}
		page := report.Page(all)
		if path == stdout {
			_, err := a.Out.Write(page)
			return err
		}
		if err := atomicfile.WriteBytes(path, page); err != nil {
			return fmt.Errorf("the report cannot be written: %w; name another file with --out", err)
		}
		fmt.Fprintf(a.Out, "report: %s\n", path)
		return nil
	}
	return c
}

// subject is a run as its page shows it. What of it cannot be read is told there.
func subject(m *model.Model) *report.Run {
	r := &report.Run{Name: m.Run.Dir(), Info: m.Run.Info(), Terms: m.Task.Terms}
	var err error
	if r.Model, err = m.Derivation(); err == nil {
		r.Groups, err = m.Groups()
	}
	if err != nil {
		r.Missing = append(r.Missing, err.Error())
	}
	r.Read(m.Run.Dir())
	return r
}
