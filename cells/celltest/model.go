package celltest

import (
	"fmt"
	"math"
	"slices"

	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/nn"
	"github.com/seed391906a2/iss/core/rng"
	"github.com/seed391906a2/iss/core/tensor"
	"github.com/seed391906a2/iss/groups"
)

// features are the numbers that a model of the exam is fed at each step, labels
// those that its readers give.
const (
	features = 3
	labels   = 2
)

// binding: more than three steps, rows of different lengths.
var binding = graph.Binding{"time": 4, "batch": 3}

var (
	timeAxis  = graph.Symbol("time")
	batchAxis = graph.Symbol("batch")
)

// input is the number of inputs for a number of units.
func (x *exam) input(hidden int) int {
	if x.square {
		return hidden
	}
	return 4
}

func (x *exam) cell(v variant, input, hidden int) (core.Cell, error) {
	return x.plugin.New(core.CellConfig{Input: input, Hidden: hidden, Options: v.options, Keep: v.keep})
}

// form is how a layer runs over time.
type form struct{ lengths, reverse bool }

func (f form) String() string {
	s := "forward"
	if f.reverse {
		s = "in reverse"
	}
	if f.lengths {
		s += ", rows of different lengths"
	}
	return s
}

// layer is the cell alone, with the results "once", a random direction of what
// it gives and of its last states, and "twice", where each is used twice.
func (x *exam) layer(v variant, f form) (*graph.Graph, error) {
	in := x.input(x.hidden[0])
	cell, err := x.cell(v, in, x.hidden[0])
	if err != nil {
		return nil, err
	}
	return graph.Trace(x.plugin.Name, func(s *graph.Scope) {
		seq := s.Input("x", timeAxis, batchAxis, graph.Fixed(in))
		cfg := graph.ScanConfig{Reverse: f.reverse}
		if f.lengths {
			cfg.Lengths = s.Ints("lengths", batchAxis)
		}
		y := nn.Recurrent(s.Layer("cell", "cell"), cell, seq, cfg, true)
		s.Output("y", y)
		results := []graph.Value{y}
		for _, st := range cell.States() {
			results = append(results, s.Graph().Output("cell/"+st.Name))
		}
		var once, twice graph.Value
		for i, r := range results {
			d := s.Input(fmt.Sprint(direction, i), r.Shape()...)
			once = plus(once, total(graph.Mul(r, d)))
			twice = plus(twice, total(graph.Mul(graph.Add(graph.Mul(r, r), r), d)))
		}
		s.Output("once", once)
		s.Output("twice", twice)
	})
}

const direction = "direction "

func plus(a, b graph.Value) graph.Value {
	if a.IsZero() {
		return b
	}
	return graph.Add(a, b)
}

// total is the sum of all elements.
func total(v graph.Value) graph.Value {
	axes := make([]int, v.Rank())
	for i := range axes {
		axes[i] = -1 - i
	}
	return graph.Sum(v, axes...)
}

// stack is the model in which groups are derived: x goes through weights of its
// own into layer cell_0, whose output a linear reader and a second layer cell_1
// read, so that the cell's input, states and output are all units that may go.
func (x *exam) stack(v variant) (*graph.Graph, error) {
	if g := x.stacks[v.name]; g != nil {
		return g, nil
	}
	var failed error
	g, err := graph.Trace(x.plugin.Name, func(s *graph.Scope) {
		in := nn.Linear(s, "embed", s.Input("x", timeAxis, batchAxis, graph.Fixed(features)), x.input(x.hidden[0]))
		target := s.Input("target", timeAxis, batchAxis, graph.Fixed(labels))
		var loss graph.Value
		for i, reader := range []string{"reader", "top"} {
			hidden := x.hidden[i]
			if x.square {
				hidden = in.Shape().Last().Size
			}
			cell, err := x.cell(v, in.Shape().Last().Size, hidden)
			if err != nil {
				failed = err
				return
			}
			name := fmt.Sprint("cell_", i)
			in = nn.Recurrent(s.Layer(name, name), cell, in, graph.ScanConfig{}, true)
			y := nn.Linear(s, reader, in, labels)
			s.Output(reader, y)
			d := graph.Sub(y, target)
			loss = plus(loss, graph.Mean(graph.Mul(d, d), -1, -2, -3))
		}
		s.Output("loss", loss)
	})
	if failed != nil {
		return nil, failed
	}
	if err == nil {
		x.stacks[v.name] = g
	}
	return g, err
}

// values are a parameter's: as it starts, and some noise, since zeros hide faults.
func values(p *graph.Param, seed uint64) []float32 {
	r := rng.New(seed, "celltest/"+p.Name)
	w := make([]float32, p.Size())
	p.Init.Fill(w, p.Shape, r)
	scale := 0.4
	if len(p.Shape) > 1 {
		scale = min(0.6, math.Sqrt(3/float64(max(1, p.Shape[0]))))
	}
	for i := range w {
		w[i] += float32(r.Uniform(-scale, scale))
	}
	return w
}

// weights are those of a whole model.
func weights(g *graph.Graph, seed uint64) map[string]tensor.Dense[float32] {
	out := map[string]tensor.Dense[float32]{}
	for _, p := range g.Params {
		out[p.Name] = tensor.Of(values(p, seed), p.Shape...)
	}
	return out
}

// fed are the values of a float input; states are near where they start.
func fed(op *graph.InputOp, n int, seed uint64) []float32 {
	r := rng.New(seed, "celltest/input/"+op.Label)
	w := make([]float32, n)
	for i := range w {
		w[i] = float32(r.Uniform(-1, 1))
		if op.Role == graph.Carried {
			w[i] = float32(op.Start) + w[i]/2
		}
	}
	return w
}

// start puts states where they start, which is all that a cut promises to keep.
func start[T tensor.Float](m graph.Machine[T], g *graph.Graph) {
	for _, v := range g.Inputs {
		if op := v.Node.Op.(*graph.InputOp); op.Role == graph.Carried {
			for i := range m.Floats(op.Label) {
				m.Floats(op.Label)[i] = T(op.Start)
			}
		}
	}
}

// load gives a machine weights and what is fed; numbers are exact in float32.
func load[T tensor.Float](m graph.Machine[T], g *graph.Graph, ts map[string]tensor.Dense[float32], seed uint64) error {
	if err := m.Bind(binding); err != nil {
		return err
	}
	for _, p := range g.Params {
		put(m.Param(p.Name), ts[p.Name].Data)
	}
	for _, v := range g.Inputs {
		op := v.Node.Op.(*graph.InputOp)
		if op.Kind == graph.Int { // lengths: time, time-2, ..., down to none
			for i := range m.Ints(op.Label) {
				m.Ints(op.Label)[i] = int32(max(0, binding["time"]-2*i))
			}
			continue
		}
		dst := m.Floats(op.Label)
		put(dst, fed(op, len(dst), seed))
	}
	m.Changed()
	return nil
}

func put[T tensor.Float](dst []T, src []float32) {
	for i, v := range src {
		dst[i] = T(v)
	}
}

// batches are windows of input for Verify.
func batches(g *graph.Graph) (out []groups.Batch) {
	for seed := range uint64(2) {
		b := groups.Batch{Binding: binding, Floats: map[string][]float32{}}
		for _, v := range g.Inputs {
			if op := v.Node.Op.(*graph.InputOp); op.Role == graph.Feed {
				b.Floats[op.Label] = fed(op, v.Shape().Size(binding), seed)
			}
		}
		out = append(out, b)
	}
	return out
}

// own lists the operations in a graph that are not of core/graph, in bodies of
// loops too.
func own(g *graph.Graph) (list []*graph.Node) {
	for _, n := range g.Nodes {
		if scan, ok := n.Op.(*graph.ScanOp); ok {
			list = append(list, own(scan.Body)...)
		}
		if !isOurs(n.Op) {
			list = append(list, n)
		}
	}
	return list
}

// ownNames says which operations of its own a step has, as part of a sentence.
func ownNames(g *graph.Graph) string {
	var names []string
	for _, n := range own(g) {
		if name := fmt.Sprintf("%q", n.Op.Name()); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return fmt.Sprint(names)
}
