package cells

import (
	"fmt"

	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/core/graph"
)

// GRU is the gated recurrent unit of Cho et al. (arXiv:1406.1078), in two
// forms that differ in where the reset gate r stands. Before the product, as
// it was published:
//
//	[r, u] = σ([x, h]·W_g + b_g)           one matrix, gates in this order
//	c  = tanh([x, r∘h]·W_c + b_c)
//	h' = u∘h + (1−u)∘c
//
// or behind it, as in cuDNN and PyTorch, where h·U needs no gate first:
//
//	c  = tanh(x·W_c + b_c + r∘(h·U_c + d_c))
//
// Storage of the first is TensorFlow 1.x's GRUCell: gru_cell/gates/weights
// [in+H, 2H], gru_cell/gates/biases [2H], which start at one, so that a new
// cell keeps its state; gru_cell/candidate/weights [in+H, H] and its biases
// [H], which start at zero. The second parts the candidate's weights as
// TensorFlow's CudnnCompatibleGRUCell does, into candidate/input_projection
// (weights [in, H], biases b_c) and candidate/hidden_projection (weights [H,
// H], biases d_c). PyTorch and cuDNN store the gates in the order r, z, n (z
// is u here) and give r and z two biases each, of which only the sums count.
// Chung et al. (arXiv:1412.3555) write 1−u for u: the same cell with other
// signs in the weights of u.
var GRU = core.CellPlugin{
	Name:   "gru",
	Doc:    "Gated recurrent unit: gates that reset and update one state.",
	Source: "Cho et al., arXiv:1406.1078; layout of TensorFlow 1.x GRUCell and CudnnCompatibleGRUCell",
	Options: []byte(`{
  "type": "object",
  "properties": {
    "reset": {"title": "Reset gate", "description": "before: it gates the state that the candidate reads (TensorFlow); after: it gates the product with the state (cuDNN, PyTorch).", "enum": ["after", "before"], "default": "before"}
  },
  "additionalProperties": false
}`),
	New:      newGRU,
	Operator: gruOperator,
}

type gruOptions struct {
	Reset string `json:"reset"`
}

type gru struct {
	in, hidden int
	after      bool
}

var _ core.Cell = (*gru)(nil)

func newGRU(cfg core.CellConfig) (core.Cell, error) {
	o := gruOptions{Reset: "before"}
	if err := options("gru", cfg, &o); err != nil {
		return nil, err
	}
	if o.Reset != "before" && o.Reset != "after" {
		return nil, fmt.Errorf("cells: gru: no form of reset %q; known: after, before", o.Reset)
	}
	return &gru{cfg.Input, cfg.Hidden, o.Reset == "after"}, nil
}

func (g *gru) States() []core.State { return []core.State{{Name: "h", Size: g.hidden}} }

func (g *gru) Step(s *graph.Scope, x graph.Value, prev []graph.Value) (graph.Value, []graph.Value) {
	h := prev[0]
	gates := graph.Sigmoid(g.linear(s, "gates", graph.Constant{Value: 1}, graph.Concat(-1, x, h), g.in+g.hidden, 2*g.hidden))
	z := graph.Split(gates, 2)
	r, u := z[0], z[1]
	c := graph.Tanh(g.candidate(s, x, h, r))
	h = graph.Add(graph.Mul(u, h), graph.Mul(graph.OneMinus(u), c))
	return h, []graph.Value{h}
}

// candidate is what tanh is taken of, in either form.
func (g *gru) candidate(s *graph.Scope, x, h, r graph.Value) graph.Value {
	if !g.after {
		return g.linear(s, "candidate", graph.Constant{}, graph.Concat(-1, x, graph.Mul(r, h)), g.in+g.hidden, g.hidden)
	}
	input := g.linear(s, "candidate/input_projection", graph.Constant{}, x, g.in, g.hidden)
	state := g.linear(s, "candidate/hidden_projection", graph.Constant{}, h, g.hidden, g.hidden)
	return graph.Add(input, graph.Mul(r, state))
}

// linear is x·W + b.
func (g *gru) linear(s *graph.Scope, name string, bias graph.Init, x graph.Value, in, out int) graph.Value {
	W := s.Param("gru_cell/"+name+"/weights", nil, in, out)
	b := s.Param("gru_cell/"+name+"/biases", bias, out)
	return graph.Add(graph.MatMul(x, W), b)
}
