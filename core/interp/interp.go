// Package interp is the reference interpreter of core/graph: small,
// sequential, in float32 or float64, obviously right. It is the oracle of
// every test and of the bitwise check of a compaction.
//
//	m := interp.New[float64](g)
//	m.Bind(graph.Binding{"time": 3, "batch": 2})
//	copy(m.Param("rnn/weights"), w)
//	copy(m.Floats("x"), x)
//	m.Run(graph.Mode{})
//	y := m.Output("y")
//
// It runs node after node in the order of the trace. Products are rounded
// before they are added (no fused multiply-add), sums start at +0 and go in
// the order of the summed index, so cutting out zeros changes no bit.
package interp

import (
	"fmt"
	"slices"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/tensor"
)

// Machine interprets one graph. It implements graph.Machine.
type Machine[T tensor.Float] struct {
	g       *graph.Graph
	needed  map[*graph.Node]bool
	binding graph.Binding
	params  map[string][]T
	inputs  map[string]graph.Array[T]
	outputs map[string]graph.Array[T]
}

var (
	_ graph.Machine[float32] = (*Machine[float32])(nil)
	_ graph.Machine[float64] = (*Machine[float64])(nil)
)

// New makes an interpreter for g. All parameters are zero; Bind must be called
// before inputs are written.
func New[T tensor.Float](g *graph.Graph) *Machine[T] {
	m := &Machine[T]{g: g, needed: needed(g), params: map[string][]T{}}
	for _, p := range g.Params {
		m.params[p.Name] = make([]T, p.Size())
	}
	return m
}

// needed marks the nodes that an output depends on, in bodies those that one of
// the body does.
func needed(g *graph.Graph) map[*graph.Node]bool {
	m := map[*graph.Node]bool{}
	mark(g, m)
	return m
}

func mark(g *graph.Graph, m map[*graph.Node]bool) {
	for _, v := range g.Outputs {
		m[v.Node] = true
	}
	for _, n := range slices.Backward(g.Nodes) {
		if !m[n] {
			continue
		}
		for _, v := range n.In {
			m[v.Node] = true
		}
		if scan, ok := n.Op.(*graph.ScanOp); ok {
			mark(scan.Body, m)
		}
	}
}

// Bind implements graph.Machine: inputs are allocated anew, zero.
func (m *Machine[T]) Bind(b graph.Binding) error {
	m.binding = b
	m.inputs, m.outputs = map[string]graph.Array[T]{}, nil
	for _, v := range m.g.Inputs {
		for _, d := range v.Shape() {
			if _, ok := b[d.Sym]; !d.IsFixed() && !ok {
				return fmt.Errorf("interp: axis %q of input %q is not bound", d.Sym, label(v))
			}
		}
		m.inputs[label(v)] = m.array(v)
	}
	return nil
}

func label(v graph.Value) string { return v.Node.Op.(*graph.InputOp).Label }

// array allocates a value under the present binding.
func (m *Machine[T]) array(v graph.Value) graph.Array[T] {
	a := graph.Array[T]{Shape: v.Shape().Bind(m.binding)}
	n := v.Shape().Size(m.binding)
	if v.Kind() == graph.Int {
		a.Ints = make([]int32, n)
	} else {
		a.Data = make([]T, n)
	}
	return a
}

// Param implements graph.Machine. It panics if there is no such parameter.
func (m *Machine[T]) Param(name string) []T {
	p, ok := m.params[name]
	if !ok {
		panic(fmt.Sprintf("interp: no parameter %q in %s", name, m.g.Name))
	}
	return p
}

// Changed implements graph.Machine: parameters are read at each run.
func (m *Machine[T]) Changed() {}

// Floats implements graph.Machine. It panics if there is no such input.
func (m *Machine[T]) Floats(input string) []T { return m.input(input).Data }

// Ints implements graph.Machine. It panics if there is no such input.
func (m *Machine[T]) Ints(input string) []int32 { return m.input(input).Ints }

func (m *Machine[T]) input(name string) graph.Array[T] {
	a, ok := m.inputs[name]
	if !ok {
		panic(fmt.Sprintf("interp: no input %q in %s, or nothing bound", name, m.g.Name))
	}
	return a
}

// Output implements graph.Machine. It panics if there is no such output.
func (m *Machine[T]) Output(name string) []T {
	a, ok := m.outputs[name]
	if !ok {
		panic(fmt.Sprintf("interp: no output %q in %s, or no run", name, m.g.Name))
	}
	return a.Data
}

// Run implements graph.Machine. Ids outside their table are an error.
func (m *Machine[T]) Run(mode graph.Mode) error {
	vals := map[graph.Value]graph.Array[T]{}
	for _, v := range m.g.Inputs {
		vals[v] = m.inputs[label(v)]
	}
	if err := m.run(m.g, vals, mode); err != nil {
		return err
	}
	m.outputs = map[string]graph.Array[T]{}
	for i, v := range m.g.Outputs {
		m.outputs[m.g.Names[i]] = vals[v]
	}
	return nil
}

// run computes the needed nodes of a graph.
func (m *Machine[T]) run(g *graph.Graph, vals map[graph.Value]graph.Array[T], mode graph.Mode) (err error) {
	for _, n := range g.Nodes {
		if _, ok := n.Op.(*graph.InputOp); ok || !m.needed[n] {
			continue
		}
		c := &graph.Call[T]{Node: n, Mode: mode, Param: func(p *graph.Param) []T { return m.Param(p.Name) }}
		c.Body = func(body *graph.Graph, in, out []graph.Array[T]) {
			inner := map[graph.Value]graph.Array[T]{}
			for i, v := range body.Inputs {
				inner[v] = in[i]
			}
			if e := m.run(body, inner, mode); e != nil && err == nil {
				err = e
			}
			for i, v := range body.Outputs {
				copy(out[i].Data, inner[v].Data)
			}
		}
		for _, v := range n.In {
			c.In = append(c.In, vals[v])
		}
		for i := range n.Shapes {
			c.Out = append(c.Out, m.array(n.At(i)))
			vals[n.At(i)] = c.Out[i]
		}
		if e := checkIDs(n, c.In); e != nil {
			return e
		}
		forward(n.Op, c)
		if err != nil {
			return err
		}
	}
	return nil
}

// checkIDs refuses ids that name no row of a table and no class of a loss.
func checkIDs[T tensor.Float](n *graph.Node, in []graph.Array[T]) error {
	limit := 0
	var ids []int32
	switch op := n.Op.(type) {
	case *graph.LookupOp:
		limit, ids = in[0].Shape[0], in[1].Ints
	case *graph.LookupGradOp:
		limit, ids = op.Rows, in[0].Ints
	case *graph.CrossEntropyOp, *graph.CrossEntropyGradOp:
		limit, ids = in[0].Last(), in[1].Ints
	}
	for i, id := range ids {
		if id < 0 || int(id) >= limit {
			return fmt.Errorf("interp: %v: id %d at position %d is outside 0..%d", n, id, i, limit-1)
		}
	}
	return nil
}

func forward[T tensor.Float](op graph.Op, c *graph.Call[T]) {
	switch c := any(c).(type) {
	case *graph.Call[float32]:
		op.Forward32(c)
	case *graph.Call[float64]:
		op.Forward64(c)
	}
}
