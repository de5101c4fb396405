// Package python writes a model as a program in Python: for PyTorch, or for
// NumPy alone. What core/onnx made of the model is the text that it reads.
//
//	p, err := python.Torch.Program(m)
//	p.Text       // model.py
//	p.Weights    // by the names under which it loads them
//
// A recurrent layer is one nn.LSTM, nn.GRU or nn.RNN where it fits (Fits),
// else a loop over its step, written out.
package python

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/onnx"
	"github.com/seed391906a2/iss/core/tensor"
)

// Program is a model in Python.
type Program struct {
	Text    string
	Weights map[string]tensor.Array
}

// program is one that is being written.
type program struct {
	*Dialect
	m       *onnx.Model
	lines   strings.Builder
	indent  string
	names   map[string]string // tensor -> expression
	taken   map[string]bool   // identifiers
	lists   map[string]bool   // tensors that are lists of lengths in Python
	weights map[string]tensor.Array
	shape   map[string][]int // of weights
	modules []string         // lines that make the layers
	open    map[string]bool  // outputs 0 of layers: they have no axis of directions in Python
	helpers map[string]bool  // functions that are used
	err     error
}

// Program writes a model. An operator that has no expression in Python is an
// error that names it.
func (d *Dialect) Program(m *onnx.Model) (*Program, error) {
	p := &program{
		Dialect: d, m: m, indent: "        ", names: map[string]string{}, taken: map[string]bool{"self": true, "states": true, "t": true}, lists: map[string]bool{},
		weights: map[string]tensor.Array{}, shape: map[string][]int{}, open: map[string]bool{}, helpers: map[string]bool{},
	}
	for _, name := range strings.Fields(d.reserved + " and as def del for if in is not or return while with from import class None True False list range len") {
		p.taken[name] = true
	}
	states := map[string]bool{}
	for _, s := range m.States {
		states[s.Name] = true
	}
	var arguments []string
	for _, v := range m.Inputs {
		id := p.identifier(v.Name)
		p.names[v.Name] = id
		if !states[v.Name] {
			arguments = append(arguments, id)
		}
	}
	for _, v := range m.Inputs {
		switch id := p.names[v.Name]; {
		case v.Kind == graph.Int:
			p.line("%s = %s", id, d.expand("ints", id))
		case states[v.Name]:
			p.line("%s = states.get(%q, %s)", id, v.Name, p.start(v))
		}
	}
	p.graph(m.Graph)
	if p.err != nil {
		return nil, p.err
	}
	var outputs, next []string
	for _, o := range m.Outputs {
		if i := slices.IndexFunc(m.States, func(s onnx.State) bool { return s.Next == o.Name }); i >= 0 {
			next = append(next, fmt.Sprintf("%q: %s", m.States[i].Name, p.value(o.Name)))
		} else {
			outputs = append(outputs, p.value(o.Name))
		}
	}
	if len(m.States) > 0 {
		outputs = append(outputs, "{"+strings.Join(next, ", ")+"}")
	}
	p.line("return %s", strings.Join(outputs, ", "))
	return &Program{d.file(p, arguments), p.weights}, p.err
}

// start is a state before the first run.
func (p *program) start(v onnx.Info) string {
	var lengths []string
	for _, d := range v.Shape {
		lengths = append(lengths, p.length(d))
	}
	start := 0.0
	for _, s := range p.m.States {
		if s.Name == v.Name {
			start = s.Start
		}
	}
	return p.expand("full", "["+strings.Join(lengths, ", ")+"]", number(float32(start)))
}

// length is that of an axis: a number, or read off an input that is fed.
func (p *program) length(d graph.Dim) string {
	for _, in := range p.m.Inputs {
		state := slices.ContainsFunc(p.m.States, func(s onnx.State) bool { return s.Name == in.Name })
		if axis := slices.Index(in.Shape, d); !d.IsFixed() && !state && axis >= 0 {
			return fmt.Sprintf("%s.shape[%d]", p.names[in.Name], axis)
		}
	}
	if !d.IsFixed() {
		p.fail("no input that is fed has the axis %q, so a state cannot start by itself", d.Sym)
	}
	return strconv.Itoa(d.Size)
}

func (p *program) line(format string, args ...any) {
	p.lines.WriteString(p.indent + fmt.Sprintf(format, args...) + "\n")
}

// identifier is a name of Python's for a tensor.
func (p *program) identifier(name string) string {
	base := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return '_'
	}, name)
	if base == "" || base[0] >= '0' && base[0] <= '9' {
		base = "v" + base
	}
	id := base
	for i := 2; p.taken[id]; i++ {
		id = fmt.Sprint(base, "_", i)
	}
	p.taken[id] = true
	return id
}

// value is the expression of a tensor.
func (p *program) value(name string) string {
	if id, ok := p.names[name]; ok {
		return id
	}
	w := p.m.Weight(name)
	switch {
	case w == nil:
		p.fail("no tensor %q", name)
		return name
	case w.Longs != nil:
		return list(w.Longs)
	case len(w.Shape) == 0:
		return number(w.Floats[0])
	}
	key := p.key(name)
	p.weights[p.prefix+key], p.shape[p.prefix+key] = tensor.Of(w.Floats, w.Shape...), w.Shape
	return fmt.Sprintf("self.weights[%q]", key)
}

// key is the name of a weight or layer; PyTorch's have no dots.
func (p *program) key(name string) string {
	if p.layers {
		return strings.ReplaceAll(name, ".", "_")
	}
	return name
}

// isNumber reports whether a tensor is a literal of one number.
func (p *program) isNumber(name string) bool {
	w := p.m.Weight(name)
	return w != nil && w.Longs == nil && len(w.Shape) == 0
}

// isList reports whether a tensor is a list of integers in Python.
func (p *program) isList(name string) bool {
	w := p.m.Weight(name)
	return p.lists[name] || w != nil && w.Longs != nil
}

// longs are the integers of a literal.
func (p *program) longs(name string) []int64 {
	w := p.m.Weight(name)
	if w == nil || w.Longs == nil {
		p.fail("tensor %q is no literal of integers", name)
		return []int64{0}
	}
	return w.Longs
}

func (p *program) fail(format string, args ...any) {
	if p.err == nil {
		p.err = fmt.Errorf("python: "+format, args...)
	}
}

func number(v float32) string {
	s := strconv.FormatFloat(float64(v), 'g', -1, 32)
	if !strings.ContainsAny(s, ".e") {
		s += ".0"
	}
	switch s {
	case "+Inf.0":
		return `float("inf")`
	case "-Inf.0":
		return `float("-inf")`
	}
	return s
}

func list(v []int64) string {
	var s []string
	for _, n := range v {
		s = append(s, strconv.FormatInt(n, 10))
	}
	return "[" + strings.Join(s, ", ") + "]"
}

// used are the helpers that the program calls, in order.
func (p *program) used() string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(p.helpers)) {
		b.WriteString("\n\n" + strings.TrimSpace(p.functions[name]) + "\n")
	}
	return b.String()
}
