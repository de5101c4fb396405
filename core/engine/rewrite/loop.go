package rewrite

import (
	"fmt"
	"slices"

	"github.com/seed391906a2/iss/core/graph"
)

// loop is a Scan being written.
type loop struct {
	w      *writer
	parent *graph.Graph
	body   *graph.Graph
	op     *graph.ScanOp // direction and time
	place  string

	outer, seqs []graph.Value // sequences outside and inside
	init, prev  []graph.Value
	next, outs  []graph.Value
}

func newLoop(w *writer, parent *graph.Graph, op *graph.ScanOp) *loop {
	return &loop{w: w, parent: parent, body: graph.NewGraph(op.Body.Name, parent), op: op, place: w.place}
}

// sequence is step t of an outer value [time, ...]. What is the same at all
// steps is no sequence.
func (l *loop) sequence(v graph.Value) graph.Value {
	if i := slices.Index(l.outer, v); i >= 0 {
		return l.seqs[i]
	}
	shape := v.Shape()[1:]
	switch op := v.Node.Op.(type) {
	case *graph.FillOp:
		return l.w.node(l.body, &graph.FillOp{Value: op.Value, Shape: shape}).At(0)
	case *graph.ExpandOp:
		if x := v.Node.In[0]; !op.Mean && x.Rank() < v.Rank() {
			return l.w.value(l.body, &graph.ExpandOp{Shape: shape}, x)
		}
	}
	return l.read(l.w.near(l.parent, v))
}

// read makes an outer value a sequence.
func (l *loop) read(v graph.Value) graph.Value {
	in := l.body.AddInput(&graph.InputOp{
		Label: fmt.Sprint("sequence ", len(l.seqs)), Role: graph.Sequence, Kind: v.Kind(), Shape: v.Shape()[1:],
	})
	l.outer, l.seqs = append(l.outer, v), append(l.seqs, in)
	return in
}

// state adds a state, described by the input that it was.
func (l *loop) state(op *graph.InputOp, init graph.Value) graph.Value {
	in := l.body.AddInput(op)
	l.init, l.prev = append(l.init, l.w.near(l.parent, init)), append(l.prev, in)
	return in
}

// carry sets what the next state becomes, in the order of the states.
func (l *loop) carry(v graph.Value) int {
	l.next = append(l.next, l.inside(v))
	return len(l.next) - 1
}

// inside is v as the body reads it.
func (l *loop) inside(v graph.Value) graph.Value { return l.body.Capture(l.w.near(l.body, v)) }

// output makes a value an output at every step; equal ones are one.
func (l *loop) output(v graph.Value) int {
	v = l.inside(v)
	i := slices.Index(l.outs, v)
	if i < 0 {
		i = len(l.outs)
		l.outs = append(l.outs, v)
	}
	return i
}

// outside is a value of the body at all time steps, [time, ...], where that
// needs no loop: a sequence, or something that never changes.
func (l *loop) outside(v graph.Value) (graph.Value, bool) {
	if i := slices.Index(l.seqs, v); i >= 0 {
		return l.outer[i], true
	}
	if v.Kind() == graph.Int || v.Graph() == l.body && !isLeaf(v) {
		return graph.Value{}, false
	}
	return l.repeat(v), true
}

// repeat is an outer value at all time steps.
func (l *loop) repeat(v graph.Value) graph.Value {
	shape := append(graph.Shape{l.op.Time}, v.Shape()...)
	return l.w.value(l.parent, &graph.ExpandOp{Shape: shape}, l.w.near(l.parent, v))
}

// finish emits the Scan.
func (l *loop) finish() *graph.Node {
	if len(l.seqs) == 0 { // the number of steps is read off the first sequence
		l.read(l.w.node(l.parent, &graph.FillOp{Shape: graph.Shape{l.op.Time}}).At(0))
	}
	l.body.Outputs = slices.Concat(l.next, l.outs)
	captures := slices.DeleteFunc(slices.Clone(l.body.Inputs), func(v graph.Value) bool {
		return v.Node.Op.(*graph.InputOp).Role != graph.Capture
	})
	l.body.Inputs = slices.Concat(l.seqs, l.prev, captures)
	in := slices.Concat(l.outer, l.init)
	for _, v := range captures {
		in = append(in, v.Node.Op.(*graph.InputOp).Outer)
	}
	n := graph.Emit(l.parent, &graph.ScanOp{
		Body: l.body, Seqs: len(l.seqs), States: len(l.prev), Reverse: l.op.Reverse, Time: l.op.Time,
	}, in...)
	n.Place = l.place
	return n
}
