package onnx

import (
	"fmt"
	"path"
	"slices"

	"github.com/seed391906a2/iss/core/graph"
)

// writer writes one graph; it is the graph.Emitter of its nodes.
type writer struct {
	x     *exporter
	g     *Graph
	names map[graph.Value]string
	at    *graph.Node // being written
}

var _ graph.Emitter = (*writer)(nil)

// graph writes the nodes of g, whose leaves have names.
func (w *writer) graph(g *graph.Graph) error {
	for _, n := range g.Nodes {
		switch n.Op.(type) {
		case *graph.InputOp, *graph.ParamOp:
			continue
		}
		e, ok := n.Op.(graph.Exporter)
		if !ok {
			return fmt.Errorf("onnx: operation %q in %s has no emission, so it cannot be written for another runtime; give it a method ONNX (graph.Exporter; docs/new-cells.md, operations of your own)", n.Op.Name(), place(n))
		}
		w.at = n
		err := e.ONNX(w, n)
		if _, scan := n.Op.(*graph.ScanOp); scan && err != nil {
			return err // of an operation in its step
		}
		if err != nil {
			return fmt.Errorf("onnx: operation %q in %s: %w", n.Op.Name(), place(n), err)
		}
		for i := range n.Shapes {
			if w.names[n.At(i)] == "" {
				return fmt.Errorf("onnx: operation %q in %s: its emission does not write result %d", n.Op.Name(), place(n), i)
			}
		}
	}
	return nil
}

// In implements graph.Emitter.
func (w *writer) In(i int) string { return w.names[w.at.In[i]] }

// Out implements graph.Emitter.
func (w *writer) Out(i int, name string) { w.names[w.at.At(i)] = name }

// Add implements graph.Emitter.
func (w *writer) Add(operator string, attributes graph.Attributes, in ...string) string {
	return w.node(operator, attributes, 1, in...)[0]
}

// node applies an operator with some results.
func (w *writer) node(operator string, attributes graph.Attributes, results int, in ...string) []string {
	var out []string
	for range results {
		out = append(out, w.x.fresh(operator))
	}
	name := out[0]
	if w.at != nil {
		name = path.Join(w.at.Place, name)
	}
	w.g.Nodes = append(w.g.Nodes, &Node{Op: operator, Name: name, In: in, Out: out, Attributes: attributes})
	return out
}

// Floats implements graph.Emitter.
func (w *writer) Floats(data []float64, shape ...int) string {
	f := make([]float32, len(data))
	for i, v := range data {
		f[i] = float32(v)
	}
	return w.x.literal(Weight{Shape: shape, Floats: f})
}

// Longs implements graph.Emitter.
func (w *writer) Longs(data ...int64) string {
	return w.x.literal(Weight{Shape: []int{len(data)}, Longs: append([]int64{}, data...)})
}

// Lengths implements graph.Emitter.
func (w *writer) Lengths(s graph.Shape) string {
	var parts []string
	var fixed []int64
	flush := func() {
		if fixed != nil {
			parts = append(parts, w.Longs(fixed...))
			fixed = nil
		}
	}
	for _, d := range s {
		if d.IsFixed() {
			fixed = append(fixed, int64(d.Size))
			continue
		}
		flush()
		parts = append(parts, w.x.symbol(d.Sym))
	}
	flush()
	switch len(parts) {
	case 0:
		return w.x.literal(Weight{Shape: []int{0}, Longs: []int64{}})
	case 1:
		return parts[0]
	}
	return w.Add("Concat", graph.Attributes{"axis": int64(0)}, parts...)
}

// Loop implements graph.Emitter.
func (w *writer) Loop(n *graph.Node) error {
	op := n.Op.(*graph.ScanOp)
	at := w.x.fresh("step")
	b := &writer{x: w.x, g: &Graph{Name: at}, names: map[graph.Value]string{}}
	for i, v := range op.Body.Inputs {
		in := v.Node.Op.(*graph.InputOp)
		if in.Role == graph.Capture {
			b.names[v] = w.names[n.In[i]]
			continue
		}
		b.names[v] = w.x.fresh(map[bool]string{true: "sequence", false: "state"}[in.Role == graph.Sequence])
	}
	states := op.Body.Inputs[op.Seqs : op.Seqs+op.States]
	for _, v := range slices.Concat(states, op.Body.Inputs[:op.Seqs]) {
		b.g.Inputs = append(b.g.Inputs, Info{b.names[v], v.Kind(), v.Shape()})
	}
	if err := b.graph(op.Body); err != nil {
		return err
	}
	var outs []string
	for _, v := range op.Body.Outputs {
		outs = append(outs, b.names[v])
	}
	for i, v := range op.Body.Outputs {
		name := w.x.fresh("next")
		b.call(outs, i, name)
		b.g.Outputs = append(b.g.Outputs, Info{name, graph.Float, v.Shape()})
	}
	attributes := graph.Attributes{"num_scan_inputs": int64(op.Seqs)}
	if op.Reverse {
		attributes["scan_input_directions"] = slices.Repeat([]int64{1}, op.Seqs)
		attributes["scan_output_directions"] = slices.Repeat([]int64{1}, len(n.Shapes)-op.States)
	}
	var in []string
	for i := range op.States {
		in = append(in, w.In(op.Seqs+i))
	}
	for i := range op.Seqs {
		in = append(in, w.In(i))
	}
	out := w.node("Scan", attributes, len(n.Shapes), in...)
	w.g.Nodes[len(w.g.Nodes)-1].Body = b.g
	for i, name := range out {
		w.Out(i, name)
	}
	return nil
}

// call gives output i of the graph its name: the node that makes it does so,
// or, if that is not in this graph or makes another output too, a copy.
func (w *writer) call(outs []string, i int, name string) {
	old := outs[i]
	made := slices.ContainsFunc(w.g.Nodes, func(n *Node) bool { return slices.Contains(n.Out, old) })
	if !made || slices.Contains(outs[i+1:], old) || slices.Contains(outs[:i], old) {
		w.at = nil
		copied := w.Add("Identity", nil, old)
		last := w.g.Nodes[len(w.g.Nodes)-1]
		last.Out[0], last.Name = name, copied
		return
	}
	renameIn(w.g, old, name)
	for v, n := range w.names {
		if n == old {
			w.names[v] = name
		}
	}
}

// renameIn changes a tensor's name in a graph and its bodies.
func renameIn(g *Graph, old, name string) {
	for _, n := range g.Nodes {
		for _, list := range [][]string{n.In, n.Out} {
			for i := range list {
				if list[i] == old {
					list[i] = name
				}
			}
		}
		if n.Body != nil {
			renameIn(n.Body, old, name)
		}
	}
}
