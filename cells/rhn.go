package cells

import (
	"fmt"

	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/core/graph"
)

// RHN is the recurrent highway network of Zilly et al. (arXiv:1607.03474): a
// step is a stack of highway layers, and its carry gate is coupled to the
// transform gate t, as 1−t. With s the state, for depth d = 0, 1, ...:
//
//	y = [x∘i, s∘m] for d = 0, else s∘m
//	h = tanh(y·H_d + b_Hd)
//	t = σ(y·T_d + b_Td)
//	s ← (h − s)∘t + s
//
// i and m are the dropout masks of the places "i" and "h" (m, as h is taken),
// drawn per row and unit and the same over all steps of a window, all depths,
// H and T (Gal & Ghahramani, arXiv:1512.05287). They act on the operands of
// the products only: the carry takes s as it is.
//
// Storage is the public TensorFlow code's: {h,t}_D/Linear/Matrix, [in+H, H] for
// D = 0 and else [H, H], and {h,t}_D/Linear/Bias [H]. The biases of T start at
// t_bias, those of H like the weights.
var RHN = core.CellPlugin{
	Name:   "rhn",
	Doc:    "Recurrent highway network: a stack of highway layers in every step.",
	Source: "Zilly et al., arXiv:1607.03474, eq. 6 to 9; layout of Wen et al.'s public code",
	Options: []byte(`{
  "type": "object",
  "properties": {
    "depth": {"title": "Depth", "description": "Highway layers in a step.", "type": "integer", "minimum": 1, "maximum": 1000, "default": 10},
    "t_bias": {"title": "Bias of T", "description": "Where the biases of the transform gates start; below zero a new cell keeps its state.", "type": "number", "default": -2}
  },
  "additionalProperties": false
}`),
	Keep: []string{"i", "h"},
	New:  newRHN,
}

type rhnOptions struct {
	Depth int     `json:"depth"`
	TBias float64 `json:"t_bias"`
}

type rhn struct {
	in, hidden, depth int
	tBias             graph.Init
	keepI, keepH      float64
}

var _ core.Cell = (*rhn)(nil)

func newRHN(cfg core.CellConfig) (core.Cell, error) {
	o := rhnOptions{Depth: 10, TBias: -2}
	if err := options("rhn", cfg, &o); err != nil {
		return nil, err
	}
	if o.Depth < 1 {
		return nil, fmt.Errorf("cells: rhn: depth is %d; it must be at least 1", o.Depth)
	}
	r := &rhn{cfg.Input, cfg.Hidden, o.Depth, graph.Constant{Value: o.TBias}, 1, 1}
	return r, keep("rhn", cfg, map[string]*float64{"i": &r.keepI, "h": &r.keepH})
}

func (r *rhn) States() []core.State { return []core.State{{Name: "s", Size: r.hidden}} }

func (r *rhn) Step(sc *graph.Scope, x graph.Value, prev []graph.Value) (graph.Value, []graph.Value) {
	s := prev[0]
	i := sc.Mask("i", r.in, r.keepI, graph.PerWindow)
	m := sc.Mask("h", r.hidden, r.keepH, graph.PerWindow)
	for d := range r.depth {
		y, in := graph.Mul(s, m), r.hidden
		if d == 0 {
			y, in = graph.Concat(-1, graph.Mul(x, i), y), r.in+r.hidden
		}
		h := graph.Tanh(r.linear(sc, fmt.Sprintf("h_%d", d), nil, y, in))
		t := graph.Sigmoid(r.linear(sc, fmt.Sprintf("t_%d", d), r.tBias, y, in))
		s = graph.Add(graph.Mul(graph.Sub(h, s), t), s)
	}
	return s, []graph.Value{s}
}

// linear is y·W + b.
func (r *rhn) linear(s *graph.Scope, name string, bias graph.Init, y graph.Value, in int) graph.Value {
	W := s.Param(name+"/Linear/Matrix", nil, in, r.hidden)
	b := s.Param(name+"/Linear/Bias", bias, r.hidden)
	return graph.Add(graph.MatMul(y, W), b)
}
