package graphtest

import (
	"fmt"

	"github.com/seed391906a2/iss/core/graph"
)

// layer runs a random cell over h [time, batch, n]: forward, backward, or both.
func (w *random) layer(s *graph.Scope, h graph.Value) graph.Value {
	var out graph.Value
	switch w.IntN(4) {
	case 0:
		out = w.scan(s, h, true)
	case 1:
		a, b := w.scan(s.Sub("fw"), h, false), w.scan(s.Sub("bw"), h, true)
		out = w.put(graph.Concat(-1, a, b), max(w.bound[a], w.bound[b]))
	default:
		out = w.scan(s, h, false)
	}
	if width(out) == width(h) && w.chance(0.5) {
		out = w.put(graph.Add(out, h), w.bound[out]+w.bound[h])
	}
	return w.calm(out, 4)
}

// state is a recurrent state of a random cell.
type state struct {
	width int
	init  graph.Value
}

// states makes one to three states: carried from run to run, zero, learned, or
// computed from what is there.
func (w *random) states(s *graph.Scope) []state {
	states := make([]state, 1+w.IntN(3))
	for i := range states {
		n := 1 + w.IntN(6)
		states[i].width = n
		shape := graph.Shape{w.batch, graph.Fixed(n)}
		switch w.IntN(5) {
		case 0:
			states[i].init = s.Fill(float64(w.IntN(2)), shape...)
		case 1:
			states[i].init = graph.Expand(w.weight(s, n), shape...)
		case 2:
			sum := graph.Mean(w.embedded, -3)
			states[i].init = graph.Tanh(graph.MatMul(sum, w.weight(s, width(sum), n)))
		default:
			states[i].init = s.State(fmt.Sprintf("%s/s%d", s.Path(), i), 0, shape...)
		}
	}
	return states
}

// scan runs a random cell over h in one direction.
func (w *random) scan(s *graph.Scope, h graph.Value, reverse bool) graph.Value {
	states := w.states(s)
	carries := make([]graph.Carry, len(states))
	for i, st := range states {
		carries[i] = graph.Carry{Name: fmt.Sprint("s", i), Init: st.init}
	}
	cfg := graph.ScanConfig{Reverse: reverse}
	if !w.lengths.IsZero() && w.chance(0.8) {
		cfg.Lengths = w.lengths
	}
	xs := []graph.Value{h}
	words := w.chance(0.3)
	if words {
		xs = append(xs, w.ids, w.targets)
	}
	var bounds []float64
	outs, final := graph.Scan(s, cfg, xs, carries, func(s *graph.Scope, x, prev []graph.Value) (out, next []graph.Value) {
		w.depth++
		defer func() { w.depth, w.stepIDs, w.stepLabels = w.depth-1, graph.Value{}, graph.Value{} }()
		if words {
			w.stepIDs, w.stepLabels = x[1], x[2]
		}
		w.put(x[0], w.bound[h])
		for _, p := range prev {
			w.put(p, 1)
		}
		out, next = w.cell(s, states, x[0], prev)
		for _, v := range out {
			bounds = append(bounds, w.bound[v])
		}
		return out, next
	})
	for i, v := range final {
		if in, ok := states[i].init.Node.Op.(*graph.InputOp); ok && in.Role == graph.Carried {
			s.Output(in.Label, v)
		} else if w.chance(0.3) {
			w.extra = append(w.extra, v)
		}
	}
	for i, v := range outs {
		w.put(v, bounds[i])
		if i > 0 && w.chance(0.5) {
			w.extra = append(w.extra, v)
		}
	}
	return outs[0]
}

// cell is one step: a pool of values grows by random operations, next states
// and outputs are taken from it.
func (w *random) cell(s *graph.Scope, states []state, x graph.Value, prev []graph.Value) (out, next []graph.Value) {
	lead := graph.Shape{w.batch}
	pool := append([]graph.Value{x}, prev...)
	pool = append(pool, w.from(s, append(pool, prev...), 1+w.IntN(6)))
	if w.chance(0.3) {
		pool = append(pool, w.outside(s))
	}
	for range 3 + w.IntN(8) {
		pool = append(pool, w.operation(s, pool, lead))
	}
	for i, st := range states {
		next = append(next, w.next(s, append(pool, w.join(pool)), st.width, prev[i]))
	}
	last := w.join(pool)
	if w.chance(0.4) {
		last = w.put(next[0], 1)
	}
	out = []graph.Value{last}
	for range w.IntN(3) {
		out = append(out, w.calm(w.pick(pool), 4))
	}
	return out, next
}

// pick prefers what was made last.
func (w *random) pick(pool []graph.Value) graph.Value {
	return pool[len(pool)-1-min(w.IntN(len(pool)), w.IntN(len(pool)))]
}

// from is the product of several values joined, or of one, with a weight.
func (w *random) from(s *graph.Scope, pool []graph.Value, n int) graph.Value {
	x := w.join(pool)
	return w.put(w.product(s, x, n), 2*w.bound[x])
}

func (w *random) join(pool []graph.Value) graph.Value {
	parts := make([]graph.Value, 1+w.IntN(3))
	bound := 0.0
	for i := range parts {
		parts[i] = w.calm(w.pick(pool), 4)
		bound = max(bound, w.bound[parts[i]])
	}
	return w.put(graph.Concat(-1, parts...), bound)
}

// next is a state of n units bounded by 1: a gated mean with the old one, or
// an activation.
func (w *random) next(s *graph.Scope, pool []graph.Value, n int, prev graph.Value) graph.Value {
	u := graph.Tanh(w.resize(s, w.pick(pool), n))
	switch w.IntN(4) {
	case 0:
		f := graph.Sigmoid(w.from(s, pool, n))
		return graph.Add(graph.Mul(f, prev), graph.Mul(graph.OneMinus(f), u))
	case 1:
		return graph.Max(u, graph.Affine(prev, 0.5, 0))
	}
	return u
}

// resize brings a value to n features.
func (w *random) resize(s *graph.Scope, v graph.Value, n int) graph.Value {
	if width(v) == n {
		return v
	}
	if width(v) > n && w.chance(0.3) {
		at := w.IntN(width(v) - n + 1)
		return w.put(graph.Slice(v, -1, at, at+n, 1), w.bound[v])
	}
	v = w.calm(v, 4)
	return w.put(graph.MatMul(v, w.weight(s, width(v), n)), 2*w.bound[v])
}

// outside is a value [batch, n] of the graph around the loop, or computed by a
// loop within the loop.
func (w *random) outside(s *graph.Scope) graph.Value {
	if w.depth > 1 || w.chance(0.7) {
		return w.put(graph.Mean(w.embedded, -3), 0.6)
	}
	inner := []graph.Carry{{Name: "inner", Init: graph.Mean(w.embedded, -3)}}
	outs, final := graph.Scan(s, graph.ScanConfig{Reverse: w.chance(0.5)}, []graph.Value{w.embedded}, inner,
		func(s *graph.Scope, x, prev []graph.Value) (out, next []graph.Value) {
			h := graph.Tanh(w.from(s, []graph.Value{w.put(x[0], 0.6), w.put(prev[0], 1)}, width(prev[0])))
			return []graph.Value{h}, []graph.Value{h}
		})
	if w.chance(0.5) {
		return w.put(graph.Mean(outs[0], -3), 1)
	}
	return w.put(final[0], 1)
}
