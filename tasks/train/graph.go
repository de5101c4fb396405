package train

import (
	"slices"

	"github.com/seed391906a2/iss/core/graph"
)

// Carried names the states that a model carries from run to run.
func Carried(g *graph.Graph) []string {
	var names []string
	for _, v := range g.Inputs {
		if in := v.Node.Op.(*graph.InputOp); in.Role == graph.Carried {
			names = append(names, in.Label)
		}
	}
	return names
}

// Evaluation is the part of a model that evaluation runs: the loss, the states
// and the outputs that are judged.
func Evaluation(g *graph.Graph, judged ...string) *graph.Graph {
	return graph.Subset(g, slices.Concat([]string{"loss"}, Carried(g), judged)...)
}

// Training is Evaluation with the gradient of the loss with respect to every
// parameter as output GradientOf(name); with patterns (* stands for anything),
// to those that they name alone.
func Training(g *graph.Graph, only ...string) *graph.Graph {
	h := Evaluation(g)
	var names []string
	var wrt []graph.Value
	for _, p := range h.Params {
		if len(only) == 0 || anyMatches(only, p.Name) {
			names, wrt = append(names, p.Name), append(wrt, h.Leaf(p))
		}
	}
	for i, d := range graph.Gradient(h, h.Output("loss"), wrt) {
		if !d.IsZero() { // a parameter that the loss does not depend on stays as it is
			h.AddOutput(GradientOf(names[i]), d)
		}
	}
	return h
}

// GradientOf is the name of the output that holds a parameter's gradient.
func GradientOf(param string) string { return "d/" + param }
