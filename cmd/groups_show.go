package cmd

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/seed391906a2/iss/cmd/internal/term"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/groups"
)

// classView is a class as programs read it.
type classView struct {
	Name         string   `json:"name"`
	Units        int      `json:"units"`
	Of           int      `json:"of"`
	Scalars      int      `json:"scalars"`   // of one unit, rows and columns counted in full
	Different    int      `json:"different"` // each scalar once
	Biases       int      `json:"biases"`
	Penalised    bool     `json:"penalised"`
	States       []string `json:"states,omitempty"`
	Owners       []string `json:"owners,omitempty"`
	Readers      []string `json:"readers,omitempty"`
	FixedReaders []string `json:"fixed_readers,omitempty"`
	Pins         []string `json:"pins,omitempty"`
}

func (a *app) groupsShowCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "show MODEL",
		Short: "Say what belongs to the units of a model's classes",
		Long: `Say, class by class, which rows and columns one unit owns, which states it is
part of, which weights make it, which read it, and what keeps it from leaving.
--table says in short, as table 5 of the paper does for BiDAF, how large the
weights of each class are, who receives its units as inputs, and how many
scalars belong to one.`,
		Example:           "  iss groups show ptb-large-iss --all\n  iss groups show bidaf-iss --table",
		Args:              arguments(1, 1, "a MODEL"),
		ValidArgsFunction: a.completeModels,
	}
	s, f := settingsFlag(c), formatFlag(c)
	all := c.Flags().Bool("all", false, "every class, those that are pinned too")
	table := c.Flags().Bool("table", false, "a line for each class")
	c.RunE = func(_ *cobra.Command, args []string) error {
		m, err := a.find(args[0], s)
		if err != nil {
			return err
		}
		d, err := m.Derivation()
		if err != nil {
			return err
		}
		chosen, err := m.Classes()
		if err != nil {
			return wrong(err)
		}
		shown := chosen
		if *all {
			shown = d.Classes
		}
		if *table && *f != "json" {
			return receivers(d, shown).Write(a.Out)
		}
		return a.printClasses(d, shown, chosen, f)
	}
	return c
}

// printClasses prints classes; the chosen ones are penalised.
func (a *app) printClasses(d *groups.Derivation, shown, chosen []*groups.Class, f *format) error {
	if *f == "json" {
		return a.JSON(classViews(d, shown, chosen))
	}
	for i, c := range shown {
		if i > 0 {
			fmt.Fprintln(a.Out)
		}
		n := groups.Count(d.Graph, c.Group())
		text, rest, _ := strings.Cut(c.String(), "\n")
		fmt.Fprintf(a.Out, "%s, each of %d scalars (%d different ones) and %d biases", text, n.Multiset, n.Distinct, n.Biases)
		if slices.Contains(chosen, c) {
			fmt.Fprint(a.Out, "; penalised")
		}
		fmt.Fprintf(a.Out, "\n%s\n", rest)
	}
	return nil
}

func classViews(d *groups.Derivation, shown, chosen []*groups.Class) []classView {
	out := []classView{}
	for _, c := range shown {
		n := groups.Count(d.Graph, c.Group())
		out = append(out, classView{
			Name: c.Name, Units: c.Units, Of: c.Of, Scalars: n.Multiset, Different: n.Distinct, Biases: n.Biases,
			Penalised: slices.Contains(chosen, c), States: c.States, Owners: c.Owners, Readers: c.Readers,
			FixedReaders: c.FixedReaders, Pins: c.Pins,
		})
	}
	return out
}

// receivers is a line for each class: its own weights, who else reads its units,
// and the size of one, rows and columns counted in full.
func receivers(d *groups.Derivation, shown []*groups.Class) *term.Table {
	t := &term.Table{Head: []string{"class", "units", "weights", "receivers", "scalars of a unit"}}
	for _, c := range shown {
		var sizes, others []string
		for _, p := range d.Graph.Params {
			owned, read := slices.Contains(c.Owners, p.Name), slices.Contains(c.Readers, p.Name)
			switch {
			case owned && len(p.Shape) > 1:
				sizes = append(sizes, graph.Of(p.Shape...).String())
			case read && !owned && !slices.Contains(others, p.Owner):
				others = append(others, p.Owner)
			}
		}
		t.Row(c.Name, c.Units, strings.Join(sizes, ", "), strings.Join(others, ", "), groups.Count(d.Graph, c.Group()).Multiset)
	}
	return t
}

// classTable is classes in short.
func classTable(views []classView) *term.Table {
	t := &term.Table{Head: []string{"class", "units", "scalars", "different", "biases", ""}}
	for _, v := range views {
		note := ""
		switch {
		case len(v.Pins) > 0:
			note = "pinned: " + strings.Join(v.Pins, ", ")
		case v.Penalised:
			note = "penalised"
		}
		t.Row(v.Name, v.Units, v.Scalars, v.Different, v.Biases, note)
	}
	return t
}
