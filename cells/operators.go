package cells

import "github.com/seed391906a2/iss/core"

// The claims of this file say which cells are operators that other runtimes
// have built in, and where each gate lies in the cells' storage. They are
// replayed before they are used.

// lstmOperator is LSTM unless the output is projected. Gates are stored i, j,
// f, o, where j is what is written (c) and f gets the forget bias when it runs.
func lstmOperator(cfg core.CellConfig) *core.Operator {
	o := lstmOptions{ForgetBias: 1}
	if options("lstm", cfg, &o) != nil || o.Projection > 0 {
		return nil
	}
	name := "basic_lstm_cell/"
	if o.Peepholes {
		name = "lstm_cell/"
	}
	op := &core.Operator{Kind: "LSTM", States: []string{"h", "c"}, Gates: map[string]core.Gate{}}
	for part, letter := range []string{"i", "c", "f", "o"} {
		g := core.Gate{Joint: name + "weights", Bias: name + "biases", Part: part, Of: 4}
		if o.Peepholes && letter != "c" {
			g.Peephole = name + "w_" + letter + "_diag"
		}
		if letter == "f" {
			g.Add = o.ForgetBias
		}
		op.Gates[letter] = g
	}
	return op
}

// gruOperator is GRU in either form. Gates are stored r, u in one weight; u is
// z. The candidate (h) has weights of its own.
func gruOperator(cfg core.CellConfig) *core.Operator {
	o := gruOptions{Reset: "before"}
	if options("gru", cfg, &o) != nil {
		return nil
	}
	const gates, candidate = "gru_cell/gates/", "gru_cell/candidate/"
	h := core.Gate{Joint: candidate + "weights", Bias: candidate + "biases", Of: 1}
	if o.Reset == "after" {
		const input, state = candidate + "input_projection/", candidate + "hidden_projection/"
		h = core.Gate{Input: input + "weights", State: state + "weights", Bias: input + "biases", StateBias: state + "biases", Of: 1}
	}
	return &core.Operator{Kind: "GRU", States: []string{"h"}, After: o.Reset == "after", Gates: map[string]core.Gate{
		"r": {Joint: gates + "weights", Bias: gates + "biases", Part: 0, Of: 2},
		"z": {Joint: gates + "weights", Bias: gates + "biases", Part: 1, Of: 2},
		"h": h,
	}}
}

// rnnOperator is RNN with tanh or relu.
func rnnOperator(cfg core.CellConfig) *core.Operator {
	o := rnnOptions{Activation: "tanh"}
	if options("rnn", cfg, &o) != nil {
		return nil
	}
	return &core.Operator{
		Kind: "RNN", States: []string{"h"}, Activation: map[string]string{"tanh": "Tanh", "relu": "Relu"}[o.Activation],
		Gates: map[string]core.Gate{"h": {Joint: "basic_rnn_cell/weights", Bias: "basic_rnn_cell/biases", Of: 1}},
	}
}
