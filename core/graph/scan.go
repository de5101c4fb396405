package graph

import (
	"fmt"
	"slices"

	"github.com/seed391906a2/iss/core/tensor"
)

// ScanOp runs Body once for each time step. Operands are the sequences [time,
// ...], the initial states, and what the body captures from outside; results
// are the final states and the stacked outputs [time, ...]. Body.Inputs and
// Body.Outputs are in these orders.
type ScanOp struct {
	Body    *Graph
	Seqs    int
	States  int
	Reverse bool // from the last step to the first; outputs stay at their time
	Time    Dim
}

// ScanConfig says how a step is run over time.
type ScanConfig struct {
	Reverse bool  // from the last step to the first
	Lengths Value // ints [batch], or the zero Value: rows end at different times
}

// Carry is a state of a recurrent step: its name and value before the first step.
type Carry struct {
	Name string
	Init Value
}

// loop is a Scan whose body is being traced.
type loop struct {
	body        *Graph
	time, batch Dim
	outer       []Value // sequences, outside
	seqs        []Value // and in the body
	states      []Value
}

func newLoop(outer *Graph, time Dim) *loop {
	return &loop{body: newGraph("step", outer), time: time}
}

// sequence makes an outer value [time, ...] readable step by step.
func (l *loop) sequence(v Value) Value {
	if i := slices.Index(l.outer, v); i >= 0 {
		return l.seqs[i]
	}
	if s := v.Shape(); len(s) == 0 || s[0] != l.time {
		panic(&ShapeError{Op: "scan", Place: l.body.place, Caller: caller(), In: []Shape{s}, Reason: fmt.Errorf("its first axis is not the time %v of the other sequences", l.time)})
	}
	in := l.body.newInput(&InputOp{Label: fmt.Sprint("sequence ", len(l.seqs)), Role: Sequence, Kind: v.Kind(), Shape: v.Shape()[1:]})
	l.outer, l.seqs = append(l.outer, v), append(l.seqs, in)
	return in
}

func (l *loop) state(name, owner string, shape Shape) Value {
	in := l.body.newInput(&InputOp{Label: name, Role: Previous, Shape: shape, Owner: owner})
	l.states = append(l.states, in)
	return in
}

// finish emits the Scan; init are the initial states.
func (l *loop) finish(reverse bool, init, next, out []Value) *Node {
	b := l.body
	captures := b.Inputs
	b.Inputs = slices.Concat(l.seqs, l.states, captures)
	b.Outputs = nil
	for _, v := range slices.Concat(next, out) {
		b.Outputs = append(b.Outputs, b.capture(v))
	}
	if more := b.Inputs[len(l.seqs)+len(l.states)+len(captures):]; len(more) > 0 {
		captures = append(captures, more...)
	}
	op := &ScanOp{Body: b, Seqs: len(l.seqs), States: len(l.states), Reverse: reverse, Time: l.time}
	in := slices.Concat(l.outer, init)
	for _, c := range captures {
		in = append(in, c.Node.Op.(*InputOp).Outer)
	}
	return Emit(b.Parent, op, in...)
}

// Scan runs step over axis 0 of the sequences xs. step is traced once; it
// gets the slices of the sequences and the states at the start of the step
// and returns its outputs and the next states. Scan returns the stacked
// outputs and the final states. With lengths, a row's state stays what it was
// and its outputs are zero behind its end; a reverse scan starts there.
func Scan(s *Scope, cfg ScanConfig, xs []Value, carries []Carry, step func(s *Scope, x, prev []Value) (out, next []Value)) (outs, final []Value) {
	if len(xs) == 0 {
		panic(&ShapeError{Op: "scan", Place: s.place, Caller: caller(), Reason: fmt.Errorf("there is no sequence to run over")})
	}
	l := newLoop(s.g, xs[0].Shape()[0])
	l.body.place = s.place
	if xs[0].Rank() > 1 {
		l.batch = xs[0].Shape()[1]
	}
	t := *s
	t.g, t.loop = l.body, l
	x := make([]Value, len(xs))
	for i, v := range xs {
		x[i] = l.sequence(v)
	}
	prev, init := make([]Value, len(carries)), make([]Value, len(carries))
	for i, c := range carries {
		prev[i], init[i] = l.state(c.Name, s.owner, c.Init.Shape()), c.Init
	}
	out, next := step(&t, x, prev)
	s.g.place = s.place
	if len(next) != len(carries) {
		panic(&ShapeError{Op: "scan", Place: s.place, Caller: caller(), Reason: fmt.Errorf("the step returns %d states, not %d", len(next), len(carries))})
	}
	if !cfg.Lengths.IsZero() {
		out, next = slices.Clone(out), slices.Clone(next) // the step's own, and maybe one slice
		valid := l.sequence(Valid(cfg.Lengths, l.time))
		for i := range next {
			next[i] = Select(valid, next[i], prev[i])
		}
		zero := fill(l.body, 0, nil)
		for i := range out {
			out[i] = Select(valid, out[i], zero)
		}
	}
	n := l.finish(cfg.Reverse, init, next, out)
	for i := range n.Shapes {
		if i < len(carries) {
			final = append(final, n.At(i))
		} else {
			outs = append(outs, n.At(i))
		}
	}
	return outs, final
}

// Name implements Op.
func (o *ScanOp) Name() string { return "scan" }

// ReadsInts implements IntReader: what the step reads as ints.
func (o *ScanOp) ReadsInts(i int) bool { return o.Body.Inputs[i].Kind() == Int }

// Infer implements Op.
func (o *ScanOp) Infer(in []Shape) ([]Shape, error) {
	for i, v := range o.Body.Inputs {
		want := v.Shape()
		label := v.Node.Op.(*InputOp).Label
		if i < o.Seqs {
			want = append(Shape{o.Time}, want...)
		}
		if !in[i].Equal(want) {
			return nil, fmt.Errorf("%s has shape %v, the step reads %v", label, in[i], want)
		}
	}
	var out []Shape
	for i, v := range o.Body.Outputs {
		if i >= o.States {
			out = append(out, append(Shape{o.Time}, v.Shape()...))
			continue
		}
		prev := o.Body.Inputs[o.Seqs+i]
		if !v.Shape().Equal(prev.Shape()) {
			return nil, fmt.Errorf("state %s has shape %v, after the step %v", prev.Node.Op.(*InputOp).Label, prev.Shape(), v.Shape())
		}
		out = append(out, v.Shape())
	}
	return out, nil
}

// Index implements Op: recurrence is one step, traced once; what a state was
// and what it becomes are the same units.
func (o *ScanOp) Index(x *Indexer, n *Node) {
	x.run(o.Body)
	x.node = n
	for i := range o.Seqs {
		x.Pin(n.In[i], -n.In[i].Rank(), "the steps of a scan")
	}
	for i := o.States; i < len(n.Shapes); i++ {
		x.Pin(n.At(i), -n.At(i).Rank(), "the steps of a scan")
	}
	for i, v := range o.Body.Inputs {
		x.UnifyAll(n.In[i], v)
	}
	for i, v := range o.Body.Outputs {
		x.UnifyAll(v, n.At(i))
		if i < o.States {
			x.UnifyAll(o.Body.Inputs[o.Seqs+i], v)
		}
	}
}

// Contracts implements Op: what the step contracts is listed with its body.
func (o *ScanOp) Contracts(*Node) []Contraction { return nil }

// Zero implements Op: the greatest set of state indices that start at zero
// and stay there.
func (o *ScanOp) Zero(z *Zeros, n *Node) [][]bool {
	state := make([][]bool, o.States)
	for i := range state {
		state[i] = z.Of(n.In[o.Seqs+i])
	}
	for stable := false; !stable; {
		stable = true
		for i, v := range o.Body.Inputs {
			z.zero[v] = z.Of(n.In[i])
			if v.Rank() == 0 { // one number a step: the last axis of the sequence is time
				z.zero[v] = nil
			}
			if i >= o.Seqs && i < o.Seqs+o.States {
				z.zero[v] = state[i-o.Seqs]
			}
		}
		z.run(o.Body)
		for i := range state {
			next, changed := meet(state[i], z.Of(o.Body.Outputs[i]))
			if changed {
				state[i], stable = next, false
			}
		}
	}
	out := make([][]bool, len(n.Shapes))
	for i, v := range o.Body.Outputs {
		out[i] = z.Of(v)
		if i < o.States {
			out[i] = state[i]
		}
	}
	return out
}

// Restrict implements Op: the body is cut like the graph around it.
func (o *ScanOp) Restrict(r *Restriction, _ *Node) (Op, error) {
	sub := &Restriction{keep: r.keep, up: r, g: newGraph(o.Body.Name, r.g), vals: map[Value]Value{}, pars: r.pars}
	if err := sub.body(o.Body); err != nil {
		return nil, err
	}
	for _, v := range sub.g.Inputs {
		if in := v.Node.Op.(*InputOp); in.Role == Capture {
			sub.g.captured[in.Outer] = v
			sub.g.outer = append(sub.g.outer, in.Outer)
		}
	}
	for v, w := range sub.vals {
		r.vals[v] = w
	}
	c := *o
	c.Body = sub.g
	return &c, nil
}

// ONNX implements Exporter.
func (o *ScanOp) ONNX(e Emitter, n *Node) error {
	return e.Loop(n)
}

// Forward32 implements Op.
func (o *ScanOp) Forward32(c *Call[float32]) { forwardScan(o, c) }

// Forward64 implements Op.
func (o *ScanOp) Forward64(c *Call[float64]) { forwardScan(o, c) }

func forwardScan[T tensor.Float](o *ScanOp, c *Call[T]) {
	time := c.In[0].Shape[0]
	in := slices.Clone(c.In)
	out := make([]Array[T], len(c.Out))
	for i := range o.States { // the states live in the results
		copy(c.Out[i].Data, c.In[o.Seqs+i].Data)
		in[o.Seqs+i] = Array[T]{Shape: c.Out[i].Shape, Data: slices.Clone(c.Out[i].Data)}
		out[i] = c.Out[i]
	}
	for k := range time {
		t := k
		if o.Reverse {
			t = time - 1 - k
		}
		for i := range o.Seqs {
			in[i] = at(c.In[i], t)
		}
		for i := o.States; i < len(out); i++ {
			out[i] = at(c.Out[i], t)
		}
		c.Body(o.Body, in, out)
		for i := range o.States {
			copy(in[o.Seqs+i].Data, out[i].Data)
		}
	}
}

// at is slice t of the first axis.
func at[T tensor.Float](a Array[T], t int) Array[T] {
	n := product(a.Shape[1:])
	b := Array[T]{Shape: a.Shape[1:]}
	if a.Ints != nil {
		b.Ints = a.Ints[t*n : (t+1)*n]
	} else {
		b.Data = a.Data[t*n : (t+1)*n]
	}
	return b
}
