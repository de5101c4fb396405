package groups

import (
	"fmt"
	"math"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/interp"
	"github.com/seed391906a2/iss/core/tensor"
)

// Model is a graph with its weights.
type Model struct {
	Graph   *graph.Graph
	Tensors map[string]tensor.Dense[float32]
}

// Batch is one window of input: what is fed, by the name of the input.
// Carried states are not fed.
type Batch struct {
	Binding graph.Binding
	Ints    map[string][]int32
	Floats  map[string][]float32
}

// VerifyOptions say how two models are compared.
type VerifyOptions struct {
	// Limits are the largest lengths of symbols in the bitwise comparison;
	// longer batches are cropped. nil is 8 steps of 4 rows, by the symbols
	// "time" and "batch".
	Limits graph.Binding
	// Machine makes the executor of the numeric comparison, on whole batches;
	// nil leaves that comparison out. A machine that has a method Close() is closed.
	Machine func(g *graph.Graph, largest graph.Binding) (graph.Machine[float32], error)
	// Tolerance of the numeric comparison: the largest difference allowed, in
	// units of the larger of 1 and the output's largest magnitude. 0 is 1e-4.
	Tolerance float64
	// Numeric says that the numeric comparison decides where bits differ (see
	// Certificate.Bitwise); it needs a Machine.
	Numeric bool
}

// Report is the result of a comparison.
type Report struct {
	Equal   bool // the models agree as the options demand
	Bitwise bool // all values were equal in the reference interpreter, float32
	Windows int  // replayed one after the other, states fed on
	Values  int  // compared bit by bit
	// First is the first value that differs or is not finite, in time, in the
	// bitwise comparison if there is one there, else in the numeric one.
	First *Difference
	// Weights is the first weight that both models have and that differs.
	// Models can agree all the same.
	Weights *Difference
	Outputs []OutputDifference // of the numeric comparison
}

// OutputDifference is the largest difference of one output over all batches.
type OutputDifference struct {
	Output    string
	Largest   float64 // |a - b|
	Magnitude float64 // largest |a|
}

// Difference is one value that differs between two models.
type Difference struct {
	Name   string // of the output or the weight
	Window int    // -1 for a weight
	Step   int    // position along "time", or -1
	Row    int    // position along "batch", or the row of a weight, or -1
	At     []int  // all coordinates, in the first model
	A, B   float32
}

func (d *Difference) String() string {
	s := d.Name
	if d.Window >= 0 {
		s += fmt.Sprintf(", window %d", d.Window)
	}
	if d.Step >= 0 {
		s += fmt.Sprintf(", step %d", d.Step)
	}
	if d.Row >= 0 {
		s += fmt.Sprintf(", row %d", d.Row)
	}
	return s + fmt.Sprintf(", at %v: %v and %v", d.At, d.A, d.B)
}

// Finite reports whether both values are numbers.
func (d *Difference) Finite() bool {
	return !math.IsNaN(float64(d.A-d.B)) && !math.IsInf(float64(d.A-d.B), 0)
}

// before reports whether d is earlier in time than e; what has no step, such as
// a state behind the window, is later than what has one.
func (d *Difference) before(e *Difference) bool {
	return d.Window < e.Window || d.Window == e.Window && d.Step >= 0 && (e.Step < 0 || d.Step < e.Step)
}

// Verify replays batches on two models and compares all outputs: bit by bit in
// the reference interpreter, in float32, on cropped batches; and numerically
// on whole ones in a compiled executor. Carried states are fed on from batch
// to batch; a single batch is replayed twice. Where one model has fewer units,
// states are compared on the units that both have, by the numbers that these
// had before any cut.
//
// An output that is not finite is a difference. Models that have different
// inputs or outputs cannot be compared: that is an error.
func Verify(a, b Model, batches []Batch, opt VerifyOptions) (*Report, error) {
	if len(batches) == 0 {
		return nil, fmt.Errorf("groups: verify: there is no batch to replay")
	}
	if opt.Numeric && opt.Machine == nil {
		return nil, fmt.Errorf("groups: verify: a numeric comparison needs a machine")
	}
	p, err := newPair(a, b)
	if err != nil {
		return nil, err
	}
	if len(batches) == 1 {
		batches = append(batches, batches[0])
	}
	if opt.Limits == nil {
		opt.Limits = graph.Binding{"time": 8, "batch": 4}
	}
	if opt.Tolerance == 0 {
		opt.Tolerance = 1e-4
	}
	r := &Report{Windows: len(batches), Weights: p.weights()}
	if err := p.bitwise(batches, opt, r); err != nil {
		return nil, err
	}
	r.Equal = r.Bitwise
	if opt.Machine != nil {
		within, err := p.numeric(batches, opt, r)
		if err != nil {
			return nil, err
		}
		r.Equal = within && (r.Bitwise || opt.Numeric)
	}
	return r, nil
}

// bitwise replays cropped batches in the interpreter until a value differs.
func (p *pair) bitwise(batches []Batch, opt VerifyOptions, r *Report) error {
	machine := func(g *graph.Graph, _ graph.Binding) (graph.Machine[float32], error) {
		return interp.New[float32](g), nil
	}
	cropped := make([]Batch, len(batches))
	for i, b := range batches {
		var err error
		if cropped[i], err = crop(p.a.Graph, b, opt.Limits); err != nil {
			return err
		}
	}
	err := p.replay(cropped, machine, func(window int, v views) bool {
		r.Values += len(v.a)
		v.each(func(i int, x, y float32) bool {
			if x == y && !math.IsInf(float64(x), 0) {
				return true
			}
			if d := v.difference(window, i); r.First == nil || d.before(r.First) {
				r.First = d
			}
			return false
		})
		return r.First == nil || r.First.Window == window
	})
	r.Bitwise = r.First == nil
	return err
}

// numeric replays whole batches and reports whether all differences are within
// the tolerance.
func (p *pair) numeric(batches []Batch, opt VerifyOptions, r *Report) (bool, error) {
	index := map[string]int{}
	worst := make([]*Difference, len(p.outputs))
	r.Outputs = make([]OutputDifference, len(p.outputs))
	for i, o := range p.outputs {
		index[o.name] = i
		r.Outputs[i].Output = o.name
	}
	broken := (*Difference)(nil)
	err := p.replay(batches, opt.Machine, func(window int, v views) bool {
		o := &r.Outputs[index[v.out.name]]
		v.each(func(i int, x, y float32) bool {
			diff := math.Abs(float64(x) - float64(y))
			o.Magnitude = max(o.Magnitude, math.Abs(float64(x)))
			if math.IsNaN(diff) || math.IsInf(diff, 0) || math.IsInf(float64(x), 0) {
				broken = v.difference(window, i)
				return false
			}
			if diff > o.Largest {
				o.Largest, worst[index[v.out.name]] = diff, v.difference(window, i)
			}
			return true
		})
		return broken == nil
	})
	for i, o := range r.Outputs {
		if broken == nil && o.Largest > opt.Tolerance*max(1, o.Magnitude) {
			broken = worst[i]
		}
	}
	if r.First == nil {
		r.First = broken
	}
	return broken == nil, err
}
