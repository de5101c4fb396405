package graph_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/graph/graphtest"
	"github.com/seed391906a2/iss/core/interp"
)

// TestConstantsOfModels zeroes random columns and feeds two different inputs:
// what FindConstants says of any value, it is the same number in both, at each
// step of each row.
func TestConstantsOfModels(t *testing.T) {
	claims, loud := 0, 0
	each(t, func(t *testing.T, c *graphtest.Case) {
		h, vals := graph.Clone(c.Graph)
		h.Outputs, h.Names = slices.Clone(h.Outputs), slices.Clone(h.Names)
		loadedOnce := loaded[float32](t, c, h, 3)
		r := rand.New(rand.NewPCG(6, 0))
		for _, p := range h.Params {
			w, n := loadedOnce.Param(p.Name), p.Shape[len(p.Shape)-1]
			for k := range n {
				for i := k; i < len(w) && len(p.Shape) > 1 && r.IntN(8) > 0; i += n {
					w[i] = 0 // most columns, at least their first part; biases live
				}
			}
		}
		weight := func(p *graph.Param) []float32 { return loadedOnce.Param(p.Name) }
		constants, zeros := graph.FindConstants(h, weight), graph.FindZeros(h, weight)
		known := len(h.Names)
		for _, v := range vals {
			if v.Graph() != h || v.Rank() == 0 || !v.Shape().Last().IsFixed() || v.Kind() != graph.Float {
				continue
			}
			for i := range v.Shape().Last().Size {
				if constants.At(v, i) {
					h.AddOutput(string(rune('a'+v.Out))+v.Node.String()+string(rune('0'+len(h.Names))), v)
					break
				}
			}
		}
		var out [2]map[string][]float32
		for k := range out {
			m := interp.New[float32](h)
			require.NoError(t, graphtest.Load(c, m, uint64(40+k)))
			for _, p := range h.Params {
				copy(m.Param(p.Name), loadedOnce.Param(p.Name))
			}
			for _, v := range h.Inputs {
				if op := v.Node.Op.(*graph.InputOp); op.Role == graph.Carried {
					for i := range m.Floats(op.Label) {
						m.Floats(op.Label)[i] = float32(op.Start)
					}
				}
			}
			out[k] = outputs(t, m, h, graph.Mode{})
		}
		for i, name := range h.Names[known:] {
			v := h.Outputs[known+i]
			n := v.Shape().Last().Size
			for k, x := range out[0][name] {
				if constants.At(v, k%n) {
					claims++
					if !zeros.At(v, k%n) {
						loud++
					}
					require.Equal(t, x, out[1][name][k], "%s[%d]", name, k)
				}
			}
		}
	})
	assert.Greater(t, claims, 1000, "values that no input reaches, and are the same")
	assert.Greater(t, loud, 500, "of them some that are not known to be zero")
}
