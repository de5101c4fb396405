package engine_test

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"math"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/core/engine"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/graph/graphtest"
	"github.com/seed391906a2/iss/core/interp"
)

// operations lists the operations of core/graph, by their source.
func operations(t *testing.T) map[string]int {
	names, err := filepath.Glob("../graph/*.go")
	require.NoError(t, err)
	ops := map[string]int{}
	for _, name := range names {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		require.NoError(t, err)
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Recv == nil || f.Name.Name != "Forward32" {
				continue
			}
			if star, ok := f.Recv.List[0].Type.(*ast.StarExpr); ok {
				ops["*graph."+star.X.(*ast.Ident).Name] = 0
			}
		}
	}
	require.NotEmpty(t, ops)
	return ops
}

func countOps(g *graph.Graph, ops map[string]int) {
	for _, n := range g.Nodes {
		ops[fmt.Sprintf("%T", n.Op)]++
		if s, ok := n.Op.(*graph.ScanOp); ok {
			countOps(s.Body, ops)
		}
	}
}

// Every operation of core/graph is lowered: none runs by its reference forward.
func TestEveryOperationIsLowered(t *testing.T) {
	ops := operations(t)
	for i := range 80 {
		c := withGradient(graphtest.Random(rand.New(rand.NewPCG(uint64(i), 3))))
		countOps(c.Graph, ops)
		e, err := engine.New(c.Graph, engine.Options{Max: c.Binding, Threads: 1})
		require.NoError(t, err)
		require.NoError(t, e.Bind(c.Binding))
		var w bytes.Buffer
		e.Explain(&w)
		e.Close()
		for line := range strings.Lines(w.String()) {
			require.NotContains(t, line, "reference forward")
		}
	}
	for op, n := range ops {
		assert.NotZero(t, n, "no random model has a %s", op)
	}
}

// cubeRoot is an operation that the engine does not know.
type cubeRoot struct{}

var _ graph.Op = (*cubeRoot)(nil)

func (cubeRoot) Name() string                                                 { return "cube root" }
func (cubeRoot) Infer(in []graph.Shape) ([]graph.Shape, error)                { return in[:1], nil }
func (cubeRoot) Index(x *graph.Indexer, n *graph.Node)                        { x.UnifyAll(n.In[0], n.At(0)) }
func (cubeRoot) Contracts(*graph.Node) []graph.Contraction                    { return nil }
func (cubeRoot) Zero(z *graph.Zeros, n *graph.Node) [][]bool                  { return [][]bool{z.Of(n.In[0])} }
func (o cubeRoot) Restrict(*graph.Restriction, *graph.Node) (graph.Op, error) { return o, nil }
func (cubeRoot) Gradient(*graph.Tape, *graph.Node, []graph.Value)             {}

func (cubeRoot) Forward32(c *graph.Call[float32]) {
	for i, x := range c.In[0].Data {
		c.Out[0].Data[i] = float32(math.Cbrt(float64(x)))
	}
}

func (cubeRoot) Forward64(c *graph.Call[float64]) {
	for i, x := range c.In[0].Data {
		c.Out[0].Data[i] = math.Cbrt(x)
	}
}

func TestUnknownOperation(t *testing.T) {
	root := func(v graph.Value) graph.Value { return graph.Emit(v.Graph(), cubeRoot{}, v).At(0) }
	g, err := graph.Trace("roots", func(s *graph.Scope) {
		time, batch := graph.Symbol("time"), graph.Symbol("batch")
		x := s.Input("x", time, batch, graph.Fixed(70))
		w := s.Param("w", nil, 70, 70)
		out, _ := graph.Scan(s, graph.ScanConfig{}, []graph.Value{x}, []graph.Carry{{Name: "h", Init: s.Fill(0.5, batch, graph.Fixed(70))}},
			func(s *graph.Scope, x, prev []graph.Value) (out, next []graph.Value) {
				h := graph.Tanh(graph.Add(root(graph.MatMul(prev[0], w)), x[0]))
				return []graph.Value{root(graph.Slice(h, -1, 3, 43, 1))}, []graph.Value{h}
			})
		s.Output("y", root(out[0]))
	})
	require.NoError(t, err)
	c := &graphtest.Case{Name: "roots", Graph: g, Binding: graph.Binding{"time": 3, "batch": 4}}
	for threads := 1; threads <= 2; threads++ {
		compare(t, c, threads, false, 1)
	}
	e, err := engine.New(g, engine.Options{Max: c.Binding, Threads: 1})
	require.NoError(t, err)
	defer e.Close()
	require.NoError(t, e.Bind(c.Binding))
	var w bytes.Buffer
	e.Explain(&w)
	assert.Contains(t, w.String(), "reference forward of cube root")
}

// turn is an operation with two results, the coordinates of points (a, b)
// turned by an angle, that is given as a function.
type turn struct{ angle func() float64 }

var _ graph.Op = (*turn)(nil)

func (*turn) Name() string { return "turn" }
func (*turn) Infer(in []graph.Shape) ([]graph.Shape, error) {
	if !in[0].Equal(in[1]) {
		return nil, fmt.Errorf("the coordinates differ in shape")
	}
	return in[:2:2], nil
}

func (*turn) Index(x *graph.Indexer, n *graph.Node) {
	x.UnifyAll(n.In[0], n.In[1])
	x.UnifyAll(n.In[0], n.At(0))
	x.UnifyAll(n.In[0], n.At(1))
}

func (*turn) Contracts(*graph.Node) []graph.Contraction                    { return nil }
func (*turn) Zero(z *graph.Zeros, n *graph.Node) [][]bool                  { return [][]bool{nil, nil} }
func (o *turn) Restrict(*graph.Restriction, *graph.Node) (graph.Op, error) { return o, nil }
func (o *turn) Forward32(c *graph.Call[float32])                           { forwardTurn(o, c) }
func (o *turn) Forward64(c *graph.Call[float64])                           { forwardTurn(o, c) }
func forwardTurn[T float32 | float64](o *turn, c *graph.Call[T]) {
	sin, cos := math.Sincos(o.angle())
	for i, a := range c.In[0].Data {
		b := c.In[1].Data[i]
		c.Out[0].Data[i] = T(cos)*a - T(sin)*b
		c.Out[1].Data[i] = T(sin)*a + T(cos)*b
	}
}

// Gradient turns back.
func (o *turn) Gradient(t *graph.Tape, n *graph.Node, g []graph.Value) {
	for i := range g {
		if g[i].IsZero() {
			g[i] = graph.Affine(t.Use(n.At(i)), 0, 0)
		}
	}
	back := &turn{func() float64 { return -o.angle() }}
	m := graph.Emit(g[0].Graph(), back, g...)
	t.Add(n.In[0], m.At(0))
	t.Add(n.In[1], m.At(1))
}

// by is an angle whose function looks like every other one's: not inlined, it
// is the same code.
//
//go:noinline
func by(angle float64) *turn { return &turn{func() float64 { return angle }} }

// An operation of a stranger works as those of core/graph do: with several
// results, in loops, on constants, in the gradient; two of one kind that differ
// in a function are two.
func TestStrangersOperation(t *testing.T) {
	g, err := graph.Trace("turns", func(s *graph.Scope) {
		time, batch := graph.Symbol("time"), graph.Symbol("batch")
		x := s.Input("x", time, batch, graph.Fixed(6))
		w := s.Param("w", nil, 6, 6)
		start := []graph.Carry{{Name: "h", Init: s.Fill(0.5, batch, graph.Fixed(6))}, {Name: "k", Init: s.State("k", 0, batch, graph.Fixed(6))}}
		out, final := graph.Scan(s, graph.ScanConfig{}, []graph.Value{x}, start, func(s *graph.Scope, x, prev []graph.Value) (out, next []graph.Value) {
			a := graph.Emit(prev[0].Graph(), by(0.3), graph.MatMul(prev[0], w), prev[1])
			b := graph.Emit(prev[0].Graph(), by(-0.9), a.In...)
			c := graph.Emit(prev[0].Graph(), by(1.1), x[0], graph.Tanh(x[0]))                                             // no state reaches it
			d := graph.Emit(prev[0].Graph(), by(2), s.Fill(1, batch, graph.Fixed(6)), s.Fill(0.5, batch, graph.Fixed(6))) // nothing does
			h := graph.Tanh(graph.Add(a.At(1), graph.Mul(c.At(1), d.At(0))))
			return []graph.Value{graph.Mul(b.At(0), c.At(0))}, []graph.Value{h, graph.Sigmoid(b.At(1))}
		})
		all := graph.Emit(out[0].Graph(), by(0.5), out[0], x)
		loss := graph.Mean(graph.Mul(all.At(1), all.At(1)), -1, -2, -3)
		s.Output("loss", graph.Add(loss, graph.Mean(graph.Mul(final[0], final[1]), -1, -2)))
		s.Output("y", all.At(0))
	})
	require.NoError(t, err)
	c := &graphtest.Case{Name: "turns", Graph: g, Binding: graph.Binding{"time": 3, "batch": 4}}
	for threads := 1; threads <= 2; threads++ {
		compare(t, c, threads, true, 1)
		compare(t, withGradient(c), threads, false, 1)
	}
}

func TestFaults(t *testing.T) {
	c := graphtest.LSTM(graphtest.Small)
	_, err := engine.New(c.Graph, engine.Options{Max: graph.Binding{"time": 4}})
	assert.ErrorContains(t, err, `engine: axis "batch" is not bound; Options.Max must hold all axes`)

	e, err := engine.New(c.Graph, engine.Options{Max: c.Binding, Threads: 1})
	require.NoError(t, err)
	defer e.Close()
	assert.ErrorContains(t, e.Run(graph.Mode{}), "call Bind first")
	assert.ErrorContains(t, e.Bind(graph.Binding{"time": 5, "batch": 3}), `axis "time" is bound to 5, but the plan is for at most 4`)
	assert.ErrorContains(t, e.Bind(graph.Binding{"time": -1, "batch": 3}), "negative")
	assert.Panics(t, func() { e.Ints("x") }, "nothing is bound")

	require.NoError(t, graphtest.Load(c, e, 1))
	m := interp.New[float32](c.Graph)
	require.NoError(t, graphtest.Load(c, m, 1))
	for _, bad := range []int32{-1, int32(graphtest.Small.Vocab)} {
		e.Ints("x")[5], m.Ints("x")[5] = bad, bad
		got, want := e.Run(graph.Mode{}), m.Run(graph.Mode{})
		assert.ErrorContains(t, got, fmt.Sprintf("id %d at position 5 is outside 0..%d", bad, graphtest.Small.Vocab-1))
		assert.Error(t, want)
	}
	for what, f := range map[string]func(){
		`no input "z"; known: cell_0/c, cell_0/h, x, y`: func() { e.Floats("z") },
		`input "x" holds ints`:                          func() { e.Floats("x") },
		`input "cell_0/h" holds floats`:                 func() { e.Ints("cell_0/h") },
		`no parameter "nothing"; known: `:               func() { e.Param("nothing") },
		`no output "los"`:                               func() { e.Output("los") },
	} {
		assert.ErrorContains(t, panicOf(f), what)
	}
}

// panicOf is the error that f panics with.
func panicOf(f func()) (err error) {
	defer func() { err, _ = recover().(error) }()
	f()
	return nil
}
