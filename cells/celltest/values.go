package celltest

import (
	"math"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/interp"
	"github.com/seed391906a2/iss/core/rng"
	"github.com/seed391906a2/iss/core/tensor"
	"github.com/seed391906a2/iss/groups"
)

type dense = map[string]tensor.Dense[float32]

// read makes tensors readable by name.
func read(ts dense) func(string) []float32 {
	return func(name string) []float32 { return ts[name].Data }
}

// values are a parameter's: as it starts, and some noise, since zeros hide faults.
func values(p *graph.Param, seed uint64) []float32 {
	r := rng.New(seed, "celltest/"+p.Name)
	w := make([]float32, p.Size())
	p.Init.Fill(w, p.Shape, r)
	scale := 0.4
	if len(p.Shape) > 1 {
		scale = min(0.6, math.Sqrt(3/float64(max(1, p.Shape[0]))))
	}
	for i := range w {
		w[i] += float32(r.Uniform(-scale, scale))
	}
	return w
}

// weights are those of a whole model.
func weights(g *graph.Graph, seed uint64) map[string]tensor.Dense[float32] {
	out := map[string]tensor.Dense[float32]{}
	for _, p := range g.Params {
		out[p.Name] = tensor.Of(values(p, seed), p.Shape...)
	}
	return out
}

// fed are the values of a float input; states are near where they start.
func fed(op *graph.InputOp, n int, seed uint64) []float32 {
	r := rng.New(seed, "celltest/input/"+op.Label)
	w := make([]float32, n)
	for i := range w {
		w[i] = float32(r.Uniform(-1, 1))
		if op.Role == graph.Carried {
			w[i] = float32(op.Start) + w[i]/2
		}
	}
	return w
}

// start puts states where they start, which is all that a cut promises to keep.
func start[T tensor.Float](m graph.Machine[T], g *graph.Graph) {
	for _, v := range g.Inputs {
		if op := v.Node.Op.(*graph.InputOp); op.Role == graph.Carried {
			for i := range m.Floats(op.Label) {
				m.Floats(op.Label)[i] = T(op.Start)
			}
		}
	}
}

// load gives a machine weights and what is fed; numbers are exact in float32.
func load[T tensor.Float](m graph.Machine[T], g *graph.Graph, ts map[string]tensor.Dense[float32], seed uint64) error {
	if err := m.Bind(binding); err != nil {
		return err
	}
	for _, p := range g.Params {
		put(m.Param(p.Name), ts[p.Name].Data)
	}
	for _, v := range g.Inputs {
		op := v.Node.Op.(*graph.InputOp)
		if op.Kind == graph.Int { // lengths: time, time-2, ..., down to none
			for i := range m.Ints(op.Label) {
				m.Ints(op.Label)[i] = int32(max(0, binding["time"]-2*i))
			}
			continue
		}
		dst := m.Floats(op.Label)
		put(dst, fed(op, len(dst), seed))
	}
	m.Changed()
	return nil
}

func put[T tensor.Float](dst []T, src []float32) {
	for i, v := range src {
		dst[i] = T(v)
	}
}

// batches are windows of input for Verify.
func batches(g *graph.Graph) (out []groups.Batch) {
	for seed := range uint64(2) {
		b := groups.Batch{Binding: binding, Floats: map[string][]float32{}}
		for _, v := range g.Inputs {
			if op := v.Node.Op.(*graph.InputOp); op.Role == graph.Feed {
				b.Floats[op.Label] = fed(op, v.Shape().Size(binding), seed)
			}
		}
		out = append(out, b)
	}
	return out
}

// play runs a model once, from where its states start, and returns its results.
func play(g *graph.Graph, ts dense, mode graph.Mode) (map[string][]float32, error) {
	m := interp.New[float32](g)
	if err := load(m, g, ts, 4); err != nil {
		return nil, err
	}
	start(m, g)
	if err := m.Run(mode); err != nil {
		return nil, err
	}
	out := map[string][]float32{}
	for _, name := range g.Names {
		out[name] = m.Output(name)
	}
	return out, nil
}
