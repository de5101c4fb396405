package onnx

import (
	"fmt"
	"math"
	"slices"

	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/interp"
	"github.com/seed391906a2/iss/core/rng"
)

// Sizes of a replay, and how far the two may be apart in float64.
const (
	replaySteps     = 4
	replayBatch     = 3
	replayTolerance = 1e-10
)

// replay runs the traced Scan in the interpreter, and the operator by its
// definition, on random weights and inputs. An error says that they differ, or
// that the claim does not fit the Scan at all.
func (l *loop) replay(o *core.Operator) error {
	for _, name := range o.States {
		if !slices.Contains(l.states, name) {
			return fmt.Errorf("it has no state %s", name)
		}
	}
	if len(o.States) != len(l.states) {
		return fmt.Errorf("it has %d states, an operator %s has %d", len(l.states), o.Kind, len(o.States))
	}
	m := interp.New[float64](l.alone())
	if err := m.Bind(l.binding()); err != nil {
		return err
	}
	draw := func(what string, to []float64) {
		r := rng.New(1, "replay/"+what)
		for i := range to {
			to[i] = r.Uniform(-1, 1)
		}
	}
	for _, p := range l.params {
		draw(p.Name, m.Param(p.Name))
		for i := range m.Param(p.Name) {
			m.Param(p.Name)[i] *= math.Sqrt(3 / float64(p.Shape[0]))
		}
	}
	gates, err := l.gates(o, func(p *graph.Param) []float64 { return m.Param(p.Name) })
	if err != nil {
		return err
	}
	draw("x", m.Floats("x"))
	lengths := slices.Repeat([]int{replaySteps}, replayBatch)
	if !l.lengths.IsZero() {
		lengths = []int{replaySteps - 1, 1, replaySteps}
		for i, n := range lengths {
			m.Ints("lengths")[i] = int32(n)
		}
	}
	start := map[string][]float64{}
	for _, s := range l.states {
		draw(s, m.Floats(s))
		start[s] = slices.Clone(m.Floats(s))
	}
	if err := m.Run(graph.Mode{}); err != nil {
		return err
	}
	want := l.define(o, gates, m.Floats("x"), lengths, start)
	for name, values := range want {
		for i, v := range values {
			if got := m.Output(name + Next)[i]; !(math.Abs(got-v) <= replayTolerance*(1+math.Abs(v))) {
				return fmt.Errorf("it is claimed to be the operator %s, but its %s differs from the operator's: %g, not %g", o.Kind, name, got, v)
			}
		}
	}
	return nil
}

// binding are the lengths of time and batch in a replay.
func (l *loop) binding() graph.Binding {
	return graph.Binding{l.Time.Sym: replaySteps, l.n.In[0].Shape()[1].Sym: replayBatch}
}

// alone is the Scan by itself: inputs x, lengths and the states; outputs
// y/next and STATE/next.
func (l *loop) alone() *graph.Graph {
	g := graph.NewGraph("layer", nil)
	c := newCopier(g, nil)
	batch := l.n.In[0].Shape()[1]
	in := slices.Clone(l.n.In)
	c.vals[in[0]] = g.AddInput(&graph.InputOp{Label: "x", Shape: graph.Shape{l.Time, batch, graph.Fixed(l.in)}})
	if !l.lengths.IsZero() {
		lengths := g.AddInput(&graph.InputOp{Label: "lengths", Kind: graph.Int, Shape: graph.Shape{batch}})
		c.vals[in[1]] = graph.Valid(lengths, l.Time)
	}
	for i, s := range l.states {
		c.vals[in[l.Seqs+i]] = g.AddInput(&graph.InputOp{Label: s, Shape: graph.Shape{batch, graph.Fixed(l.out)}})
	}
	for _, v := range in[l.Seqs+l.States:] {
		c.vals[v] = g.AddParam(v.Node.Op.(*graph.ParamOp).P)
	}
	c.scan(l.n, l.ScanOp)
	for i, s := range l.states {
		g.AddOutput(s+Next, c.vals[l.n.At(i)])
	}
	g.AddOutput("y"+Next, c.vals[l.n.At(l.States)])
	return g
}

// define computes an operator by its definition: the outputs "y" [time, batch,
// H] and the last states [batch, H].
func (l *loop) define(o *core.Operator, gates map[string]gate, x []float64, lengths []int, start map[string][]float64) map[string][]float64 {
	out := map[string][]float64{"y": make([]float64, replaySteps*replayBatch*l.out)}
	for _, s := range l.states {
		out[s] = slices.Clone(start[s])
	}
	for row, n := range lengths {
		for k := range n {
			t := k
			if l.Reverse {
				t = n - 1 - k
			}
			at := t*replayBatch + row
			states := make([][]float64, len(o.States))
			for i, s := range o.States {
				states[i] = out[s][row*l.out : (row+1)*l.out]
			}
			step(o, gates, x[at*l.in:(at+1)*l.in], states)
			copy(out["y"][at*l.out:], states[0])
		}
	}
	return out
}

func sigmoid(v float64) float64 { return 1 / (1 + math.Exp(-v)) }

// step is one step of a row; states are changed in place.
func step(o *core.Operator, gates map[string]gate, x []float64, states [][]float64) {
	h := states[0]
	n := len(h)
	next := make([]float64, n)
	// product is v·W for unit j.
	product := func(v, w []float64, j int) (sum float64) {
		for i, a := range v {
			sum += a * w[i*n+j]
		}
		return sum
	}
	z := func(letter string, j int) float64 {
		g := gates[letter]
		return product(x, g.w, j) + product(h, g.r, j) + g.b[j]
	}
	switch o.Kind {
	case "LSTM":
		c := states[1]
		for j := range n {
			i, f := sigmoid(z("i", j)+gates["i"].p[j]*c[j]), sigmoid(z("f", j)+gates["f"].p[j]*c[j])
			c[j] = f*c[j] + i*math.Tanh(z("c", j))
			next[j] = sigmoid(z("o", j)+gates["o"].p[j]*c[j]) * math.Tanh(c[j])
		}
	case "GRU":
		g := gates["h"]
		reset := make([]float64, n)
		for j := range n {
			reset[j] = sigmoid(z("r", j))
		}
		gated := make([]float64, n)
		for j := range n {
			gated[j] = reset[j] * h[j]
		}
		for j := range n {
			u := sigmoid(z("z", j))
			state := product(gated, g.r, j)
			if o.After {
				state = reset[j] * (product(h, g.r, j) + g.d[j])
			}
			next[j] = (1-u)*math.Tanh(product(x, g.w, j)+g.b[j]+state) + u*h[j]
		}
	case "RNN":
		for j := range n {
			next[j] = math.Tanh(z("h", j))
			if o.Activation == "Relu" {
				next[j] = max(0, z("h", j))
			}
		}
	}
	copy(h, next)
}
