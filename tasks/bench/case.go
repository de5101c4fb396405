package bench

import (
	"encoding/json"
	"fmt"

	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/nn"
	"github.com/seed391906a2/iss/registry"
	"github.com/seed391906a2/iss/tasks"
)

// Cells are the cells that cases are made of.
type Cells = *registry.Catalogue[core.CellPlugin]

// Case is a model that other engines are timed on under the same name: sizes,
// batch and steps are theirs, and so is where it begins and ends.
type Case struct {
	Name         string
	Batch, Steps int
	build        func(c *Case, cells Cells) (*graph.Graph, error)
	cell         string
	options      string // of the cell, JSON
	input        int    // units of the input or the embedding
	hidden       []int
	keep, clip   float64 // of training
}

const casesVocab = 10000

// Cases are in the order in which the peers run theirs.
//
// An inference case without an embedding takes floats [steps, batch, input]
// and ends at the logits, before the softmax function. A training case is a
// language model as in Zaremba et al. (arXiv:1409.2329): embedding, dropout on
// what goes into and comes out of each layer, cross-entropy summed over the
// steps and averaged over the batch, gradient clipped by its global norm, a step
// of SGD; states are carried. The RHN's softmax is tied to its embedding.
var Cases = []Case{
	{Name: "ptb-large-dense-inf", build: stackGraph, cell: "lstm", input: 1500, hidden: []int{1500, 1500}, Batch: 10, Steps: 30},
	{Name: "ptb-large-compact-inf", build: stackGraph, cell: "lstm", input: 1500, hidden: []int{373, 315}, Batch: 10, Steps: 30},
	{Name: "ptb-large-dense-b1-inf", build: stackGraph, cell: "lstm", input: 1500, hidden: []int{1500, 1500}, Batch: 1, Steps: 30},
	{Name: "ptb-large-compact-b1-inf", build: stackGraph, cell: "lstm", input: 1500, hidden: []int{373, 315}, Batch: 1, Steps: 30},
	{Name: "lstm-small-inf", build: stackGraph, cell: "lstm", input: 200, hidden: []int{200, 200}, Batch: 20, Steps: 20},
	{Name: "lstm-medium-inf", build: stackGraph, cell: "lstm", input: 650, hidden: []int{650, 650}, Batch: 20, Steps: 35},
	{Name: "gru-650-inf", build: stackGraph, cell: "gru", options: resetAfter, input: 650, hidden: []int{650, 650}, Batch: 20, Steps: 35},
	{Name: "rnn-650-inf", build: stackGraph, cell: "rnn", input: 650, hidden: []int{650, 650}, Batch: 20, Steps: 35},
	{Name: "bidaf-bilstm-b1-inf", build: pairsGraph, cell: "lstm", hidden: []int{100}, Batch: 1, Steps: 150},
	{Name: "rhn-830-inf", build: modelGraph, cell: "rhn", input: 830, hidden: []int{830}, Batch: 20, Steps: 35},
	{Name: "rhn-517-inf", build: modelGraph, cell: "rhn", input: 517, hidden: []int{517}, Batch: 20, Steps: 35},
	{Name: "stranger-650-inf", build: stackGraph, cell: Stranger.Name, input: 650, hidden: []int{650, 650}, Batch: 20, Steps: 35},

	{Name: "lstm-small-train", build: modelGraph, cell: "lstm", input: 200, hidden: []int{200, 200}, Batch: 20, Steps: 20, keep: 1, clip: 5},
	{Name: "lstm-medium-train", build: modelGraph, cell: "lstm", input: 650, hidden: []int{650, 650}, Batch: 20, Steps: 35, keep: 0.5, clip: 5},
	{Name: "lstm-large-train", build: modelGraph, cell: "lstm", input: 1500, hidden: []int{1500, 1500}, Batch: 20, Steps: 35, keep: 0.35, clip: 10},
	{Name: "gru-650-train", build: modelGraph, cell: "gru", options: resetAfter, input: 650, hidden: []int{650, 650}, Batch: 20, Steps: 35, keep: 0.5, clip: 5},
	{Name: "rnn-650-train", build: modelGraph, cell: "rnn", input: 650, hidden: []int{650, 650}, Batch: 20, Steps: 35, keep: 0.5, clip: 5},
	{Name: "rhn-830-train", build: modelGraph, cell: "rhn", input: 830, hidden: []int{830}, Batch: 20, Steps: 35, keep: 0.65, clip: 10},
	{Name: "rhn-517-train", build: modelGraph, cell: "rhn", input: 517, hidden: []int{517}, Batch: 20, Steps: 35, keep: 0.65, clip: 10},
	{Name: "stranger-650-train", build: modelGraph, cell: Stranger.Name, input: 650, hidden: []int{650, 650}, Batch: 20, Steps: 35, keep: 0.5, clip: 5},
}

// resetAfter is the GRU of PyTorch, and of ONNX with linear_before_reset.
const resetAfter = `{"reset": "after"}`

// casesRate is the learning rate of training cases.
const casesRate = 0.1

// Model is what is timed.
func (c *Case) Model(cells Cells) (Model, error) {
	g, err := c.build(c, cells)
	if err != nil {
		return Model{}, fmt.Errorf("bench: case %s: %w", c.Name, err)
	}
	m := Model{Name: c.Name, Graph: g, Binding: graph.Binding{"time": c.Steps, "batch": c.Batch}}
	if c.clip > 0 {
		m.Training = &Training{Config: tasks.Config{Train: tasks.Train{
			Clip: c.clip, Optimizer: tasks.Optimizer{Kind: "sgd", Rate: casesRate}, Schedule: tasks.Schedule{Kind: "constant"},
		}}}
	}
	return m, nil
}

// layers are the case's cells, from the input up.
func (c *Case) layers(cells Cells, in int) (list []core.Cell, err error) {
	p := Stranger
	if c.cell != Stranger.Name {
		if p, err = cells.Get(c.cell); err != nil {
			return nil, err
		}
	}
	for _, n := range c.hidden {
		cell, err := p.New(core.CellConfig{Input: in, Hidden: n, Options: json.RawMessage(c.options)})
		if err != nil {
			return nil, err
		}
		list, in = append(list, cell), n
	}
	return list, nil
}

// stackGraph is recurrent layers and a linear one.
func stackGraph(c *Case, cells Cells) (*graph.Graph, error) {
	list, err := c.layers(cells, c.input)
	if err != nil {
		return nil, err
	}
	return graph.Trace(c.Name, func(s *graph.Scope) {
		s = s.WithInit(graph.Uniform{Scale: 0.05})
		x := s.Input("x", graph.Symbol("time"), graph.Symbol("batch"), graph.Fixed(c.input))
		for i, cell := range list {
			label := fmt.Sprintf("cell_%d", i)
			x = nn.Recurrent(s.Layer(label, label), cell, x, graph.ScanConfig{}, false)
		}
		s.Output("logits", nn.Linear(s, "softmax", x, casesVocab))
	})
}

// modelGraph is the model of package nn.
func modelGraph(c *Case, cells Cells) (*graph.Graph, error) {
	list, err := c.layers(cells, c.input)
	if err != nil {
		return nil, err
	}
	cfg := nn.LMConfig{
		Vocab: casesVocab, Embedding: c.input, Cells: list, Hidden: c.hidden, Tied: c.cell == "rhn", Scale: 0.05,
	}
	if c.keep > 0 {
		cfg.Keep = map[string]float64{"input": c.keep, "output": c.keep}
	}
	return nn.LanguageModel(cfg)
}

// pairsGraph is the recurrent layers of BiDAF (Seo et al., arXiv:1611.01603):
// two layers over what attention gives, 800 wide, and one over 1400.
func pairsGraph(c *Case, cells Cells) (*graph.Graph, error) {
	type layer struct {
		input, below string
		in           int
	}
	list := []layer{{input: "x", in: 800}, {below: "modelling_0", in: 2 * c.hidden[0]}, {input: "z", in: 1400}}
	pairs := make([][]core.Cell, len(list))
	for i, l := range list {
		for range 2 {
			one, err := c.layers(cells, l.in)
			if err != nil {
				return nil, err
			}
			pairs[i] = append(pairs[i], one...)
		}
	}
	return graph.Trace(c.Name, func(s *graph.Scope) {
		s = s.WithInit(graph.Uniform{Scale: 0.05})
		var y graph.Value
		for i, l := range list {
			if l.input != "" {
				y = s.Input(l.input, graph.Symbol("time"), graph.Symbol("batch"), graph.Fixed(l.in))
			}
			label := fmt.Sprintf("modelling_%d", i)
			m := s.Sub(label)
			y = graph.Concat(-1,
				nn.Recurrent(m.Layer("fw", label+"/fw"), pairs[i][0], y, graph.ScanConfig{}, false),
				nn.Recurrent(m.Layer("bw", label+"/bw"), pairs[i][1], y, graph.ScanConfig{Reverse: true}, false))
			if i > 0 {
				s.Output(label, y)
			}
		}
	})
}
