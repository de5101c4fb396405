package bench

import (
	"fmt"
	"io"

	"github.com/seed391906a2/iss/core/engine"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/rng"
)

// runner runs the inference of one model over and over.
type runner struct {
	graph  *graph.Graph
	engine *engine.Engine
}

func newRunner(m Model, o Options) (*runner, error) {
	r := &runner{graph: inference(m.Graph)}
	binding := graph.Binding{"time": o.Steps, "batch": o.Batch}
	var err error
	if r.engine, err = engine.New(r.graph, engine.Options{Max: binding, Threads: o.Threads, Inference: true}); err != nil {
		return nil, err
	}
	if err := r.fill(m, o, binding); err != nil {
		r.engine.Close()
		return nil, err
	}
	return r, nil
}

func (r *runner) run() error { return r.engine.Run(graph.Mode{}) }
func (r *runner) close()     { r.engine.Close() }

// explain times the steps of the plan and writes it.
func (r *runner) explain(name string, w io.Writer) error {
	if w == nil {
		return nil
	}
	r.engine.Measure(true)
	defer r.engine.Measure(false)
	for range explained {
		if err := r.run(); err != nil {
			return err
		}
	}
	fmt.Fprintf(w, "\n%s\n", name)
	r.engine.Explain(w)
	return nil
}

// inference is the part of a model that answers: no loss, no targets.
func inference(g *graph.Graph) *graph.Graph {
	outputs := []string{"logits"}
	for _, v := range g.Inputs {
		if in := v.Node.Op.(*graph.InputOp); in.Role == graph.Carried {
			outputs = append(outputs, in.Label)
		}
	}
	return graph.Subset(g, outputs...)
}

// fill sets weights and inputs. Ids are drawn evenly from the table that they
// are looked up in.
func (r *runner) fill(m Model, o Options, b graph.Binding) error {
	if err := r.engine.Bind(b); err != nil {
		return err
	}
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
	for _, v := range r.graph.Inputs {
		in := v.Node.Op.(*graph.InputOp)
		switch {
		case in.Kind == graph.Int:
			rows := tableRows(r.graph, v)
			if rows == 0 {
				return fmt.Errorf("input %q is looked up in no table, so there is nothing to draw it from", in.Label)
			}
			ids, s := r.engine.Ints(in.Label), rng.New(o.Seed, "bench/"+in.Label)
			for i := range ids {
				ids[i] = int32(s.Intn(rows))
			}
		default:
			x := r.engine.Floats(in.Label)
			for i := range x {
				x[i] = float32(in.Start)
			}
		}
	}
	return nil
}

// tableRows is the size of the smallest table that ids are looked up in, or 0.
func tableRows(g *graph.Graph, ids graph.Value) int {
	rows := 0
	for _, n := range g.Nodes {
		if _, ok := n.Op.(*graph.LookupOp); !ok || n.In[1] != ids {
			continue
		}
		if size := n.In[0].Shape()[0].Size; rows == 0 || size < rows {
			rows = size
		}
	}
	return rows
}
