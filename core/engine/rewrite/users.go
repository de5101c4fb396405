package rewrite

import "github.com/seed391906a2/iss/core/graph"

// users lists, for each value of a graph and of its bodies, the live nodes of
// the same graph that read it (twice if they read it twice).
type users struct {
	of       map[graph.Value][]*graph.Node
	isOutput map[graph.Value]bool
}

func findUsers(g *graph.Graph) *users {
	u := &users{of: map[graph.Value][]*graph.Node{}, isOutput: map[graph.Value]bool{}}
	u.find(g, findLive(g))
	return u
}

func (u *users) find(g *graph.Graph, live *liveness) {
	for _, n := range g.Nodes {
		if !live.node(n) {
			continue
		}
		for _, v := range n.In {
			u.of[v] = append(u.of[v], n)
		}
		if op, ok := n.Op.(*graph.ScanOp); ok {
			u.find(op.Body, live)
		}
	}
	for _, v := range g.Outputs {
		u.isOutput[v] = true
	}
}

// fates marks the values of bodies that a later step needs.
type fates struct{ loop map[graph.Value]bool }

func findFates(g *graph.Graph) *fates {
	f := &fates{loop: map[graph.Value]bool{}}
	f.find(g, findLive(g))
	return f
}

func (f *fates) find(g *graph.Graph, live *liveness) {
	for _, n := range g.Nodes {
		if op, ok := n.Op.(*graph.ScanOp); ok {
			for i := range op.States {
				if live.state(n, i) {
					f.mark(op.Body.Outputs[i])
				}
			}
			f.find(op.Body, live)
		}
	}
}

func (f *fates) mark(v graph.Value) {
	if f.loop[v] {
		return
	}
	for i := range v.Node.Shapes {
		f.loop[v.Node.At(i)] = true
	}
	for _, u := range v.Node.In {
		f.mark(u)
	}
}
