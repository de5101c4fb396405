package cmd

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/seed391906a2/iss/cmd/internal/job"
	"github.com/seed391906a2/iss/cmd/internal/term"
	"github.com/seed391906a2/iss/groups"
)

// sparsityView is what is zero in a model, for programs.
type sparsityView struct {
	Units  []zeroView `json:"units"`  // by class; zeros are dead units
	Params []zeroView `json:"params"` // zeros are weights
	// Gates are functions of which the operand is a bias alone for some living
	// units, and Constant those that say nothing but their biases, by class.
	Gates    []gateView `json:"constant_gates"`
	Constant []gateView `json:"constant_units"`
}

// gateView counts the units of a class that no input reaches.
type gateView struct {
	Class    string `json:"class"`
	Function string `json:"function,omitempty"`
	Made     string `json:"made_by,omitempty"`
	Units    []int  `json:"units"`
	Of       int    `json:"of"`
}

// zeroView counts zeros among so many.
type zeroView struct {
	Name  string  `json:"name"`
	Zeros int     `json:"zeros"`
	Of    int     `json:"of"`
	Share float64 `json:"share"`
	Below *int    `json:"below,omitempty"` // of units, with --tau: those that die only there
}

func newZeroView(name string, zeros, of int) zeroView {
	v := zeroView{Name: name, Zeros: zeros, Of: of}
	if of > 0 {
		v.Share = float64(zeros) / float64(of)
	}
	return v
}

func (a *app) sparsityCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "sparsity RUN",
		Short: "Count the dead units and the zero weights of a run",
		Long: `Count, class by class, the units of which every weight in rows and columns is
zero (biases do not count, as in the paper), and, parameter by parameter, the
weights that are zero. Gates and units of living units that no input reaches,
because all columns that make them are zero, are told too: what they say is what
their biases say. With --tau the units are told, too, that have no weight as large
as that: those that a threshold at test time would kill and training did not.
Nothing is changed.`,
		Example:           "  iss sparsity @last\n  iss sparsity runs/bidaf-iss-1 --tau 0.02",
		Args:              arguments(1, 1, "a RUN"),
		ValidArgsFunction: completeRuns,
	}
	f := formatFlag(c)
	all := c.Flags().Bool("all", false, "every class, not only the penalised ones")
	tau := c.Flags().Float64("tau", 0, "tell the units that die only at this threshold")
	c.RunE = func(_ *cobra.Command, args []string) error {
		if err := threshold(*tau); err != nil {
			return err
		}
		m, err := a.findRun(args[0])
		if err != nil {
			return err
		}
		chosen, err := m.Groups()
		if err != nil {
			return err
		}
		d, err := m.Derivation()
		if err != nil {
			return err
		}
		if *all {
			chosen = d.Groups(d.Classes)
		}
		weights, err := m.Tensors()
		if err != nil {
			return err
		}
		var v sparsityView
		s := groups.CountZeros(d.Graph, chosen, func(name string) []float32 { return weights[name].Data })
		for _, u := range s.Groups {
			v.Units = append(v.Units, newZeroView(u.Name, u.Of-u.Left, u.Of))
		}
		if *tau > 0 {
			cut, _, err := m.Below(*tau)
			if err != nil {
				return err
			}
			below := groups.CountZeros(d.Graph, chosen, func(name string) []float32 { return cut[name].Data })
			for i := range v.Units {
				n := v.Units[i].Of - below.Groups[i].Left - v.Units[i].Zeros
				v.Units[i].Below = &n
			}
		}
		for _, z := range s.Tensors {
			v.Params = append(v.Params, newZeroView(z.Name, z.Zeros, z.Of))
		}
		constants, err := groups.Constants(d, func(name string) []float32 { return weights[name].Data })
		if err != nil {
			return err
		}
		v.Gates, v.Constant = gateViews(constants)
		if *f == "json" {
			return a.JSON(v)
		}
		if err := zeroTable("class", "dead units", v.Units).Write(a.Out); err != nil {
			return err
		}
		fmt.Fprintln(a.Out)
		if err := zeroTable("parameter", "zero weights", append(v.Params, total(v.Params))).Write(a.Out); err != nil {
			return err
		}
		if s := job.Biased(constants); s != "" {
			fmt.Fprintf(a.Out, "\n%s\n", s)
		}
		return nil
	}
	return c
}

func gateViews(found []groups.ClassConstants) (gates, units []gateView) {
	gates, units = []gateView{}, []gateView{}
	for _, c := range found {
		for _, g := range c.Gates {
			gates = append(gates, gateView{c.Class.Name, g.Function, g.Made, g.Units, g.Of})
		}
		if len(c.Units) > 0 {
			units = append(units, gateView{Class: c.Class.Name, Units: c.Units, Of: c.Class.Units})
		}
	}
	return gates, units
}

// total counts all of the rows together.
func total(rows []zeroView) zeroView {
	zeros, of := 0, 0
	for _, r := range rows {
		zeros, of = zeros+r.Zeros, of+r.Of
	}
	return newZeroView("all", zeros, of)
}

func zeroTable(what, zeros string, rows []zeroView) *term.Table {
	t := &term.Table{Head: []string{what, zeros, "of", "share"}}
	with := len(rows) > 0 && rows[0].Below != nil
	if with {
		t.Head = append(t.Head, "more below τ")
	}
	for _, r := range rows {
		row := []any{r.Name, r.Zeros, r.Of, fmt.Sprintf("%.1f %%", 100*r.Share)}
		if with {
			row = append(row, *r.Below)
		}
		t.Row(row...)
	}
	return t
}
