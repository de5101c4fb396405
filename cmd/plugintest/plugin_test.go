// Package plugintest takes a stranger's cell, one that is nothing like a
// built-in, through the command line: derived, trained, cut, saved, and opened
// again by other processes.
package plugintest

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/seed391906a2/iss/cmd"
	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/core/graph"
)

// Odd has a constant for each unit, two inner sizes, and gates that lie
// interleaved in one matrix:
//
//	z = [x, h, m]·W + b              gate g of unit k is column 3k+g
//	c = tanh(z_0)∘leak + (1-σ(z_1))∘h
//	m' = relu(c·U + d)               half as many units
//	h' = σ(z_2)∘c + m'·V
var Odd = core.CellPlugin{
	Name:   "odd",
	Doc:    "A cell with a constant per unit, two inner sizes and interleaved gates.",
	Source: "this test",
	New: func(c core.CellConfig) (core.Cell, error) {
		return &odd{in: c.Input, hidden: c.Hidden, memory: c.Hidden/2 + 1}, nil
	},
}

type odd struct{ in, hidden, memory int }

func (o *odd) States() []core.State {
	return []core.State{{Name: "h", Size: o.hidden}, {Name: "m", Size: o.memory}}
}

func (o *odd) Step(s *graph.Scope, x graph.Value, prev []graph.Value) (graph.Value, []graph.Value) {
	h, m := prev[0], prev[1]
	leak := make([]float64, o.hidden)
	for k := range leak {
		leak[k] = 0.5 + float64(k)/float64(2*o.hidden)
	}
	z := graph.Add(
		graph.MatMul(graph.Concat(-1, x, h, m), s.Param("odd/weights", nil, o.in+o.hidden+o.memory, 3*o.hidden)),
		s.Param("odd/biases", graph.Constant{}, 3*o.hidden))
	gate := func(g int) graph.Value { return graph.Slice(z, -1, g, 3*o.hidden, 3) }

	c := graph.Add(
		graph.Mul(graph.Tanh(gate(0)), s.Const(leak, o.hidden)),
		graph.Mul(graph.OneMinus(graph.Sigmoid(gate(1))), h))
	m = graph.Relu(graph.Add(graph.MatMul(c, s.Param("odd/u", nil, o.hidden, o.memory)), s.Param("odd/d", graph.Constant{Value: 0.1}, o.memory)))
	h = graph.Add(graph.Mul(graph.Sigmoid(gate(2)), c), graph.MatMul(m, s.Param("odd/v", nil, o.memory, o.hidden)))
	return h, []graph.Value{h, m}
}

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"iss-odd": func() { os.Exit(cmd.Main(Odd)) },
	})
}

func TestStory(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: filepath.Join("testdata", "script"), RequireExplicitExec: true})
}
