package cmd

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/seed391906a2/iss/cmd/internal/model"
	"github.com/seed391906a2/iss/cmd/internal/term"
	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/registry"
	"github.com/seed391906a2/iss/tasks"
	"github.com/seed391906a2/iss/tasks/runs"
)

// modelView is what show says of a preset, a configuration or a run.
type modelView struct {
	Name     string       `json:"name"`
	Doc      string       `json:"doc,omitempty"`
	Run      *runs.Info   `json:"run,omitempty"`
	Status   string       `json:"status,omitempty"` // of a run
	Config   tasks.Config `json:"config"`
	Params   []paramView  `json:"params"`
	States   []stateView  `json:"states"`
	Weights  int          `json:"weights"`
	MultAdds int          `json:"mult_adds"`
	Classes  []classView  `json:"classes"`
}

// stateView is a vector that is carried from step to step.
type stateView struct {
	Name  string `json:"name"` // owner/state
	Units int    `json:"units"`
}

func (a *app) showCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "show X",
		Short: "Show a cell, a preset, a configuration file or a run",
		Long: `Show a cell (its source, states, parameters, options) or a model (its
configuration, parameters with their shapes, states, classes of units; a run's
results too). With --all, every class with its owner, its readers and its pins.`,
		Example: `  iss show lstm
  iss show ptb-large-iss --all
  iss show @last`,
		Args: arguments(1, 1, "the name of a cell or a MODEL"),
		ValidArgsFunction: func(c *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
			names, directive := a.completeModels(c, args, word)
			return append(names, a.Cells.Names()...), directive
		},
	}
	s, f := settingsFlag(c), formatFlag(c)
	all := c.Flags().Bool("all", false, "every class with its owner, its readers and its pins")
	c.RunE = func(_ *cobra.Command, args []string) error {
		if p, err := a.Cells.Get(args[0]); err == nil {
			return a.showCell(p, f)
		}
		m, err := a.find(args[0], s)
		if near := registry.Nearest(args[0], a.Cells.Names()); err != nil && near != "" {
			return wrong(fmt.Errorf("%w; there is a cell %s", errors.Unwrap(err), near))
		}
		if err != nil {
			return err
		}
		return a.showModel(m, *all, f)
	}
	return c
}

func (a *app) showModel(m *model.Model, all bool, f *format) error {
	d, err := m.Derivation()
	if err != nil {
		return err
	}
	chosen, err := m.Classes()
	if err != nil {
		return wrong(err)
	}
	v := modelView{
		Name: m.Name, Config: m.Config, Params: params(d.Graph), States: states(d.Graph),
		Weights: core.Weights(d.Graph), MultAdds: core.MultAdds(d.Graph), Classes: classViews(d, d.Classes, chosen),
	}
	if p, err := a.Presets.Get(m.Name); err == nil {
		v.Doc = p.Doc
	}
	if m.Run != nil {
		info := m.Run.Info()
		v.Run, v.Status = &info, runs.Status(m.Run.Dir(), info)
	}
	if *f == "json" {
		return a.JSON(v)
	}
	if v.Run != nil {
		if err := a.printRun(m); err != nil {
			return err
		}
	}
	if v.Doc != "" {
		fmt.Fprintf(a.Out, "%s: %s\n\n", v.Name, v.Doc)
	}
	fmt.Fprintf(a.Out, "%s\n", m.Config.JSON())
	t := &term.Table{Head: []string{"parameter", "shape", "starts as"}}
	for _, p := range v.Params {
		t.Row(p.Name, graph.Of(p.Shape...), p.Init)
	}
	if err := t.Write(a.Out); err != nil {
		return err
	}
	t = &term.Table{Head: []string{"state", "units"}}
	for _, s := range v.States {
		t.Row(s.Name, s.Units)
	}
	fmt.Fprintln(a.Out)
	if err := t.Write(a.Out); err != nil {
		return err
	}
	fmt.Fprintf(a.Out, "\n%s weights, %s multiply-adds a %s\n\n", core.Compact(v.Weights), core.Compact(v.MultAdds), m.Task.Terms.Step)
	if all {
		return a.printClasses(d, d.Classes, chosen, f)
	}
	return classTable(v.Classes).Write(a.Out)
}

// states are the vectors that a model carries from run to run.
func states(g *graph.Graph) []stateView {
	var out []stateView
	for _, v := range g.Inputs {
		if in := v.Node.Op.(*graph.InputOp); in.Role == graph.Carried {
			out = append(out, stateView{in.Label, in.Shape.Last().Size})
		}
	}
	return out
}
