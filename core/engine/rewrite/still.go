package rewrite

import "github.com/seed391906a2/iss/core/graph"

// Still is g as it is in evaluation: every mask is 1, and a product with it is
// its other operand. The two share their parameters.
func Still(g *graph.Graph) *graph.Graph { return copyGraph(g, stillPass{}) }

type stillPass struct{ plain }

func (stillPass) rule(b *block, n *graph.Node, _ []graph.Value) graph.Value {
	if _, ok := n.Op.(*graph.MaskOp); ok {
		return b.node(b.to, &graph.FillOp{Value: 1, Shape: n.Shapes[0]}).At(0)
	}
	return graph.Value{}
}
