package bench

import (
	"fmt"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/rng"
)

// weights sets the weights to those of the model.
func (r *runner) weights(m Model, o Options) error {
	for _, p := range r.graph.Params {
		w := r.engine.Param(p.Name)
		if m.Tensors == nil {
			p.Init.Fill(w, p.Shape, rng.New(o.Seed, "init/"+p.Name))
			continue
		}
		t, ok := m.Tensors[p.Name]
		if !ok || len(t.Data) != len(w) {
			return fmt.Errorf("there are no weights %q of shape %v", p.Name, graph.Of(p.Shape...))
		}
		copy(w, t.Data)
	}
	r.engine.Changed()
	return nil
}

// inputs sets the inputs. Ids are drawn evenly from the table that they are
// looked up in, or the classes that they name; lengths are full; other inputs are
// drawn from (-1, 1). Carried states start where they do.
func (r *runner) inputs(o Options, b graph.Binding) error {
	if err := r.engine.Bind(b); err != nil {
		return err
	}
	for _, v := range r.graph.Inputs {
		in := v.Node.Op.(*graph.InputOp)
		s := rng.New(o.Seed, "bench/"+in.Label)
		switch {
		case in.Kind == graph.Int:
			ids := r.engine.Ints(in.Label)
			if axis, ok := axisOf(r.graph, v); ok {
				for i := range ids {
					ids[i] = int32(graph.Shape{axis}.Size(b))
				}
				break
			}
			rows := idsBelow(r.graph, v, b)
			if rows == 0 {
				return fmt.Errorf("input %q is looked up in no table, so there is nothing to draw it from", in.Label)
			}
			for i := range ids {
				ids[i] = int32(s.Intn(rows))
			}
		case in.Role == graph.Carried:
			x := r.engine.Floats(in.Label)
			for i := range x {
				x[i] = float32(in.Start)
			}
		default:
			x := r.engine.Floats(in.Label)
			for i := range x {
				x[i] = float32(2*s.Float64() - 1)
			}
		}
	}
	return nil
}

// axisOf is the axis that ids are lengths of rows on, if they are.
func axisOf(g *graph.Graph, ids graph.Value) (graph.Dim, bool) {
	for _, n := range g.Nodes {
		switch op := n.Op.(type) {
		case *graph.ValidOp:
			if n.In[0] == ids {
				return op.Time, true
			}
		case *graph.ReverseOp:
			if len(n.In) > 1 && n.In[1] == ids {
				return n.In[0].Shape()[0], true
			}
		}
	}
	return graph.Dim{}, false
}

// idsBelow is what ids must stay below: the size of the smallest table that they
// are looked up in or set of classes that they name, such as the tokens of a text
// that an answer starts at. 0: there is none.
func idsBelow(g *graph.Graph, ids graph.Value, b graph.Binding) (limit int) {
	for _, n := range g.Nodes {
		var rows graph.Dim
		switch n.Op.(type) {
		case *graph.LookupOp:
			rows = n.In[0].Shape()[0]
		case *graph.CrossEntropyOp:
			rows = n.In[0].Shape().Last()
		default:
			continue
		}
		size := graph.Shape{rows}.Size(b)
		if n.In[1] == ids && (limit == 0 || size < limit) {
			limit = size
		}
	}
	return limit
}
