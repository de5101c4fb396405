package graphtest

import "github.com/seed391906a2/iss/core/graph"

// WithGradient returns a clone of g that also puts out the gradient of its
// output "loss" with respect to every parameter and every float input, as
// "d/NAME", and the names of these outputs. What the loss does not depend on
// has none.
func WithGradient(g *graph.Graph) (h *graph.Graph, names []string) {
	h, vals := graph.Clone(g)
	var wrt []graph.Value
	var of []string
	for _, p := range g.Params {
		wrt, of = append(wrt, vals[g.Leaf(p)]), append(of, p.Name)
	}
	for _, v := range h.Inputs {
		if v.Kind() == graph.Float {
			wrt, of = append(wrt, v), append(of, v.Node.Op.(*graph.InputOp).Label)
		}
	}
	for i, d := range graph.Gradient(h, h.Output("loss"), wrt) {
		if d.IsZero() {
			continue
		}
		name := "d/" + of[i]
		h.AddOutput(name, d)
		names = append(names, name)
	}
	return h, names
}
