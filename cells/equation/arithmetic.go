package equation

import (
	"github.com/seed391906a2/iss/core/graph"
)

// arithmetic is +, -, *, .*, / and the sign.
func (e *eval) arithmetic(n *node, x []value) value {
	for k, v := range x {
		if v.is != "number" && v.is != "tensor" {
			return e.fault(n.kids[k].col, "%s cannot be taken of %v", symbolOf(n.op), v)
		}
		if v.trans && !(n.op == "*" && k == 1) {
			return e.fault(n.kids[k].col, "transpose(…) stands as the right side of a product only")
		}
	}
	if n.op == "neg" {
		if x[0].is == "number" {
			return numberValue(-x[0].num)
		}
		return e.affine(x[0], -1, 0)
	}
	a, b := x[0], x[1]
	switch {
	case a.is == "number" && b.is == "number":
		return e.numbers(n, a.num, b.num)
	case a.is == "number":
		return e.withNumber(n, b, a.num, true)
	case b.is == "number":
		return e.withNumber(n, a, b.num, false)
	case n.op == "*":
		return e.product(n, a, b)
	}
	return e.tensors(n, a, b)
}

func symbolOf(op string) string {
	if op == "neg" {
		return "-"
	}
	return op
}

func (e *eval) numbers(n *node, a, b float64) value {
	switch n.op {
	case "+":
		return numberValue(a + b)
	case "-":
		return numberValue(a - b)
	case "/":
		if b == 0 {
			return e.fault(n.col, "a division by zero")
		}
		return numberValue(a / b)
	}
	return numberValue(a * b)
}

// withNumber joins a tensor and a number: a·x + b with two numbers. Adding 0
// and multiplying by 1 is nothing.
func (e *eval) withNumber(n *node, x value, c float64, left bool) value {
	switch n.op {
	case "+":
		return e.affine(x, 1, c)
	case "-":
		if left {
			return e.affine(x, -1, c)
		}
		return e.affine(x, 1, -c)
	case "/":
		if left {
			return e.emit("/ of "+display(c), []value{x}, func(t []graph.Value) graph.Value {
				return graph.Div(e.scope.Fill(c, graph.Fixed(1)), t[0])
			})
		}
		if c == 0 {
			return e.fault(n.col, "a division by zero")
		}
		return e.affine(x, 1/c, 0)
	}
	return e.affine(x, c, 0)
}

func (e *eval) affine(x value, a, b float64) value {
	if a == 1 && b == 0 {
		return x
	}
	return e.emit("affine "+display(a)+" "+display(b), []value{x}, func(t []graph.Value) graph.Value {
		return graph.Affine(t[0], a, b)
	})
}

// product is x·W.
func (e *eval) product(n *node, x, w value) value {
	xs, ws := x.shape(), w.shape()
	if !isMatrix(ws) {
		return e.fault(n.col, "the right side of a product is a matrix of rows and columns; these are %v and %v (element by element is .* or ∘)", xs, ws)
	}
	if xs.Last() != ws[0] {
		return e.fault(n.col, "the left side has %v units, the matrix %v rows: %v and %v", xs.Last(), ws[0], xs, ws)
	}
	switch {
	case w.trans:
		return e.emit("* transposed", []value{x, {is: "tensor", t: w.t}}, func(t []graph.Value) graph.Value { return graph.MatMulT(t[0], t[1]) })
	case w.cut != nil && w.cut.together:
		all := e.emit("*", []value{x, {is: "tensor", t: w.t}}, func(t []graph.Value) graph.Value { return graph.MatMul(t[0], t[1]) })
		all.cut, all.k = w.cut, w.k
		return all
	}
	return e.emit("*", []value{x, w}, func(t []graph.Value) graph.Value { return graph.MatMul(t[0], t[1]) })
}

// tensors joins two tensors element by element. The sum of two ranges that
// are cut alike is that range of the sum.
func (e *eval) tensors(n *node, a, b value) value {
	join := map[string]func(a, b graph.Value) graph.Value{"+": graph.Add, "-": graph.Sub, ".*": graph.Mul, "/": graph.Div}[n.op]
	f := func(t []graph.Value) graph.Value { return join(t[0], t[1]) }
	if n.op == "+" && same(a, b) && (a.cut.together || b.cut.together) {
		if _, ok := broadcast(a.t.Shape(), b.t.Shape()); ok {
			all := e.emit(n.op, []value{{is: "tensor", t: a.t}, {is: "tensor", t: b.t}}, f)
			all.cut, all.k = a.cut, a.k
			return all
		}
	}
	v, _ := e.elementwise(n, []value{a, b}, f)
	return v
}

// elementwise joins operands that fit element by element. Numbers among them
// become tensors; it is false if all are.
func (e *eval) elementwise(n *node, x []value, f func(t []graph.Value) graph.Value) (value, bool) {
	var shape graph.Shape
	first := -1
	for k, v := range x {
		switch {
		case v.is == "number":
			continue
		case v.is != "tensor" || v.trans:
			return value{}, false
		case first < 0:
			first, shape = k, v.shape()
			continue
		}
		s, ok := broadcast(shape, v.shape())
		if !ok {
			return e.fault(n.col, "the operands of %s have shapes %v and %v, which do not fit%s", written(n), shape, v.shape(), e.whose(n)), true
		}
		shape = s
	}
	if first < 0 {
		return value{}, false
	}
	for k, v := range x {
		if v.is == "number" {
			x[k] = tensorValue(e.fill(v.num))
		}
	}
	return e.emit(written(n), x, f), true
}

// written is how an operator or a function is written.
func written(n *node) string {
	if n.op == opCall {
		return n.text
	}
	return n.op
}

// whose names the two sides, if they are names.
func (e *eval) whose(n *node) string {
	if len(n.kids) == 2 && n.kids[0].op == opName && n.kids[1].op == opName {
		return ": " + n.kids[0].text + " and " + n.kids[1].text
	}
	return ""
}

// broadcast is the shape of two operands joined element by element: aligned at
// the last axis, equal or one of them 1 or missing.
func broadcast(a, b graph.Shape) (graph.Shape, bool) {
	if len(a) < len(b) {
		a, b = b, a
	}
	out := append(graph.Shape(nil), a...)
	one := graph.Fixed(1)
	for k := 1; k <= len(b); k++ {
		x, y := a[len(a)-k], b[len(b)-k]
		switch {
		case x == y, y == one:
		case x == one:
			out[len(a)-k] = y
		default:
			return nil, false
		}
	}
	return out, true
}
