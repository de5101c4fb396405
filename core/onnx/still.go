package onnx

import "github.com/seed391906a2/iss/core/graph"

// still copies what some outputs of a graph need, as it is in evaluation: masks
// are 1, and a product with ones is its other operand.
func still(g *graph.Graph, outputs []string) *graph.Graph {
	return copyOf(copyOf(g, outputs), outputs) // the ones that nobody needs any more go
}

func copyOf(g *graph.Graph, outputs []string) *graph.Graph {
	c := newCopier(graph.NewGraph(g.Name, nil), nil)
	var want []graph.Value
	for _, name := range outputs {
		want = append(want, g.Output(name))
	}
	c.copy(g, want)
	for i, name := range outputs {
		c.g.AddOutput(name, c.vals[want[i]])
	}
	return c.g
}

// copier copies one graph.
type copier struct {
	g      *graph.Graph
	up     *copier // of the graph around a body
	vals   map[graph.Value]graph.Value
	ones   map[graph.Value]bool // old values that are 1 everywhere
	needed map[*graph.Node]bool
}

func newCopier(g *graph.Graph, up *copier) *copier {
	return &copier{g: g, up: up, vals: map[graph.Value]graph.Value{}, ones: map[graph.Value]bool{}, needed: map[*graph.Node]bool{}}
}

// copy writes the nodes that the wanted values need.
func (c *copier) copy(g *graph.Graph, want []graph.Value) {
	c.need(g, want)
	for _, n := range g.Nodes {
		if !c.needed[n] {
			continue
		}
		switch op := n.Op.(type) {
		case *graph.InputOp:
			c.input(n, op)
		case *graph.ParamOp:
			c.vals[n.At(0)] = c.g.AddParam(op.P)
		case *graph.ScanOp:
			c.scan(n, op)
		default:
			c.node(n)
		}
	}
}

// need marks the nodes that values depend on.
func (c *copier) need(g *graph.Graph, want []graph.Value) {
	for _, v := range want {
		c.needed[v.Node] = true
	}
	for i := len(g.Nodes) - 1; i >= 0; i-- {
		if n := g.Nodes[i]; c.needed[n] {
			for _, v := range n.In {
				c.needed[v.Node] = true
			}
		}
	}
}

// input copies an input of the model; those of a body are made by scan, but for
// what it captures.
func (c *copier) input(n *graph.Node, op *graph.InputOp) {
	v := n.At(0)
	switch {
	case op.Role == graph.Capture && c.up.ones[op.Outer]:
		c.one(v)
	case op.Role == graph.Capture:
		c.vals[v] = c.g.Capture(c.up.vals[op.Outer])
	case c.vals[v].IsZero():
		c.vals[v] = c.g.AddInput(op)
	}
}

// one makes an old value ones.
func (c *copier) one(v graph.Value) {
	c.ones[v] = true
	c.vals[v] = graph.Emit(c.g, &graph.FillOp{Value: 1, Shape: v.Shape()}).At(0)
}

func (c *copier) node(n *graph.Node) {
	y := n.At(0)
	switch o := n.Op.(type) {
	case *graph.MaskOp:
		c.one(y)
		return
	case *graph.FillOp:
		c.ones[y] = o.Value == 1
	case *graph.BinaryOp:
		for i, v := range n.In {
			if other := n.In[1-i]; o.Kind == graph.MulOf && c.ones[v] && other.Shape().Equal(y.Shape()) {
				c.vals[y], c.ones[y] = c.vals[other], c.ones[other]
				return
			}
		}
	}
	in := make([]graph.Value, len(n.In))
	for i := range in {
		in[i] = c.vals[n.In[i]]
	}
	m := graph.Emit(c.g, n.Op, in...)
	m.Place = n.Place
	for i := range n.Shapes {
		c.vals[n.At(i)] = m.At(i)
	}
}

// scan copies a Scan; a sequence of ones is none.
func (c *copier) scan(n *graph.Node, op *graph.ScanOp) {
	b := newCopier(graph.NewGraph(op.Body.Name, c.g), c)
	b.need(op.Body, op.Body.Outputs)
	var in []graph.Value
	seqs := 0
	for i, v := range op.Body.Inputs[:op.Seqs+op.States] {
		if i < op.Seqs && c.ones[n.In[i]] {
			b.one(v)
			continue
		}
		if i < op.Seqs {
			seqs++
		}
		b.vals[v] = b.g.AddInput(v.Node.Op.(*graph.InputOp))
		in = append(in, c.vals[n.In[i]])
	}
	b.copy(op.Body, op.Body.Outputs)
	for _, v := range op.Body.Outputs {
		b.g.Outputs = append(b.g.Outputs, b.g.Capture(b.vals[v]))
	}
	for _, v := range b.g.Inputs[seqs+op.States:] {
		in = append(in, v.Node.Op.(*graph.InputOp).Outer)
	}
	m := graph.Emit(c.g, &graph.ScanOp{Body: b.g, Seqs: seqs, States: op.States, Reverse: op.Reverse, Time: op.Time}, in...)
	m.Place = n.Place
	for i := range n.Shapes {
		c.vals[n.At(i)] = m.At(i)
	}
}
