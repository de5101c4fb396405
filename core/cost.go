package core

import (
	"fmt"

	"github.com/seed391906a2/iss/core/graph"
)

// Weights is the number of scalars in a model's parameters, biases included.
func Weights(g *graph.Graph) int {
	n := 0
	for _, p := range g.Params {
		n += p.Size()
	}
	return n
}

// MultAdds is the number of multiply-adds per token or other step: the sizes of
// all weights that a token's features are read by, as the operations'
// contraction rules tell. Look-ups cost none and element-wise work is not
// counted, as in table 1 of Wen et al. (ICLR 2018).
func MultAdds(g *graph.Graph) int {
	n := 0
	for _, node := range g.Nodes {
		if scan, ok := node.Op.(*graph.ScanOp); ok {
			n += MultAdds(scan.Body)
		}
		for _, c := range node.Op.Contracts(node) {
			if c.How == graph.ReadByWeight {
				n += c.W.Shape().Size(nil)
			}
		}
	}
	return n
}

// MultAddsAt is the number of multiply-adds of one run under a binding: of every
// product, as often as it is computed.
func MultAddsAt(g *graph.Graph, b graph.Binding) int {
	n := 0
	for _, node := range g.Nodes {
		switch op := node.Op.(type) {
		case *graph.ScanOp:
			n += graph.Shape{op.Time}.Size(b) * MultAddsAt(op.Body, b)
		case *graph.MatMulOp:
			n += node.At(0).Shape().Size(b) * node.In[0].Shape().Last().Size
		case *graph.AttendOp: // over pairs of positions, of the features of one of the two
			a, v := node.In[0].Shape(), node.In[1].Shape()
			n += a[:2].Size(b) * v.Size(b) / v[1:2].Size(b)
		}
	}
	return n
}

// Compact prints a count with a letter: 66.0M, 21.8M, 25.2M as in table 1 of
// the paper, rounded to a tenth of a million; smaller counts as 14k or 9746.
func Compact(n int) string {
	switch {
	case n >= 1e6:
		return fmt.Sprintf("%.1fM", float64(n)/1e6)
	case n >= 1e4:
		return fmt.Sprintf("%.0fk", float64(n)/1e3)
	}
	return fmt.Sprint(n)
}
