package cmd

import (
	"fmt"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/seed391906a2/iss/cmd/internal/model"
	"github.com/seed391906a2/iss/core/engine"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/tasks"
	"github.com/seed391906a2/iss/tasks/train"
)

func (a *app) askCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "ask RUN QUESTION",
		Short: "Ask a trained model a question on a text",
		Long: `Ask the model of a run, whole or compacted, a question on the text in a file, and
print the part of the text that it points at, where that is (line and column,
counted from 1), and the probability that the model gives to this very part.`,
		Example:           `  iss ask @last --context town.txt "Who opened the mill?"`,
		Args:              arguments(2, 2, "a RUN and a QUESTION"),
		ValidArgsFunction: completeRuns,
	}
	context := c.Flags().String("context", "", "file with the text")
	f := formatFlag(c)
	c.RunE = func(_ *cobra.Command, args []string) error {
		if *context == "" {
			return wrongf("--context FILE is missing: the text that the question is about")
		}
		text, err := os.ReadFile(*context)
		if err != nil {
			return wrong(fmt.Errorf("--context: %w", err))
		}
		if !utf8.Valid(text) {
			return wrongf("--context: %s is no UTF-8 text", *context)
		}
		m, err := a.findRun(args[0])
		if err != nil {
			return err
		}
		answer, err := ask(m, string(text), args[1])
		if err != nil {
			return err
		}
		if *f == "json" {
			return a.JSON(answer)
		}
		before := string(text[:answer.Start])
		line := strings.Count(before, "\n") + 1
		column := utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:]) + 1
		_, err = fmt.Fprintf(a.Out, "%s\n%s:%d:%d, probability %.1f %%\n", answer.Text, *context, line, column, 100*answer.Score)
		return err
	}
	return c
}

// ask puts a question to a run's model.
func ask(m *model.Model, context, question string) (tasks.Answer, error) {
	var none tasks.Answer
	if m.Task.Ask == nil {
		return none, wrongf("%s is of task %s, whose models answer no questions", m.Name, m.Task.Name)
	}
	asked, err := m.Task.Ask(tasks.Question{Config: m.Config, File: m.Run.File, Context: context, Text: question})
	if err != nil {
		return none, wrong(err)
	}
	g, err := m.Graph()
	if err != nil {
		return none, err
	}
	weights, err := m.Tensors()
	if err != nil {
		return none, err
	}
	e, err := engine.New(train.Evaluation(g, m.Task.Terms.Judged...), engine.Options{Max: asked.Binding(0), Inference: true})
	if err != nil {
		return none, err
	}
	defer e.Close()
	if err := e.Bind(asked.Binding(0)); err != nil {
		return none, err
	}
	for _, p := range g.Params {
		copy(e.Param(p.Name), weights[p.Name].Data)
	}
	e.Changed()
	asked.Load(0, e)
	if err := e.Run(graph.Mode{}); err != nil {
		return none, err
	}
	return asked.Answer(e), nil
}
