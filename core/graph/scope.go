package graph

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Scope is a place in a model: it prefixes the names of the parameters, masks
// and constants made in it.
type Scope struct {
	g     *Graph
	path  string
	place string // where it is said to be: the path, or one below it that a layer without one has
	owner string
	init  Init
	loop  *loop // the Scan whose body is being traced, or nil
}

// Trace runs build once on symbols and returns the graph it wrote. A fault of
// shapes or names inside build comes back as an error.
func Trace(name string, build func(s *Scope)) (g *Graph, err error) {
	defer func() {
		switch e := recover().(type) {
		case nil:
		case *ShapeError:
			g, err = nil, e
		case *NameError:
			g, err = nil, e
		default:
			panic(e)
		}
	}()
	g = newGraph(name, nil)
	build(&Scope{g: g, init: Uniform{0.1}})
	if len(g.Outputs) == 0 {
		return nil, errors.New("graph: " + name + " has no output")
	}
	return g, nil
}

// NameError is a name that is used twice with different meanings.
type NameError struct{ Message string }

func (e *NameError) Error() string { return "graph: " + e.Message }

// Graph being written.
func (s *Scope) Graph() *Graph { return s.g }

// Path of the scope, its names joined by slashes.
func (s *Scope) Path() string { return s.path }

// Owner is the label of the layer that the scope belongs to.
func (s *Scope) Owner() string { return s.owner }

// Sub is a scope below this one.
func (s *Scope) Sub(name string) *Scope {
	t := *s
	t.path, t.place = join(s.path, name), join(s.place, name)
	t.g.place = t.place
	return &t
}

// Layer is a scope below this one whose units form classes named by label
// (such as "cell_0" for the scope "RNN/multi_rnn_cell/cell_0"). What is traced in
// it is of that layer; see Graph.Layer. Without a name of its own its parameters
// are named as in this scope, but its place is called by the label.
func (s *Scope) Layer(name, label string) *Scope {
	t := s.Sub(name)
	t.owner = label
	if name == "" {
		t.place = join(s.place, label)
		t.g.place = t.place
	}
	t.g.Root().layers[t.place] = label
	return t
}

// WithInit is this scope with another default initialisation.
func (s *Scope) WithInit(i Init) *Scope {
	t := *s
	t.init = i
	return &t
}

func join(path, name string) string {
	if path == "" || name == "" {
		return path + name
	}
	return path + "/" + name
}

// Input is a float tensor fed at each run.
func (s *Scope) Input(name string, shape ...Dim) Value {
	return s.input(&InputOp{Label: name, Role: Feed, Shape: shape})
}

// Ints is an int32 tensor fed at each run: word ids, lengths.
func (s *Scope) Ints(name string, shape ...Dim) Value {
	return s.input(&InputOp{Label: name, Role: Feed, Kind: Int, Shape: shape})
}

// State is a float input that starts with the value start everywhere and to
// which the output of the same name is fed back from run to run (see Output).
func (s *Scope) State(name string, start float64, shape ...Dim) Value {
	return s.input(&InputOp{Label: name, Role: Carried, Start: start, Shape: shape})
}

func (s *Scope) input(op *InputOp) Value {
	g := s.g.Root()
	for _, v := range g.Inputs {
		if v.Node.Op.(*InputOp).Label == op.Label {
			panic(&NameError{fmt.Sprintf("two inputs named %q", op.Label)})
		}
	}
	v := g.newInput(op)
	g.Inputs = append(g.Inputs, v)
	return v
}

// Output names a result of the graph. A State input of the same name carries
// it to the next run.
func (s *Scope) Output(name string, v Value) {
	g := s.g.Root()
	if slices.Contains(g.Names, name) {
		panic(&NameError{fmt.Sprintf("two outputs named %q", name)})
	}
	g.AddOutput(name, v)
}

// Param is the parameter of that name below the scope, stored in×out (rows
// are inputs, columns outputs). init nil means the scope's default. Asked for
// twice with the same shape it is one shared parameter.
func (s *Scope) Param(name string, init Init, shape ...int) Value {
	full := join(s.path, name)
	g := s.g.Root()
	s.g.place = s.place
	if p := g.Param(full); p != nil {
		if !slices.Equal(p.Shape, shape) {
			panic(&NameError{fmt.Sprintf("parameter %q is asked for as %v and as %v", full, Of(p.Shape...), Of(shape...))})
		}
		return s.g.capture(g.Leaf(p))
	}
	if init == nil {
		init = s.init
	}
	p := &Param{Name: full, Shape: slices.Clone(shape), Init: init, Owner: s.owner}
	if p.Owner == "" {
		p.Owner = strings.TrimPrefix(full, strings.SplitN(full, "/", 2)[0]+"/")
	}
	return s.g.capture(g.addParam(p))
}

func (g *Graph) addParam(p *Param) Value {
	n := &Node{Op: &ParamOp{P: p}, Shapes: []Shape{Of(p.Shape...)}, ID: len(g.Nodes), Place: g.place, Graph: g}
	g.Nodes = append(g.Nodes, n)
	g.Params = append(g.Params, p)
	g.leaves[p] = n.At(0)
	return n.At(0)
}

// Const is a literal tensor of fixed shape. Along a unit axis it belongs to
// the units: it is cut with them.
func (s *Scope) Const(data []float64, shape ...int) Value {
	s.g.place = s.place
	return Emit(s.g, &ConstOp{Shape: slices.Clone(shape), Data: slices.Clone(data)}).At(0)
}

// Fill is a tensor of one value.
func (s *Scope) Fill(value float64, shape ...Dim) Value { return fill(s.g, value, shape) }

// Frequency says how often a mask is drawn anew.
type Frequency uint8

// Frequencies of masks.
const (
	PerStep   Frequency = iota // per time step, row and unit
	PerWindow                  // per row and unit, the same over the steps of a window
	PerWord                    // per row and word type in a window, for the whole vector
)

func (f Frequency) String() string { return [...]string{"step", "window", "word"}[f] }

// Dropout multiplies x, whose axes are [time, batch, units], by a mask that is
// 1/keep with probability keep and else 0, and 1 in evaluation. keep 1 is x.
// It panics unless 0 < keep <= 1.
func (s *Scope) Dropout(name string, x Value, keep float64, f Frequency) Value {
	if keep == 1 {
		return x
	}
	shape := x.Shape()
	if f == PerWindow {
		shape = shape[1:]
	}
	return Mul(x, s.mask(name, keep, f, shape))
}

// DropoutWords multiplies x [time, batch, units] by one number per row and
// word type: all occurrences of a word in a row's window share their fate. ids
// [time, batch] are the words.
func (s *Scope) DropoutWords(name string, x, ids Value, keep float64) Value {
	if keep == 1 {
		return x
	}
	shape := append(append(Shape(nil), ids.Shape()...), Fixed(1))
	return Mul(x, s.mask(name, keep, PerWord, shape, ids))
}

// Mask is a dropout mask over width units for a cell's step: 1/keep with
// probability keep and else 0, and 1 in evaluation. It is drawn outside the
// loop; PerStep gives each step its own. It panics outside the body of a Scan
// and unless 0 < keep <= 1.
func (s *Scope) Mask(name string, width int, keep float64, f Frequency) Value {
	if s.loop == nil {
		panic(&NameError{fmt.Sprintf("mask %q is asked for outside a recurrent step; use Dropout there", join(s.path, name))})
	}
	if keep == 1 {
		return fill(s.g, 1, Of(width))
	}
	switch f {
	case PerStep:
		return s.loop.sequence(s.outside().mask(name, keep, f, Shape{s.loop.time, s.loop.batch, Fixed(width)}))
	case PerWindow:
		return s.g.capture(s.outside().mask(name, keep, f, Shape{s.loop.batch, Fixed(width)}))
	}
	panic(&NameError{fmt.Sprintf("mask %q: a step does not know its words; use DropoutWords on its input", join(s.path, name))})
}

func (s *Scope) outside() *Scope {
	t := *s
	t.g = s.g.Parent
	return &t
}

func (s *Scope) mask(name string, keep float64, f Frequency, shape Shape, ids ...Value) Value {
	if !(keep > 0 && keep <= 1) {
		panic(&NameError{fmt.Sprintf("mask %q: the chance to keep is %g, not in (0, 1]", join(s.path, name), keep)})
	}
	s.g.place = s.place
	return Emit(s.g, &MaskOp{Site: join(s.path, name), Keep: keep, Freq: f, Shape: shape}, ids...).At(0)
}
