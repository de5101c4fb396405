package graphtest

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/seed391906a2/iss/core/graph"
)

// random writes one random model. Every value comes with a bound on its
// magnitude, so that functions stay in their safe ranges and runs finite.
type random struct {
	*rand.Rand
	time, batch         graph.Dim
	vocab, wide         int
	ids, targets        graph.Value
	lengths             graph.Value
	embedded            graph.Value // [time, batch, e]
	bound               map[graph.Value]float64
	names               int // of parameters, masks and outputs so far
	extra               []graph.Value
	depth               int         // of Scans around the place being written
	stepIDs, stepLabels graph.Value // ids and targets of one step, inside a loop that runs over them
}

// Random writes a model with random operations: one to three recurrent layers
// of random cells over embedded words, forward, backward or both ways, with or
// without lengths, masks, residuals, norms, tied softmax. All operations of
// core/graph occur in some of them. It has the outputs "loss", one for every
// carried state, and others.
func Random(r *rand.Rand) *Case {
	w := &random{Rand: r, bound: map[graph.Value]float64{}}
	w.vocab, w.wide = 2+r.IntN(6), 1+r.IntN(6)
	c := &Case{
		Name:    "random",
		Binding: graph.Binding{"time": 1 + r.IntN(5), "batch": 1 + r.IntN(4)},
		Limits:  map[string]int{"x": w.vocab, "y": w.vocab},
	}
	w.time, w.batch = symbols()
	if w.chance(0.1) {
		w.time = graph.Fixed(c.Binding["time"])
	}
	if w.chance(0.1) {
		w.batch = graph.Fixed(c.Binding["batch"])
	}
	c.Graph = trace("random", w.model)
	return c
}

func (w *random) chance(p float64) bool { return w.Float64() < p }

func (w *random) name(prefix string) string {
	w.names++
	return fmt.Sprint(prefix, w.names)
}

// put notes a bound and returns v.
func (w *random) put(v graph.Value, bound float64) graph.Value {
	w.bound[v] = bound
	return v
}

// calm brings a value whose bound has grown beyond limit back.
func (w *random) calm(v graph.Value, limit float64) graph.Value {
	if w.bound[v] > limit {
		return w.put(graph.Tanh(v), 1)
	}
	return v
}

// weight is a new parameter, bounded as Load fills it.
func (w *random) weight(s *graph.Scope, shape ...int) graph.Value {
	bound := 0.5
	if len(shape) > 1 {
		bound = min(0.6, math.Sqrt(3/float64(shape[0])))
	}
	return w.put(s.Param(w.name("w"), nil, shape...), bound)
}

func (w *random) model(s *graph.Scope) {
	w.ids, w.targets = s.Ints("x", w.time, w.batch), s.Ints("y", w.time, w.batch)
	if w.chance(0.5) {
		w.lengths = s.Ints("lengths", w.batch)
	}
	table := w.weight(s, w.vocab, w.wide)
	h := w.put(graph.Lookup(table, w.ids), 0.6)
	w.embedded = h
	if w.chance(0.2) {
		h = w.put(s.DropoutWords("words", h, w.ids, 0.75), 1)
	}
	if w.chance(0.3) {
		f := w.put(s.Input("features", w.time, w.batch, graph.Fixed(1+w.IntN(3))), 1)
		h = w.put(graph.Concat(-1, h, f), 1)
	}
	for i := range 1 + w.IntN(3) {
		h = w.layer(s.Layer(fmt.Sprint("layer_", i), fmt.Sprint("layer_", i)), h)
		h = w.between(s, h)
	}
	logits := w.logits(s, table, h)
	s.Output("logits", logits)
	s.Output("loss", w.loss(s, logits))
	if w.chance(0.3) {
		s.Output("copy", logits)
	}
}

// between is what may stand between two layers, over [time, batch, n].
func (w *random) between(s *graph.Scope, h graph.Value) graph.Value {
	for range w.IntN(3) {
		switch w.IntN(6) {
		case 0:
			f := [...]graph.Frequency{graph.PerStep, graph.PerWindow}[w.IntN(2)]
			h = w.calm(w.put(s.Dropout(w.name("dropout"), h, 0.75, f), 1.34*w.bound[h]), 4)
		case 1:
			h = w.put(graph.Reverse(h, graph.Value{}), w.bound[h])
		case 2:
			if !w.lengths.IsZero() {
				h = w.put(graph.Reverse(h, w.lengths), w.bound[h])
			}
		default:
			h = w.operation(s, []graph.Value{h}, h.Shape()[:2])
		}
	}
	return w.attend(s, h)
}

// attend mixes h over positions: each position attends to all, or all are
// mixed into one vector, which is repeated. It draws from numbers of its own, so
// that the models of a seed are what they were before there was attention.
func (w *random) attend(s *graph.Scope, h graph.Value) graph.Value {
	r := rand.New(rand.NewPCG(uint64(w.names), uint64(8*w.vocab+w.wide)))
	n := width(h)
	switch r.IntN(8) {
	case 0:
		of := graph.Value{}
		if r.IntN(2) == 0 {
			of = w.weight(s, n, 1)
		}
		p := graph.Softmax(graph.Score(graph.Tanh(h), h, of))
		return w.put(graph.Mix(p, h), w.bound[h])
	case 1:
		one := s.Fill(1, graph.Fixed(1), w.batch, graph.Fixed(1))
		p := graph.Softmax(graph.Score(one, graph.MatMul(h, w.weight(s, n, 1)), graph.Value{}))
		return w.put(graph.Mul(h, graph.Mix(p, h)), w.bound[h]*w.bound[h])
	}
	return h
}

// logits reads h by the table transposed or by weights of its own.
func (w *random) logits(s *graph.Scope, table, h graph.Value) graph.Value {
	if w.chance(0.3) {
		return graph.MatMulT(w.resize(s, h, w.wide), table)
	}
	logits := graph.MatMul(h, w.weight(s, width(h), w.vocab))
	if w.chance(0.7) {
		logits = graph.Add(logits, w.weight(s, w.vocab))
	}
	return logits
}

// loss is the cross-entropy of the logits and a share of what else was made.
func (w *random) loss(s *graph.Scope, logits graph.Value) graph.Value {
	ce := graph.CrossEntropy(logits, w.targets)
	if !w.lengths.IsZero() {
		ce = graph.Mul(ce, graph.Sum(graph.Valid(w.lengths, w.time), -1))
	}
	loss := graph.Sum(graph.Mean(ce, -1), -1)
	if w.chance(0.2) {
		loss = graph.Mean(ce, -2, -1)
	}
	if w.chance(0.1) {
		loss = graph.Largest(ce, -1, -2)
	}
	for _, v := range w.extra {
		axes := make([]int, v.Rank())
		for i := range axes {
			axes[i] = i - v.Rank()
		}
		loss = graph.Add(loss, graph.Affine(graph.Mean(graph.Mul(v, v), axes...), 0.1, 0))
		if w.chance(0.3) {
			s.Output(w.name("extra"), v)
		}
	}
	return loss
}
