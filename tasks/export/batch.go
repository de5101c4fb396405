package export

import (
	"fmt"
	"slices"

	"github.com/seed391906a2/iss/core/engine"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/onnx"
	"github.com/seed391906a2/iss/core/tensor"
	"github.com/seed391906a2/iss/tasks"
)

// rows is the most that a stored batch has.
const rows = 4

// batch is one run of a model: tensors in/NAME and out/NAME. Carried states go
// in as an earlier run left them, so that they are not all alike.
type batch struct {
	binding graph.Binding
	arrays  map[string]tensor.Array
}

// newBatch runs the first two batches of the validation data, their first rows,
// and keeps the second.
func newBatch(m Model, p tasks.Problem, threads int) (*batch, error) {
	all, err := p.Part("valid")
	if err != nil {
		return nil, err
	}
	if all.Len() == 0 {
		return nil, fmt.Errorf("export: there is no validation data to make a batch of")
	}
	var labels []string
	for _, v := range m.Graph.Inputs {
		if op := v.Node.Op.(*graph.InputOp); op.Role == graph.Carried {
			labels = append(labels, op.Label)
		}
	}
	g := graph.Subset(m.Graph, slices.Concat(p.Terms().Answers, labels)...)
	e, err := engine.New(g, engine.Options{Max: tasks.Largest(all), Threads: threads, Inference: true})
	if err != nil {
		return nil, err
	}
	defer e.Close()
	for name, t := range m.Tensors {
		if slices.ContainsFunc(g.Params, func(p *graph.Param) bool { return p.Name == name }) {
			copy(e.Param(name), t.Data)
		}
	}
	e.Changed()
	states := map[string][]float32{}
	var b *batch
	for i := range 2 {
		if b, err = run(e, m.Graph, g, all, i%all.Len(), states); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// run is one run of g, which computes what an export does, on the first rows of
// a batch that was made for whole.
func run(e *engine.Engine, whole, g *graph.Graph, all tasks.Batches, i int, states map[string][]float32) (*batch, error) {
	full := all.Binding(i)
	f := tasks.NewFeed(whole, full)
	all.Load(i, f)
	b := &batch{binding: graph.Binding{}, arrays: map[string]tensor.Array{}}
	for sym, n := range full {
		b.binding[sym] = n
	}
	b.binding["batch"] = min(rows, full["batch"])
	if err := e.Bind(b.binding); err != nil {
		return nil, err
	}
	for _, v := range g.Inputs {
		op := v.Node.Op.(*graph.InputOp)
		shape := v.Shape().Bind(b.binding)
		switch {
		case op.Role == graph.Carried:
			to := e.Floats(op.Label)
			for k := range to {
				to[k] = float32(op.Start)
			}
			copy(to, states[op.Label])
			b.arrays["in/"+op.Label] = tensor.Of(slices.Clone(to), shape...)
		case op.Kind == graph.Int:
			copy(e.Ints(op.Label), first(v.Shape(), f.Ints(op.Label), full, b.binding))
			b.arrays["in/"+op.Label] = tensor.Ints{Shape: shape, Data: slices.Clone(e.Ints(op.Label))}
		default:
			copy(e.Floats(op.Label), first(v.Shape(), f.Floats(op.Label), full, b.binding))
			b.arrays["in/"+op.Label] = tensor.Of(slices.Clone(e.Floats(op.Label)), shape...)
		}
	}
	if err := e.Run(graph.Mode{}); err != nil {
		return nil, err
	}
	for k, name := range g.Names {
		y := slices.Clone(e.Output(name))
		shape := g.Outputs[k].Shape().Bind(b.binding)
		if slices.ContainsFunc(g.Inputs, func(v graph.Value) bool { return v.Node.Op.(*graph.InputOp).Label == name }) {
			states[name] = y
			name += onnx.Next
		}
		b.arrays["out/"+name] = tensor.Of(y, shape...)
	}
	return b, nil
}

// first takes the first indices of every axis.
func first[T any](s graph.Shape, x []T, from, to graph.Binding) []T {
	if len(s) == 0 {
		return x
	}
	n := len(x) / max(1, s[:1].Size(from))
	var out []T
	for i := range s[:1].Size(to) {
		out = append(out, first(s[1:], x[i*n:(i+1)*n], from, to)...)
	}
	return out
}
