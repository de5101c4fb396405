package rewrite

import (
	"fmt"
	"strings"

	"github.com/seed391906a2/iss/core/graph"
)

// maxRounds bounds how often the passes run: two or three rounds are enough
// where loops lie in loops, since what leaves the inner one may then leave the
// outer one.
const maxRounds = 5

// Optimize returns a graph with the same inputs, parameters and outputs that
// is faster to run. g stays as it is; the two share their parameters.
func Optimize(g *graph.Graph) *graph.Graph {
	g = simplify(g)
	for before, rounds := "", 0; before != text(g) && rounds < maxRounds; rounds++ {
		before = text(g)
		g = pushSlices(g)
		g = splitProducts(g)
		g = groupSums(g)
		g = movePhases(g)
		g = simplify(g)
	}
	return g
}

// simplify copies g until that makes it no smaller: a copy holds live nodes
// only, goes through the constructors' algebra, and finds equal nodes.
func simplify(g *graph.Graph) *graph.Graph {
	for n := size(g); ; {
		g = copyGraph(g, nil)
		m := size(g)
		if m >= n {
			return g
		}
		n = m
	}
}

// size is the number of nodes, those of bodies included.
func size(g *graph.Graph) int {
	n := len(g.Nodes)
	for _, m := range g.Nodes {
		if op, ok := m.Op.(*graph.ScanOp); ok {
			n += size(op.Body)
		}
	}
	return n
}

// text writes all operations of a graph down: graphs that do the same in the
// same order have the same text.
func text(g *graph.Graph) string {
	var b strings.Builder
	for _, n := range g.Nodes {
		fmt.Fprint(&b, n.Op.Name(), n.Shapes)
		for _, v := range n.In {
			fmt.Fprintf(&b, " %d.%d", v.Node.ID, v.Out)
		}
		if op, ok := n.Op.(*graph.ScanOp); ok {
			fmt.Fprintf(&b, " {%s}", text(op.Body))
		}
		b.WriteByte('\n')
	}
	return b.String()
}
