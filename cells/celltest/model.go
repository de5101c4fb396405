package celltest

import (
	"fmt"

	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/nn"
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
