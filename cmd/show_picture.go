package cmd

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/nn"
	"github.com/seed391906a2/iss/groups"
	"github.com/seed391906a2/iss/groups/draw"
	"github.com/seed391906a2/iss/internal/atomicfile"
)

// stdout is where a picture goes whose file is not named.
const stdout = "-"

// picture is the flags of show that draw.
type picture struct {
	file   string // "": none is wanted
	class  string
	figure string
	unit   int
	flags  *cobra.Command
}

func pictureFlags(c *cobra.Command) *picture {
	p := &picture{flags: c}
	f := c.Flags()
	f.StringVar(&p.file, "svg", "", "draw it instead, as SVG to FILE or standard output")
	f.Lookup("svg").NoOptDefVal = stdout
	f.StringVar(&p.figure, "figure", "", "with --svg: flow (one step) or weights (the matrices); both if not given")
	f.StringVar(&p.class, "class", "", "with --svg: the class whose unit is in colour, such as cell_0")
	f.IntVar(&p.unit, "unit", 0, "with --svg: the unit in colour, by its number before any cut")
	_ = c.RegisterFlagCompletionFunc("figure", cobra.FixedCompletions(draw.Figures(), cobra.ShellCompDirectiveNoFileComp))
	return p
}

// arguments is X, and behind a bare --svg the file.
func (p *picture) arguments(c *cobra.Command, args []string) error {
	if len(args) == 2 && p.file == stdout {
		return nil
	}
	return arguments(1, 1, "the name of a cell or a MODEL, and a file only behind --svg")(c, args)
}

// read settles what the flags mean together and returns X.
func (p *picture) read(args []string, f *format) (string, error) {
	x := args[0]
	if len(args) == 2 {
		p.file = args[1]
		if strings.HasSuffix(x, ".svg") && !strings.HasSuffix(p.file, ".svg") { // --svg FILE X
			x, p.file = p.file, x
		}
	}
	switch {
	case p.wanted() && p.flags.Flags().Changed("format"):
		return "", wrongf("--svg draws and --format %s prints; give one of them", *f)
	case p.wanted():
		_, err := draw.ParseFigure(p.figure)
		return x, wrong(err)
	}
	for _, name := range []string{"figure", "class", "unit"} {
		if p.flags.Flags().Changed(name) {
			return "", wrongf("--%s says what to draw, so it goes with --svg", name)
		}
	}
	return x, nil
}

func (p *picture) wanted() bool { return p.file != "" }

// draw draws a component of a model called name and writes it.
func (a *app) draw(p *picture, name string, d *groups.Derivation) error {
	o := draw.Options{Name: name, Class: p.class, Figure: draw.Figure(p.figure)}
	if p.flags.Flags().Changed("unit") {
		o.Unit = &p.unit
	}
	svg, err := draw.SVG(d, o)
	if err != nil {
		return wrong(err)
	}
	if p.file == stdout {
		_, err := a.Out.Write(svg)
		return err
	}
	err = atomicfile.Write(p.file, func(w io.Writer) error {
		_, err := w.Write(svg)
		return err
	})
	if err != nil {
		return fmt.Errorf("--svg: %w", err)
	}
	return nil
}

// Sizes at which a cell is drawn: small enough that single units are seen.
const (
	drawnUnits  = 12
	drawnLabels = 60
)

// drawCell draws a cell as part of a small model: two layers of it and a
// softmax, since a unit is read by the layer above too.
func (a *app) drawCell(p *picture, cell core.CellPlugin) error {
	first, err := cell.New(core.CellConfig{Input: drawnUnits, Hidden: drawnUnits})
	if err != nil {
		return err
	}
	out, err := core.OutputSize(first, drawnUnits)
	if err != nil {
		return err
	}
	second, err := cell.New(core.CellConfig{Input: out, Hidden: drawnUnits})
	if err != nil {
		return err
	}
	g, err := graph.Trace(cell.Name, func(s *graph.Scope) {
		x := s.Input("x", graph.Symbol("time"), graph.Symbol("batch"), graph.Fixed(drawnUnits))
		for i, c := range []core.Cell{first, second} {
			label := fmt.Sprintf("cell_%d", i)
			x = nn.Recurrent(s.Layer(label, label), c, x, graph.ScanConfig{}, false)
		}
		s.Output("logits", nn.Linear(s, "softmax", x, drawnLabels))
	})
	if err != nil {
		return err
	}
	d, err := groups.Derive(g)
	if err != nil {
		return err
	}
	return a.draw(p, cell.Name, d)
}
