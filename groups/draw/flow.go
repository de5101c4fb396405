package draw

import (
	"fmt"
	"slices"

	"github.com/seed391906a2/iss/core/graph"
)

// kind says how a box is drawn.
type kind uint8

const (
	operator kind = iota // a circle or pill with its symbol
	matrix               // weights: rows from the left, columns out at the top
	joint                // a bar at which ribbons join or part, in storage order
	source               // a label on the left
	sink                 // a label on the right
	bend                 // no box: where a long ribbon passes a column
)

// box is something that ribbons go into and come out of.
type box struct {
	kind  kind
	label text
	notes []string // smaller, below
	op    string   // what it computes, for comparing boxes
	names []string // of the parameters in it
	size  string   // and their shape
	in    []port
	out   []port
	sorts bool // the order of its operands may be changed
	w, h  float64
	mw    float64 // of a matrix: its own width and height
	mh    float64
	bias  bool // of a matrix: there is a bias on it

	rank, pos int
	x, y      float64
	loop      int // times that the box stands for, if it was folded
	state     int // of what enters or leaves: number of the state, from 1; 0: it is none
}

// port is where a ribbon meets a box: the middle of it, from the box's top.
type port struct {
	net *net
	off float64
}

// net is a value: a ribbon from the box that makes it to all that read it.
type net struct {
	v     graph.Value
	from  *box
	port  int
	uses  []use
	n     int     // indices of its last axis
	width float64 // pixels
	spans []span  // of the component
	kin   bool    // it has units of the class
	bends []*box  // one for each column between from and the last user
}

// use is an operand of a box.
type use struct {
	to   *box
	port int
}

// flow is figure 2 being made of the body of a scan.
type flow struct {
	c       *component
	body    *graph.Graph
	outer   *graph.Node // the scan; nil: the body is the whole model
	cut     string      // what the names of all parameters begin with
	boxes   []*box
	nets    map[graph.Value]*net
	users   map[graph.Value][]*graph.Node
	done    map[*graph.Node]bool
	splits  map[graph.Value]*box
	scale   float64 // pixels an index
	columns [][]*box
	colX    []float64 // left edges of the columns
	colW    []float64
}

// newFlow makes boxes and ribbons of all that leads to the body's outputs.
func newFlow(c *component, body *graph.Graph, outer *graph.Node) *flow {
	f := &flow{
		c: c, body: body, outer: outer, nets: map[graph.Value]*net{}, users: map[graph.Value][]*graph.Node{},
		done: map[*graph.Node]bool{}, splits: map[graph.Value]*box{},
	}
	live := f.live()
	var params []*graph.Param
	for _, n := range live {
		for _, v := range n.In {
			f.users[v] = append(f.users[v], n)
		}
		if p := paramOf(n); p != nil {
			params = append(params, p)
		}
	}
	f.cut = commonPath(params)
	f.measure(live)
	for _, n := range live {
		if !f.done[n] {
			f.node(n)
		}
	}
	f.outputs()
	return f
}

// paramOf is the parameter that a node is or captures, or nil.
func paramOf(n *graph.Node) *graph.Param {
	switch op := n.Op.(type) {
	case *graph.ParamOp:
		return op.P
	case *graph.InputOp:
		if op.Role == graph.Capture {
			return paramOf(op.Outer.Node)
		}
	}
	return nil
}

// live lists the nodes that lead to outputs, in order.
func (f *flow) live() (out []*graph.Node) {
	needed := map[*graph.Node]bool{}
	for _, v := range f.body.Outputs {
		needed[v.Node] = true
	}
	for _, n := range slices.Backward(f.body.Nodes) {
		if needed[n] {
			for _, v := range n.In {
				needed[v.Node] = true
			}
		}
	}
	for _, n := range f.body.Nodes {
		if needed[n] {
			out = append(out, n)
		}
	}
	return out
}

// Widths of ribbons, in pixels.
const (
	usualWidth = 17.0 // of the class's units
	widestNet  = 80.0
	finestNet  = 3.0
)

// measure sets the scale: the class's own states are of usual width unless
// that makes another value too wide.
func (f *flow) measure(live []*graph.Node) {
	most := 1
	for _, n := range live {
		for i := range n.Shapes {
			if v := n.At(i); !literal(v) {
				most = max(most, last(v))
			}
		}
	}
	f.scale = min(usualWidth/float64(f.c.class.Of), widestNet/float64(most))
}

// last is the number of features of a value: its last axis of fixed length.
func last(v graph.Value) int {
	if _, n := features(v); n > 0 {
		return n
	}
	return 1
}

// features is the last fixed axis of a value that has more than one index.
func features(v graph.Value) (axis, n int) {
	for k, d := range slices.Backward(v.Shape()) {
		if d.IsFixed() && d.Size > 1 {
			return k, d.Size
		}
	}
	return -1, 0
}

// literal reports whether a value is made of parameters and constants only.
func literal(v graph.Value) bool {
	switch op := v.Node.Op.(type) {
	case *graph.ParamOp, *graph.ConstOp, *graph.FillOp:
		return true
	case *graph.InputOp:
		return op.Role == graph.Capture && literal(op.Outer)
	case *graph.ScanOp, *graph.MaskOp, *graph.ValidOp:
		return false
	}
	for _, in := range v.Node.In {
		if !literal(in) {
			return false
		}
	}
	return len(v.Node.In) > 0
}

// emit makes a value that a box computes a ribbon.
func (f *flow) emit(b *box, v graph.Value) *net {
	t := &net{v: v, from: b, port: len(b.out), n: last(v)}
	t.width = max(finestNet, f.scale*float64(t.n))
	if axis, _ := features(v); axis >= 0 {
		t.spans = f.c.spans(v, axis, f.c.has)
		t.kin = len(f.c.spans(v, axis, f.c.kin)) > 0
	}
	b.out = append(b.out, port{net: t})
	f.nets[v] = t
	return t
}

// read makes a value an operand of a box.
func (f *flow) read(b *box, v graph.Value) {
	t := f.nets[v]
	if t == nil {
		t = f.given(v)
	}
	t.uses = append(t.uses, use{b, len(b.in)})
	b.in = append(b.in, port{net: t})
}

// given is a value that no box of the step computes: an input, or a parameter
// that is used like one.
func (f *flow) given(v graph.Value) *net {
	b := &box{kind: source}
	b.label = f.inputName(v)
	if _, n := features(v); n > 0 {
		b.notes = []string{fmt.Sprint(n)}
	}
	b.op = "given " + b.label.s + b.label.sub
	if s := f.scan(); s != nil {
		b.state = max(0, slices.Index(f.body.Inputs, v)-s.Seqs+1)
		if b.state > s.States {
			b.state = 0
		}
	}
	f.boxes = append(f.boxes, b)
	return f.emit(b, v)
}

// outputs makes what leaves the step.
func (f *flow) outputs() {
	made := map[graph.Value]*box{}
	for i, v := range f.body.Outputs {
		label := text{s: "y", sub: "t"}
		state := false
		switch s := f.scan(); {
		case s != nil && i < s.States:
			label.s = f.body.Inputs[s.Seqs+i].Node.Op.(*graph.InputOp).Label
			state = true
		case s == nil:
			label = text{s: f.body.Names[i]}
		}
		if b := made[v]; b != nil {
			if !state {
				b.notes = append(b.notes, "and output")
			}
			continue
		}
		label.size, label.italic = 14, true
		b := &box{kind: sink, label: label, op: "sink"}
		if state {
			b.state = i + 1
		} else if f.scan() != nil {
			b.notes = []string{"output"}
		}
		f.boxes = append(f.boxes, b)
		made[v] = b
		f.read(b, v)
	}
}

func (f *flow) scan() *graph.ScanOp {
	if f.outer == nil {
		return nil
	}
	return f.outer.Op.(*graph.ScanOp)
}
