package graph_test

import (
	"fmt"
	"math/rand/v2"

	"github.com/seed391906a2/iss/core/graph"
)

// opCase is one use of an operation: operands that are parameters (or ids and
// lengths) and what is made of them.
type opCase struct {
	name  string
	in    []operand
	build func(s *graph.Scope, x []graph.Value) graph.Value
	// atoms is the number of units that the parameters carry and that are not pinned.
	atoms int
	// silent says that the result is zero if all operands are.
	silent bool
}

// operand is a parameter with values in ±1, shifted by about; or, with a
// limit, ints below that.
type operand struct {
	shape []int
	about float64
	limit int
}

func floats(shape ...int) operand         { return operand{shape: shape} }
func positive(shape ...int) operand       { return operand{shape: shape, about: 1.5} }
func ids(limit int, shape ...int) operand { return operand{shape: shape, limit: limit} }
func emit(op graph.Op, in ...graph.Value) graph.Value {
	return graph.Emit(in[0].Graph(), op, in...).At(0)
}

func unaryCase(f func(graph.Value) graph.Value) func(*graph.Scope, []graph.Value) graph.Value {
	return func(_ *graph.Scope, x []graph.Value) graph.Value { return f(x[0]) }
}

func binaryCase(f func(a, b graph.Value) graph.Value) func(*graph.Scope, []graph.Value) graph.Value {
	return func(_ *graph.Scope, x []graph.Value) graph.Value { return f(x[0], x[1]) }
}

func opUnary(op graph.Op) func(*graph.Scope, []graph.Value) graph.Value {
	return func(_ *graph.Scope, x []graph.Value) graph.Value { return emit(op, x...) }
}

// built is a case as a graph: y is the result, "loss" the sum of y times
// random numbers.
type built struct {
	*opCase
	g *graph.Graph
	x []graph.Value // operands
	y graph.Value
}

// model traces a case; twice uses the result twice.
func (c *opCase) model(twice bool) built {
	b := built{opCase: c}
	g, err := graph.Trace(c.name, func(s *graph.Scope) {
		for i, o := range c.in {
			if o.limit > 0 {
				b.x = append(b.x, s.Ints(fmt.Sprint("ids ", i), graph.Of(o.shape...)...))
			} else {
				b.x = append(b.x, s.Param(fmt.Sprint("x", i), nil, o.shape...))
			}
		}
		b.y = c.build(s, b.x)
		v := b.y
		if twice {
			v = graph.Add(graph.Mul(v, v), v)
		}
		s.Output("loss", weighted(s, v))
	})
	if err != nil {
		panic(err)
	}
	b.g = g
	return b
}

// weighted is the sum of a value of fixed shape times random numbers.
func weighted(s *graph.Scope, v graph.Value) graph.Value {
	shape := v.Shape().Bind(nil)
	r := rand.New(rand.NewPCG(uint64(v.Shape().Size(nil)), 3))
	data := make([]float64, v.Shape().Size(nil))
	axes := make([]int, len(shape))
	for i := range data {
		data[i] = float64(r.IntN(9)-4) / 4
	}
	for i := range axes {
		axes[i] = -1 - i
	}
	return graph.Sum(graph.Mul(v, s.Const(data, shape...)), axes...)
}

// fill gives parameters and ids random values. Parameters are all of about the
// same size; perturb lets a test change them.
func fill[T float32 | float64](b built, m graph.Machine[T], seed uint64) error {
	if err := m.Bind(nil); err != nil {
		return err
	}
	r := rand.New(rand.NewPCG(seed, 0))
	for i, o := range b.in {
		if o.limit > 0 {
			d := m.Ints(fmt.Sprint("ids ", i))
			for k := range d {
				d[k] = int32(r.IntN(o.limit))
			}
			continue
		}
		d := m.Param(fmt.Sprint("x", i))
		for k := range d {
			d[k] = T(float32(o.about + 2*r.Float64() - 1))
		}
	}
	for _, p := range b.g.Params { // made by the case itself
		if p.Name[0] != 'x' {
			for k := range m.Param(p.Name) {
				m.Param(p.Name)[k] = T(float32(2*r.Float64() - 1))
			}
		}
	}
	return nil
}

// dims turns sizes into axes.
func dims(n ...int) graph.Shape { return graph.Of(n...) }

// accumulate scans x [time, batch, n] with h' = tanh(x + h·w).
func accumulate(reverse bool) func(*graph.Scope, []graph.Value) graph.Value {
	return func(s *graph.Scope, x []graph.Value) graph.Value {
		start := []graph.Carry{{Name: "h", Init: s.Fill(0, x[0].Shape()[1:]...)}}
		outs, _ := graph.Scan(s, graph.ScanConfig{Reverse: reverse}, x[:1], start,
			func(_ *graph.Scope, in, prev []graph.Value) (out, next []graph.Value) {
				h := graph.Tanh(graph.Add(in[0], graph.MatMul(prev[0], x[1])))
				return []graph.Value{h}, []graph.Value{h}
			})
		return outs[0]
	}
}
