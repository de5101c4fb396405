package graph_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"math"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/graph/graphtest"
	"github.com/seed391906a2/iss/core/interp"
)

// facet is one property that every case is tested for.
var facets = []struct {
	name  string
	check func(t *testing.T, c *opCase)
}{
	{"gradient/all", func(t *testing.T, c *opCase) { checkCase(t, c.model(false), nil) }},
	{"gradient/each", func(t *testing.T, c *opCase) {
		for i, o := range c.in {
			if o.limit == 0 {
				checkCase(t, c.model(false), []int{i})
			}
		}
	}},
	{"gradient/twice", func(t *testing.T, c *opCase) { checkCase(t, c.model(true), nil) }},
	{"gradient/second", checkSecond},
	{"forward/precision", checkPrecision},
	{"forward/clone", checkClone},
	{"index/units", checkUnits},
	{"index/restrict", checkRestrict},
	{"contracts/true", checkContracts},
	{"zero/sound", checkZeroSound},
	{"zero/silent", checkSilent},
}

func TestEveryOperationHasEveryFacet(t *testing.T) {
	for _, c := range opCases {
		for _, f := range facets {
			t.Run(c.name+"/"+f.name, func(t *testing.T) { f.check(t, c) })
		}
	}
}

// declared lists the operation types of package graph (what has a method
// Forward64) and the names of its kinds.
func declared(t *testing.T) (ops, kinds map[string]bool) {
	ops, kinds = map[string]bool{}, map[string]bool{}
	names, err := filepath.Glob("*.go")
	require.NoError(t, err)
	for _, name := range names {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		require.NoError(t, err)
		if file.Name.Name == "graph" {
			collect(file, ops, kinds)
		}
	}
	require.Greater(t, len(ops), 25)
	require.Greater(t, len(kinds), 15)
	return ops, kinds
}

// collect notes the operations and kinds that a file declares.
func collect(file *ast.File, ops, kinds map[string]bool) {
	ast.Inspect(file, func(n ast.Node) bool {
		switch d := n.(type) {
		case *ast.FuncDecl:
			if d.Recv != nil && d.Name.Name == "Forward64" {
				ops[d.Recv.List[0].Type.(*ast.StarExpr).X.(*ast.Ident).Name] = true
			}
		case *ast.GenDecl:
			kind := ""
			for _, s := range d.Specs {
				v, ok := s.(*ast.ValueSpec)
				if !ok || d.Tok != token.CONST {
					continue
				}
				if id, ok := v.Type.(*ast.Ident); ok {
					kind = id.Name
				}
				if kind == "UnaryKind" || kind == "BinaryKind" || kind == "ReduceKind" || kind == "Frequency" {
					kinds[v.Names[0].Name] = true
				}
			}
		}
		return true
	})
}

var kindNames = map[any]string{
	graph.SigmoidOf: "SigmoidOf", graph.TanhOf: "TanhOf", graph.ReluOf: "ReluOf", graph.ExpOf: "ExpOf", graph.LogOf: "LogOf",
	graph.SqrtOf: "SqrtOf", graph.AffineOf: "AffineOf",
	graph.AddOf: "AddOf", graph.SubOf: "SubOf", graph.MulOf: "MulOf", graph.DivOf: "DivOf", graph.MaxOf: "MaxOf", graph.GreaterOf: "GreaterOf",
	graph.SumOf: "SumOf", graph.MeanOf: "MeanOf", graph.LargestOf: "LargestOf",
	graph.PerStep: "PerStep", graph.PerWindow: "PerWindow", graph.PerWord: "PerWord",
}

// reached adds what occurs in a graph and the bodies of its loops.
func reached(g *graph.Graph, ops, kinds map[string]bool) {
	for _, n := range g.Nodes {
		ops[reflect.TypeOf(n.Op).Elem().Name()] = true
		switch o := n.Op.(type) {
		case *graph.UnaryOp:
			kinds[kindNames[o.Kind]] = true
		case *graph.BinaryOp:
			kinds[kindNames[o.Kind]] = true
		case *graph.ReduceOp:
			kinds[kindNames[o.Kind]] = true
		case *graph.MaskOp:
			kinds[kindNames[o.Freq]] = true
		case *graph.ScanOp:
			reached(o.Body, ops, kinds)
		}
	}
}

func TestCasesReachEveryOperation(t *testing.T) {
	wantOps, wantKinds := declared(t)
	ops, kinds := map[string]bool{}, map[string]bool{}
	for _, c := range opCases {
		reached(c.model(false).g, ops, kinds)
	}
	assert.Equal(t, wantOps, ops, "operations in opCases")
	assert.Equal(t, wantKinds, kinds, "kinds in opCases")
}

func TestRandomModelsReachEveryOperation(t *testing.T) {
	wantOps, wantKinds := declared(t)
	ops, kinds := map[string]bool{}, map[string]bool{}
	for seed := range 300 {
		reached(random(seed).Graph, ops, kinds)
	}
	assert.Equal(t, wantOps, ops, "operations in random models")
	assert.Equal(t, wantKinds, kinds, "kinds in random models")
}

// start makes an interpreter for b with random values.
func start[T float32 | float64](t *testing.T, b built, g *graph.Graph, seed uint64) *interp.Machine[T] {
	t.Helper()
	m := interp.New[T](g)
	require.NoError(t, fill[T](b, m, seed))
	return m
}

// floatParams are the leaves of the float operands, by number.
func (b built) floatParams(only []int) (leaves []graph.Value, names []string) {
	for i, o := range b.in {
		if o.limit > 0 || only != nil && only[0] != i {
			continue
		}
		leaves, names = append(leaves, b.x[i]), append(names, b.x[i].Node.Op.(*graph.ParamOp).P.Name)
	}
	return leaves, names
}

// checkCase compares the gradient of "loss" with central differences for all
// elements of the float operands, or of one.
func checkCase(t *testing.T, b built, only []int) {
	leaves, names := b.floatParams(only)
	h, vals := graph.Clone(b.g)
	for i, v := range leaves {
		leaves[i] = vals[v]
	}
	for i, d := range graph.Gradient(h, h.Output("loss"), leaves) {
		if !d.IsZero() {
			require.True(t, leaves[i].Shape().Equal(d.Shape()), "d/%s is %v", names[i], d.Shape())
			h.AddOutput("d/"+names[i], d)
		}
	}
	compare(t, b, h, "loss", names)
}

// compare holds outputs d/NAME of h against central differences of an output.
func compare(t *testing.T, b built, h *graph.Graph, loss string, names []string) {
	mode := graph.Mode{Training: true, Seed: 5, Step: 2}
	m := start[float64](t, b, h, 1)
	require.NoError(t, m.Run(mode))
	got := map[string][]float64{}
	for _, name := range h.Names {
		got[name] = append([]float64(nil), m.Output(name)...)
	}
	at := func(x *float64, v float64) float64 {
		old := *x
		*x = v
		require.NoError(t, m.Run(mode))
		*x = old
		return m.Output(loss)[0]
	}
	for _, name := range names {
		x := m.Param(name)
		for i := range x {
			const step = 1e-6
			want := (at(&x[i], x[i]+step) - at(&x[i], x[i]-step)) / (2 * step)
			have := 0.0
			if d := got["d/"+name]; d != nil {
				have = d[i]
			}
			assert.InDelta(t, want, have, 2e-8*(1+math.Abs(want)), "d %s/d %s[%d]", loss, name, i)
		}
	}
}

// checkSecond differentiates a weighted sum of the gradient once more.
func checkSecond(t *testing.T, c *opCase) {
	b := c.model(true)
	leaves, names := b.floatParams(nil)
	h, vals := graph.Clone(b.g)
	for i, v := range leaves {
		leaves[i] = vals[v]
	}
	sum := graph.Value{}
	for _, d := range graph.Gradient(h, h.Output("loss"), leaves) {
		if d.IsZero() {
			continue
		}
		axes := make([]int, d.Rank())
		for i := range axes {
			axes[i] = -1 - i
		}
		s := graph.Sum(graph.Mul(d, graph.Affine(d, 0.5, 1)), axes...)
		if !sum.IsZero() {
			s = graph.Add(sum, s)
		}
		sum = s
	}
	if sum.IsZero() {
		return // nothing depends on the operands smoothly
	}
	h.AddOutput("norm", sum)
	for i, d := range graph.Gradient(h, sum, leaves) {
		if !d.IsZero() {
			h.AddOutput("d/"+names[i], d)
		}
	}
	compare(t, b, h, "norm", names)
}

// checkPrecision holds float32 against float64.
func checkPrecision(t *testing.T, c *opCase) {
	b := c.model(false)
	h, _ := graph.Clone(b.g)
	h.AddOutput("y", h.Nodes[b.y.Node.ID].At(b.y.Out))
	mode := graph.Mode{Training: true, Seed: 5, Step: 2}
	for seed := range uint64(4) {
		single, double := start[float32](t, b, h, seed), start[float64](t, b, h, seed)
		require.NoError(t, single.Run(mode))
		require.NoError(t, double.Run(mode))
		for i, want := range double.Output("y") {
			got := float64(single.Output("y")[i])
			require.False(t, math.IsNaN(want) || math.IsInf(want, 0), "y[%d] is %g", i, want)
			assert.InDelta(t, want, got, 4e-6*(1+math.Abs(want)), "y[%d], seed %d", i, seed)
		}
	}
}

// checkClone holds a copy against the original, bit for bit.
func checkClone(t *testing.T, c *opCase) {
	b := c.model(true)
	h, _ := graph.Clone(b.g)
	one, two := start[float32](t, b, b.g, 3), start[float32](t, b, h, 3)
	require.NoError(t, one.Run(graph.Mode{}))
	require.NoError(t, two.Run(graph.Mode{}))
	assert.Equal(t, one.Output("loss"), two.Output("loss"))
	assert.Equal(t, len(b.g.Nodes), len(h.Nodes))
	_, names := graphtest.WithGradient(b.g)
	assert.LessOrEqual(t, len(names), len(b.g.Params)+len(b.g.Inputs))
}
