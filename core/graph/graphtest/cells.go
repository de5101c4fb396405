package graphtest

import "github.com/seed391906a2/iss/core/graph"

// cell is a recurrent step of n units: its states and what it computes. The
// first state is its output.
type cell struct {
	states func(n int) []carried
	step   func(s *graph.Scope, n int, x graph.Value, prev []graph.Value) []graph.Value
}

type carried struct {
	name  string
	width int
}

func only(n int) []carried    { return []carried{{"h", n}} }
func withC(n int) []carried   { return []carried{{"h", n}, {"c", n}} }
func half(n int) int          { return n/2 + 1 }
func width(v graph.Value) int { return v.Shape().Last().Size }

// affine is [a, b, ...]·W + biases.
func affine(s *graph.Scope, name string, n int, parts ...graph.Value) graph.Value {
	x := graph.Concat(-1, parts...)
	w := s.Param(name+"weights", nil, width(x), n)
	return graph.Add(graph.MatMul(x, w), s.Param(name+"biases", nil, n))
}

func rnn(s *graph.Scope, n int, x graph.Value, prev []graph.Value) []graph.Value {
	return []graph.Value{graph.Tanh(affine(s, "", n, x, prev[0]))}
}

// lstm has gates in the order i, j, f, o (TensorFlow's BasicLSTMCell) and forget bias 1.
func lstm(s *graph.Scope, n int, x graph.Value, prev []graph.Value) []graph.Value {
	z := graph.Split(affine(s, "", 4*n, x, prev[0]), 4)
	c := graph.Add(
		graph.Mul(graph.Sigmoid(graph.Affine(z[2], 1, 1)), prev[1]),
		graph.Mul(graph.Sigmoid(z[0]), graph.Tanh(z[1])))
	return []graph.Value{graph.Mul(graph.Sigmoid(z[3]), graph.Tanh(c)), c}
}

// gru resets the state before the product: r·h is multiplied by U.
func gru(s *graph.Scope, n int, x graph.Value, prev []graph.Value) []graph.Value {
	h := prev[0]
	g := graph.Split(graph.Sigmoid(affine(s, "gates_", 2*n, x, h)), 2)
	u := graph.Tanh(affine(s, "candidate_", n, x, graph.Mul(g[0], h)))
	return []graph.Value{graph.Add(graph.Mul(g[1], h), graph.Mul(graph.OneMinus(g[1]), u))}
}

// gruAfter resets it behind the product: r is multiplied with h·U.
func gruAfter(s *graph.Scope, n int, x graph.Value, prev []graph.Value) []graph.Value {
	h := prev[0]
	a := graph.Split(affine(s, "input_", 3*n, x), 3)
	b := graph.Split(affine(s, "state_", 3*n, h), 3)
	r, z := graph.Sigmoid(graph.Add(a[0], b[0])), graph.Sigmoid(graph.Add(a[1], b[1]))
	u := graph.Tanh(graph.Add(a[2], graph.Mul(r, b[2])))
	return []graph.Value{graph.Add(u, graph.Mul(z, graph.Sub(h, u)))}
}

// rhn is a recurrent highway of depth 3 with coupled gates and masks that stay
// the same over a window.
func rhn(s *graph.Scope, n int, x graph.Value, prev []graph.Value) []graph.Value {
	h := prev[0]
	mask := s.Mask("state", n, 0.8, graph.PerWindow)
	for depth := range 3 {
		l := s.Sub(string(rune('a' + depth)))
		z := graph.Add(graph.MatMul(graph.Mul(h, mask), l.Param("recurrent", nil, n, 2*n)), l.Param("biases", nil, 2*n))
		if depth == 0 {
			z = graph.Add(z, graph.MatMul(x, l.Param("input", nil, width(x), 2*n)))
		}
		p := graph.Split(z, 2)
		t := graph.Sigmoid(p[1])
		h = graph.Add(graph.Mul(graph.Sub(graph.Tanh(p[0]), h), t), h)
	}
	return []graph.Value{h}
}

// peephole is an LSTM whose gates read the cell through diagonal weights.
func peephole(s *graph.Scope, n int, x graph.Value, prev []graph.Value) []graph.Value {
	diagonal := func(name string, c graph.Value) graph.Value {
		return graph.Mul(c, s.Param("diagonal_"+name, nil, n))
	}
	z := graph.Split(affine(s, "", 4*n, x, prev[0]), 4)
	i := graph.Sigmoid(graph.Add(z[0], diagonal("i", prev[1])))
	f := graph.Sigmoid(graph.Add(z[2], diagonal("f", prev[1])))
	c := graph.Add(graph.Mul(f, prev[1]), graph.Mul(i, graph.Tanh(z[1])))
	o := graph.Sigmoid(graph.Add(z[3], diagonal("o", c)))
	return []graph.Value{graph.Mul(o, graph.Tanh(c)), c}
}

// projection is an LSTM whose state is projected to fewer units (LSTMP).
func projection(s *graph.Scope, n int, x graph.Value, prev []graph.Value) []graph.Value {
	next := lstm(s, n, x, []graph.Value{prev[0], prev[1]})
	return []graph.Value{graph.MatMul(next[0], s.Param("projection", nil, n, half(n))), next[1]}
}

// normed is an RNN with layer norm on its pre-activation and RMS norm on its state.
func normed(s *graph.Scope, n int, x graph.Value, prev []graph.Value) []graph.Value {
	h := graph.RMSNorm(prev[0], s.Param("scale", nil, n), 1e-2)
	z := graph.LayerNorm(affine(s, "", n, x, h), s.Param("gain", nil, n), s.Param("shift", nil, n), 1e-2)
	return []graph.Value{graph.Add(graph.Relu(z), graph.Affine(prev[0], 0.5, 0))}
}

// odd has two inner sizes, interleaved gates and a decay constant per unit.
func odd(s *graph.Scope, n int, x graph.Value, prev []graph.Value) []graph.Value {
	h, m := prev[0], prev[1]
	z := affine(s, "", 3*n, x, h, m)
	i := graph.Sigmoid(graph.Slice(z, -1, 0, 3*n, 3))
	f := graph.Sigmoid(graph.Slice(z, -1, 1, 3*n, 3))
	u := graph.Tanh(graph.Slice(z, -1, 2, 3*n, 3))
	decay := make([]float64, n)
	for k := range decay {
		decay[k] = 1 - float64(k+1)/float64(2*n)
	}
	h = graph.Add(graph.Mul(graph.Mul(f, h), s.Const(decay, n)), graph.Mul(i, u))
	m = graph.Tanh(graph.Add(graph.MatMul(h, s.Param("inner", nil, n, half(n))), graph.Mul(m, s.Param("inner_diagonal", nil, half(n)))))
	return []graph.Value{h, m}
}

func oddStates(n int) []carried       { return []carried{{"h", n}, {"m", half(n)}} }
func projectedStates(n int) []carried { return []carried{{"h", half(n)}, {"c", n}} }
