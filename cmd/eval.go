package cmd

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/seed391906a2/iss/cmd/internal/job"
	"github.com/seed391906a2/iss/cmd/internal/model"
	"github.com/seed391906a2/iss/cmd/internal/term"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/tensor"
	"github.com/seed391906a2/iss/internal/atomicfile"
	"github.com/seed391906a2/iss/registry"
	"github.com/seed391906a2/iss/tasks"
	"github.com/seed391906a2/iss/tasks/train"
)

// parts are what a model can be evaluated on.
var parts = []string{"test", "valid"}

func (a *app) evalCommand() *cobra.Command {
	var data dataFlags
	c := &cobra.Command{
		Use:   "eval RUN",
		Short: "Measure a run's model on the validation or test data",
		Long: `Measure a run's model, without dropout, by the conventions of the published
results: valid in batches, the tail dropped, or as one stream if train.final_valid
of its configuration says so; test as one stream. The data are
those of the run unless --data or --text names others with the same vocabulary.

Where the configuration has a threshold for the test (iss.test_tau), or --tau names
one, the model is measured with its weights below that at zero too, and the units
that die only there are told. The run stays as it is: iss compact RUN --tau cuts
them out.

--answers writes down what the model answers to the last of the parts, in tasks
that have a format for that: predictions of SQuAD. They are those of the model as it
was trained.`,
		Example:           "  iss eval @last\n  iss eval runs/demo-1/compact --part test\n  iss eval runs/bidaf-1 --answers predictions.json\n  iss eval runs/bidaf-iss-1 --tau 0.02",
		Args:              arguments(1, 1, "a RUN"),
		ValidArgsFunction: completeRuns,
	}
	data.add(c)
	part := c.Flags().String("part", "", "valid or test (default both)")
	answers := c.Flags().String("answers", "", "write the model's answers to this file")
	tau := c.Flags().Float64("tau", 0, "measure with the weights below this threshold at zero, too; 0: not (default iss.test_tau)")
	var threads int
	threadsFlag(c, &threads)
	f := formatFlag(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		chosen := []string{"valid", "test"}
		switch *part {
		case "":
		case "valid", "test":
			chosen = []string{*part}
		default:
			return wrong(registry.Unknown("part", *part, parts))
		}
		if err := errors.Join(threshold(*tau), sensibleThreads(c, threads)); err != nil {
			return err
		}
		m, err := a.openTrained(c, &data, args[0])
		if err != nil {
			return err
		}
		scores, err := a.measured(c.Context(), m, chosen, *answers, threads)
		if err != nil {
			return err
		}
		view, t := map[string]any{}, &term.Table{Head: scoreHead(m.problem.Terms())}
		for _, name := range chosen {
			view[name] = scores[name]
			t.Row(scoreRow(m.problem.Terms(), name, scores[name])...)
		}
		if !c.Flags().Changed("tau") && m.Config.ISS.TestTau > m.Run.Info().Tau { // else its weights have met it
			*tau = m.Config.ISS.TestTau
		}
		if *tau == 0 {
			return f.print(a.Streams, t, view)
		}
		there, err := job.AtTau(c.Context(), m.Model, *tau, scores, threads)
		if err != nil {
			return stopped(err)
		}
		view["thresholded"] = there
		if err := f.print(a.Streams, t, view); err != nil || *f == "json" {
			return err
		}
		fmt.Fprintln(a.Out)
		return there.Write(a.Out)
	}
	return c
}

// measured are a run's scores on parts. What it answers to the last of them is
// written to a file, if one is named.
func (a *app) measured(ctx context.Context, m trained, parts []string, answers string, threads int) (map[string]tasks.Score, error) {
	scores := map[string]tasks.Score{}
	if _, can := m.problem.Judge(parts[0]).(tasks.Answerer); answers != "" && !can {
		return nil, wrongf("--answers: the answers of task %s have no format of their own", m.Task.Name)
	}
	var judge tasks.Judge
	var err error
	for i, name := range parts {
		if i == 0 || !m.problem.Terms().TestIsValid {
			if judge, err = train.Judged(ctx, m.problem, m.graph, m.weights, m.Config.ReportedPart(name), threads); err != nil {
				return nil, stopped(err)
			}
		}
		if i == len(parts)-1 && answers != "" {
			if err := writeAnswers(answers, judge); err != nil {
				return nil, err
			}
		}
		scores[name] = judge.Score()
	}
	return scores, nil
}

func scoreHead(terms tasks.Terms) []string {
	head := []string{"part"}
	for _, metric := range terms.Metrics {
		head = append(head, metric.Name)
	}
	return append(head, "loss", terms.Items, "floor")
}

func scoreRow(terms tasks.Terms, part string, s tasks.Score) []any {
	row := []any{part}
	for _, metric := range terms.Metrics {
		row = append(row, metric.Format(s.Values[metric.Name], 4))
	}
	floor := "-"
	if s.Floor > 0 {
		floor = terms.Chief().Format(s.Floor, 4)
	}
	return append(row, fmt.Sprintf("%.6f", s.Loss), s.Items, floor)
}

// writeAnswers writes what a judge has heard to a file.
func writeAnswers(file string, judge tasks.Judge) error {
	var text bytes.Buffer
	if err := judge.(tasks.Answerer).WriteAnswers(&text); err != nil {
		return err
	}
	return atomicfile.WriteBytes(file, text.Bytes())
}

// trained is a run's model with its data.
type trained struct {
	*model.Model
	problem tasks.Problem
	graph   *graph.Graph
	weights map[string]tensor.Dense[float32]
}

// openTrained opens a RUN argument with its data, or those that flags name.
func (a *app) openTrained(c *cobra.Command, f *dataFlags, arg string) (t trained, err error) {
	if t.Model, err = a.findRun(arg); err != nil {
		return t, err
	}
	if t.problem, err = a.openData(c, f, t.Model); err != nil {
		return t, err
	}
	if t.graph, err = t.Model.Graph(); err != nil {
		return t, err
	}
	t.weights, err = t.Model.Tensors()
	return t, err
}

// findRun opens a RUN argument.
func (a *app) findRun(arg string) (*model.Model, error) {
	m, err := a.find(arg, nil)
	if err != nil {
		return nil, err
	}
	if m.Run == nil {
		return nil, wrongf("%s is not trained, and a run is needed; make one: iss train %s", arg, arg)
	}
	return m, nil
}

// openData opens the data of a run, or those that flags name.
func (a *app) openData(c *cobra.Command, f *dataFlags, m *model.Model) (tasks.Problem, error) {
	if err := f.apply(c, &m.Config); err != nil {
		return nil, wrong(err)
	}
	problem, err := m.Problem()
	if err != nil {
		return nil, wrong(err)
	}
	if !m.SameData() {
		a.Log.Warn(fmt.Sprintf("these are not the data that %s was trained on", m.Name))
	}
	return problem, nil
}
