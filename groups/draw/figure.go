package draw

import (
	"fmt"
	"slices"

	"github.com/seed391906a2/iss/groups"
	"github.com/seed391906a2/iss/registry"
)

// Figure says what is drawn.
type Figure string

// The figures.
const (
	Both    Figure = ""        // Flow above Weights
	Flow    Figure = "flow"    // one step, as figure 2 of the paper
	Weights Figure = "weights" // the matrices, as figure 3
)

// Figures lists the names of figures.
func Figures() []string { return []string{string(Flow), string(Weights)} }

// ParseFigure is the figure of that name; an unknown name is an error with the
// nearest one.
func ParseFigure(name string) (Figure, error) {
	if name != "" && !slices.Contains(Figures(), name) {
		return "", fmt.Errorf("draw: %w", registry.Unknown("figure", name, Figures()))
	}
	return Figure(name), nil
}

// Options say which component is drawn, and how.
type Options struct {
	Name   string // of the model, for the title
	Class  string // "": the first that was cut, else the first recurrent one
	Unit   *int   // its number before any cut; nil: what was cut out of the class, else one unit
	Figure Figure
}

// SVG draws a component of a model. An unknown class or unit is an error, and
// so is a flow where no step of the model has a value with the class's units.
func SVG(d *groups.Derivation, o Options) ([]byte, error) {
	c, err := choose(d, o)
	if err != nil {
		return nil, err
	}
	page := &scene{}
	desc := ""
	if o.Figure != Weights {
		s, told, err := drawFlow(c)
		if err != nil {
			return nil, err
		}
		desc = told
		page.within(s, 0, 0)
	}
	if o.Figure != Flow {
		s, told := drawWeights(d, c)
		if desc != "" {
			desc += " "
		}
		desc += told
		page.within(s, 0, page.h)
	}
	title := "ISS: " + c.String()
	if o.Name != "" {
		title = o.Name + ": " + c.String()
	}
	return page.svg(title, desc), nil
}
