package core

import "slices"

// Operator is a claim: that a cell's step, run over time, is one of the
// recurrent operators that runtimes have built in. It says where the cell
// stores what the operator reads. Who uses it replays it against the trace
// first (core/onnx), so a wrong claim costs speed and nothing else.
//
// With W, R, P, b and d of each gate as Gate tells, and activation σ unless
// another is written:
//
//	LSTM  i = σ(x·W + h·R + P∘c + b), f likewise, c̃ = tanh(x·W + h·R + b)
//	      c' = f∘c + i∘c̃;  o = σ(x·W + h·R + P∘c' + b);  h' = o∘tanh(c')
//	GRU   z = σ(x·W + h·R + b), r likewise; h̃ = tanh(x·W + (r∘h)·R + b) or,
//	      with After, tanh(x·W + b + r∘(h·R + d));  h' = (1−z)∘h̃ + z∘h
//	RNN   h' = act(x·W + h·R + b)
//
// Source: ONNX Operators, LSTM-14, GRU-14 and RNN-14.
type Operator struct {
	Kind       string          // "LSTM", "GRU" or "RNN"
	States     []string        // names of the cell's states that are h and, of an LSTM, c
	Gates      map[string]Gate // by the letters of GateOrder
	Activation string          // of an RNN: "Tanh" or "Relu"
	After      bool            // of a GRU: r gates the product with the state, not the state
}

// Gate tells where a cell stores what one gate of an operator reads, by names
// of parameters below the cell's scope. Weights are stored in×out; a gate has
// the columns of part Part of Of equal parts.
type Gate struct {
	Joint        string  // W above R in one parameter [in+H, Of·H]; or
	Input, State string  // W [in, Of·H] and R [H, Of·H]
	Bias         string  // b [Of·H]
	StateBias    string  // d [Of·H]: only inside r∘(h·R + d); "" is zero
	Peephole     string  // P [H]; "" is zero
	Part, Of     int     // columns
	Add          float64 // added to b when the cell runs
}

// GateOrder lists the gates of each operator in the order in which a format
// stacks them. TensorFlow's orders are those of the cells' own storage: LSTM i,
// c, f, o; GRU r, z and h apart. The mappings that bring weights in
// (core/mapping/maps) use the same letters and are held against this list and
// the cells' claims by a test.
//
// Sources: ONNX Operators (iofc, zrh); PyTorch, nn.LSTM and nn.GRU (i, f, g, o;
// r, z, n), where g is c and n is h.
var GateOrder = map[string]map[string][]string{
	"onnx":    {"LSTM": {"i", "o", "f", "c"}, "GRU": {"z", "r", "h"}, "RNN": {"h"}},
	"pytorch": {"LSTM": {"i", "f", "c", "o"}, "GRU": {"r", "z", "h"}, "RNN": {"h"}},
}

// Peepholes reports whether a gate sees the memory.
func (o *Operator) Peepholes() bool {
	return slices.ContainsFunc(GateOrder["onnx"][o.Kind], func(g string) bool { return o.Gates[g].Peephole != "" })
}
