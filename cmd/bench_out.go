package cmd

import (
	"fmt"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"github.com/seed391906a2/iss/cmd/internal/term"
	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/core/kernel"
	"github.com/seed391906a2/iss/tasks/bench"
)

// benchOut is where results go besides the table, and what they are held against.
type benchOut struct {
	json, against string
	explain       bool

	file    *os.File
	earlier []bench.Line
}

func (o *benchOut) add(c *cobra.Command) {
	c.Flags().StringVar(&o.json, "json", "", "append the results to this file, one line of JSON each")
	c.Flags().StringVar(&o.against, "against", "", "hold the results against those in this file")
	c.Flags().BoolVar(&o.explain, "explain", false, "say on standard error how each model is run, and where its time goes")
}

// open opens the files before anything is timed.
func (o *benchOut) open() error {
	if o.against != "" {
		f, err := os.Open(o.against)
		if err != nil {
			return wrong(err)
		}
		defer f.Close()
		if o.earlier, err = bench.ReadLines(f); err != nil {
			return wrong(fmt.Errorf("--against %s: %w", o.against, err))
		}
	}
	if o.json != "" {
		var err error
		if o.file, err = os.OpenFile(o.json, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666); err != nil {
			return wrong(err)
		}
	}
	return nil
}

func (o *benchOut) close() {
	if o.file != nil {
		o.file.Close()
	}
}

// write writes the lines to their file and the comparison to standard error.
func (o *benchOut) write(s term.Streams, results []bench.Result) error {
	var lines []bench.Line
	for i := range results {
		lines = append(lines, results[i].Line(kernel.CPU()))
	}
	if o.file != nil {
		for _, l := range lines {
			if err := bench.WriteLine(o.file, l); err != nil {
				return err
			}
		}
	}
	if o.against == "" {
		return nil
	}
	ratios, mean := bench.Compare(lines, o.earlier)
	if len(ratios) == 0 {
		s.Say("%s has none of these cases with as many threads and the same kernels", o.against)
		return nil
	}
	t := &term.Table{Head: []string{"case", "threads", "ms before", "ms now", "before/now"}}
	for _, r := range ratios {
		t.Row(r.Line.Case, r.Line.Threads, fmt.Sprintf("%.3f", r.Before), fmt.Sprintf("%.3f", r.Line.MS), fmt.Sprintf("%.3f", r.Ratio))
	}
	if err := t.Write(s.Err); err != nil {
		return err
	}
	s.Say("geometric mean over %d cases: %.3f (above 1: faster now)", len(ratios), mean)
	return nil
}

// benchView is the result of bench for programs.
type benchView struct {
	bench.Result
	Share   float64 `json:"share"` // of the peak
	Words   float64 `json:"words_per_s"`
	SpeedUp float64 `json:"speed_up"` // against the first model
}

// viewOf is a result beside that of the first model.
func viewOf(r, first *bench.Result) benchView {
	return benchView{*r, r.Share(), r.WordsPerSec(), r.SpeedUp(first)}
}

func (a *app) printBench(results []bench.Result, f *format) error {
	t, views := comparison(results, []string{"ms", "quartiles", "words/s"}, func(v benchView) []any {
		return []any{fmt.Sprintf("%.3f", v.Time.Median), fmt.Sprintf("%.3f to %.3f", v.Time.Low, v.Time.High), fmt.Sprintf("%.0f", v.Words)}
	})
	return f.print(a.Streams, t, views)
}

// comparison is a table of results, a row each: sizes, times in columns of the
// caller's, and what follows from them.
func comparison(results []bench.Result, head []string, times func(v benchView) []any) (*term.Table, []benchView) {
	t := &term.Table{Head: slices.Concat([]string{"model", "weights", "multiply-adds", "fewer"}, head, []string{"GFLOPS", "of peak", "MB", "allocs", "speed-up"})}
	paper := paperColumns(t, results)
	var views []benchView
	for i := range results {
		v := viewOf(&results[i], &results[0])
		views = append(views, v)
		t.Row(slices.Concat(
			[]any{v.Name, core.Compact(v.Weights), core.Compact(v.MultAdds), fmt.Sprintf("%.2fx", float64(results[0].MultAdds)/float64(v.MultAdds))},
			times(v),
			[]any{fmt.Sprintf("%.1f", v.GFLOPS), fmt.Sprintf("%.0f %%", 100*v.Share), fmt.Sprintf("%.1f", float64(v.Memory)/1e6), fmt.Sprintf("%.0f", v.Allocs), fmt.Sprintf("%.2fx", v.SpeedUp)},
			paper(&results[i]))...)
	}
	return t, views
}
