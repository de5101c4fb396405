package graph_test

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/onnx/onnxtest"
)

// silentOps are the operations without an emission: those that only gradients
// are made of, and leaves, which an export names itself.
var silentOps = map[string]bool{
	"ScatterOp": true, "SpreadOp": true, "LookupGradOp": true, "CrossEntropyGradOp": true,
	"InputOp": true, "ParamOp": true,
}

func TestOperationsWithoutAnEmission(t *testing.T) {
	for _, c := range opCases {
		for _, n := range c.model(false).g.Nodes {
			_, emits := n.Op.(graph.Exporter)
			name := reflect.TypeOf(n.Op).Elem().Name()
			assert.Equal(t, !silentOps[name], emits, "%s has an emission", name)
		}
	}
}

// silent reports whether a graph has an operation that is not exported.
func silent(g *graph.Graph) bool {
	for _, n := range g.Nodes {
		if e, ok := n.Op.(*graph.ExpandOp); ok && e.Mean {
			return true
		}
		if _, ok := n.Op.(graph.Exporter); ok {
			continue
		}
		switch n.Op.(type) {
		case *graph.InputOp, *graph.ParamOp:
		default:
			return true
		}
	}
	return false
}

// Every operation computes in other runtimes what it computes here.
func TestEmissions(t *testing.T) {
	var cases []*onnxtest.Case
	for _, c := range opCases {
		b := c.model(false)
		if silent(b.g) {
			continue
		}
		h, _ := graph.Clone(b.g)
		h.AddOutput("y", h.Nodes[b.y.Node.ID].At(b.y.Out))
		cases = append(cases, onnxtest.New(t, c.name, h, start[float32](t, b, h, 7), nil, []string{"y"}, nil))
	}
	require.Greater(t, len(cases), 60)
	onnxtest.Check(t, cases, 2e-6)
}
