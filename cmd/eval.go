package cmd

import (
	"bytes"
	"fmt"

	"github.com/spf13/cobra"

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

--answers writes down what the model answers to the last of the parts, in tasks
that have a format for that: predictions of SQuAD.`,
		Example:           "  iss eval @last\n  iss eval runs/demo-1/compact --part test\n  iss eval runs/bidaf-1 --answers predictions.json",
		Args:              arguments(1, 1, "a RUN"),
		ValidArgsFunction: completeRuns,
	}
	data.add(c)
	part := c.Flags().String("part", "", "valid or test (default both)")
	answers := c.Flags().String("answers", "", "write the model's answers to this file")
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
		if err := sensibleThreads(c, threads); err != nil {
			return err
		}
		m, err := a.openTrained(c, &data, args[0])
		if err != nil {
			return err
		}
		terms := m.problem.Terms()
		t := &term.Table{Head: []string{"part"}}
		for _, metric := range terms.Metrics {
			t.Head = append(t.Head, metric.Name)
		}
		t.Head = append(t.Head, "loss", terms.Items, "floor")
		scores := map[string]tasks.Score{}
		if _, can := m.problem.Judge(chosen[0]).(tasks.Answerer); *answers != "" && !can {
			return wrongf("--answers: the answers of task %s have no format of their own", m.Task.Name)
		}
		var judge tasks.Judge
		for i, name := range chosen {
			if i == 0 || !terms.TestIsValid {
				if judge, err = train.Judged(c.Context(), m.problem, m.graph, m.weights, m.Config.ReportedPart(name), threads); err != nil {
					return stopped(err)
				}
			}
			if i == len(chosen)-1 && *answers != "" {
				if err := writeAnswers(*answers, judge); err != nil {
					return err
				}
			}
			s := judge.Score()
			scores[name] = s
			floor := "-"
			if s.Floor > 0 {
				floor = terms.Chief().Format(s.Floor, 4)
			}
			row := []any{name}
			for _, metric := range terms.Metrics {
				row = append(row, metric.Format(s.Values[metric.Name], 4))
			}
			t.Row(append(row, fmt.Sprintf("%.6f", s.Loss), s.Items, floor)...)
		}
		return f.print(a.Streams, t, scores)
	}
	return c
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
