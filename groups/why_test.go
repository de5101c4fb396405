package groups_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/core/graph"
)

func TestWhy(t *testing.T) {
	d := derive(t, stacked(t, 20, 4, 4, 4))
	for _, c := range []struct {
		name        string
		v           string
		axis, index int
		class       string
		unit        int
		ops         []string // on the way
		last        string
	}{
		{"receiver", cell1 + "weights", 0, 2, "cell_0", 2, []string{"matmul", "concat(-1)"}, "cell_0/"},
		{"own row", cell1 + "weights", 0, 6, "cell_1", 2, []string{"matmul", "concat(-1)"}, "cell_1/h"},
		{"gate column", cell0 + "weights", 1, 4*2 + 3, "cell_0", 3, []string{"matmul", "slice(-1, 8:12)"}, "cell_0/"},
		{"softmax", "Model/softmax_w", 0, 1, "cell_1", 1, []string{"matmul"}, "cell_1/"},
		{"bias", cell0 + "biases", 0, 4, "cell_0", 0, []string{"add"}, "cell_0/"},
		{"reads the embedding", cell0 + "weights", 0, 1, "embedding", 1, []string{"concat(-1)", "lookup"}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := d.Why(c.v, c.axis, c.index)
			require.NoError(t, err)
			require.Len(t, r, 1)
			assert.Equal(t, c.class, r[0].Class.Name)
			assert.Equal(t, c.unit, r[0].Unit)
			require.NotEmpty(t, r[0].Steps)
			text := r[0].String()
			for _, op := range c.ops {
				assert.Contains(t, text, op)
			}
			assert.Contains(t, r[0].Steps[len(r[0].Steps)-1].State, c.last)
			for i := 1; i < len(r[0].Steps); i++ {
				assert.Equal(t, r[0].Steps[i-1].To, r[0].Steps[i].From, "the chain holds")
			}
		})
	}
	r, err := d.Why("Model/embedding", 1, 3)
	require.NoError(t, err)
	assert.Equal(t, "column 3 of Model/embedding is unit 3 of class embedding\n  it makes the unit itself", r[0].String())
	r, err = d.Why("Model/softmax_b", 0, 7)
	require.NoError(t, err)
	assert.Contains(t, r[0].String(), "pinned by the vocabulary or the labels of the loss")
}

// Every index of every parameter has a reason, whole and cut.
func TestWhyAlwaysAnswers(t *testing.T) {
	for _, c := range cases(10) {
		_, small := zeroed(t, c, 2)
		for _, g := range []*graph.Graph{c.Graph, small.Graph} {
			d := derive(t, g)
			for _, p := range g.Params {
				for axis, n := range p.Shape {
					for i := 0; i < n; i += 1 + n/2 {
						r, err := d.Why(p.Name, axis, i)
						require.NoError(t, err)
						require.NotEmpty(t, r, "%s: %s axis %d index %d", c.Name, p.Name, axis, i)
						for _, x := range r {
							require.NotEmpty(t, x.String())
						}
					}
				}
			}
		}
	}
}

// An axis that is divided into heads: one reason for each factor.
func TestWhyFactors(t *testing.T) {
	g, err := graph.Trace("heads", func(s *graph.Scope) {
		m := s.Layer("m", "m")
		x := graph.MatMul(s.Input("x", graph.Symbol("batch"), graph.Fixed(3)), m.Param("in", nil, 3, 6))
		h := graph.Mul(graph.Reshape(x, 1, 2, 3), m.Param("scale", nil, 2, 3))
		s.Output("y", graph.MatMul(graph.Reshape(h, 2, 6), m.Param("out", nil, 6, 2)))
	})
	require.NoError(t, err)
	d := derive(t, g)
	r, err := d.Why("m/out", 0, 4)
	require.NoError(t, err)
	require.Len(t, r, 2)
	assert.ElementsMatch(t, []int{1, 1}, []int{r[0].Unit, r[1].Unit}, "head 1, place 1")
	for _, x := range r {
		assert.Contains(t, x.String(), "reshape")
	}
}

func TestWhyErrors(t *testing.T) {
	d := derive(t, stacked(t, 20, 4, 4))
	for _, c := range []struct {
		name, v     string
		axis, index int
		err         string
	}{
		{"unknown", "Model/softmax_v", 0, 0, `no variable "Model/softmax_v"`},
		{"axis", "Model/softmax_b", 1, 0, "has 1 axes, so there is no axis 1"},
		{"index", "Model/softmax_w", 0, 4, "axis 0 of Model/softmax_w has 4 indices, so there is no index 4"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := d.Why(c.v, c.axis, c.index)
			assert.ErrorContains(t, err, c.err)
		})
	}
}
