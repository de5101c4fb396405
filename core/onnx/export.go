package onnx

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/core/engine/rewrite"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/tensor"
)

// Options of an export.
type Options struct {
	// Outputs are those that the model gets besides its carried states.
	Outputs []string
	// Claims are tried on every recurrent layer; the first that stands is used.
	Claims []*core.Operator
	// Fits says what the runtime's operator can do; nil: all that a claim says.
	Fits func(o *core.Operator) bool
}

// Next is the suffix by which the output of a state differs from its input.
const Next = "/next"

// Export writes g, with its weights by parameter, as operators. An operation
// that has no emission is an error that names it and its place.
func Export(g *graph.Graph, weights map[string]tensor.Dense[float32], o Options) (*Model, error) {
	names := slices.Clone(o.Outputs)
	m := &Model{Graph: &Graph{Name: g.Name}}
	for _, v := range g.Inputs {
		if op := v.Node.Op.(*graph.InputOp); op.Role == graph.Carried && slices.Contains(g.Names, op.Label) {
			names = append(names, op.Label)
			m.States = append(m.States, State{op.Label, op.Label + Next, op.Start})
		}
	}
	x := &exporter{model: m, options: o, literals: map[string]string{}, symbols: map[string]string{}, taken: map[string]bool{}}
	g = still(g, names)
	x.settle(g)
	g = rewrite.Optimize(g)
	x.home = &writer{x: x, g: m.Graph, names: map[graph.Value]string{}}
	for _, p := range g.Params {
		w, ok := weights[p.Name]
		if !ok || !slices.Equal(w.Shape, p.Shape) {
			return nil, fmt.Errorf("onnx: parameter %q %v has no weights of its shape", p.Name, p.Shape)
		}
		m.Weights = append(m.Weights, Weight{Name: p.Name, Shape: p.Shape, Floats: w.Data})
		x.home.names[g.Leaf(p)], x.taken[p.Name] = p.Name, true
	}
	for _, v := range g.Inputs {
		op := v.Node.Op.(*graph.InputOp)
		m.Inputs = append(m.Inputs, Info{op.Label, op.Kind, op.Shape})
		x.home.names[v], x.taken[op.Label] = op.Label, true
	}
	for _, s := range m.States {
		names[slices.Index(names, s.Name)] = s.Next
	}
	for _, name := range names {
		if x.taken[name] {
			return nil, fmt.Errorf("onnx: output %q is called as an input or a parameter is; give it another name", name)
		}
		x.taken[name] = true
	}
	if err := errors.Join(x.home.graph(g), x.err); err != nil {
		return nil, err
	}
	var outs []string
	for _, v := range g.Outputs {
		outs = append(outs, x.home.names[v])
	}
	for i, name := range names {
		m.Outputs = append(m.Outputs, Info{name, graph.Float, g.Outputs[i].Shape()})
		x.home.call(outs, i, name)
	}
	m.Nodes = append(x.prelude, m.Nodes...)
	x.sweep()
	return m, nil
}

// exporter holds what all graphs of a model share.
type exporter struct {
	model    *Model
	options  Options
	home     *writer
	prelude  []*Node           // of the root: lengths of symbols
	literals map[string]string // content -> name
	symbols  map[string]string // -> its length, as a tensor of one element
	taken    map[string]bool   // names of inputs, outputs and parameters
	count    int
	err      error // of what has no way to tell
}

// fresh is a name that nothing has yet.
func (x *exporter) fresh(operator string) string {
	for {
		x.count++
		if name := fmt.Sprint(operator, "_", x.count); !x.taken[name] {
			return name
		}
	}
}

// literal adds a weight unless an equal one is there.
func (x *exporter) literal(w Weight) string {
	key := fmt.Sprint(w.Shape, w.Floats, w.Longs)
	if name, ok := x.literals[key]; ok {
		return name
	}
	w.Name = x.fresh("literal")
	x.literals[key] = w.Name
	x.model.Weights = append(x.model.Weights, w)
	return w.Name
}

// symbol is the length of a symbolic axis: read off an input that has it.
func (x *exporter) symbol(sym string) string {
	if name, ok := x.symbols[sym]; ok {
		return name
	}
	for _, in := range x.model.Inputs {
		if axis := slices.Index(in.Shape, graph.Symbol(sym)); axis >= 0 {
			shape, length := x.fresh("Shape"), x.fresh("Gather")
			at := x.literal(Weight{Shape: []int{1}, Longs: []int64{int64(axis)}})
			x.prelude = append(x.prelude,
				&Node{Op: "Shape", Name: shape, In: []string{in.Name}, Out: []string{shape}},
				&Node{Op: "Gather", Name: length, In: []string{shape, at}, Out: []string{length}, Attributes: graph.Attributes{"axis": int64(0)}})
			x.symbols[sym] = length
			return length
		}
	}
	x.err = fmt.Errorf("onnx: the model needs the length of %q, and no input of it has that axis", sym)
	return ""
}

// sweep removes nodes and weights that nothing reads: states that are not
// carried, weights that an operator has in its own order.
func (x *exporter) sweep() {
	read := map[string]bool{}
	for _, o := range x.model.Outputs {
		read[o.Name] = true
	}
	var kept []*Node
	for _, n := range slices.Backward(x.model.Nodes) {
		if slices.ContainsFunc(n.Out, func(name string) bool { return read[name] }) {
			kept = append(kept, n)
			reads(n, read)
		}
	}
	slices.Reverse(kept)
	x.model.Nodes = kept
	x.model.Weights = slices.DeleteFunc(x.model.Weights, func(w Weight) bool { return !read[w.Name] })
}

// reads marks what a node reads, and what its body does.
func reads(n *Node, read map[string]bool) {
	for _, name := range n.In {
		read[name] = true
	}
	if n.Body != nil {
		for _, m := range n.Body.Nodes {
			reads(m, read)
		}
		for _, o := range n.Body.Outputs {
			read[o.Name] = true
		}
	}
}

// place is a layer's path as people read it.
func place(n *graph.Node) string {
	if n.Place == "" {
		return "the model"
	}
	return strings.TrimSuffix(n.Place, "/")
}
