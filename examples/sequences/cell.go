package sequences

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/core/graph"
)

// Plugin is the chaos-free network of Laurent and von Brecht, whose state fades
// away when nothing comes in:
//
//	[θ, η] = σ([x, h]·U + [b_θ, b_η])
//	h'     = θ∘tanh(h) + η∘tanh(x·W)
//
// U is stored as cfn/gates [in+H, 2H], θ first; W as cfn/input [in, H].
var Plugin = core.CellPlugin{
	Name:   "cfn",
	Doc:    "Chaos-free network: a state that fades away when nothing comes in.",
	Source: "Laurent, von Brecht, arXiv:1612.06212; github.com/seed391906a2/iss/examples/sequences",
	Options: []byte(`{
  "type": "object",
  "properties": {
    "keep_bias": {"title": "b_θ at the start", "type": "number", "default": 1},
    "write_bias": {"title": "b_η at the start", "type": "number", "default": -1}
  },
  "additionalProperties": false
}`),
	New: newCFN,
}

type cfnOptions struct {
	KeepBias  float64 `json:"keep_bias"`
	WriteBias float64 `json:"write_bias"`
}

type cfn struct {
	in, hidden int
	cfnOptions
}

var _ core.Cell = (*cfn)(nil)

func newCFN(c core.CellConfig) (core.Cell, error) {
	o := cfnOptions{KeepBias: 1, WriteBias: -1}
	if c.Input < 1 || c.Hidden < 1 {
		return nil, fmt.Errorf("cfn: input size %d and hidden size %d must both be at least 1", c.Input, c.Hidden)
	}
	if len(c.Options) > 0 {
		d := json.NewDecoder(bytes.NewReader(c.Options))
		d.DisallowUnknownFields()
		if err := d.Decode(&o); err != nil {
			return nil, fmt.Errorf("cfn: options: %w", err)
		}
	}
	return &cfn{c.Input, c.Hidden, o}, nil
}

// States implements core.Cell.
func (c *cfn) States() []core.State { return []core.State{{Name: "h", Size: c.hidden}} }

// Step implements core.Cell.
func (c *cfn) Step(s *graph.Scope, x graph.Value, prev []graph.Value) (graph.Value, []graph.Value) {
	h := prev[0]
	U := s.Param("cfn/gates", nil, c.in+c.hidden, 2*c.hidden)
	W := s.Param("cfn/input", nil, c.in, c.hidden)
	bTheta := s.Param("cfn/keep_biases", graph.Constant{Value: c.KeepBias}, c.hidden)
	bEta := s.Param("cfn/write_biases", graph.Constant{Value: c.WriteBias}, c.hidden)

	z := graph.Split(graph.MatMul(graph.Concat(-1, x, h), U), 2)
	theta, eta := graph.Sigmoid(graph.Add(z[0], bTheta)), graph.Sigmoid(graph.Add(z[1], bEta))
	h = graph.Add(graph.Mul(theta, graph.Tanh(h)), graph.Mul(eta, graph.Tanh(graph.MatMul(x, W))))
	return h, []graph.Value{h}
}
