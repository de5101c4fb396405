package draw

import (
	"fmt"

	"github.com/seed391906a2/iss/core/graph"
)

// gates says what becomes of the columns of weights: the function that they
// are put through first, which is what tells the gates of a cell apart.
type gates struct {
	links map[graph.Axis][]graph.Link
}

func newGates(a *graph.Atoms) *gates {
	g := &gates{links: map[graph.Axis][]graph.Link{}}
	for _, l := range a.Links() {
		g.links[l.A] = append(g.links[l.A], l)
		g.links[l.B] = append(g.links[l.B], l)
	}
	return g
}

// of names the function that index i of an axis of a value goes through; ""
// if it meets a product, a sum with something else or the end of the model first.
func (g *gates) of(v graph.Value, axis, i int) string {
	type at struct {
		graph.Axis
		i int
	}
	start := at{graph.Axis{Value: v, Axis: axis}, i}
	seen := map[at]bool{start: true}
	for queue := []at{start}; len(queue) > 0; queue = queue[1:] {
		e := queue[0]
		for _, l := range g.links[e.Axis] {
			to, k := l.B, e.i
			switch {
			case e.Axis == l.A:
				if k = follow(k, l.From, l.FromStep, l.To, l.ToStep, l.Count); k < 0 {
					continue
				}
			default:
				to = l.A
				if k = follow(k, l.To, l.ToStep, l.From, l.FromStep, l.Count); k < 0 {
					continue
				}
			}
			next := at{to, k}
			if seen[next] || !downstream(e.Value, to.Value, l.Node) {
				continue
			}
			if u, ok := l.Node.Op.(*graph.UnaryOp); ok && u.Kind != graph.AffineOf {
				return symbol(u)
			}
			if passes(l.Node) {
				seen[next] = true
				queue = append(queue, next)
			}
		}
	}
	return ""
}

// follow maps an index along a link; -1 if the link does not hold it.
func follow(i, from, fromStep, to, toStep, count int) int {
	k := i - from
	if k < 0 || k%fromStep != 0 || k/fromStep >= count {
		return -1
	}
	return to + k/fromStep*toStep
}

// downstream reports whether a node leads from one value to another: from an
// operand to a result, or into the body of a loop.
func downstream(from, to graph.Value, n *graph.Node) bool {
	reads := false
	for _, in := range n.In {
		reads = reads || in == from
	}
	if s, ok := n.Op.(*graph.ScanOp); ok {
		return reads && to.Node.Graph == s.Body
	}
	return reads && to.Node == n
}

// passes reports whether a node leaves the meaning of its operand as it is.
func passes(n *graph.Node) bool {
	switch op := n.Op.(type) {
	case *graph.UnaryOp:
		return op.Kind == graph.AffineOf
	case *graph.BinaryOp:
		return op.Kind == graph.AddOf || op.Kind == graph.SubOf
	case *graph.MatMulOp, *graph.SliceOp, *graph.ConcatOp, *graph.GatherOp, *graph.ViewOp, *graph.ScanOp:
		return true
	}
	return false
}

// symbol is an element-wise function as formulas write it.
func symbol(u *graph.UnaryOp) string {
	switch u.Kind {
	case graph.SigmoidOf:
		return "σ"
	case graph.SqrtOf:
		return "√"
	case graph.AffineOf:
		switch {
		case u.A == -1 && u.B == 1:
			return "1−"
		case u.A == -1 && u.B == 0:
			return "−"
		case u.A == 1:
			return fmt.Sprintf("%+.3g", u.B)
		case u.B == 0:
			return fmt.Sprintf("×%.3g", u.A)
		}
		return fmt.Sprintf("%.3g·%+.3g", u.A, u.B)
	}
	return u.Kind.String()
}
