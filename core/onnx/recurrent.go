package onnx

import (
	"slices"

	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/core/graph"
)

// operator writes a Scan as the operator that it is claimed to be. ONNX has a
// direction axis, of one element here, in weights, states and the output, and
// stores a gate's weights out×in.
func (w *writer) operator(n *graph.Node, b *builtin) {
	o := b.claim
	l, err := loopOf(n, b.ScanOp)
	if err != nil {
		panic(err) // it was read when the claim was replayed
	}
	gates, err := l.gates(o, func(p *graph.Param) []float64 {
		f := w.x.model.Weight(p.Name).Floats
		d := make([]float64, len(f))
		for i, v := range f {
			d[i] = float64(v)
		}
		return d
	})
	if err != nil {
		panic(err)
	}
	var input, state, bias, stateBias, peep []float32
	for _, letter := range core.GateOrder["onnx"][o.Kind] {
		g := gates[letter]
		input = append(input, transposed(g.w, l.in, l.out)...)
		state = append(state, transposed(g.r, l.out, l.out)...)
		bias = append(bias, transposed(g.b, 1, l.out)...)
		stateBias = append(stateBias, transposed(g.d, 1, l.out)...)
	}
	k := len(o.Gates)
	weight := func(what string, data []float32, shape ...int) string {
		name := l.n.Place + "/" + o.Kind + "/" + what
		if old := w.x.model.Weight(name); old != nil {
			if slices.Equal(old.Floats, data) { // a layer that is run twice
				return name
			}
			name = w.x.fresh(name)
		}
		w.x.model.Weights = append(w.x.model.Weights, Weight{Name: name, Shape: shape, Floats: data})
		return name
	}
	first := w.Longs(0)
	lengths := ""
	if !l.lengths.IsZero() {
		lengths = w.names[l.lengths]
	}
	in := []string{
		w.In(0), weight("W", input, 1, k*l.out, l.in), weight("R", state, 1, k*l.out, l.out),
		weight("B", append(bias, stateBias...), 1, 2*k*l.out), lengths,
	}
	at := map[string]int{} // state -> its number
	for i, s := range l.states {
		at[s] = i
	}
	for _, s := range o.States {
		in = append(in, w.Add("Unsqueeze", nil, w.In(l.Seqs+at[s]), first))
	}
	if o.Peepholes() {
		for _, letter := range []string{"i", "o", "f"} { // ONNX's order of peepholes
			peep = append(peep, transposed(gates[letter].p, 1, l.out)...)
		}
		in = append(in, weight("P", peep, 1, 3*l.out))
	}
	attributes := graph.Attributes{"hidden_size": int64(l.out)}
	if l.Reverse {
		attributes["direction"] = "reverse"
	}
	if o.Activation != "" && o.Activation != "Tanh" {
		attributes["activations"] = []string{o.Activation}
	}
	if o.After {
		attributes["linear_before_reset"] = int64(1)
	}
	out := w.node(o.Kind, attributes, 1+len(o.States), in...)
	w.Out(l.States, w.Add("Squeeze", nil, out[0], w.Longs(1)))
	for i, s := range o.States {
		last := w.Add("Squeeze", nil, out[1+i], first)
		if lengths != "" {
			last = w.started(lengths, last, w.In(l.Seqs+at[s]))
		}
		w.Out(at[s], last)
	}
}

// started is a last state, or for rows of no step the state at the start: ONNX
// does not say what it is then, and ONNX Runtime makes it zero.
func (w *writer) started(lengths, last, start string) string {
	steps := w.Add("Cast", graph.Attributes{"to": int64(9)}, lengths) // to bool: whether there are any
	return w.Add("Where", nil, w.Add("Unsqueeze", nil, steps, w.Longs(1)), last, start)
}

// transposed is [rows, cols] as [cols, rows], in float32.
func transposed(m []float64, rows, cols int) []float32 {
	out := make([]float32, len(m))
	for i := range rows {
		for j := range cols {
			out[j*rows+i] = float32(m[i*cols+j])
		}
	}
	return out
}
