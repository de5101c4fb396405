package groups

import (
	"fmt"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/interp"
	"github.com/seed391906a2/iss/core/tensor"
)

// Record runs a model on a batch in the reference interpreter, in float32, and
// returns everything that another program needs to do the same and compare:
// tensor "in/NAME" for each input that is fed, "start/NAME" for each carried
// state and "out/NAME" for each output. The batch is cropped to limits (nil: 4
// steps of 2 rows, by the symbols "time" and "batch").
func Record(m Model, b Batch, limits graph.Binding) (map[string]tensor.Array, error) {
	if limits == nil {
		limits = graph.Binding{"time": 4, "batch": 2}
	}
	if err := fits(m.Graph, "tensors", m.Tensors, true); err != nil {
		return nil, err
	}
	b, err := crop(m.Graph, b, limits)
	if err != nil {
		return nil, err
	}
	x := interp.New[float32](m.Graph)
	for name, t := range m.Tensors {
		copy(x.Param(name), t.Data)
	}
	if err := play(x, m.Graph, b, map[string][]float32{}); err != nil {
		return nil, fmt.Errorf("groups: record: %w", err)
	}
	out := map[string]tensor.Array{}
	for _, v := range m.Graph.Inputs {
		op := v.Node.Op.(*graph.InputOp)
		shape := v.Shape().Bind(b.Binding)
		switch {
		case op.Kind == graph.Int:
			out["in/"+op.Label] = tensor.Ints{Shape: shape, Data: b.Ints[op.Label]}
		case op.Role == graph.Carried:
			start := tensor.New[float32](shape...)
			for i := range start.Data {
				start.Data[i] = float32(op.Start)
			}
			out["start/"+op.Label] = start
		default:
			out["in/"+op.Label] = tensor.Dense[float32]{Shape: shape, Data: b.Floats[op.Label]}
		}
	}
	for i, name := range m.Graph.Names {
		out["out/"+name] = tensor.Dense[float32]{Shape: m.Graph.Outputs[i].Shape().Bind(b.Binding), Data: x.Output(name)}
	}
	return out, nil
}
