package onnx_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/core/onnx"
)

// What does not depend on a state is computed for all steps at once in front of
// the loop: in the step of a Scan every product reads something that does, and
// in front of each Scan is one that does not. Dense and compact, every cell that
// is no operator.
func TestInputLeavesTheLoop(t *testing.T) {
	layers, inside := 0, 0
	for _, k := range kinds(t) {
		if k.operator != "" {
			continue
		}
		for _, c := range both(t, languageModel(t, k), nil) {
			m, err := onnx.Export(c.Graph, c.Weights, c.Options)
			require.NoError(t, err, c.Name)
			ready := products(m.Nodes, func(string) bool { return true })
			assert.GreaterOrEqual(t, len(ready), 2, "%s: a product of x in front of each layer", c.Name)
			for _, n := range m.Nodes {
				if n.Op != "Scan" {
					continue
				}
				layers++
				of := map[string]bool{}
				for _, in := range n.Body.Inputs[:len(n.In)-int(n.Attributes["num_scan_inputs"].(int64))] {
					of[in.Name] = true // a state
				}
				for _, b := range n.Body.Nodes {
					for _, out := range b.Out {
						of[out] = slices.ContainsFunc(b.In, func(in string) bool { return of[in] })
					}
				}
				inside += len(products(n.Body.Nodes, func(string) bool { return true }))
				assert.Empty(t, products(n.Body.Nodes, func(in string) bool { return !of[in] }), "%s: products of no state", c.Name)
			}
		}
	}
	assert.Greater(t, layers, 4*5, "layers, dense and compact")
	assert.Greater(t, inside, layers, "products of states (cells such as sru have none)")
}

// products are the names of those whose first operand is so.
func products(nodes []*onnx.Node, so func(in string) bool) (names []string) {
	for _, n := range nodes {
		if n.Op == "MatMul" && so(n.In[0]) {
			names = append(names, n.Name)
		}
	}
	return names
}
