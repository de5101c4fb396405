package celltest

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/graph/graphtest"
	"github.com/seed391906a2/iss/core/interp"
	"github.com/seed391906a2/iss/core/rng"
)

// operation is an operation on operands that are parameters.
type operation struct {
	graph *graph.Graph // with the results "once" and "twice"
	y     []graph.Value
}

// isolate traces the operation of a node alone.
func isolate(n *graph.Node) (*operation, error) {
	o := &operation{}
	g, err := graph.Trace(n.Op.Name(), func(s *graph.Scope) {
		var in []graph.Value
		for i, v := range n.In {
			shape := v.Shape().Bind(binding)
			if v.Kind() == graph.Int {
				in = append(in, s.Ints(fmt.Sprint("ints ", i), graph.Of(shape...)...))
			} else {
				in = append(in, s.Param(fmt.Sprint("operand ", i), graph.Constant{}, shape...))
			}
		}
		var once, twice graph.Value
		m := graph.Emit(s.Graph(), n.Op, in...)
		for i := range m.Shapes {
			y := m.At(i)
			o.y = append(o.y, y)
			d := make([]float64, y.Shape().Size(nil))
			r := rng.New(uint64(i), "celltest/direction")
			for k := range d {
				d[k] = float64(float32(r.Uniform(-1, 1)))
			}
			by := s.Const(d, y.Shape().Bind(nil)...)
			once = plus(once, total(graph.Mul(y, by)))
			twice = plus(twice, total(graph.Mul(graph.Add(graph.Mul(y, y), y), by)))
		}
		s.Output("once", once)
		s.Output("twice", twice)
	})
	o.graph = g
	return o, err
}

// opened is a copy that puts the results out as "y", "y1", ...
func (o *operation) opened() *graph.Graph {
	h, vals := graph.Clone(o.graph)
	for i, y := range o.y {
		h.AddOutput(resultName(i), vals[y])
	}
	return h
}

func resultName(i int) string {
	if i == 0 {
		return "y"
	}
	return fmt.Sprint("y", i)
}

// precision: both forwards compute the same.
func (o *operation) precision() error {
	h := o.opened()
	single, double := interp.New[float32](h), interp.New[float64](h)
	ts := weights(h, 1)
	if err := load(single, h, ts, 1); err != nil {
		return err
	}
	if err := load(double, h, ts, 1); err != nil {
		return err
	}
	for range 2 { // the second time on memory that is not fresh
		if err := single.Run(drawn); err != nil {
			return err
		}
		if err := double.Run(drawn); err != nil {
			return err
		}
	}
	for i := range o.y {
		for k, want := range double.Output(resultName(i)) {
			got := float64(single.Output(resultName(i))[k])
			if !near(got, want, 1e-5*(1+math.Abs(want))) {
				return fmt.Errorf("element %d of result %d is %g in float32 but %g in float64", k, i, got, want)
			}
		}
	}
	return nil
}

// contracts: a change at an index shows at the same unit only, unless the
// operation says that it contracts the axis.
func (o *operation) contracts() error {
	for i, y := range o.y {
		h, vals := graph.Clone(o.graph)
		h.AddOutput("y", vals[y])
		m := interp.New[float64](h)
		if err := load(m, h, weights(h, 1), 1); err != nil {
			return err
		}
		if err := graphtest.CheckContractions(o.graph, y, m, drawn); err != nil {
			return fmt.Errorf("%w of result %d", err, i)
		}
	}
	return nil
}

// zero: where Zero says that a result is zero, it is.
func (o *operation) zero() error {
	h := o.opened()
	r := rand.New(rand.NewPCG(13, 0))
	for seed := range uint64(12) {
		ts := weights(h, seed)
		for _, p := range h.Params {
			if len(p.Shape) == 0 {
				continue
			}
			last := p.Shape[len(p.Shape)-1]
			for k := range last {
				if r.IntN(2) == 0 {
					for i := k; i < len(ts[p.Name].Data); i += last {
						ts[p.Name].Data[i] = 0
					}
				}
			}
		}
		zeros := graph.FindZeros(h, func(p *graph.Param) []float32 { return ts[p.Name].Data })
		out, err := play(h, ts, graph.Mode{})
		if err != nil {
			return err
		}
		for i := range o.y {
			claimed := zeros.Of(h.Output(resultName(i)))
			for k, v := range out[resultName(i)] {
				if len(claimed) > 0 && claimed[k%len(claimed)] && v != 0 {
					return fmt.Errorf("it says that index %d of result %d is zero, but it is %g", k%len(claimed), i, v)
				}
			}
		}
	}
	return nil
}
