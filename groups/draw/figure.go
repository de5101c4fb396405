package draw

import (
	"fmt"
	"slices"
	"strings"

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
// so is Flow where no recurrent step of the model has units of the class; Both
// is Weights alone then.
func SVG(d *groups.Derivation, o Options) ([]byte, error) {
	c, err := choose(d, o)
	if err != nil {
		return nil, err
	}
	page := &scene{}
	var told []string
	if o.Figure != Weights {
		body, scan, err := c.step()
		switch {
		case err == nil:
			s, words := drawFlow(c, body, scan)
			page.within(s, 0, 0)
			told = append(told, words)
		case o.Figure == Flow:
			return nil, err
		}
	}
	if o.Figure != Flow {
		s, words := drawWeights(c)
		page.within(s, 0, page.h)
		told = append(told, words)
	}
	title := c.String()
	if o.Name != "" {
		title = o.Name + ": " + title
	}
	return page.svg(title, strings.Join(told, " ")), nil
}
