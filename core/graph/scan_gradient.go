package graph

import "slices"

// Gradient implements Op. The way back is a Scan in the other direction over
// the adjoints of the outputs and over what the forward Scan is made to
// remember: states, operands of products, and results that are dear to
// compute; the rest is computed again. The gradient of a captured weight is
// one contraction over all time steps, outside the loop.
func (o *ScanOp) Gradient(t *Tape, n *Node, g []Value) {
	b := &scanBack{t: t, n: n, o: o, l: newLoop(t.out, o.Time), memo: map[Value]Value{}, dep: map[Value]bool{}}
	b.l.body.place = n.Place
	needs := o.reach(t, n)
	b.inner = &Tape{out: b.l.body, terms: map[Value][]Value{}, cuts: map[Value][]piece{}, needs: needs, use: b.use}
	for i := o.States; i < len(g); i++ {
		if !g[i].IsZero() && needs[o.Body.Outputs[i]] {
			b.inner.Add(o.Body.Outputs[i], b.l.sequence(g[i]))
		}
	}
	var live []int // states through which the gradient flows
	var init []Value
	for i := range o.States {
		s := o.Body.Inputs[o.Seqs+i]
		if !needs[s] {
			continue
		}
		live = append(live, i)
		start := g[i]
		if start.IsZero() {
			start = fill(t.out, 0, s.Shape())
		}
		init = append(init, start)
		b.inner.Add(o.Body.Outputs[i], b.l.state(s.Node.Op.(*InputOp).Label, "", s.Shape()))
	}
	b.inner.walk(o.Body, len(o.Body.Nodes)-1)
	b.emit(live, init)
}

// reach marks the body's values that depend on something whose gradient is
// wanted, round the recurrence.
func (o *ScanOp) reach(t *Tape, n *Node) map[Value]bool {
	var from []Value
	for i, v := range o.Body.Inputs {
		if t.Needs(n.In[i]) {
			from = append(from, v)
		}
	}
	for {
		m := reach(o.Body, from)
		grown := false
		for i := range o.States {
			if s := o.Body.Inputs[o.Seqs+i]; m[o.Body.Outputs[i]] && !m[s] {
				from, grown = append(from, s), true
			}
		}
		if !grown {
			return m
		}
	}
}

// scanBack is the backward Scan being written.
type scanBack struct {
	t     *Tape // of the graph around
	inner *Tape
	n     *Node // the forward Scan
	o     *ScanOp
	l     *loop
	memo  map[Value]Value // forward value -> where it is read on the way back
	outs  []Value         // outputs of the backward body
	dep   map[Value]bool  // whether a value of the backward body depends on its states
	scan  *Node           // the backward Scan, once emitted
}

// use makes a value of the forward body readable on the way back.
func (b *scanBack) use(v Value) Value {
	if w, ok := b.memo[v]; ok {
		return w
	}
	w := b.read(v)
	b.memo[v] = w
	return w
}

func (b *scanBack) read(v Value) Value {
	if in, ok := v.Node.Op.(*InputOp); ok {
		switch in.Role {
		case Capture:
			return b.t.Use(in.Outer)
		case Sequence:
			return b.l.sequence(b.t.Use(b.n.In[slices.Index(b.o.Body.Inputs, v)]))
		}
	} else if cheap(v.Node.Op) {
		in := make([]Value, len(v.Node.In))
		for i, w := range v.Node.In {
			in[i] = b.use(w)
		}
		g := b.l.body
		if len(in) > 0 {
			g = in[0].Graph()
		}
		return Emit(g, v.Node.Op, in...).At(v.Out)
	}
	return b.l.sequence(b.t.Use(b.remember(v)))
}

// cheap says that computing a result again costs less than remembering it.
func cheap(op Op) bool {
	switch o := op.(type) {
	case *UnaryOp:
		return o.Kind == AffineOf || o.Kind == ReluOf
	case *BinaryOp:
		return o.Kind != DivOf
	case *SelectOp, *SliceOp, *ConcatOp, *GatherOp, *FillOp, *ConstOp, *ViewOp, *ExpandOp:
		return true
	}
	return false
}

// remember makes the forward Scan put out v at every step.
func (b *scanBack) remember(v Value) Value {
	for i := b.o.States; i < len(b.o.Body.Outputs); i++ {
		if b.o.Body.Outputs[i] == v {
			return b.n.At(i)
		}
	}
	b.o.Body.Outputs = append(b.o.Body.Outputs, v)
	b.n.Shapes = append(b.n.Shapes, append(Shape{b.o.Time}, v.Shape()...))
	return b.n.At(len(b.n.Shapes) - 1)
}

// emit writes the backward Scan and hands its results on.
func (b *scanBack) emit(live []int, init []Value) {
	var next []Value
	for _, i := range live {
		s := b.o.Body.Inputs[b.o.Seqs+i]
		d := b.inner.total(s)
		if d.IsZero() {
			d = fill(b.l.body, 0, s.Shape())
		}
		next = append(next, d)
	}
	var after []func()
	for i, v := range b.o.Body.Inputs {
		if !b.inner.needs[v] || i >= b.o.Seqs && i < b.o.Seqs+b.o.States {
			continue
		}
		to := b.n.In[i]
		if i < b.o.Seqs {
			if d := b.inner.total(v); !d.IsZero() {
				get := b.stack(d)
				after = append(after, func() { b.t.Add(to, get()) })
			}
			continue
		}
		if c := b.inner.cuts[v]; c != nil {
			b.inner.terms[v] = append(b.inner.terms[v], assemble(v, c)...)
		}
		for _, d := range b.inner.terms[v] {
			get := b.lift(d)
			after = append(after, func() { b.t.Add(to, get()) })
		}
	}
	if len(b.l.outer) == 0 { // nothing flows in but captured values: time still has to be known
		b.l.sequence(fill(b.t.out, 0, Shape{b.o.Time}))
	}
	m := b.l.finish(!b.o.Reverse, init, next, b.outs)
	for k, i := range live {
		b.t.Add(b.n.In[b.o.Seqs+i], m.At(k))
	}
	b.scan = m
	for _, f := range after {
		f()
	}
}
