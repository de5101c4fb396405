package rewrite

import (
	"slices"

	"github.com/seed391906a2/iss/core/graph"
)

// liveness marks the values that an output of the graph depends on, in it and
// in the bodies of its Scans.
type liveness struct {
	values map[graph.Value]bool
	scans  map[*graph.Graph]*graph.Node // body -> the Scan that runs it
}

func findLive(g *graph.Graph) *liveness {
	l := &liveness{values: map[graph.Value]bool{}, scans: map[*graph.Graph]*graph.Node{}}
	l.find(g)
	for _, v := range g.Outputs {
		l.mark(v)
	}
	return l
}

func (l *liveness) find(g *graph.Graph) {
	for _, n := range g.Nodes {
		if op, ok := n.Op.(*graph.ScanOp); ok {
			l.scans[op.Body] = n
			l.find(op.Body)
		}
	}
}

func (l *liveness) mark(v graph.Value) {
	if l.values[v] {
		return
	}
	l.values[v] = true
	switch op := v.Node.Op.(type) {
	case *graph.ScanOp:
		l.mark(op.Body.Outputs[v.Out])
		if v.Out < op.States {
			l.mark(v.Node.In[op.Seqs+v.Out])
		}
	case *graph.InputOp:
		if scan := l.scans[v.Node.Graph]; scan != nil {
			l.input(scan, v, op)
		}
	default:
		for _, u := range v.Node.In {
			l.mark(u)
		}
	}
}

// input marks what an input of a body is read from.
func (l *liveness) input(scan *graph.Node, v graph.Value, op *graph.InputOp) {
	body := scan.Op.(*graph.ScanOp).Body
	i := slices.Index(body.Inputs, v)
	l.mark(scan.In[i])
	if op.Role == graph.Previous {
		l.mark(body.Outputs[i-scan.Op.(*graph.ScanOp).Seqs])
	}
}

// node reports whether one of a node's results is live.
func (l *liveness) node(n *graph.Node) bool {
	for i := range n.Shapes {
		if l.values[n.At(i)] {
			return true
		}
	}
	return false
}

// state reports whether state i of a Scan is needed: its last value or what a
// step reads of it.
func (l *liveness) state(scan *graph.Node, i int) bool {
	op := scan.Op.(*graph.ScanOp)
	return l.values[scan.At(i)] || l.values[op.Body.Inputs[op.Seqs+i]]
}
