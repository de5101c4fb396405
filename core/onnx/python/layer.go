package python

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/core/onnx"
	"github.com/seed391906a2/iss/core/tensor"
)

// layer writes a recurrent operator as a layer of PyTorch, whose gates are
// stacked in an order of its own. Like ONNX it has two biases and an axis of
// layers in its states.
func (p *program) layer(n *onnx.Node) {
	if !p.layers {
		p.fail("operator %q of %s is no layer here", n.Op, n.Name)
		return
	}
	w, r, b := p.m.Weight(n.In[1]), p.m.Weight(n.In[2]), p.m.Weight(n.In[3])
	hidden, in := r.Shape[2], w.Shape[2]
	name := p.key(path.Dir(n.Name))
	gates := len(core.GateOrder["onnx"][n.Op])
	for suffix, data := range map[string][]float32{
		"weight_ih_l0": w.Floats, "weight_hh_l0": r.Floats, "bias_ih_l0": b.Floats[:gates*hidden], "bias_hh_l0": b.Floats[gates*hidden:],
	} {
		shape := []int{gates * hidden}
		if strings.HasPrefix(suffix, "weight") {
			shape = append(shape, len(data)/shape[0])
		}
		p.weights["layers."+name+"."+suffix] = tensor.Of(restacked(n.Op, data), shape...)
	}
	options := ""
	if a, ok := n.Attributes["activations"].([]string); ok {
		options = fmt.Sprintf(", nonlinearity=%q", strings.ToLower(a[0]))
	}
	module := fmt.Sprintf("        self.layers[%q] = nn.%s(%d, %d%s)\n", name, n.Op, in, hidden, options)
	if !slices.Contains(p.modules, module) { // a layer may be run twice
		p.modules = append(p.modules, module)
	}

	p.apply(n, fmt.Sprintf("self.layers[%q]", name))
}

// apply runs a layer; x goes in turned round if it runs backwards, and what
// comes out is turned round again.
func (p *program) apply(n *onnx.Node, layer string) {
	x, lengths, reverse := p.value(n.In[0]), "", n.Attributes["direction"] == "reverse"
	turned := func(x string) string { return p.call("Flip", x) }
	if n.In[4] != "" {
		lengths = p.value(n.In[4])
		turned = func(x string) string { return p.call("ReverseSequence", x, lengths) }
	}
	y, h := p.identifier(n.Out[0]), p.identifier(n.Out[1])
	p.names[n.Out[0]], p.names[n.Out[1]], p.open[n.Out[0]] = y, h, true
	start, last := p.value(n.In[5]), h
	if n.Op == "LSTM" {
		c := p.identifier(n.Out[2])
		p.names[n.Out[2]] = c
		start, last = fmt.Sprintf("(%s, %s)", start, p.value(n.In[6])), fmt.Sprintf("(%s, %s)", h, c)
	}
	if reverse {
		x = turned(x)
	}
	run := fmt.Sprintf("%s(%s, %s)", layer, x, start)
	if lengths != "" {
		run = p.call("Packed", layer, x, start, lengths)
	}
	p.line("%s, %s = %s", y, last, run)
	if reverse {
		p.line("%s = %s", y, turned(y))
	}
}

// restacked are weights or biases of all gates in PyTorch's order.
func restacked(operator string, data []float32) []float32 {
	from, to := core.GateOrder["onnx"][operator], core.GateOrder["pytorch"][operator]
	size := len(data) / len(from)
	out := make([]float32, 0, len(data))
	for _, letter := range to {
		i := slices.Index(from, letter)
		out = append(out, data[i*size:(i+1)*size]...)
	}
	return out
}

// shapes are the lines that make the weights that are of no layer.
func (p *program) shapes() string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(p.weights)) {
		if key, ok := strings.CutPrefix(name, p.prefix); ok && p.layers {
			shape := strings.Trim(strings.ReplaceAll(fmt.Sprint(p.shape[name]), " ", ", "), "[]")
			fmt.Fprintf(&b, "            %q: nn.Parameter(torch.empty(%s)),\n", key, shape)
		}
	}
	return b.String()
}
