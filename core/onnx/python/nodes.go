package python

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed391906a2/iss/core/onnx"
)

// graph writes the nodes of a graph.
func (p *program) graph(g *onnx.Graph) {
	for _, n := range g.Nodes {
		switch n.Op {
		case "Scan":
			p.scan(n)
		case "LSTM", "GRU", "RNN":
			p.layer(n)
		default:
			if n.Op == "Squeeze" && len(n.In) == 1 && p.m.Weight(n.In[0]) != nil { // a literal number
				p.names[n.Out[0]] = fmt.Sprint(p.longs(n.In[0])[0])
				continue
			}
			e := p.expression(n)
			if e == "" {
				p.fail("operator %q of %s has no expression in Python; it can be written as ONNX only, or the operation's method ONNX in other operators", n.Op, n.Name)
			}
			p.assign(n.Out[0], e)
		}
	}
}

// assign names a result. A name is not given another name.
func (p *program) assign(result, expression string) {
	if p.taken[expression] {
		p.names[result] = expression
		return
	}
	id := p.identifier(result)
	p.names[result] = id
	p.line("%s = %s", id, expression)
}

// scan writes a loop over time. ONNX's order: states, then sequences; what comes
// out are the last states, then the outputs of all steps.
func (p *program) scan(n *onnx.Node) {
	seqs := int(n.Attributes["num_scan_inputs"].(int64))
	states := len(n.In) - seqs
	reverse := n.Attributes["scan_input_directions"] != nil
	b := n.Body
	var ids, outs, stacked []string
	for i, v := range b.Inputs[:states] {
		id := p.identifier(v.Name)
		p.line("%s = %s", id, p.value(n.In[i]))
		p.names[v.Name] = id
		ids = append(ids, id)
	}
	for i := range b.Outputs[states:] {
		id := p.identifier(n.Out[states+i])
		p.line("%s = []", id)
		outs = append(outs, id)
	}
	steps := fmt.Sprintf("range(%s.shape[0])", p.value(n.In[states]))
	if reverse {
		steps = "reversed(" + steps + ")"
	}
	p.line("for t in %s:", steps)
	indent := p.indent
	p.indent += "    "
	for i, v := range b.Inputs[states:] {
		p.assign(v.Name, p.value(n.In[states+i])+"[t]")
	}
	p.graph(b)
	for i, v := range b.Outputs[states:] {
		p.line("%s.append(%s)", outs[i], p.value(v.Name))
	}
	var next []string
	for _, v := range b.Outputs[:states] {
		next = append(next, p.value(v.Name))
	}
	if states > 0 {
		p.line("%s = %s", strings.Join(ids, ", "), strings.Join(next, ", "))
	}
	p.indent = indent
	for i := range ids {
		p.names[n.Out[i]] = ids[i]
	}
	for i, id := range outs {
		if reverse {
			stacked = append(stacked, p.Dialect.expand("stack", id+"[::-1]"))
		} else {
			stacked = append(stacked, p.Dialect.expand("stack", id))
		}
		p.line("%s = %s", id, stacked[i])
		p.names[n.Out[states+i]] = id
	}
}

// expression is a node's result in Python; "" if there is none.
func (p *program) expression(n *onnx.Node) string {
	x := ""
	if len(n.In) > 0 {
		x = p.value(n.In[0])
	}
	if slices.ContainsFunc(n.In, func(name string) bool { return p.isList(name) }) || n.Op == "Shape" {
		if e, ok := p.lengths(n, x); ok {
			return e
		}
	}
	switch n.Op {
	case "Identity":
		return x
	case "Add", "Sub", "Mul", "Div", "Less", "Greater", "MatMul":
		sign := map[string]string{"Add": "+", "Sub": "-", "Mul": "*", "Div": "/", "Less": "<", "Greater": ">", "MatMul": "@"}[n.Op]
		return fmt.Sprintf("%s %s %s", x, sign, p.value(n.In[1]))
	case "Reciprocal":
		return "1 / " + x
	case "Neg":
		return "-" + x
	case "Max", "Min":
		return p.call(n.Op, p.tensor(n.In[0]), p.tensor(n.In[1]))
	case "Where":
		return p.call("Where", x, p.tensor(n.In[1]), p.tensor(n.In[2]))
	case "Cast":
		return p.call(fmt.Sprint("Cast", n.Attributes["to"]), x)
	case "Concat":
		var parts []string
		for _, name := range n.In {
			parts = append(parts, p.value(name))
		}
		return p.call("Concat", "["+strings.Join(parts, ", ")+"]", fmt.Sprint(n.Attributes["axis"]))
	case "Gather": // rows of a table
		return x + "[" + p.value(n.In[1]) + "]"
	case "GatherElements":
		return p.call("GatherElements", x, p.value(n.In[1]), fmt.Sprint(n.Attributes["axis"]))
	case "ReduceMax":
		return p.call("ReduceMax", x, list(n.Attributes["axes"].([]int64)))
	case "Range":
		return p.call(n.Op, x, p.value(n.In[1]))
	case "ReverseSequence":
		return p.call(n.Op, x, p.value(n.In[1]))
	case "Sigmoid", "Tanh", "Relu", "Abs", "Exp", "Log", "Sqrt", "Softmax", "LogSoftmax":
		return p.call(n.Op, x)
	case "Transpose":
		return p.call(n.Op, x, strings.Trim(list(n.Attributes["perm"].([]int64)), "[]"))
	}
	return ""
}

// call fills a template and notes the helper that it needs.
func (p *program) call(name string, args ...string) string {
	if _, ok := p.functions[name]; ok {
		p.helpers[name] = true
	}
	return p.Dialect.expand(name, args...)
}

// tensor is a tensor where a number will not do.
func (p *program) tensor(name string) string {
	if p.isNumber(name) {
		return p.Dialect.expand("scalar", p.value(name))
	}
	return p.value(name)
}

// lengths are operators on lists of integers, or with such a list as a
// parameter.
func (p *program) lengths(n *onnx.Node, x string) (string, bool) {
	all := !slices.ContainsFunc(n.In, func(name string) bool { return !p.isList(name) })
	of := ""
	if len(n.In) > 1 {
		of = p.value(n.In[1])
	}
	switch n.Op {
	case "Shape":
		p.lists[n.Out[0]] = true
		return "list(" + x + ".shape)", true
	case "Gather":
		if all {
			p.lists[n.Out[0]] = true
			return fmt.Sprintf("[%s[%d]]", x, p.longs(n.In[1])[0]), true
		}
		return p.call("Take", x, of, fmt.Sprint(n.Attributes["axis"])), true
	case "Concat":
		var parts []string
		for _, name := range n.In {
			parts = append(parts, p.value(name))
		}
		p.lists[n.Out[0]] = true
		return strings.Join(parts, " + "), true
	case "Cast": // a length as a number to divide by
		return "float(" + x + "[0])", true
	case "Squeeze":
		if len(n.In) == 1 {
			return x + "[0]", true
		}
		if p.open[n.In[0]] {
			return x, true
		}
		return p.call("Squeeze", x, fmt.Sprint(p.longs(n.In[1])[0])), true
	case "Unsqueeze":
		return p.call("Unsqueeze", x, fmt.Sprint(p.longs(n.In[1])[0])), true
	case "Expand":
		if p.isNumber(n.In[0]) {
			return p.call("full", of, x), true
		}
		return p.call("Expand", x, of), true
	case "Reshape":
		return p.reshape(n, x, of), true
	case "ReduceSum":
		return p.call("ReduceSum", x, of), true
	case "Slice":
		return p.slice(n, x), true
	}
	return "", false
}

// reshape writes a length of 0, which is that of the operand, out.
func (p *program) reshape(n *onnx.Node, x, of string) string {
	w := p.m.Weight(n.In[1])
	if w == nil || !slices.Contains(w.Longs, 0) {
		return p.call("Reshape", x, of)
	}
	var to []string
	for i, d := range w.Longs {
		if d == 0 {
			to = append(to, fmt.Sprintf("%s.shape[%d]", x, i))
		} else {
			to = append(to, fmt.Sprint(d))
		}
	}
	return p.call("Reshape", x, "["+strings.Join(to, ", ")+"]")
}

// slice is a slice along one axis; with step -1 the axis is turned round.
func (p *program) slice(n *onnx.Node, x string) string {
	start, stop, axis, step := p.longs(n.In[1])[0], p.longs(n.In[2])[0], p.longs(n.In[3])[0], p.longs(n.In[4])[0]
	if step < 0 {
		return p.call("Flip", x)
	}
	at := strings.Repeat(":, ", int(axis)) + fmt.Sprintf("%d:%d", start, stop)
	if step != 1 {
		at += fmt.Sprintf(":%d", step)
	}
	return x + "[" + at + "]"
}
