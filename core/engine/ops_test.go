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
