package python

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/core/onnx"
)

// Dialect is a library that programs are written for.
type Dialect struct {
	prefix    string            // of weights in the file that the program loads
	reserved  string            // names that values cannot have
	templates map[string]string // operator -> expression of {0}, {1}, ...
	functions map[string]string // helpers, by the template that calls them
	layers    bool              // whether it has layers
	text      string            // of the program, with places for its parts
}

// Fits says what PyTorch's layers can do: no peepholes, and the reset gate of a
// GRU behind the product.
func Fits(o *core.Operator) bool {
	return !o.Peepholes() && (o.Kind != "GRU" || o.After)
}

// expand fills a template.
func (d *Dialect) expand(name string, args ...string) string {
	text, ok := d.templates[name]
	if !ok {
		return ""
	}
	for i, a := range args {
		text = strings.ReplaceAll(text, fmt.Sprintf("{%d}", i), a)
	}
	return text
}

// file is the program as a whole.
func (d *Dialect) file(p *program, arguments []string) string {
	states := ""
	call := strings.Join(arguments, ", ")
	var names []string
	for _, o := range p.m.Outputs {
		if !strings.HasSuffix(o.Name, onnx.Next) {
			names = append(names, strings.TrimPrefix(p.identifier("result "+o.Name), "result_"))
		}
	}
	returns := strings.Join(names, ", ")
	body := p.lines.String()
	if len(p.m.States) > 0 {
		states = ", states=None"
		call += ", states"
		returns += ", states"
		body = p.indent + "states = states or {}\n" + body
	}
	return strings.NewReplacer(
		"DOC", strings.NewReplacer(`\`, "/", `"`, "'").Replace(p.m.Doc), "CALL", call, "RETURNS", returns,
		"ARGUMENTS", strings.Join(arguments, ", ")+states,
		"        BODY\n", body, "        LAYERS\n", strings.Join(p.modules, ""), "HELPERS\n", p.used(),
		"        WEIGHTS\n", p.shapes(),
	).Replace(d.text)
}

var (
	//go:embed torch.py
	torchText string
	//go:embed numpy.py
	numpyText string
)

// Torch is PyTorch, 1.13 or later.
var Torch = &Dialect{
	prefix: "weights.", reserved: "torch nn np os json load read Model", layers: true, text: torchText,
	templates: map[string]string{
		"ints": "{0}.long()", "full": "torch.full({0}, {1})", "scalar": "torch.tensor({0})", "stack": "torch.stack({0})",
		"Sigmoid": "torch.sigmoid({0})", "Tanh": "torch.tanh({0})", "Relu": "torch.relu({0})", "Exp": "torch.exp({0})", "Log": "torch.log({0})", "Sqrt": "torch.sqrt({0})",
		"Abs": "{0}.abs()", "Max": "torch.maximum({0}, {1})", "Min": "torch.minimum({0}, {1})", "Where": "torch.where({0}, {1}, {2})",
		"Cast1": "{0}.float()", "Cast7": "{0}.long()", "Cast9": "{0} != 0",
		"Concat": "torch.cat({0}, {1})", "Take": "{0}.index_select({2}, torch.tensor({1}))", "GatherElements": "torch.gather({0}, {2}, {1})",
		"ReduceMax": "{0}.amax({1}, keepdim=True)", "ReduceSum": "{0}.sum({1}, keepdim=True)",
		"Softmax": "torch.softmax({0}, -1)", "LogSoftmax": "torch.log_softmax({0}, -1)", "Transpose": "{0}.permute({1})",
		"Squeeze": "{0}.squeeze({1})", "Unsqueeze": "{0}.unsqueeze({1})", "Expand": "{0}.expand({1})", "Reshape": "{0}.reshape({1})",
		"Flip": "{0}.flip(0)", "Range": "torch.arange({1})", "ReverseSequence": "reverse_sequence({0}, {1})",
		"Packed": "packed({0}, {1}, {2}, {3})",
	},
	functions: map[string]string{
		"Packed": `
def packed(layer, x, start, lengths):
    """A layer over rows of different lengths: zeros behind the end of a row."""
    some = lengths.clamp(min=1).cpu()  # a row of none cannot be packed
    y, last = layer(nn.utils.rnn.pack_padded_sequence(x, some, enforce_sorted=False), start)
    y, _ = nn.utils.rnn.pad_packed_sequence(y, total_length=x.shape[0])
    return y * (lengths > 0)[:, None], last
`,
		"ReverseSequence": `
def reverse_sequence(x, lengths):
    """x [time, batch, ...], each row turned round within its length."""
    t = torch.arange(x.shape[0])[:, None]
    return x[torch.where(t < lengths, lengths - 1 - t, t), torch.arange(x.shape[1])]
`,
	},
}

// NumPy is NumPy alone, 1.20 or later.
var NumPy = &Dialect{
	reserved: "np os load sigmoid softmax log_softmax Model", text: numpyText,
	templates: map[string]string{
		"ints": "np.asarray({0})", "full": "np.full({0}, {1}, np.float32)", "scalar": "np.float32({0})", "stack": "np.stack({0})",
		"Sigmoid": "sigmoid({0})", "Tanh": "np.tanh({0})", "Relu": "np.maximum({0}, 0)", "Exp": "np.exp({0})", "Log": "np.log({0})", "Sqrt": "np.sqrt({0})",
		"Abs": "np.abs({0})", "Max": "np.maximum({0}, {1})", "Min": "np.minimum({0}, {1})", "Where": "np.where({0}, {1}, {2})",
		"Cast1": "({0}).astype(np.float32)", "Cast7": "{0}.astype(np.int64)", "Cast9": "{0} != 0",
		"Concat": "np.concatenate({0}, {1})", "Take": "np.take({0}, {1}, {2})", "GatherElements": "np.take_along_axis({0}, {1}, {2})",
		"ReduceMax": "{0}.max(tuple({1}), keepdims=True)", "ReduceSum": "{0}.sum(tuple({1}), keepdims=True)",
		"Softmax": "softmax({0})", "LogSoftmax": "log_softmax({0})", "Transpose": "{0}.transpose({1})",
		"Squeeze": "np.squeeze({0}, {1})", "Unsqueeze": "np.expand_dims({0}, {1})", "Expand": "np.broadcast_to({0}, {1})", "Reshape": "{0}.reshape({1})",
		"Flip": "{0}[::-1]", "Range": "np.arange({1})", "ReverseSequence": "reverse_sequence({0}, {1})",
	},
	functions: map[string]string{
		"Sigmoid": `
def sigmoid(x):
    return 0.5 * (1 + np.tanh(0.5 * x))
`,
		"Softmax": `
def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)
`,
		"LogSoftmax": `
def log_softmax(x):
    x = x - x.max(-1, keepdims=True)
    return x - np.log(np.exp(x).sum(-1, keepdims=True))
`,
		"ReverseSequence": `
def reverse_sequence(x, lengths):
    """x [time, batch, ...], each row turned round within its length."""
    t = np.arange(x.shape[0])[:, None]
    return x[np.where(t < lengths, lengths - 1 - t, t), np.arange(x.shape[1])]
`,
	},
}
