package equation

import (
	"math"

	"github.com/seed391906a2/iss/core/graph"
)

// function is what may be called in an expression.
type function struct {
	least, most int
	form        string // as it is written
	doc         string
	number      func(x ...float64) float64                      // of numbers; nil: of tensors only
	tensor      func(e *eval, n *node, x []value) (value, bool) // false: the arguments are no tensors that fit
}

// functions are those that expressions may call, by name.
func functions() map[string]function {
	all := map[string]function{
		"sigmoid": unary("sigmoid(x)", "1/(1+exp(-x))", graph.Sigmoid, func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }),
		"tanh":    unary("tanh(x)", "hyperbolic tangent", graph.Tanh, math.Tanh),
		"relu":    unary("relu(x)", "max(x, 0)", graph.Relu, func(x float64) float64 { return math.Max(x, 0) }),
		"exp":     unary("exp(x)", "e to the power of x", graph.Exp, math.Exp),
		"log":     unary("log(x)", "natural logarithm", graph.Log, math.Log),
		"sqrt":    unary("sqrt(x)", "square root", graph.Sqrt, math.Sqrt),
		"softmax": {1, 1, "softmax(x)", "exp(x)/Σexp(x) over the units", nil, alone(graph.Softmax)},
		"floor":   {1, 1, "floor(n)", "of a number, the whole number below", of1(math.Floor), nil},
		"ceil":    {1, 1, "ceil(n)", "of a number, the whole number above", of1(math.Ceil), nil},
		"max":     {2, 2, "max(a, b)", "the larger one", of2(math.Max), both(graph.Max)},
		"min":     {2, 2, "min(a, b)", "the smaller one", of2(math.Min), both(smaller)},
		"greater": {2, 2, "greater(a, b)", "1 where a > b, else 0; it has no gradient", nil, both(graph.Greater)},
		"select":  {3, 3, "select(c, a, b)", "a where c is not 0, else b", nil, choose},
		"layer_norm": {1, 4, "layer_norm(x, gain, bias, eps)", "gain∘(x-μ)/√(var+eps) + bias over the units; gain and bias may be left out, eps is 1e-5",
			nil, func(e *eval, n *node, x []value) (value, bool) { return normed(e, n, x, 2) }},
		"rms_norm": {1, 3, "rms_norm(x, gain, eps)", "gain∘x/√(mean of x² + eps) over the units; gain may be left out, eps is 1e-5",
			nil, func(e *eval, n *node, x []value) (value, bool) { return normed(e, n, x, 1) }},
		"transpose": {1, 1, "transpose(W)", "of a stored matrix, as the right side of a product", nil, transposed},
		"keep":      {1, 1, "keep(m)", "the chance to keep of a mask, a number", nil, nil},
	}
	all["σ"] = all["sigmoid"]
	return all
}

func of1(f func(float64) float64) func(...float64) float64 {
	return func(x ...float64) float64 { return f(x[0]) }
}

func of2(f func(a, b float64) float64) func(...float64) float64 {
	return func(x ...float64) float64 { return f(x[0], x[1]) }
}

func unary(form, doc string, f func(graph.Value) graph.Value, g func(float64) float64) function {
	return function{1, 1, form, doc, of1(g), alone(f)}
}

// alone is a function of one tensor.
func alone(f func(graph.Value) graph.Value) func(*eval, *node, []value) (value, bool) {
	return func(e *eval, n *node, x []value) (value, bool) {
		if x[0].is != "tensor" {
			return value{}, false
		}
		return e.emit(n.text, []value{x[0]}, func(t []graph.Value) graph.Value { return f(t[0]) }), true
	}
}

// both is a function of two operands that fit element by element; one may be a number.
func both(f func(a, b graph.Value) graph.Value) func(*eval, *node, []value) (value, bool) {
	return func(e *eval, n *node, x []value) (value, bool) {
		return e.elementwise(n, x, func(t []graph.Value) graph.Value { return f(t[0], t[1]) })
	}
}

func choose(e *eval, n *node, x []value) (value, bool) {
	return e.elementwise(n, x, func(t []graph.Value) graph.Value { return graph.Select(t[0], t[1], t[2]) })
}

// smaller is -max(-a, -b).
func smaller(a, b graph.Value) graph.Value { return graph.Neg(graph.Max(graph.Neg(a), graph.Neg(b))) }

// normed is a norm over the units with at most so many vectors behind x, and
// eps behind those.
func normed(e *eval, n *node, x []value, vectors int) (value, bool) {
	if x[0].is != "tensor" {
		return value{}, false
	}
	eps := 1e-5
	if last := len(x) - 1; last > 0 && x[last].is == "number" {
		if eps = x[last].num; !(eps > 0) {
			return e.fault(n.kids[last].col, "eps is %s; it must be more than 0", display(eps)), true
		}
		x = x[:last]
	}
	if len(x) > 1+vectors {
		return value{}, false
	}
	units := x[0].shape().Last()
	for i, v := range x[1:] {
		if v.is != "tensor" {
			return value{}, false
		}
		if s := v.shape(); len(s) != 1 || s[0] != units {
			return e.fault(n.kids[i+1].col, "%s over %v units needs a vector of as many, not one of shape %v", n.text, units, s), true
		}
	}
	return e.emit(n.text+" "+display(eps), x, func(t []graph.Value) graph.Value {
		t = append(t, graph.Value{}, graph.Value{})
		if vectors == 1 {
			return graph.RMSNorm(t[0], t[1], eps)
		}
		return graph.LayerNorm(t[0], t[1], t[2], eps)
	}), true
}

func transposed(e *eval, n *node, x []value) (value, bool) {
	if x[0].is != "tensor" || !isMatrix(x[0].shape()) || x[0].trans {
		return value{}, false
	}
	v := e.cutOut(x[0])
	v.trans = true
	return v, true
}
