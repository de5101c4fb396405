package cmd

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/seed391906a2/iss/cmd/internal/model"
	"github.com/seed391906a2/iss/cmd/internal/term"
	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/mapping"
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
	Cell     cellBrief    `json:"cell"`
	Dropout  []maskView   `json:"dropout,omitempty"`
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

// cellBrief is what a model says of its cells.
type cellBrief struct {
	Name    string          `json:"name"`
	Doc     string          `json:"doc"`
	Source  string          `json:"source"`
	Options json.RawMessage `json:"options,omitempty"` // JSON Schema
	Keep    []string        `json:"keep,omitempty"`    // places with dropout
}

// maskView is a place of a model with dropout.
type maskView struct {
	Place string  `json:"place"`
	Keep  float64 `json:"keep"`
	Per   string  `json:"per"` // step, window or word
}

func (a *app) showCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "show X [--svg [FILE]]",
		Short: "Show a cell, a preset, a configuration file or a run, in words or drawn",
		Long: `Show a cell (its source, states, parameters, options) or a model (its
configuration, parameters with their shapes, states, classes of units; a run's
results too). With --all, every class with its owner, its readers and its pins.
A mapping of iss import is shown as the document that it is.

With --svg it is drawn from its trace, as figures 2 and 3 of the paper: the
flow of data through one step, and the weights to scale, with all that belongs
to one unit in colour; of a compacted run, all that was cut out of a class.`,
		Example: `  iss show lstm
  iss show cell.json
  iss show ptb-large-iss --all
  iss show @last
  iss show pytorch-lstm > mine.json
  iss show lstm --svg lstm.svg
  iss show ptb-large --svg --figure weights --class cell_1 --unit 3 > weights.svg`,
		ValidArgsFunction: func(c *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
			names, directive := a.completeModels(c, args, word)
			return slices.Concat(names, a.Cells.Names(), mapping.Names()), directive
		},
	}
	s, f := settingsFlag(c), formatFlag(c)
	all := c.Flags().Bool("all", false, "every class with its owner, its readers and its pins")
	pic := pictureFlags(c)
	c.Args = pic.arguments
	c.RunE = func(_ *cobra.Command, args []string) error {
		x, err := pic.read(args, f)
		if err != nil {
			return err
		}
		if text, err := mapping.Text(x); err == nil {
			_, err = a.Out.Write(text)
			return err
		}
		p, isCell, err := a.cellNamed(x)
		if err != nil {
			return err
		}
		if isCell {
			switch {
			case len(*s) > 0:
				return wrongf("%s is a cell, which has no configuration; --set goes with a preset or a configuration file: iss show demo --set model.cell=%s", x, x)
			case pic.wanted():
				return a.drawCell(pic, p)
			}
			return a.showCell(p, f)
		}
		m, err := a.find(x, s)
		if err != nil {
			return a.orCell(x, err)
		}
		if !pic.wanted() {
			return a.showModel(m, *all, f)
		}
		d, err := m.Derivation()
		if err != nil {
			return err
		}
		return a.draw(pic, m.Name, d)
	}
	return c
}

// orCell adds the nearest cell to the error of a name that is none of
// anything, if it is nearer than what the error names.
func (a *app) orCell(x string, err error) error {
	if _, there := os.Stat(x); there == nil {
		return err // what is there was meant
	}
	cells := a.Cells.Names()
	near := registry.Nearest(x, append(a.otherNames(), cells...))
	if near == "" || !slices.Contains(cells, near) {
		return err
	}
	return wrong(fmt.Errorf("%w; nearest of all, there is a cell %s", errors.Unwrap(err), near))
}

// otherNames are those of presets and of runs.
func (a *app) otherNames() []string {
	names := slices.Clone(a.Presets.Names())
	entries, _ := runs.List(runs.Root()) // what cannot be listed cannot be offered
	for _, e := range entries {
		if name, err := filepath.Rel(runs.Root(), e.Dir); err == nil {
			names = append(names, name)
		}
	}
	return names
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
	cell, err := m.Config.Model.Plugin(a.Cells)
	if err != nil {
		return err
	}
	v.Cell = cellBrief{cell.Name, cell.Doc, cell.Source, cell.Options, cell.Keep}
	v.Dropout = masks(d.Graph)
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
	if err := a.printCell(v, m.Config.Model.Options); err != nil {
		return err
	}
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

// printCell says what the cells of a model are, and where it has dropout.
func (a *app) printCell(v modelView, set map[string]any) error {
	fmt.Fprintf(a.Out, "cell %s: %s\n  source: %s\n", v.Cell.Name, v.Cell.Doc, v.Cell.Source)
	if len(v.Cell.Keep) > 0 {
		fmt.Fprintf(a.Out, "  places with dropout: %s\n", strings.Join(v.Cell.Keep, ", "))
	}
	if set == nil {
		set = map[string]any{}
	}
	if err := a.showOptions(v.Cell.Options, set); err != nil {
		return err
	}
	fmt.Fprintln(a.Out)
	if len(v.Dropout) == 0 {
		return nil
	}
	t := &term.Table{Head: []string{"dropout at", "keep", "drawn per"}}
	for _, m := range v.Dropout {
		t.Row(m.Place, m.Keep, m.Per)
	}
	err := t.Write(a.Out)
	fmt.Fprintln(a.Out)
	return err
}

// masks are the places of a model with dropout.
func masks(g *graph.Graph) []maskView {
	var out []maskView
	for _, n := range g.Nodes {
		if m, ok := n.Op.(*graph.MaskOp); ok {
			out = append(out, maskView{m.Site, m.Keep, m.Freq.String()})
		}
	}
	return out
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
