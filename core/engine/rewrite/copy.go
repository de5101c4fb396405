package rewrite

import "github.com/seed391906a2/iss/core/graph"

// copier copies a graph's live nodes, in their order, into a new one. A pass
// hangs its rules into it.
type copier struct {
	*writer
	live *liveness
	vals map[graph.Value]graph.Value // old -> new
	pass
}

// pass says what a copy does differently.
type pass interface {
	// rule is the new value for node n, whose operands in the new graph are
	// in; the zero Value stands for a copy. n has one result.
	rule(b *block, n *graph.Node, in []graph.Value) graph.Value
	// scan copies a Scan; false stands for a plain copy.
	scan(b *block, n *graph.Node) bool
}

// plain is the pass that changes nothing.
type plain struct{}

func (plain) rule(*block, *graph.Node, []graph.Value) graph.Value { return graph.Value{} }
func (plain) scan(*block, *graph.Node) bool                       { return false }

// block is a graph being copied: the root, or a body (then loop is set).
type block struct {
	*copier
	from, to *graph.Graph
	loop     *loop
	depends  map[graph.Value]bool // memo of dependent
}

// copyGraph runs a pass over g; nil is the plain copy.
func copyGraph(g *graph.Graph, p pass) *graph.Graph {
	if p == nil {
		p = plain{}
	}
	c := &copier{writer: newWriter(), live: findLive(g), vals: map[graph.Value]graph.Value{}, pass: p}
	b := &block{copier: c, from: g, to: graph.NewGraph(g.Name, nil)}
	b.to.Origin = g.Origin
	for _, v := range g.Inputs {
		c.vals[v] = b.to.AddInput(v.Node.Op.(*graph.InputOp))
		c.vals[v].Node.Place = v.Node.Place
	}
	for _, p := range g.Params {
		c.vals[g.Leaf(p)] = b.to.AddParam(p)
	}
	b.copy()
	for i, v := range g.Outputs {
		b.to.AddOutput(g.Names[i], b.near(b.to, c.vals[v]))
	}
	return b.to
}

// copy copies all live nodes of the block.
func (b *block) copy() {
	for _, n := range b.from.Nodes {
		if b.live.node(n) {
			b.one(n)
		}
	}
}

// one copies a node.
func (b *block) one(n *graph.Node) {
	b.place, b.moved = n.Place, n.Lifted
	switch op := n.Op.(type) {
	case *graph.ParamOp:
	case *graph.InputOp:
		if op.Role == graph.Capture {
			b.vals[n.At(0)] = b.vals[op.Outer]
		}
	case *graph.ScanOp:
		if !b.scan(b, n) {
			b.copyScan(n)
		}
	default:
		in := b.operands(n)
		if len(n.Shapes) > 1 { // not one of core/graph's
			m := b.node(b.to, n.Op, in...)
			for i := range n.Shapes {
				b.vals[n.At(i)] = m.At(i)
			}
			return
		}
		v := b.rule(b, n, in)
		if v.IsZero() {
			v = b.value(b.to, n.Op, in...)
		}
		b.vals[n.At(0)] = v
	}
}

func (b *block) operands(n *graph.Node) []graph.Value {
	in := make([]graph.Value, len(n.In))
	for i, v := range n.In {
		in[i] = b.vals[v]
	}
	return in
}

// enter makes the loop for a copy of a Scan and gives its live sequences and
// states their new values. A state that never changes is its initial value.
func (b *block) enter(n *graph.Node) (*loop, *block) {
	op := n.Op.(*graph.ScanOp)
	var used []graph.Value
	for i, v := range op.Body.Inputs {
		if b.live.values[v] || i >= op.Seqs && i < op.Seqs+op.States && b.live.state(n, i-op.Seqs) {
			used = append(used, b.vals[n.In[i]])
		}
	}
	l := newLoop(b.writer, home(b.to, used), op)
	inner := &block{copier: b.copier, from: op.Body, to: l.body, loop: l}
	for i, v := range op.Body.Inputs {
		outer := b.vals[n.In[i]]
		switch {
		case i < op.Seqs:
			if b.live.values[v] {
				b.vals[v] = l.sequence(outer)
			}
		case i < op.Seqs+op.States:
			if !b.live.state(n, i-op.Seqs) {
				continue
			}
			if op.Body.Outputs[i-op.Seqs] == v {
				b.vals[v] = outer
				continue
			}
			b.vals[v] = l.state(v.Node.Op.(*graph.InputOp), outer)
		}
	}
	return l, inner
}

// copyScan copies a Scan with its live states and outputs.
func (b *block) copyScan(n *graph.Node) {
	l, inner := b.enter(n)
	inner.copy()
	b.leave(n, l)
}

// leave emits the copy of a Scan and gives its live results their new values.
func (b *block) leave(n *graph.Node, l *loop) {
	op := n.Op.(*graph.ScanOp)
	results := map[int]int{} // old result -> new state, or new output from the first state on
	for i, v := range op.Body.Outputs {
		switch {
		case i < op.States:
			prev := op.Body.Inputs[op.Seqs+i]
			if !b.live.state(n, i) {
				continue
			}
			if v == prev {
				b.vals[n.At(i)] = b.vals[n.In[op.Seqs+i]]
				continue
			}
			results[i] = l.carry(b.vals[v])
		case b.live.values[n.At(i)]:
			if outer, ok := l.outside(b.vals[v]); ok {
				b.vals[n.At(i)] = outer
				continue
			}
			results[i] = l.output(b.vals[v])
		}
	}
	if len(results) == 0 {
		return
	}
	m := l.finish()
	for i, k := range results {
		if i >= op.States {
			k += len(l.next)
		}
		b.vals[n.At(i)] = m.At(k)
	}
}

// dependent reports whether a new value of this body changes with the states.
func (b *block) dependent(v graph.Value) bool {
	if b.loop == nil || v.Graph() != b.to {
		return false
	}
	if d, ok := b.depends[v]; ok {
		return d
	}
	if b.depends == nil {
		b.depends = map[graph.Value]bool{}
	}
	in, ok := v.Node.Op.(*graph.InputOp)
	d := ok && in.Role == graph.Previous
	for _, u := range v.Node.In {
		d = d || b.dependent(u)
	}
	b.depends[v] = d
	return d
}
