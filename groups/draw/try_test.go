package draw_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/cells"
	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/nn"
	"github.com/seed391906a2/iss/groups"
	"github.com/seed391906a2/iss/groups/draw"
)

func TestTry(t *testing.T) {
	for _, v := range []struct {
		name, opt string
		p         core.CellPlugin
		in, h, v  int
		keep map[string]float64
	}{
		{"lstm", "{}", cells.LSTM, 12, 12, 60,nil},
		{"rnn", "{}", cells.RNN, 12, 12, 60,nil},
		{"odd", "{}", Odd, 12, 12, 60,nil},
		{"gru", "{}", cells.GRU, 12, 12, 60,nil},
		{"gruafter", `{"reset": "after"}`, cells.GRU, 12, 12, 60,nil},
		{"rhn", "{}", cells.RHN, 12, 12, 60,nil},
		{"rhnmask", "{}", cells.RHN, 12, 12, 60,map[string]float64{"i":0.8,"h":0.7}},
		{"large", "{}", cells.LSTM, 1500, 1500, 10000,nil},
		{"small", "{}", cells.LSTM, 64, 64, 10000,nil},
	} {
		g, err := graph.Trace("x", func(s *graph.Scope) {
			time, batch := graph.Symbol("time"), graph.Symbol("batch")
			x := s.Input("x", time, batch, graph.Fixed(v.in))
			for i := range 2 {
				cell, err := v.p.New(core.CellConfig{Input: v.in, Hidden: v.h, Options: []byte(v.opt), Keep: v.keep})
				require.NoError(t, err)
				l := []string{"cell_0", "cell_1"}[i]
				x = nn.Recurrent(s.Layer(l, l), cell, x, graph.ScanConfig{}, false)
			}
			s.Output("logits", nn.Linear(s, "softmax", x, v.v))
		})
		require.NoError(t, err)
		d, err := groups.Derive(g)
		require.NoError(t, err)
		b, err := draw.SVG(d, draw.Options{Figure: draw.Figure(os.Getenv("FIG")), Class: os.Getenv("CLASS")})
		require.NoError(t, err)
		require.NoError(t, os.WriteFile("/tmp/try/"+v.name+".svg", b, 0o666))
	}
}

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
