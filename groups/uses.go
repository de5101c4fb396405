package groups

import (
	"fmt"

	"github.com/seed391906a2/iss/core/graph"
)

// use is a place where values of units leave their units: an operation that
// contracts the axis that carries them. Everything else in a trace maps each
// index to the index of the same unit, so cutting a unit changes nothing there.
type use struct {
	node *graph.Node
	x    graph.Value
	axis int // of x, from the front: the one that is contracted
	kind useKind
	w    graph.Value // of readByWeight: the matrix
	sum  int         // its summed axis, from the front
}

type useKind uint8

const (
	readByWeight useKind = iota // a product with a matrix: either may be zero
	addedUp                     // zero is neutral
	averaged                    // zero is neutral, since the original width stays; rounding may differ
	never                       // nothing makes removal exact
)

// uses lists the contractions of a trace, bodies of loops included. An
// operation without a rule here is an error: its units cannot be certified.
func uses(g *graph.Graph, list []use) ([]use, error) {
	var err error
	for _, n := range g.Nodes {
		switch op := n.Op.(type) {
		case *graph.ScanOp:
			if list, err = uses(op.Body, list); err != nil {
				return nil, err
			}
		case *graph.MatMulOp:
			sum := 0
			if op.Trans {
				sum = 1
			}
			list = append(list, use{node: n, x: n.In[0], axis: n.In[0].Rank() - 1, kind: readByWeight, w: n.In[1], sum: sum})
		case *graph.ReduceOp:
			kind := map[graph.ReduceKind]useKind{graph.SumOf: addedUp, graph.MeanOf: addedUp, graph.LargestOf: never}[op.Kind]
			for _, a := range op.Axes {
				list = append(list, use{node: n, x: n.In[0], axis: n.In[0].Rank() + a, kind: kind})
			}
		case *graph.RStdOp:
			kind := addedUp
			if op.Centred {
				kind = averaged
			}
			list = append(list, use{node: n, x: n.In[0], axis: n.In[0].Rank() - 1, kind: kind})
		case *graph.OuterOp:
			for k := range n.In[0].Rank() - 1 {
				list = append(list, use{node: n, x: n.In[0], axis: k, kind: addedUp})
			}
		case *graph.SoftmaxOp, *graph.CrossEntropyOp, *graph.CrossEntropyGradOp:
			list = append(list, use{node: n, x: n.In[0], axis: n.In[0].Rank() - 1, kind: never})
		case *graph.LookupOp:
			list = append(list, use{node: n, x: n.In[0], axis: 0, kind: never})
		case *graph.InputOp, *graph.ParamOp, *graph.ConstOp, *graph.FillOp, *graph.MaskOp, *graph.ValidOp,
			*graph.UnaryOp, *graph.BinaryOp, *graph.SelectOp, *graph.ConcatOp, *graph.SliceOp, *graph.SpreadOp,
			*graph.GatherOp, *graph.ScatterOp, *graph.ReshapeOp, *graph.ViewOp, *graph.ExpandOp, *graph.ReverseOp, *graph.LookupGradOp:
			// index by index
		default:
			return nil, fmt.Errorf("groups: no certificate rule for op %s in %s: its units cannot be removed safely", n.Op.Name(), orRoot(n.Place))
		}
	}
	return list, nil
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
