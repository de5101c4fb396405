package nn

import (
	"path"

	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/core/graph"
)

// Recurrent runs a cell over x [time, batch, in] and returns its outputs
// [time, batch, out]. With carried true, its states are inputs and outputs of
// the model named OWNER/STATE, so that a run can go on where the last ended;
// otherwise they start at their initial value.
func Recurrent(s *graph.Scope, cell core.Cell, x graph.Value, cfg graph.ScanConfig, carried bool) graph.Value {
	batch := x.Shape()[1]
	var carries []graph.Carry
	for _, st := range cell.States() {
		c := graph.Carry{Name: st.Name}
		if carried {
			c.Init = s.State(s.Owner()+"/"+st.Name, st.Init, batch, graph.Fixed(st.Size))
		} else {
			c.Init = s.Fill(st.Init, batch, graph.Fixed(st.Size))
		}
		carries = append(carries, c)
	}
	outs, final := graph.Scan(s, cfg, []graph.Value{x}, carries,
		func(s *graph.Scope, x, prev []graph.Value) (out, next []graph.Value) {
			y, next := cell.Step(s, x[0], prev)
			return []graph.Value{y}, next
		})
	if carried {
		for i, c := range carries {
			s.Output(s.Owner()+"/"+c.Name, final[i])
		}
	}
	return outs[0]
}

// Bidirectional runs fw over x [time, batch, in] from the first step to the
// last, and bw from each row's last to its first, and returns both outputs
// side by side, [time, batch, fw+bw]. The cells have the scopes fw and bw and
// classes of the same names below the scope's own. lengths [batch] say where
// rows end; the zero Value: all at the last step. Behind a row's end the
// output is zero. Each direction has dropout of its own on what it reads, drawn
// per step at the place "input" of its scope; keep 1 is none.
func Bidirectional(s *graph.Scope, fw, bw core.Cell, x, lengths graph.Value, keep float64) graph.Value {
	run := func(name string, cell core.Cell, reverse bool) graph.Value {
		layer := s.Layer(name, path.Join(s.Owner(), name))
		x := layer.Dropout("input", x, keep, graph.PerStep)
		return Recurrent(layer, cell, x, graph.ScanConfig{Reverse: reverse, Lengths: lengths}, false)
	}
	return graph.Concat(-1, run("fw", fw, false), run("bw", bw, true))
}

// Embedding looks ids [time, batch] up in a table NAME [vocab, size].
func Embedding(s *graph.Scope, name string, ids graph.Value, vocab, size int) graph.Value {
	return graph.Lookup(s.Layer("", name).Param(name, nil, vocab, size), ids)
}

// Linear is x·W + b with W "NAME_w" [in, out] and b "NAME_b" [out].
func Linear(s *graph.Scope, name string, x graph.Value, out int) graph.Value {
	in := x.Shape().Last().Size
	t := s.Layer("", name)
	return graph.Add(graph.MatMul(x, t.Param(name+"_w", nil, in, out)), t.Param(name+"_b", nil, out))
}

// TiedSoftmax is x·Eᵀ + b: the logits of a softmax whose weights are the
// embedding E [vocab, size] (Press, Wolf, arXiv:1608.05859), with b "NAME_b".
func TiedSoftmax(s *graph.Scope, name string, x, embedding graph.Value) graph.Value {
	vocab := embedding.Shape()[0].Size
	return graph.Add(graph.MatMulT(x, embedding), s.Layer("", name).Param(name+"_b", nil, vocab))
}
