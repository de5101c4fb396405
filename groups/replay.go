package groups

import (
	"fmt"
	"slices"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/tensor"
)

// replay runs both models over the batches, states fed on, and shows each
// output to see until it returns false.
func (p *pair) replay(batches []Batch, machine func(*graph.Graph, graph.Binding) (graph.Machine[float32], error), see func(window int, v views) bool) error {
	largest := graph.Binding{}
	for _, b := range batches {
		for s, n := range b.Binding {
			largest[s] = max(largest[s], n)
		}
	}
	var ms [2]graph.Machine[float32]
	for i, model := range []Model{p.a, p.b} {
		m, err := machine(model.Graph, largest)
		if err != nil {
			return fmt.Errorf("groups: verify: %w", err)
		}
		if c, ok := m.(interface{ Close() }); ok {
			defer c.Close()
		}
		for name, t := range model.Tensors {
			copy(m.Param(name), t.Data)
		}
		m.Changed()
		ms[i] = m
	}
	states := [2]map[string][]float32{{}, {}}
	for window, b := range batches {
		for i, model := range []Model{p.a, p.b} {
			if err := play(ms[i], model.Graph, b, states[i]); err != nil {
				return fmt.Errorf("groups: verify: window %d: %w", window, err)
			}
		}
		for _, o := range p.outputs {
			if !see(window, newViews(o, o.a.Shape().Bind(b.Binding), ms[0].Output(o.name), ms[1].Output(o.name))) {
				return nil
			}
		}
	}
	return nil
}

// play runs one batch and remembers the states behind it.
func play(m graph.Machine[float32], g *graph.Graph, b Batch, states map[string][]float32) error {
	if err := m.Bind(b.Binding); err != nil {
		return err
	}
	for _, v := range g.Inputs {
		op := v.Node.Op.(*graph.InputOp)
		var have, need int
		switch {
		case op.Role == graph.Carried:
			dst := m.Floats(op.Label)
			if s, ok := states[op.Label]; ok && len(s) == len(dst) {
				copy(dst, s)
				continue
			}
			for i := range dst {
				dst[i] = float32(op.Start)
			}
			continue
		case op.Kind == graph.Int:
			dst := m.Ints(op.Label)
			have, need = copy(dst, b.Ints[op.Label]), len(dst)
		default:
			dst := m.Floats(op.Label)
			have, need = copy(dst, b.Floats[op.Label]), len(dst)
		}
		if have != need {
			return fmt.Errorf("input %q has %d values, needs %d", op.Label, have, need)
		}
	}
	if err := m.Run(graph.Mode{}); err != nil {
		return err
	}
	for _, v := range g.Inputs {
		if op := v.Node.Op.(*graph.InputOp); op.Role == graph.Carried && slices.Contains(g.Names, op.Label) {
			states[op.Label] = slices.Clone(m.Output(op.Label))
		}
	}
	return nil
}

// crop shortens symbolic axes to the limits.
func crop(g *graph.Graph, b Batch, limits graph.Binding) (Batch, error) {
	out := Batch{Binding: graph.Binding{}, Ints: map[string][]int32{}, Floats: map[string][]float32{}}
	for s, n := range b.Binding {
		out.Binding[s] = n
		if l, ok := limits[s]; ok {
			out.Binding[s] = min(n, l)
		}
	}
	for _, v := range g.Inputs {
		op := v.Node.Op.(*graph.InputOp)
		if op.Role != graph.Feed {
			continue
		}
		for _, d := range v.Shape() {
			if _, ok := b.Binding[d.Sym]; !d.IsFixed() && !ok {
				return out, fmt.Errorf("groups: verify: the batch does not say how long %q is", d.Sym)
			}
		}
		from, to := v.Shape().Bind(b.Binding), v.Shape().Bind(out.Binding)
		if n := max(len(b.Ints[op.Label]), len(b.Floats[op.Label])); n != v.Shape().Size(b.Binding) {
			return out, fmt.Errorf("groups: verify: input %q has %d values, needs %d", op.Label, n, v.Shape().Size(b.Binding))
		}
		if op.Kind == graph.Int {
			out.Ints[op.Label] = cropped(b.Ints[op.Label], from, to)
		} else {
			out.Floats[op.Label] = cropped(b.Floats[op.Label], from, to)
		}
	}
	return out, nil
}

// cropped keeps the first to[k] indices of each axis.
func cropped[T any](x []T, from, to []int) []T {
	if len(from) == 0 {
		return x
	}
	n := len(x) / max(1, from[0])
	var out []T
	for i := range to[0] {
		out = append(out, cropped(x[i*n:(i+1)*n], from[1:], to[1:])...)
	}
	return out
}

// views are the values of one output in both models, on common units.
type views struct {
	out   output
	shape []int // in the first model
	a, b  []float32
	index [][]int
	size  []int
}

func newViews(o output, shape []int, a, b []float32) views {
	v := views{out: o, shape: shape, b: b, size: slices.Clone(shape)}
	d := tensor.Dense[float32]{Shape: shape, Data: a}
	for k, kept := range o.common {
		if kept != nil {
			d, v.size[k] = d.Restrict(k, kept), len(kept)
		}
	}
	v.a, v.index = d.Data, o.common
	return v
}

// each walks the values until f returns false. Lengths that differ, which a
// sound pair has not, end it too.
func (v views) each(f func(i int, a, b float32) bool) {
	for i := range min(len(v.a), len(v.b)) {
		if !f(i, v.a[i], v.b[i]) {
			return
		}
	}
}

// difference describes value i.
func (v views) difference(window, i int) *Difference {
	d := &Difference{Name: v.out.name, Window: window, Step: -1, Row: -1, At: coordinates(v.size, i), A: v.a[i], B: v.b[i]}
	for k, dim := range v.out.a.Shape() {
		switch {
		case dim.Sym == "time":
			d.Step = d.At[k]
		case dim.Sym == "batch" || window < 0 && k == 0:
			d.Row = d.At[k]
		}
		if v.index[k] != nil {
			d.At[k] = v.index[k][d.At[k]]
		}
	}
	return d
}
