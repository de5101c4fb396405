package onnx

import (
	"fmt"
	"slices"

	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/core/graph"
)

// loop is a Scan that may be an operator: one sequence, its states, weights
// and, if rows end at different times, lengths.
type loop struct {
	*graph.ScanOp
	n       *graph.Node
	in, out int // units of the input and of the state h
	states  []string
	params  map[string]*graph.Param // by the names that claims use
	lengths graph.Value             // or the zero Value
}

// builtin is a Scan that is written as the operator that it is claimed to be.
// Passes over the graph leave it alone: for them it is no Scan.
type builtin struct {
	*graph.ScanOp
	claim *core.Operator
}

// ONNX implements graph.Exporter.
func (b *builtin) ONNX(e graph.Emitter, n *graph.Node) error {
	e.(*writer).operator(n, b)
	return nil
}

// settle decides how each recurrent layer of g is written, and puts a builtin
// in the place of every Scan of which a claim stands. A layer that is run twice
// is one layer.
func (x *exporter) settle(g *graph.Graph) {
	for _, n := range g.Nodes {
		op, ok := n.Op.(*graph.ScanOp)
		if !ok {
			continue
		}
		claim, reason := x.claim(n, op)
		if l := (Layer{place(n), claim, reason}); !slices.Contains(x.model.Layers, l) {
			x.model.Layers = append(x.model.Layers, l)
		}
		if claim != nil {
			n.Op = &builtin{op, claim}
		} else {
			x.settle(op.Body)
		}
	}
}

// claim returns the first claim on a Scan that stands, or why none does.
func (x *exporter) claim(n *graph.Node, op *graph.ScanOp) (*core.Operator, string) {
	l, err := loopOf(n, op)
	if err != nil {
		return nil, err.Error()
	}
	reason := "its cell is no operator of ONNX"
	for _, o := range x.options.Claims {
		if x.options.Fits != nil && !x.options.Fits(o) {
			reason = fmt.Sprintf("the runtime's %s cannot do this", o.Kind)
			continue
		}
		if err := l.replay(o); err != nil {
			reason = err.Error()
			continue
		}
		return o, ""
	}
	return nil, reason
}

// loopOf reads a Scan as an operator would have to.
func loopOf(n *graph.Node, op *graph.ScanOp) (*loop, error) {
	l := &loop{ScanOp: op, n: n, params: map[string]*graph.Param{}}
	x := n.In[0]
	if x.Rank() != 3 || x.Shape()[0].IsFixed() || x.Shape()[1].IsFixed() || len(n.Shapes) != op.States+1 {
		return nil, fmt.Errorf("it is no layer of one output over [time, batch, units]")
	}
	switch {
	case op.Seqs == 2:
		valid, ok := n.In[1].Node.Op.(*graph.ValidOp)
		if !ok || valid.Time != op.Time {
			return nil, fmt.Errorf("it reads two sequences")
		}
		l.lengths = n.In[1].Node.In[0]
	case op.Seqs != 1:
		return nil, fmt.Errorf("it reads %d sequences", op.Seqs)
	}
	l.in, l.out = x.Shape()[2].Size, n.At(op.States).Shape()[2].Size
	for _, v := range op.Body.Inputs[op.Seqs : op.Seqs+op.States] {
		l.states = append(l.states, v.Node.Op.(*graph.InputOp).Label)
		if v.Rank() != 2 || v.Shape()[1].Size != l.out {
			return nil, fmt.Errorf("its states are not as wide as its output")
		}
	}
	for _, v := range n.In[op.Seqs+op.States:] {
		p, ok := v.Node.Op.(*graph.ParamOp)
		if !ok {
			return nil, fmt.Errorf("its step reads more than its input, states and weights")
		}
		name := p.P.Name
		if len(n.Place) > 0 && len(name) > len(n.Place) && name[:len(n.Place)] == n.Place {
			name = name[len(n.Place)+1:]
		}
		l.params[name] = p.P
	}
	return l, nil
}

// gate holds what an operator reads of one gate, row-major.
type gate struct {
	w, r    []float64 // [in, H], [H, H]
	b, d, p []float64 // [H]
}

// gates reads the weights of an operator's gates, by letter, where the claim
// says that they are. All parameters must have been read then.
func (l *loop) gates(o *core.Operator, weights func(p *graph.Param) []float64) (map[string]gate, error) {
	read := map[string]bool{}
	matrix := func(name string, part, of, from, rows int, all int) ([]float64, error) {
		if name == "" {
			return make([]float64, rows*l.out), nil
		}
		p := l.params[name]
		want := []int{all, of * l.out}
		if all == 1 {
			want = want[1:]
		}
		if p == nil || !slices.Equal(p.Shape, want) {
			return nil, fmt.Errorf("it has no parameter %s %v", name, want)
		}
		read[name] = true
		w := weights(p)
		var out []float64
		for i := from; i < from+rows; i++ {
			at := (i*of + part) * l.out
			out = append(out, w[at:at+l.out]...)
		}
		return out, nil
	}
	all := map[string]gate{}
	for letter, g := range o.Gates {
		input, state, first, rows, rowsOfState := g.Input, g.State, 0, l.in, l.out
		if g.Joint != "" {
			input, state, first, rows, rowsOfState = g.Joint, g.Joint, l.in, l.in+l.out, l.in+l.out
		}
		var out gate
		for _, part := range []struct {
			to              *[]float64
			name            string
			from, rows, all int
		}{
			{&out.w, input, 0, l.in, rows},
			{&out.r, state, first, l.out, rowsOfState},
			{&out.b, g.Bias, 0, 1, 1},
			{&out.d, g.StateBias, 0, 1, 1},
		} {
			var err error
			if *part.to, err = matrix(part.name, g.Part, g.Of, part.from, part.rows, part.all); err != nil {
				return nil, err
			}
		}
		var err error
		if out.p, err = matrix(g.Peephole, 0, 1, 0, 1, 1); err != nil {
			return nil, err
		}
		for i := range out.b {
			out.b[i] += g.Add
		}
		all[letter] = out
	}
	for name := range l.params {
		if !read[name] {
			return nil, fmt.Errorf("the operator does not read its parameter %s", name)
		}
	}
	return all, nil
}
