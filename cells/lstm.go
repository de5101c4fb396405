package cells

import (
	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/core/graph"
)

// LSTM is the long short-term memory without peepholes (Zaremba et al.,
// arXiv:1409.2329, which is Hochreiter & Schmidhuber 1997 with forget gates):
//
//	[i, j, f, o] = [x, h]·W + b            one matrix, gates in this order
//	c' = σ(f + forget_bias)∘c + σ(i)∘tanh(j)
//	h' = σ(o)∘tanh(c')
//
// Storage is TensorFlow 1.x's BasicLSTMCell: basic_lstm_cell/weights [in+H,
// 4H] and basic_lstm_cell/biases [4H], which start at zero. j is what Wen et
// al. (ICLR 2018, eq. 1) call u. forget_bias is added when the cell runs and
// is not part of the stored biases; its default is TensorFlow's, 1.
var LSTM = core.CellPlugin{
	Name:   "lstm",
	Doc:    "Long short-term memory: a memory c that gates write, keep and read.",
	Source: "Zaremba et al., arXiv:1409.2329; layout of TensorFlow 1.x BasicLSTMCell",
	Options: []byte(`{
  "type": "object",
  "properties": {
    "forget_bias": {"title": "Forget bias", "description": "Added to the forget gate when the cell runs; it is not stored.", "type": "number", "default": 1}
  },
  "additionalProperties": false
}`),
	New: newLSTM,
}

type lstmOptions struct {
	ForgetBias float64 `json:"forget_bias"`
}

type lstm struct {
	in, hidden int
	forgetBias float64
}

var _ core.Cell = (*lstm)(nil)

func newLSTM(cfg core.CellConfig) (core.Cell, error) {
	o := lstmOptions{ForgetBias: 1}
	if err := options("lstm", cfg, &o); err != nil {
		return nil, err
	}
	return &lstm{cfg.Input, cfg.Hidden, o.ForgetBias}, nil
}

func (l *lstm) States() []core.State {
	return []core.State{{Name: "c", Size: l.hidden}, {Name: "h", Size: l.hidden}}
}

func (l *lstm) Step(s *graph.Scope, x graph.Value, prev []graph.Value) (graph.Value, []graph.Value) {
	c, h := prev[0], prev[1]
	W := s.Param("basic_lstm_cell/weights", nil, l.in+l.hidden, 4*l.hidden)
	b := s.Param("basic_lstm_cell/biases", graph.Constant{}, 4*l.hidden)

	z := graph.Split(graph.Add(graph.MatMul(graph.Concat(-1, x, h), W), b), 4)
	i, j, f, o := z[0], z[1], z[2], z[3]
	if l.forgetBias != 0 {
		f = graph.Affine(f, 1, l.forgetBias)
	}
	c = graph.Add(graph.Mul(graph.Sigmoid(f), c), graph.Mul(graph.Sigmoid(i), graph.Tanh(j)))
	h = graph.Mul(graph.Sigmoid(o), graph.Tanh(c))
	return h, []graph.Value{c, h}
}
