package cmd

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed391906a2/iss/cmd/internal/model"
	"github.com/seed391906a2/iss/cmd/internal/term"
	"github.com/seed391906a2/iss/tasks"
	"github.com/seed391906a2/iss/tasks/bench"
)

// examples are what a model is timed on: of its own data, those that flags name
// or embedded ones; nil where inputs are drawn.
func (a *app) examples(c *cobra.Command, f *benchFlags, m *model.Model) (tasks.Batches, error) {
	sample := m.Task.Sample
	switch {
	case f.drawn:
		return nil, nil
	case f.own && !f.train && sample == nil:
		return nil, wrongf("--data: inference of task %s is timed on drawn inputs, of --batch streams and --steps %ss; data go with --train", m.Task.Name, m.Task.Terms.Step)
	case f.train && !f.own:
		return nil, nil
	case !f.own && sample == nil:
		return nil, nil
	}
	problem, err := a.openData(c, &f.dataFlags, m)
	if errors.Is(err, tasks.ErrNoData) {
		a.Say("%s has no data, so inputs are drawn; name some with --data DIR to time it on questions of theirs", m.Name)
		return nil, nil
	}
	if err != nil && !f.own {
		err = wrong(fmt.Errorf("%w; name data with --data, or have inputs drawn with --batch 1 --steps 150", err))
	}
	if err != nil {
		return nil, err
	}
	if f.train {
		return tasks.Spaced(problem.Train(0), f.examples), nil
	}
	return sample(problem, f.examples), nil
}

// protocol says how models are timed and printed, which must be one for all.
func (a *app) protocol(f *benchFlags, models []bench.Model) (
	run func(context.Context, []bench.Model, bench.Options) ([]bench.Result, error), print func([]bench.Result, *format) error, err error,
) {
	fed := slices.IndexFunc(models, func(m bench.Model) bool { return m.Examples != nil })
	drawn := slices.IndexFunc(models, func(m bench.Model) bool { return m.Examples == nil })
	if fed >= 0 && drawn >= 0 {
		return nil, nil, wrongf("%s is timed on examples of data and %s on drawn inputs, which cannot be compared; give --batch and --steps to draw for both", models[fed].Name, models[drawn].Name)
	}
	if fed < 0 {
		if f.train {
			a.Say("timing training steps")
		} else {
			a.Say("timing %d×%d tokens", f.Batch, f.Steps)
		}
		return bench.Run, a.printBench, nil
	}
	what, rounds := models[0].Terms.Items+", one at a time", 10
	if f.train {
		what, rounds = "training steps", 3
	}
	if !f.rounds {
		f.Rounds = rounds
	}
	b := models[0].Examples
	a.Say("timing %d %s; mean lengths: %s", b.Len(), what, lengths(b))
	return bench.RunExamples, a.printExamples, nil
}

// rounds tells of rounds, at most every five seconds.
func (a *app) rounds() func(done, rounds int) {
	said := time.Now()
	return func(done, rounds int) {
		if time.Since(said) >= 5*time.Second && done < rounds {
			said = time.Now()
			a.Say("round %d of %d", done, rounds)
		}
	}
}

// lengths tells the mean lengths of batches; a batch of one needs no telling.
func lengths(b tasks.Batches) string {
	sum := map[string]int{}
	for i := range b.Len() {
		for axis, n := range b.Binding(i) {
			sum[axis] += n
		}
	}
	var list []string
	for _, axis := range slices.Sorted(maps.Keys(sum)) {
		if axis == "batch" && sum[axis] == b.Len() {
			continue
		}
		list = append(list, fmt.Sprintf("%s %.1f", axis, float64(sum[axis])/float64(b.Len())))
	}
	return strings.Join(list, ", ")
}

// printExamples prints what was measured on examples: the whole, then the layers
// of all models side by side.
func (a *app) printExamples(results []bench.Result, f *format) error {
	t, views := comparison(results, []string{"mean ms", "median", "quartiles"}, func(v benchView) []any {
		return []any{fmt.Sprintf("%.3f", v.Mean), fmt.Sprintf("%.3f", v.Time.Median), fmt.Sprintf("%.3f to %.3f", v.Time.Low, v.Time.High)}
	})
	if err := f.print(a.Streams, t, views); err != nil || *f == "json" {
		return err
	}
	if _, err := fmt.Fprintln(a.Out); err != nil {
		return err
	}
	return layerTable(results).Write(a.Out)
}

// layerTable has a row for each layer and a column for each model: mean and, in
// brackets, median.
func layerTable(results []bench.Result) *term.Table {
	t := &term.Table{Head: []string{"mean (median) ms"}}
	var layers []string
	for i := range results {
		t.Head = append(t.Head, results[i].Name)
		for _, l := range results[i].Layers {
			if !slices.Contains(layers, l.Name) {
				layers = append(layers, l.Name)
			}
		}
	}
	for _, name := range layers {
		row := []any{name}
		for i := range results {
			cell := "-"
			for _, l := range results[i].Layers {
				if l.Name == name {
					cell = fmt.Sprintf("%.3f (%.3f)", l.Mean, l.Median)
				}
			}
			row = append(row, cell)
		}
		t.Row(row...)
	}
	all := []any{"in all"}
	for i := range results {
		all = append(all, fmt.Sprintf("%.3f (%.3f)", results[i].Mean, results[i].Time.Median))
	}
	t.Row(all...)
	return t
}

// paperColumns adds the paper's columns to a table if any model has a published
// time, and returns what they hold.
func paperColumns(t *term.Table, results []bench.Result) func(r *bench.Result) []any {
	if !slices.ContainsFunc(results, func(r bench.Result) bool { return r.Paper.MS > 0 }) {
		return func(*bench.Result) []any { return nil }
	}
	t.Head = append(t.Head, "paper's weights", "ms", "speed-up")
	return func(r *bench.Result) []any {
		if r.Paper.MS == 0 {
			return []any{"-", "-", "-"}
		}
		return []any{r.Paper.Weights, fmt.Sprintf("%.2f", r.Paper.MS), fmt.Sprintf("%.2fx", results[0].Paper.MS/r.Paper.MS)}
	}
}
