package groups

import "github.com/seed391906a2/iss/core/graph"

// use is a place where values of units leave their units: an operation
// contracts the axis that carries them. Everything else in a trace maps each
// index to the index of the same unit, so cutting a unit changes nothing there.
type use struct {
	graph.Contraction
	axis int // of X, from the front
	sum  int // of W, from the front
}

// uses lists the contractions of a trace, as its operations tell them.
func uses(g *graph.Graph) ([]use, error) {
	list, err := graph.Contractions(g)
	if err != nil {
		return nil, err
	}
	out := make([]use, len(list))
	for i, c := range list {
		out[i] = use{Contraction: c, axis: c.X.Rank() + c.Axis}
		if c.How == graph.ReadByWeight {
			out[i].sum = c.W.Rank() + c.Sum
		}
	}
	return out, nil
}

// fromParams reports whether a value depends on parameters and constants only.
func fromParams(v graph.Value) bool {
	switch op := v.Node.Op.(type) {
	case *graph.ParamOp, *graph.ConstOp:
		return true
	case *graph.InputOp:
		return op.Role == graph.Capture && fromParams(op.Outer)
	case *graph.FillOp:
		for _, d := range op.Shape {
			if !d.IsFixed() {
				return false
			}
		}
		return true
	case *graph.ScanOp, *graph.MaskOp, *graph.ValidOp:
		return false
	}
	for _, in := range v.Node.In {
		if !fromParams(in) {
			return false
		}
	}
	return len(v.Node.In) > 0
}

// folder computes values that depend on parameters and constants only.
type folder struct {
	param func(name string) []float32
	done  map[graph.Value]graph.Array[float32]
}

// value runs the reference forwards of v and what it is made of. v must be one
// for which fromParams holds.
func (f *folder) value(v graph.Value) graph.Array[float32] {
	if a, ok := f.done[v]; ok {
		return a
	}
	var a graph.Array[float32]
	switch op := v.Node.Op.(type) {
	case *graph.ParamOp:
		a = graph.Array[float32]{Shape: op.P.Shape, Data: f.param(op.P.Name)}
	case *graph.InputOp:
		a = f.value(op.Outer)
	default:
		c := &graph.Call[float32]{Node: v.Node, Param: func(p *graph.Param) []float32 { return f.param(p.Name) }}
		for _, in := range v.Node.In {
			c.In = append(c.In, f.value(in))
		}
		for i := range v.Node.Shapes {
			s := v.Node.At(i).Shape().Bind(nil)
			c.Out = append(c.Out, graph.Array[float32]{Shape: s, Data: make([]float32, v.Node.At(i).Shape().Size(nil))})
		}
		v.Node.Op.Forward32(c)
		a = c.Out[v.Out]
	}
	f.done[v] = a
	return a
}
