package cells

import (
	"fmt"

	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/core/graph"
)

// RNN is the vanilla recurrent network of Elman (1990):
//
//	h' = act([x, h]·W + b)                 act is tanh or relu
//
// Storage is TensorFlow 1.x's BasicRNNCell: basic_rnn_cell/weights [in+H, H]
// and basic_rnn_cell/biases [H], which start at zero.
var RNN = core.CellPlugin{
	Name:   "rnn",
	Doc:    "Vanilla recurrent network: one tanh or relu layer over input and state.",
	Source: "Elman, Finding structure in time, 1990; layout of TensorFlow 1.x BasicRNNCell",
	Options: []byte(`{
  "type": "object",
  "properties": {
    "activation": {"title": "Activation", "enum": ["relu", "tanh"], "default": "tanh"}
  },
  "additionalProperties": false
}`),
	New:      newRNN,
	Operator: rnnOperator,
}

type rnnOptions struct {
	Activation string `json:"activation"`
}

type rnn struct {
	in, hidden int
	act        func(graph.Value) graph.Value
}

var _ core.Cell = (*rnn)(nil)

func newRNN(cfg core.CellConfig) (core.Cell, error) {
	o := rnnOptions{Activation: "tanh"}
	if err := options("rnn", cfg, &o); err != nil {
		return nil, err
	}
	act := map[string]func(graph.Value) graph.Value{"tanh": graph.Tanh, "relu": graph.Relu}[o.Activation]
	if act == nil {
		return nil, fmt.Errorf("cells: rnn: no activation %q; known: relu, tanh", o.Activation)
	}
	return &rnn{cfg.Input, cfg.Hidden, act}, nil
}

func (r *rnn) States() []core.State { return []core.State{{Name: "h", Size: r.hidden}} }

func (r *rnn) Step(s *graph.Scope, x graph.Value, prev []graph.Value) (graph.Value, []graph.Value) {
	W := s.Param("basic_rnn_cell/weights", nil, r.in+r.hidden, r.hidden)
	b := s.Param("basic_rnn_cell/biases", graph.Constant{}, r.hidden)

	h := r.act(graph.Add(graph.MatMul(graph.Concat(-1, x, prev[0]), W), b))
	return h, []graph.Value{h}
}
