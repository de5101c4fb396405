package celltest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/graph/graphtest"
	"github.com/seed391906a2/iss/core/interp"
	"github.com/seed391906a2/iss/core/rng"
	"github.com/seed391906a2/iss/core/tensor"
)

var graphPackage = reflect.TypeFor[graph.UnaryOp]().PkgPath()

// isOurs reports whether an operation is of core/graph, whose own tests examine
// it.
func isOurs(op graph.Op) bool {
	t := reflect.TypeOf(op)
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t.PkgPath() == graphPackage
}

// askOperations: each operation that the step brings along is true in all its
// facets, examined alone on operands of the shapes that it has in the step.
func (x *exam) askOperations() {
	seen := map[string]bool{}
	for _, v := range slices.Concat(x.variants(), x.masked()) {
		g, err := x.layer(v, form{})
		if err != nil {
			x.faultf(v, "%v", err)
			continue
		}
		for _, n := range own(g) {
			x.operation(v, n, seen, true)
		}
		for _, n := range own(withGradient(g, "once", differentiable(g))) {
			x.operation(v, n, seen, false) // made by a Gradient
		}
	}
}

// facets of an operation, but for its gradient.
var facets = []struct {
	name       string
	check      func(o *operation) error
	inGradient bool // asked of operations that only a Gradient makes, too
	advice     string
}{
	{"Forward32 and Forward64", (*operation).precision, true, "They are one function of the operands, in two precisions, and remember nothing"},
	{"Index and Contracts", (*operation).contracts, false, "Index unifies each index of an operand with those of the results that depend on it; an axis whose indices meet in one result is named in Contracts"},
	{"Zero", (*operation).zero, false, "Zero names the indices of a result that are zero whatever the other operands hold; nil is never wrong"},
	{"Restrict", (*operation).restrict, false, "Restrict returns the operation for the indices that Restriction.Kept lists, and what it holds for each index is cut with them"},
}

// operation examines one application, unless one like it was.
func (x *exam) operation(v variant, n *graph.Node, seen map[string]bool, whole bool) {
	key := fmt.Sprintf("%T %s", n.Op, n.Op.Name())
	for _, in := range n.In {
		key += " " + in.Shape().String()
	}
	if seen[key] {
		return
	}
	seen[key] = true
	o, err := isolate(n)
	if err != nil {
		return // it holds symbols of the step, so it cannot stand alone
	}
	at := fmt.Sprintf("operation %q", n.Op.Name())
	for _, f := range facets {
		if f.inGradient || whole {
			if err := f.check(o); err != nil {
				x.faultf(v, "%s, %s: %v. %s", at, f.name, err, f.advice)
			}
		}
	}
	if whole {
		before := len(x.faults)
		if err := x.gradients(v, at, o.graph); err != nil && len(x.faults) == before {
			x.faultf(v, "%s: %v", at, err)
		}
	}
}

// operation is an operation on operands that are parameters.
type operation struct {
	graph *graph.Graph // with the results "once" and "twice"
	y     []graph.Value
	about float64 // operands are in about ± 1
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

// precision: both forwards compute the same, and something finite.
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
			if math.IsNaN(want) && math.IsNaN(got) {
				continue // outside what it is defined for
			}
			if !(math.Abs(got-want) <= 1e-5*(1+math.Abs(want))) {
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

// restrict: the operation that is left computes what the whole one does at the
// indices that are left.
func (o *operation) restrict() error {
	atoms := graph.Index(o.graph)
	h := o.opened()
	r := rand.New(rand.NewPCG(17, 0))
	for seed := range uint64(8) {
		gone := map[graph.Atom]bool{}
		bound := 0.0
		for _, u := range atoms.All() {
			if len(atoms.Pins(u)) > 0 || r.IntN(3) > 0 || single(atoms, u) {
				continue
			}
			how := mostStrict(atoms.Readers(u))
			if how == graph.NeverExact {
				continue
			}
			if how == graph.Averaged {
				bound = 1e-5
			}
			gone[u] = true
		}
		keep := atoms.Keep(func(u graph.Atom) bool { return gone[u] })
		if err := o.cutEqual(h, keep, atoms, gone, seed, bound); err != nil {
			return err
		}
	}
	return nil
}

// single reports whether a unit is alone on an axis, where it is broadcast.
func single(atoms *graph.Atoms, u graph.Atom) bool {
	return slices.ContainsFunc(atoms.Carry(u), func(p graph.Place) bool { return p.Param.Shape[p.Axis] == 1 })
}

func mostStrict(list []graph.FixedReader) (how graph.Contracting) {
	for _, f := range list {
		how = max(how, f.How)
	}
	return how
}

// cutEqual cuts units, whose operands are zero, out of the operation.
func (o *operation) cutEqual(h *graph.Graph, keep graph.Keep, atoms *graph.Atoms, gone map[graph.Atom]bool, seed uint64, bound float64) error {
	whole, vals := graph.Clone(o.graph)
	of := map[graph.Value]graph.Value{} // in the copy -> as the atoms know it
	for v, w := range vals {
		of[w] = v
	}
	for i, y := range o.y {
		whole.AddOutput(resultName(i), vals[y])
	}
	small, err := graph.Restrict(whole, func(v graph.Value, axis int) []int { return keep(of[v], axis) })
	if err != nil {
		return err
	}
	ts := weights(whole, seed)
	for u := range gone {
		for _, p := range atoms.Carry(u) {
			clearIndex(ts[p.Param.Name], p.Axis, p.Index)
		}
	}
	cut := dense{}
	for _, p := range whole.Params {
		cut[p.Name] = restricted(ts[p.Name], func(axis int) []int { return keep(o.graph.Leaf(o.graph.Param(p.Name)), axis) })
	}
	all, err := play(whole, ts, drawn)
	if err != nil {
		return err
	}
	left, err := play(small, cut, drawn)
	if err != nil {
		return err
	}
	for i, y := range o.y {
		want := restricted(tensor.Of(all[resultName(i)], y.Shape().Bind(nil)...), func(axis int) []int { return keep(y, axis) })
		got := left[resultName(i)]
		for k, w := range want.Data {
			if k >= len(got) || !(got[k] == w || math.Abs(float64(got[k]-w)) <= bound) && (got[k] == got[k] || w == w) {
				return fmt.Errorf("with units cut out (operands of shape %v left of %v), result %d is %v where the whole one gives %v", cut["operand 0"].Shape, ts["operand 0"].Shape, i, got, want.Data)
			}
		}
	}
	return nil
}

func clearIndex(d tensor.Dense[float32], axis, i int) {
	inner := 1
	for _, n := range d.Shape[axis+1:] {
		inner *= n
	}
	for k := range d.Data {
		if k/inner%d.Shape[axis] == i {
			d.Data[k] = 0
		}
	}
}

// restricted keeps the indices that keep lists for each axis, counted from the end.
func restricted(d tensor.Dense[float32], keep func(axis int) []int) tensor.Dense[float32] {
	for k := range d.Shape {
		if kept := keep(k - len(d.Shape)); kept != nil {
			d = d.Restrict(k, kept)
		}
	}
	return d
}
