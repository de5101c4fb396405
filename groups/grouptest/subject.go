package grouptest

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/seed391906a2/iss/core/engine"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/graph/graphtest"
	"github.com/seed391906a2/iss/core/interp"
	"github.com/seed391906a2/iss/core/tensor"
	"github.com/seed391906a2/iss/groups"
)

// Tensors are the weights of a model by name.
type Tensors = map[string]tensor.Dense[float32]

// Subject is a model with all that a check needs of it.
type Subject struct {
	Case       *graphtest.Case
	Derivation *groups.Derivation
	rand       *rand.Rand
	seed       uint64
	// Thorough asks of every class what is else asked of one class of each
	// model, and of the engine what is else asked of the interpreter.
	Thorough bool
	// Soup says that the model is made of any operations: what computes a
	// weight from something else may then keep a unit whose component is zero.
	Soup bool
	// Report, if it is set, is told how often a check met what it is about, so
	// that a test can say that it tested something.
	Report func(what string, n int)
}

// New derives the groups of a case. What is drawn is drawn from seed.
func New(c *graphtest.Case, seed uint64) (*Subject, error) {
	d, err := groups.Derive(c.Graph)
	if err != nil {
		return nil, err
	}
	return &Subject{Case: c, Derivation: d, rand: rand.New(rand.NewPCG(seed, 21)), seed: seed}, nil
}

func (s *Subject) count(what string, n int) {
	if s.Report != nil {
		s.Report(what, n)
	}
}

// Weights fills the parameters of a graph with numbers drawn from seed, biases too.
func Weights(g *graph.Graph, seed uint64) Tensors {
	r := rand.New(rand.NewPCG(seed, 1))
	out := Tensors{}
	for _, p := range g.Params {
		d := tensor.New[float32](p.Shape...)
		scale := 0.5
		if len(p.Shape) > 1 {
			scale = min(0.6, math.Sqrt(3/float64(max(1, p.Shape[0]))))
		}
		graphtest.Uniform(r, d.Data, scale)
		out[p.Name] = d
	}
	return out
}

// Read makes tensors readable by name.
func Read(ts Tensors) func(name string) []float32 {
	return func(name string) []float32 { return ts[name].Data }
}

// Batches makes windows of input for a case, drawn from seed, all as long as
// the case says.
func Batches(c *graphtest.Case, windows int, seed uint64) (out []groups.Batch) {
	r := rand.New(rand.NewPCG(seed, 2))
	for range windows {
		out = append(out, batch(c, c.Binding, r))
	}
	return out
}

// Uneven are windows of different lengths and numbers of rows, in which rows
// end where they like, at once too.
func Uneven(c *graphtest.Case, windows int, seed uint64) (out []groups.Batch) {
	r := rand.New(rand.NewPCG(seed, 3))
	free := map[string]bool{}
	for _, v := range c.Graph.Inputs {
		for _, d := range v.Shape() {
			free[d.Sym] = true
		}
	}
	for range windows {
		b := graph.Binding{}
		for sym, n := range c.Binding {
			b[sym] = n
		}
		for _, sym := range []string{"time", "batch"} {
			if free[sym] {
				b[sym] = 1 + r.IntN(c.Binding[sym]+1)
			}
		}
		out = append(out, batch(c, b, r))
	}
	return out
}

func batch(c *graphtest.Case, binding graph.Binding, r *rand.Rand) groups.Batch {
	b := groups.Batch{Binding: binding, Ints: map[string][]int32{}, Floats: map[string][]float32{}}
	for _, v := range c.Graph.Inputs {
		op := v.Node.Op.(*graph.InputOp)
		n := v.Shape().Size(binding)
		switch {
		case op.Role == graph.Carried:
		case op.Kind == graph.Float:
			x := make([]float32, n)
			graphtest.Uniform(r, x, 1)
			b.Floats[op.Label] = x
		default:
			limit, ok := c.Limits[op.Label]
			if !ok {
				limit = binding["time"] + 1
			}
			ids := make([]int32, n)
			for i := range ids {
				ids[i] = int32(r.IntN(limit))
			}
			b.Ints[op.Label] = ids
		}
	}
	return b
}

// Each calls f for every scalar that an entry gives unit k.
func Each(g *graph.Graph, e groups.Entry, k int, f func(i int)) {
	shape := g.Param(e.Var).Shape
	inner := 1
	for _, n := range shape[e.Axis+1:] {
		inner *= n
	}
	for i := range g.Param(e.Var).Size() {
		if i/inner%shape[e.Axis] == e.Index(k) {
			f(i)
		}
	}
}

// Clear zeroes what entries give unit k.
func Clear(g *graph.Graph, ts Tensors, entries []groups.Entry, k int) {
	for _, e := range entries {
		Each(g, e, k, func(i int) { ts[e.Var].Data[i] = 0 })
	}
}

// free are the classes that may lose units and have some to lose.
func (s *Subject) free() (out []*groups.Class) {
	for _, c := range s.Derivation.Classes {
		if !c.Pinned() && c.Units > 1 {
			out = append(out, c)
		}
	}
	return out
}

// few are the classes that a costly check looks at.
func (s *Subject) few() []*groups.Class {
	list := s.free()
	if s.Thorough || len(list) < 2 {
		return list
	}
	at := s.rand.IntN(len(list))
	return list[at : at+1]
}

// without lists the ids of a class but for some units.
func without(c *groups.Class, gone ...int) (ids []int) {
	for k, id := range c.IDs {
		if !slices.Contains(gone, k) {
			ids = append(ids, id)
		}
	}
	return ids
}

// some are units of a class, at least one and not all.
func (s *Subject) some(c *groups.Class) []int {
	return s.rand.Perm(c.Units)[:1+s.rand.IntN(c.Units-1)]
}

// equal replays uneven windows on a model and what was cut out of it: bit for
// bit in the interpreter if the certificate promises that, else up to rounding.
func (s *Subject) equal(a, b groups.Model, bitwise bool) error {
	opt := groups.VerifyOptions{Numeric: !bitwise}
	switch {
	case s.Thorough:
		opt.Machine = Engine
	case !bitwise:
		opt.Machine = Interpreter
	}
	return unchanged(s.replay(a, b, opt))
}

// bounded is equal, and demands that the engine, too, says the same of both.
func (s *Subject) bounded(a, b groups.Model, bitwise bool) error {
	return unchanged(s.replay(a, b, groups.VerifyOptions{Numeric: !bitwise, Machine: Engine}))
}

// unchanged demands that the weights that both models have are the same.
func unchanged(r *groups.Report, err error) error {
	if err == nil && r.Weights != nil {
		return fmt.Errorf("a weight that both models have differs: %v", r.Weights)
	}
	return err
}

func (s *Subject) replay(a, b groups.Model, opt groups.VerifyOptions) (*groups.Report, error) {
	r, err := groups.Verify(a, b, Uneven(s.Case, 2, s.seed), opt)
	if err != nil {
		return nil, err
	}
	if !r.Equal {
		return nil, fmt.Errorf("the other model says something else (bit for bit %v): %v", r.Bitwise, r.First)
	}
	s.count("values compared", r.Values)
	return r, nil
}

// differs reports whether the interpreter tells two models apart on batches
// drawn from seed, of four steps at least: a unit that only the gates of the
// next step read, in a layer that runs backward, needs three to be noticed.
func (s *Subject) differs(a, b groups.Model, seed uint64) (bool, error) {
	c := *s.Case
	c.Binding = maps.Clone(c.Binding)
	if steps, ok := c.Binding["time"]; ok {
		c.Binding["time"] = max(4, steps)
	}
	r, err := groups.Verify(a, b, Batches(&c, 3, seed), groups.VerifyOptions{})
	if err != nil {
		return false, err
	}
	return !r.Bitwise, nil
}

// Engine is the compiled executor, for groups.VerifyOptions.
func Engine(g *graph.Graph, largest graph.Binding) (graph.Machine[float32], error) {
	return engine.New(g, engine.Options{Max: largest, Threads: 1, Inference: true})
}

// Interpreter is the reference, for groups.VerifyOptions.
func Interpreter(g *graph.Graph, _ graph.Binding) (graph.Machine[float32], error) {
	return interp.New[float32](g), nil
}
