package cmd

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/seed391906a2/iss/cells/equation"
	"github.com/seed391906a2/iss/cmd/internal/term"
	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/schemas"
)

// cellView is what show says of a cell.
type cellView struct {
	Name    string          `json:"name"`
	Doc     string          `json:"doc"`
	Source  string          `json:"source"`
	Options json.RawMessage `json:"options,omitempty"` // JSON Schema
	Keep    []string        `json:"keep,omitempty"`    // places with dropout
	States  []string        `json:"states"`
	Params  []paramView     `json:"params"` // at input size in, hidden size H
}

// paramView is a parameter as show prints it.
type paramView struct {
	Name  string `json:"name"`
	Shape []int  `json:"shape"`
	Init  string `json:"init"`
	Owner string `json:"owner,omitempty"`
}

// Sizes at which a cell is traced to be shown. They are primes, so that a
// shape tells which sizes it is made of.
const (
	shownInput  = 997
	shownHidden = 101
)

// cellNamed is the cell of that name, or the one that a file of that name holds
// as equations. It is false if there is neither.
func (a *app) cellNamed(x string) (p core.CellPlugin, ok bool, err error) {
	if p, err := a.Cells.Get(x); err == nil {
		return p, true, nil
	}
	text, err := schemas.ReadFile(x)
	if err != nil {
		return p, false, nil // a preset, a run, or nothing; who looks for these tells
	}
	doc, err := schemas.Parse(x, text)
	if err != nil {
		return p, false, nil // as above
	}
	fields, _ := doc.Value.(map[string]any)
	if _, ok := fields["equations"]; !ok {
		return p, false, nil
	}
	if p, err = equation.Parse(x, text); err != nil {
		return p, true, wrong(err)
	}
	return p, true, nil
}

func (a *app) showCell(p core.CellPlugin, f *format) error {
	v := cellView{Name: p.Name, Doc: p.Doc, Source: p.Source, Options: p.Options, Keep: p.Keep}
	cell, err := p.New(core.CellConfig{Input: shownInput, Hidden: shownHidden})
	if err != nil {
		return err
	}
	for _, s := range cell.States() {
		v.States = append(v.States, s.Name)
	}
	g, err := traceCell(cell)
	if err != nil {
		return err
	}
	v.Params = params(g)
	if *f == "json" {
		return a.JSON(v)
	}
	fmt.Fprintf(a.Out, "cell %s\n  %s\n  source: %s\n  states: %s\n", v.Name, v.Doc, v.Source, strings.Join(v.States, ", "))
	if len(v.Keep) > 0 {
		fmt.Fprintf(a.Out, "  places with dropout: %s\n", strings.Join(v.Keep, ", "))
	}
	t := &term.Table{}
	for _, q := range v.Params {
		t.Row(" ", q.Name, symbolic(q.Shape), q.Init)
	}
	fmt.Fprintln(a.Out, "parameters, of in inputs and H units:")
	if err := t.Write(a.Out); err != nil {
		return err
	}
	return a.showOptions(p.Options, nil)
}

// traceCell traces one step of a cell.
func traceCell(cell core.Cell) (*graph.Graph, error) {
	return graph.Trace("step", func(s *graph.Scope) {
		batch := graph.Symbol("batch")
		x := s.Input("x", graph.Symbol("time"), batch, graph.Fixed(shownInput))
		var carries []graph.Carry
		for _, st := range cell.States() {
			carries = append(carries, graph.Carry{Name: st.Name, Init: s.Fill(st.Init, batch, graph.Fixed(st.Size))})
		}
		out, _ := graph.Scan(s, graph.ScanConfig{}, []graph.Value{x}, carries,
			func(s *graph.Scope, x, prev []graph.Value) (out, next []graph.Value) {
				y, next := cell.Step(s, x[0], prev)
				return []graph.Value{y}, next
			})
		s.Output("out", out[0])
	})
}

func params(g *graph.Graph) []paramView {
	var out []paramView
	for _, p := range g.Params {
		out = append(out, paramView{p.Name, p.Shape, p.Init.String(), p.Owner})
	}
	return out
}

// symbolic writes a shape in in and H: 1098×404 is (in+H)×4H.
func symbolic(shape []int) string {
	var parts []string
	for _, n := range shape {
		parts = append(parts, symbolicSize(n))
	}
	return strings.Join(parts, "×")
}

func symbolicSize(n int) string {
	for in := range 3 {
		rest := n - in*shownInput
		if rest < 0 || rest%shownHidden != 0 {
			continue
		}
		var terms []string
		for _, t := range []struct {
			times int
			name  string
		}{{in, "in"}, {rest / shownHidden, "H"}} {
			switch t.times {
			case 0:
			case 1:
				terms = append(terms, t.name)
			default:
				terms = append(terms, fmt.Sprint(t.times, t.name))
			}
		}
		switch len(terms) {
		case 1:
			return terms[0]
		case 2:
			return "(" + terms[0] + "+" + terms[1] + ")"
		}
	}
	return fmt.Sprint(n)
}
