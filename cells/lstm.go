package cells

import (
	"fmt"

	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/core/graph"
)

// LSTM is the long short-term memory of Zaremba et al. (arXiv:1409.2329), which
// is Hochreiter & Schmidhuber 1997 with forget gates:
//
//	[i, j, f, o] = [x, h]·W + b            one matrix, gates in this order
//	c' = σ(f + forget_bias)∘c + σ(i)∘tanh(j)
//	h' = σ(o)∘tanh(c')
//
// With peepholes (Gers & Schmidhuber 2000) the gates see the memory through
// diagonal weights: w_i∘c is added to i, w_f∘c to f, and w_o∘c', of the new
// memory, to o. With a projection (Sak et al., arXiv:1402.1128) the state and
// output is narrower than the memory: h' = (σ(o)∘tanh(c'))·P.
//
// Storage is TensorFlow 1.x's BasicLSTMCell: basic_lstm_cell/weights [in+H,
// 4H] and basic_lstm_cell/biases [4H], which start at zero. With peepholes or
// a projection it is LSTMCell's: the same under lstm_cell, and
// lstm_cell/w_{i,f,o}_diag [H], lstm_cell/projection/weights [H, projection];
// W then reads in+projection. j is what Wen et al. (ICLR 2018, eq. 1) call u.
// forget_bias is added when the cell runs and is not part of the stored
// biases; its default is TensorFlow's, 1.
var LSTM = core.CellPlugin{
	Name:   "lstm",
	Doc:    "Long short-term memory: a memory c that gates write, keep and read.",
	Source: "Zaremba et al., arXiv:1409.2329; layout of TensorFlow 1.x BasicLSTMCell and LSTMCell",
	Options: []byte(`{
  "type": "object",
  "properties": {
    "forget_bias": {"title": "Forget bias", "description": "Added to the forget gate when the cell runs; it is not stored.", "type": "number", "default": 1},
    "peepholes": {"title": "Peepholes", "description": "The gates see the memory through diagonal weights.", "type": "boolean", "default": false},
    "projection": {"title": "Projection", "description": "Units of the output, which is projected from the memory; 0: it is as wide as the memory.", "type": "integer", "minimum": 0, "maximum": 1048576, "default": 0}
  },
  "additionalProperties": false
}`),
	New:      newLSTM,
	Operator: lstmOperator,
}

type lstmOptions struct {
	ForgetBias float64 `json:"forget_bias"`
	Peepholes  bool    `json:"peepholes"`
	Projection int     `json:"projection"`
}

type lstm struct {
	lstmOptions
	name            string // of TensorFlow's cell
	in, hidden, out int
}

var _ core.Cell = (*lstm)(nil)

func newLSTM(cfg core.CellConfig) (core.Cell, error) {
	o := lstmOptions{ForgetBias: 1}
	if err := options("lstm", cfg, &o); err != nil {
		return nil, err
	}
	if o.Projection < 0 {
		return nil, fmt.Errorf("cells: lstm: projection is %d units; it must be at least 1, or 0 for none", o.Projection)
	}
	l := &lstm{o, "basic_lstm_cell", cfg.Input, cfg.Hidden, cfg.Hidden}
	if o.Peepholes || o.Projection > 0 {
		l.name = "lstm_cell"
	}
	if o.Projection > 0 {
		l.out = o.Projection
	}
	return l, nil
}

func (l *lstm) States() []core.State {
	return []core.State{{Name: "c", Size: l.hidden}, {Name: "h", Size: l.out}}
}

func (l *lstm) Step(s *graph.Scope, x graph.Value, prev []graph.Value) (graph.Value, []graph.Value) {
	s = s.Sub(l.name)
	c, h := prev[0], prev[1]
	W := s.Param("weights", nil, l.in+l.out, 4*l.hidden)
	b := s.Param("biases", graph.Constant{}, 4*l.hidden)

	z := graph.Split(graph.Add(graph.MatMul(graph.Concat(-1, x, h), W), b), 4)
	i, j, f, o := z[0], z[1], z[2], z[3]
	i, f = l.see(s, i, "w_i_diag", c), l.see(s, f, "w_f_diag", c)
	if l.ForgetBias != 0 {
		f = graph.Affine(f, 1, l.ForgetBias)
	}
	c = graph.Add(graph.Mul(graph.Sigmoid(f), c), graph.Mul(graph.Sigmoid(i), graph.Tanh(j)))
	o = l.see(s, o, "w_o_diag", c)
	h = graph.Mul(graph.Sigmoid(o), graph.Tanh(c))
	if l.Projection > 0 {
		h = graph.MatMul(h, s.Param("projection/weights", nil, l.hidden, l.out))
	}
	return h, []graph.Value{c, h}
}

// see adds what a gate sees of the memory through a peephole.
func (l *lstm) see(s *graph.Scope, gate graph.Value, name string, c graph.Value) graph.Value {
	if !l.Peepholes {
		return gate
	}
	return graph.Add(gate, graph.Mul(c, s.Param(name, nil, l.hidden)))
}
