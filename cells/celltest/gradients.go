package celltest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/interp"
)

// drawn is how models with masks run: the same masks in every run.
var drawn = graph.Mode{Training: true, Seed: 5, Step: 2}

// askGradients: the derived gradient is that of central differences, through
// all steps, in three ways: of all inputs at once, of each alone, and where the
// results are used twice.
func (x *exam) askGradients() {
	for i, v := range slices.Concat(x.variants(), x.everywhere()) {
		forms := []form{{}}
		if i == 0 {
			forms = append(forms, form{lengths: true, reverse: true})
		}
		for _, f := range forms {
			g, err := x.layer(v, f)
			if err == nil {
				err = x.gradients(v, f.String(), g)
			}
			if err != nil {
				x.faultf(v, "%v", err)
			}
		}
	}
}

// way is how a gradient is asked for.
type way struct {
	loss  string
	asked [][]string // with respect to these, together
	what  string
	hint  string
}

// gradients checks the gradient of "once" and "twice" in a graph.
func (x *exam) gradients(v variant, of string, g *graph.Graph) error {
	names := differentiable(g)
	ts := weights(g, 2)
	d, err := newDifferences(g, ts, names)
	if err != nil {
		return err
	}
	for _, w := range []way{
		{"once", [][]string{names}, "asked for all inputs at once", ""},
		{"once", each(names), "asked for alone", "; a Gradient must ask Tape.Needs for each operand by itself"},
		{"twice", [][]string{names}, "where the result is used twice", "; a Gradient must add to adjoints with Tape.Add and never take one for the only one"},
	} {
		var wrong []string
		for _, asked := range w.asked {
			got, err := derived(g, ts, w.loss, asked)
			if err != nil {
				return err
			}
			for _, name := range asked {
				bad, err := d.compare(w.loss, name, got[name])
				if err != nil {
					return err
				}
				if bad != "" {
					wrong = append(wrong, bad)
				}
			}
		}
		if len(wrong) > 0 {
			x.faultf(v, "%s: the gradient is wrong, %s: %s. %s", of, w.what, strings.Join(wrong[:min(3, len(wrong))], "; "), blame(g, w.hint))
			return nil // the other ways tell the same
		}
	}
	return d.smooth()
}

// blame says where to look for a wrong gradient.
func blame(g *graph.Graph, hint string) string {
	if names := ownNames(g); names != "" {
		return fmt.Sprintf("Look at the method Gradient of the step's own operations %s%s", names, hint)
	}
	return "All operations of the step are of core/graph, whose gradients are tested, so look for a function that is no function of its inputs, such as a Step that does something else when it is traced again; else it is a fault of iss"
}

// differentiable names the parameters and inputs that a gradient is asked for.
func differentiable(g *graph.Graph) (names []string) {
	for _, p := range g.Params {
		names = append(names, p.Name)
	}
	for _, in := range g.Inputs {
		op := in.Node.Op.(*graph.InputOp)
		if op.Kind == graph.Float && !strings.HasPrefix(op.Label, direction) {
			names = append(names, op.Label)
		}
	}
	return names
}

func each(names []string) (out [][]string) {
	for _, n := range names {
		out = append(out, []string{n})
	}
	return out
}

// withGradient is a copy of g that puts the gradient of one of its results out
// as "d/NAME", and nothing else.
func withGradient(g *graph.Graph, loss string, names []string) *graph.Graph {
	h, vals := graph.Clone(g)
	wrt := make([]graph.Value, len(names))
	for i, name := range names {
		if p := g.Param(name); p != nil {
			wrt[i] = vals[g.Leaf(p)]
		} else {
			wrt[i] = vals[g.Input(name)]
		}
	}
	for i, d := range graph.Gradient(h, h.Output(loss), wrt) {
		if !d.IsZero() {
			h.AddOutput("d/"+names[i], d)
		}
	}
	return h
}

// derived are the derived gradients, in float64; nothing stands for zero.
func derived(g *graph.Graph, ts dense, loss string, names []string) (map[string][]float64, error) {
	h := withGradient(g, loss, names)
	m := interp.New[float64](h)
	if err := load(m, h, ts, 2); err != nil {
		return nil, err
	}
	if err := m.Run(drawn); err != nil {
		return nil, err
	}
	out := map[string][]float64{}
	for _, name := range names {
		if slices.Contains(h.Names, "d/"+name) {
			out[name] = m.Output("d/" + name)
		}
	}
	return out, nil
}
