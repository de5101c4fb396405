package graphtest

import (
	"math"

	"github.com/seed391906a2/iss/core/graph"
)

// operation makes a new value [lead..., m] from values [lead..., n] of the pool.
func (w *random) operation(s *graph.Scope, pool []graph.Value, lead graph.Shape) graph.Value {
	a := w.calm(w.pick(pool), 4)
	switch w.IntN(12) {
	case 0, 1, 2:
		return w.from(s, pool, 1+w.IntN(6))
	case 3, 4:
		return w.binary(s, a, w.calm(w.resize(s, w.pick(pool), width(a)), 4), lead)
	case 5, 6:
		return w.unary(a)
	case 7, 8:
		return w.arrange(a, pool)
	case 9:
		return w.heads(s, a)
	case 10:
		return w.normalise(s, a)
	}
	return w.special(s, a, lead)
}

// product multiplies x with a weight: plain, transposed, cut out of a larger
// one, joined from two, or computed from one.
func (w *random) product(s *graph.Scope, x graph.Value, n int) graph.Value {
	k := width(x)
	switch w.IntN(7) {
	case 0:
		return graph.MatMulT(x, w.weight(s, n, k))
	case 1:
		at := w.IntN(3)
		return graph.MatMul(x, graph.Slice(w.weight(s, k+2, n), -2, at, at+k, 1))
	case 2:
		at := w.IntN(3)
		return graph.MatMul(x, graph.Slice(w.weight(s, k, n+2), -1, at, at+n, 1))
	case 3:
		if n > 1 {
			return graph.MatMul(x, graph.Concat(-1, w.weight(s, k, 1), w.weight(s, k, n-1)))
		}
	case 4:
		return graph.MatMul(x, graph.Tanh(w.weight(s, k, n)))
	}
	return graph.MatMul(x, w.weight(s, k, n))
}

// unary applies a function, after bringing its operand into a range where it
// is smooth and finite.
func (w *random) unary(a graph.Value) graph.Value {
	positive := func() graph.Value { return graph.Affine(graph.Sigmoid(a), 1, 0.5) }
	switch w.IntN(10) {
	case 0:
		return w.put(graph.Sigmoid(a), 1)
	case 1:
		return w.put(graph.Tanh(a), 1)
	case 2:
		return w.put(graph.Relu(a), w.bound[a])
	case 3:
		return w.put(graph.Exp(graph.Tanh(a)), 3)
	case 4:
		return w.put(graph.Log(positive()), 1)
	case 5:
		return w.put(graph.Sqrt(positive()), 1.3)
	case 6:
		return w.put(graph.Neg(a), w.bound[a])
	case 7:
		return w.put(graph.OneMinus(a), 1+w.bound[a])
	case 8:
		return w.put(graph.Affine(graph.Affine(a, 0.5, 0.25), -2, 0), 2*w.bound[a]+1)
	}
	return w.put(graph.Affine(a, 1, 0), w.bound[a])
}

// binary combines two values of one width, or a value with one number for each
// unit, for each row, or for all.
func (w *random) binary(s *graph.Scope, a, b graph.Value, lead graph.Shape) graph.Value {
	n := width(a)
	switch w.IntN(8) {
	case 0:
		b = w.weight(s, n)
	case 1:
		data := make([]float64, n)
		for i := range data {
			data[i] = float64(w.IntN(9)-4) / 4
		}
		b = w.put(s.Const(data, n), 1)
	case 2:
		b = w.put(graph.Emit(b.Graph(), &graph.ReduceOp{Kind: graph.MeanOf, Axes: []int{-1}, Width: n}, b).At(0), w.bound[b])
	case 3:
		b = w.put(s.Fill(0.5*float64(w.IntN(3)), append(lead[:len(lead):len(lead)], graph.Fixed(n))...), 1)
	case 4:
		b = w.put(s.Fill(0.5), 0.5)
	}
	if w.chance(0.5) {
		a, b = b, a
	}
	p, q := w.bound[a], w.bound[b]
	switch w.IntN(8) {
	case 0, 1:
		return w.put(graph.Add(a, b), p+q)
	case 2:
		return w.put(graph.Sub(a, b), p+q)
	case 3, 4:
		return w.put(graph.Mul(a, b), p*q)
	case 5:
		return w.put(graph.Div(a, graph.Affine(graph.Sigmoid(b), 1, 0.5)), 2*p)
	case 6:
		return w.put(graph.Max(a, b), max(p, q))
	}
	return w.put(graph.Select(graph.Greater(a, b), graph.Mul(a, a), b), max(p*p, q))
}

// arrange takes features out of a, repeats them, or puts them elsewhere.
func (w *random) arrange(a graph.Value, pool []graph.Value) graph.Value {
	n := width(a)
	step := 1 + w.IntN(3)
	switch w.IntN(6) {
	case 0:
		return w.join(pool)
	case 1:
		if n%2 == 0 {
			return w.put(graph.Split(a, 2)[w.IntN(2)], w.bound[a])
		}
		return w.put(graph.Slice(a, -1, w.IntN(n), n, step), w.bound[a])
	case 2:
		at := make([]int, 1+w.IntN(6))
		for i := range at {
			at[i] = w.IntN(n)
		}
		return w.put(graph.Gather(a, -1, at), w.bound[a])
	case 3:
		at := make([]int, n)
		for i := range at {
			at[i] = w.IntN(n + 1)
		}
		return w.put(graph.Emit(a.Graph(), &graph.ScatterOp{Axis: -1, At: at, Size: n + 1}, a).At(0), float64(n)*w.bound[a])
	case 4:
		start := w.IntN(2)
		size := start + (n-1)*step + 1 + w.IntN(2)
		return w.put(graph.Emit(a.Graph(), &graph.SpreadOp{Axis: -1, Start: start, Step: step, Size: size}, a).At(0), w.bound[a])
	}
	return w.put(graph.Slice(a, -1, w.IntN(n), n, step), w.bound[a])
}

// heads divides the features in two axes, works on these, and joins them again.
func (w *random) heads(s *graph.Scope, a graph.Value) graph.Value {
	n, h := width(a), 1
	for _, d := range []int{2, 3} {
		if n%d == 0 {
			h = d
		}
	}
	p := w.put(graph.Reshape(a, 1, h, n/h), w.bound[a])
	switch w.IntN(5) {
	case 0:
		p = w.put(graph.Softmax(p), 1)
	case 1:
		p = w.put(graph.Mul(p, w.weight(s, h, 1)), w.bound[p])
	case 2:
		k := [...]graph.ReduceKind{graph.SumOf, graph.MeanOf, graph.LargestOf}[w.IntN(3)]
		axis := -1 - w.IntN(2)
		wide := p.Shape()[p.Rank()+axis].Size
		m := graph.Emit(p.Graph(), &graph.ReduceOp{Kind: k, Axes: []int{axis}, Width: wide}, p).At(0)
		return w.calm(w.put(graph.Reshape(graph.Sub(p, m), 2, n), w.bound[p]*float64(wide+1)), 4)
	case 3:
		return w.put(graph.Mean(p, -2), w.bound[p])
	case 4:
		p = w.put(graph.MatMul(p, w.weight(s, n/h, n/h)), 2*w.bound[p])
	}
	return w.put(graph.Reshape(p, 2, n), w.bound[p])
}

// normalise applies a norm over the features.
func (w *random) normalise(s *graph.Scope, a graph.Value) graph.Value {
	n := width(a)
	root := math.Sqrt(float64(n))
	switch w.IntN(4) {
	case 0:
		return w.put(graph.Softmax(a), 1)
	case 1:
		return w.put(graph.LayerNorm(a, w.weight(s, n), w.weight(s, n), 0.02), root/2+0.5)
	case 2:
		return w.put(graph.LayerNorm(a, graph.Value{}, graph.Value{}, 0.02), root)
	}
	return w.put(graph.RMSNorm(a, w.weight(s, n), 0.02), root/2)
}

// special uses what is rarer: reductions that are repeated, masks, sums over
// rows, and losses as values.
func (w *random) special(s *graph.Scope, a graph.Value, lead graph.Shape) graph.Value {
	n, bound := width(a), w.bound[a]
	step := w.depth > 0
	switch {
	case w.chance(0.2):
		sum := graph.Emit(a.Graph(), &graph.ViewOp{Shape: append(lead[:len(lead):len(lead)], graph.Fixed(1))}, graph.Sum(a, -1)).At(0)
		return w.calm(w.put(graph.Expand(sum, a.Shape()...), bound*float64(n)), 4)
	case step && w.depth == 1 && w.chance(0.3):
		f := [...]graph.Frequency{graph.PerStep, graph.PerWindow}[w.IntN(2)]
		return w.calm(w.put(graph.Mul(a, s.Mask(w.name("mask"), n, 0.75, f)), 1.34*bound), 4)
	case step && w.chance(0.3): // weights that the step itself computes
		m := graph.Tanh(graph.Outer(a, w.tame(a)))
		return w.calm(w.put(graph.MatMul(a, m), bound*float64(n)), 4)
	case step && !w.stepIDs.IsZero() && w.chance(0.3):
		rows := graph.Tanh(graph.Emit(a.Graph(), &graph.LookupGradOp{Rows: w.vocab}, w.stepIDs, a).At(0))
		return w.put(graph.Add(a, graph.Mean(rows, -2)), bound+1)
	case step && !w.stepIDs.IsZero() && w.chance(0.3):
		return w.put(graph.Lookup(w.weight(s, w.vocab, n), w.stepIDs), 0.6)
	case step && !w.stepIDs.IsZero():
		logits := w.resize(s, a, w.vocab)
		ce := graph.CrossEntropy(logits, w.stepLabels)
		if w.chance(0.5) {
			d := graph.Emit(ce.Graph(), &graph.CrossEntropyGradOp{}, logits, w.stepLabels, graph.Tanh(ce)).At(0)
			return w.put(d, 1)
		}
		one := graph.Emit(ce.Graph(), &graph.ViewOp{Shape: append(lead[:len(lead):len(lead)], graph.Fixed(1))}, ce).At(0)
		return w.put(graph.Tanh(graph.Mul(a, one)), 1)
	}
	return w.put(graph.Mul(a, graph.Expand(w.weight(s, n), a.Shape()...)), bound)
}

// tame is a value of the same rows that no weight is needed for.
func (w *random) tame(a graph.Value) graph.Value { return graph.Affine(graph.Sigmoid(a), 2, -1) }
