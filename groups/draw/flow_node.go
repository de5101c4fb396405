package draw

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed391906a2/iss/core/graph"
)

// node draws an operation of the step as a box, if it is to be seen.
func (f *flow) node(n *graph.Node) {
	for i := range n.Shapes {
		if literal(n.At(i)) {
			return
		}
	}
	switch op := n.Op.(type) {
	case *graph.InputOp: // made when it is read
	case *graph.ViewOp, *graph.ExpandOp:
		f.alias(n, n.In[0])
	case *graph.MatMulOp:
		if literal(n.In[1]) && !literal(n.In[0]) {
			f.weights(n, op)
			return
		}
		f.operator(n, "·", n.In...)
	case *graph.BinaryOp:
		f.binary(n, op)
	case *graph.UnaryOp:
		f.operator(n, symbol(op), n.In...)
	case *graph.ConcatOp:
		b := &box{kind: joint, op: n.Op.Name(), label: text{s: ""}}
		f.add(b, n, n.In...)
	case *graph.SliceOp:
		f.slice(n, op)
	default:
		f.operator(n, opName(n.Op), n.In...)
	}
}

// opName is an operation's name without its attributes.
func opName(op graph.Op) string {
	switch op := op.(type) {
	case *graph.ReduceOp:
		return map[graph.ReduceKind]string{graph.SumOf: "Σ", graph.MeanOf: "mean", graph.LargestOf: "max"}[op.Kind]
	case *graph.RStdOp:
		return "1/std"
	}
	name, _, _ := strings.Cut(op.Name(), "(")
	return name
}

// alias makes a value the ribbon of another.
func (f *flow) alias(n *graph.Node, v graph.Value) {
	t := f.nets[v]
	if t == nil {
		t = f.given(v)
	}
	f.nets[n.At(0)] = t
}

// add appends a box that computes all results of a node.
func (f *flow) add(b *box, n *graph.Node, in ...graph.Value) {
	for _, v := range in {
		f.read(b, v)
	}
	for i := range n.Shapes {
		f.emit(b, n.At(i))
	}
	f.boxes = append(f.boxes, b)
	f.done[n] = true
}

// operator is a circle or pill with a symbol.
func (f *flow) operator(n *graph.Node, symbol string, in ...graph.Value) *box {
	b := &box{kind: operator, label: text{s: symbol, size: 13}, op: symbol, sorts: true}
	f.add(b, n, in...)
	return b
}

var binarySymbols = map[graph.BinaryKind]string{
	graph.AddOf: "+", graph.SubOf: "−", graph.MulOf: "∘", graph.DivOf: "÷", graph.MaxOf: "max", graph.GreaterOf: ">",
}

// binary draws an element-wise operation of two operands. One that is a
// parameter or a constant is written into the box.
func (f *flow) binary(n *graph.Node, op *graph.BinaryOp) {
	symbol := binarySymbols[op.Kind]
	for i, v := range n.In {
		other := n.In[1-i]
		if !literal(v) {
			continue
		}
		if fill, ok := origin(v).Op.(*graph.FillOp); ok && (fill.Value == 1 && op.Kind == graph.MulOf || fill.Value == 0 && op.Kind == graph.AddOf) {
			f.alias(n, other) // a mask that drops nothing
			return
		}
		name, p := f.literalName(v)
		s := symbol + " " + name
		if i == 0 && (op.Kind == graph.SubOf || op.Kind == graph.DivOf) {
			s = name + " " + symbol
		}
		b := f.operator(n, s, other)
		b.op = symbol
		if p != nil {
			b.names, b.size = []string{name}, graph.Of(p.Shape...).String()
		} else {
			b.op = s
		}
		return
	}
	b := f.operator(n, symbol, n.In...)
	b.sorts = op.Kind != graph.SubOf && op.Kind != graph.DivOf && op.Kind != graph.GreaterOf
}

// origin is the node of a value, looked up around the step if it was captured.
func origin(v graph.Value) *graph.Node {
	if op, ok := v.Node.Op.(*graph.InputOp); ok && op.Role == graph.Capture {
		return origin(op.Outer)
	}
	return v.Node
}

// weights draws a product with weights, and the bias that is added to it alone.
func (f *flow) weights(n *graph.Node, op *graph.MatMulOp) {
	name, p := f.literalName(n.In[1])
	b := &box{kind: matrix, op: "weights", names: []string{name}}
	if op.Trans {
		b.op = "transposed"
	}
	if p != nil {
		b.size = strings.ReplaceAll(graph.Of(p.Shape...).String(), "×", " × ")
	}
	result := n.At(0)
	f.done[n] = true
	if u := f.users[result]; len(u) == 1 && !slices.Contains(f.body.Outputs, result) {
		if add, ok := u[0].Op.(*graph.BinaryOp); ok && add.Kind == graph.AddOf {
			for i, v := range u[0].In {
				if literal(v) && u[0].In[1-i] == result && v.Rank() == 1 {
					bias, _ := f.literalName(v)
					b.bias, b.names = true, append(b.names, bias)
					result = u[0].At(0)
					f.done[u[0]] = true
				}
			}
		}
	}
	f.read(b, n.In[0])
	f.emit(b, result)
	f.boxes = append(f.boxes, b)
}

// slice draws all parts that are taken from one value as one bar.
func (f *flow) slice(n *graph.Node, _ *graph.SliceOp) {
	v := n.In[0]
	b := f.splits[v]
	if b == nil {
		b = &box{kind: joint, op: "split"}
		f.splits[v] = b
		f.read(b, v)
		f.boxes = append(f.boxes, b)
		parts := slices.DeleteFunc(slices.Clone(f.users[v]), func(u *graph.Node) bool {
			_, ok := u.Op.(*graph.SliceOp)
			return !ok
		})
		slices.SortStableFunc(parts, func(p, q *graph.Node) int {
			return p.Op.(*graph.SliceOp).Start - q.Op.(*graph.SliceOp).Start
		})
		for _, u := range parts {
			f.emit(b, u.At(0))
			f.done[u] = true
		}
	}
}

// literalName names a value made of parameters and constants, and the
// parameter that is in it.
func (f *flow) literalName(v graph.Value) (string, *graph.Param) {
	n := origin(v)
	switch op := n.Op.(type) {
	case *graph.ParamOp:
		return strings.TrimPrefix(op.P.Name, f.cut), op.P
	case *graph.FillOp:
		return fmt.Sprintf("%.4g", op.Value), nil
	case *graph.ConstOp:
		if len(op.Data) == 1 {
			return fmt.Sprintf("%.4g", op.Data[0]), nil
		}
		return "const", nil
	case *graph.SliceOp:
		name, p := f.literalName(n.In[0])
		return fmt.Sprintf("%s [%d–%d]", name, op.Start, op.Start+(op.N-1)*op.Step), p
	case *graph.UnaryOp:
		name, p := f.literalName(n.In[0])
		return symbol(op) + "(" + name + ")", p
	}
	if len(n.In) > 0 {
		return f.literalName(n.In[0])
	}
	return opName(n.Op), nil
}

// inputName names what enters the step.
func (f *flow) inputName(v graph.Value) text {
	t := text{size: 14, italic: true}
	if literal(v) {
		t.s, _ = f.literalName(v)
		return t
	}
	op, ok := v.Node.Op.(*graph.InputOp)
	if !ok {
		t.s = opName(v.Node.Op)
		return t
	}
	outer := op.Outer
	switch op.Role {
	case graph.Previous:
		t.s, t.sub = op.Label, "t−1"
		return t
	case graph.Sequence:
		t.s, t.sub = "x", "t"
		i := slices.Index(f.body.Inputs, v)
		if f.outer == nil || i < 0 {
			return t
		}
		outer = f.outer.In[i]
		if i > 0 {
			t.s += fmt.Sprint(i)
		}
	case graph.Capture:
	default:
		t.s = op.Label
		return t
	}
	switch o := origin(outer).Op.(type) {
	case *graph.MaskOp:
		t.s, t.sub = "mask "+o.Site[strings.LastIndexByte(o.Site, '/')+1:], ""
	case *graph.ValidOp:
		t.s, t.sub = "within length", ""
	case *graph.InputOp:
		if op.Role == graph.Capture {
			t.s = o.Label
		}
	default:
		if op.Role == graph.Capture {
			t.s = opName(o)
		}
	}
	return t
}
