package rewrite_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/core/engine/rewrite"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/graph/graphtest"
)

// loops lists the Scans of a graph, not those in their bodies.
func loops(g *graph.Graph) (list []*graph.Node) {
	for _, n := range g.Nodes {
		if _, ok := n.Op.(*graph.ScanOp); ok {
			list = append(list, n)
		}
	}
	return list
}

func body(n *graph.Node) *graph.Graph { return n.Op.(*graph.ScanOp).Body }

// products writes down the matrix products of a graph: what is multiplied with what.
func products(g *graph.Graph) (list []string) {
	for _, n := range g.Nodes {
		if _, ok := n.Op.(*graph.MatMulOp); ok {
			list = append(list, form(n.At(0)))
		}
	}
	return list
}

func count(g *graph.Graph, op graph.Op) (k int) {
	for _, n := range g.Nodes {
		if reflect.TypeOf(n.Op) == reflect.TypeOf(op) {
			k++
		}
	}
	return k
}

// forward optimises a case's trace, both its trace with gradients.
func forward(c *graphtest.Case) *graph.Graph { return rewrite.Optimize(c.Graph) }

func both(c *graphtest.Case) *graph.Graph {
	h, _ := graphtest.WithGradient(c.Graph)
	return rewrite.Optimize(h)
}

const lstmIn = "slice(-2, 0:4)(RNN/cell_0/weights)"
const lstmRec = "slice(-2, 4:9)(RNN/cell_0/weights)"

// An LSTM's x·W and bias are added up for all steps in front of the loop, in
// which one product with the recurrent rows is left.
func TestInputProductIsInFront(t *testing.T) {
	g := forward(graphtest.LSTM(graphtest.Small))
	scan := loops(g)[0]
	assert.Equal(t, []string{"matmul(h, " + lstmRec + ")"}, products(body(scan)))
	assert.Zero(t, count(body(scan), &graph.ConcatOp{}))
	assert.Equal(t, "add(matmul(mul(lookup(embedding, x), mask dropout_0()), "+lstmIn+"), RNN/cell_0/biases)", form(scan.In[0]))
	assert.Equal(t, 1, scan.Op.(*graph.ScanOp).Seqs)
	first := body(scan).Nodes[slices.IndexFunc(body(scan).Nodes, isSum)]
	assert.Equal(t, "add(sequence 0, matmul(h, "+lstmRec+"))", form(first.At(0)))
}

func isSum(n *graph.Node) bool {
	o, ok := n.Op.(*graph.BinaryOp)
	return ok && o.Kind == graph.AddOf
}

// On the way back one product is left in the loop too: the gradient towards
// the layer below and those of the weights are computed behind it.
func TestGradientLeavesTheLoop(t *testing.T) {
	z := graphtest.Small
	z.Layers = 2
	g := both(graphtest.LSTM(z))
	scans := loops(g)
	require.Len(t, scans, 4)
	for _, n := range scans {
		assert.Len(t, products(body(n)), 1, "products of a loop")
		assert.Zero(t, count(body(n), &graph.OuterOp{}))
		assert.Zero(t, count(body(n), &graph.ReduceOp{}))
	}
	for _, n := range scans[2:] {
		assert.True(t, n.Op.(*graph.ScanOp).Reverse)
		p := products(body(n))[0]
		assert.True(t, strings.HasPrefix(p, "matmul-transposed(concat(-1)("), p)
		assert.Contains(t, p, "slice(-2, ", "the recurrent rows")
	}
	d := g.Output("d/RNN/cell_0/weights").Node
	require.IsType(t, &graph.ConcatOp{}, d.Op)
	assert.Equal(t, -2, d.Op.(*graph.ConcatOp).Axis)
	for _, v := range d.In {
		assert.IsType(t, &graph.OuterOp{}, v.Node.Op)
		assert.Equal(t, graph.Symbol("time"), v.Node.In[0].Shape()[0])
	}
}

// A GRU's candidate reads r·h, so two products are left; their inputs' parts
// are in front.
func TestGRU(t *testing.T) {
	scan := loops(forward(graphtest.GRU(graphtest.Small)))[0]
	p := products(body(scan))
	require.Len(t, p, 2)
	assert.Equal(t, "matmul(h, slice(-2, 4:9)(RNN/cell_0/gates_weights))", p[0])
	assert.Contains(t, p[1], "slice(-2, 4:9)(RNN/cell_0/candidate_weights)")
	assert.Equal(t, 2, scan.Op.(*graph.ScanOp).Seqs)
	back := loops(both(graphtest.GRU(graphtest.Small)))[1]
	assert.Len(t, products(body(back)), 2)
	// dh·z + (...) + dG·Wᵀ: the product is added to what is known before it.
	next := form(body(back).Outputs[0])
	assert.Regexp(t, `^add\(add\(.*\), matmul-transposed\(.*, slice\(-2, 4:9\)\(RNN/cell_0/gates_weights\)\)\)$`, next)
}

// A projection that is fed back stays; one that only the outside reads goes.
func TestOutputProjectionGoesBehind(t *testing.T) {
	for _, back := range []bool{true, false} {
		g, err := graph.Trace("projection", func(s *graph.Scope) {
			time, batch := graph.Symbol("time"), graph.Symbol("batch")
			x := s.Input("x", time, batch, graph.Fixed(3))
			w, u, p := s.Param("w", nil, 3, 3), s.Param("u", nil, 3, 3), s.Param("p", nil, 3, 3)
			start := []graph.Carry{{Name: "h", Init: s.Fill(0, batch, graph.Fixed(3))}}
			outs, _ := graph.Scan(s, graph.ScanConfig{}, []graph.Value{x}, start, func(s *graph.Scope, x, prev []graph.Value) (out, next []graph.Value) {
				h := graph.Tanh(graph.Add(graph.MatMul(x[0], w), graph.MatMul(prev[0], u)))
				y := graph.Tanh(graph.MatMul(h, p))
				if back {
					h = y
				}
				return []graph.Value{y}, []graph.Value{h}
			})
			s.Output("y", outs[0])
		})
		require.NoError(t, err)
		h := rewrite.Optimize(g)
		in := body(loops(h)[0])
		if back {
			assert.Equal(t, "scan", h.Output("y").Node.Op.Name())
			assert.Len(t, products(in), 2)
		} else {
			assert.IsType(t, &graph.UnaryOp{}, h.Output("y").Node.Op)
			assert.Equal(t, []string{"matmul(h, u)"}, products(in))
		}
	}
}

// Without a state there is no loop.
func TestLoopWithoutStateGoes(t *testing.T) {
	g, err := graph.Trace("map", func(s *graph.Scope) {
		x := s.Input("x", graph.Symbol("time"), graph.Symbol("batch"), graph.Fixed(3))
		f := s.Input("f", graph.Symbol("batch"), graph.Fixed(3))
		outs, final := graph.Scan(s, graph.ScanConfig{}, []graph.Value{x}, []graph.Carry{{Name: "idle", Init: f}},
			func(s *graph.Scope, x, prev []graph.Value) (out, next []graph.Value) {
				rows := graph.Expand(graph.Mean(x[0], -1), graph.Fixed(2), graph.Symbol("batch"))
				return []graph.Value{graph.Tanh(graph.Mul(x[0], graph.Tanh(f))), graph.Softmax(x[0]), prev[0], rows}, prev
			})
		for i, v := range append(outs, final...) {
			s.Output(fmt.Sprint("y", i), v)
		}
	})
	require.NoError(t, err)
	h := rewrite.Optimize(g)
	assert.Empty(t, loops(h))
	assert.Equal(t, "tanh(mul(x, tanh(f)))", form(h.Output("y0")))
	assert.Equal(t, "softmax(x)", form(h.Output("y1")))
	assert.Equal(t, "expand(f)", form(h.Output("y2")))
	assert.Equal(t, "f", form(h.Output("y4")))
	c := &graphtest.Case{Graph: g, Binding: graph.Binding{"time": 3, "batch": 2}}
	sameOutputs(t, c, g, h, graph.Mode{})
}

// States and outputs that nobody reads go, with what only they need.
func TestDeadStatesGo(t *testing.T) {
	c := graphtest.LSTM(graphtest.Small)
	scan := loops(forward(c))[0]
	require.Len(t, scan.Shapes, 3, "h, c, outputs")
	last := graph.Subset(c.Graph, "cell_0/c")
	scan = loops(rewrite.Optimize(last))[0]
	assert.Len(t, scan.Shapes, 2, "h is needed by c, outputs are not")
	g, err := graph.Trace("dead", func(s *graph.Scope) {
		x := s.Input("x", graph.Symbol("time"), graph.Symbol("batch"), graph.Fixed(3))
		init := s.State("h", 0, graph.Symbol("batch"), graph.Fixed(3))
		start := []graph.Carry{{Name: "h", Init: init}, {Name: "k", Init: init}}
		outs, _ := graph.Scan(s, graph.ScanConfig{}, []graph.Value{x, graph.Exp(x)}, start, func(s *graph.Scope, x, prev []graph.Value) (out, next []graph.Value) {
			k := graph.Tanh(graph.MatMul(graph.Add(prev[1], x[1]), s.Param("v", nil, 3, 3)))
			h := graph.Tanh(graph.Add(x[0], prev[0]))
			return []graph.Value{k, h, h}, []graph.Value{h, k}
		})
		s.Output("y", outs[1])
		s.Output("z", outs[2])
	})
	require.NoError(t, err)
	h := rewrite.Optimize(g)
	scan = loops(h)[0]
	assert.Equal(t, 1, scan.Op.(*graph.ScanOp).States)
	assert.Equal(t, 1, scan.Op.(*graph.ScanOp).Seqs)
	assert.Len(t, scan.Shapes, 2, "one state, one output for both")
	assert.Zero(t, count(h, &graph.UnaryOp{}), "exp is not computed")
	assert.Equal(t, h.Output("y"), h.Output("z"))
}

// What does not change in a loop is computed in front of it, once.
func TestInvariantsLeave(t *testing.T) {
	g, err := graph.Trace("invariant", func(s *graph.Scope) {
		x := s.Input("x", graph.Symbol("time"), graph.Symbol("batch"), graph.Fixed(3))
		f := s.Input("f", graph.Symbol("batch"), graph.Fixed(3))
		w := s.Param("w", nil, 3, 3)
		outs, _ := graph.Scan(s, graph.ScanConfig{}, []graph.Value{x}, []graph.Carry{{Name: "h", Init: f}},
			func(s *graph.Scope, x, prev []graph.Value) (out, next []graph.Value) {
				context := graph.Tanh(graph.MatMul(f, w)) // the same at each step
				h := graph.Mul(graph.Add(prev[0], context), x[0])
				return []graph.Value{h}, []graph.Value{h}
			})
		s.Output("y", outs[0])
	})
	require.NoError(t, err)
	scan := loops(rewrite.Optimize(g))[0]
	assert.Empty(t, products(body(scan)))
	assert.Equal(t, "mul(add(h, tanh(matmul(f, w))), sequence 0)", form(body(scan).Outputs[0]))
	assert.Zero(t, count(body(scan), &graph.UnaryOp{}))
}
