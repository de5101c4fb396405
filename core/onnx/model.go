// Package onnx writes a traced model as an ONNX model: what other runtimes run.
//
//	m, err := onnx.Export(g, tensors, onnx.Options{Outputs: []string{"logits"}, Claims: claims})
//	err = m.Write(w)
//
// The batch and time axes stay open, carried states are inputs and outputs.
// A recurrent layer becomes the operator LSTM, GRU or RNN if a claim
// (core.Operator) says so and stands when it is replayed; every other becomes a
// Scan over primitive operators, which each operation of core/graph writes
// itself down in (graph.Exporter). What does not depend on a state is computed
// in front of the Scan, as core/engine does (core/engine/rewrite). Dropout is gone.
//
// The Model in memory is also what core/onnx/python writes programs from.
//
// Source of the format: onnx.proto of ONNX 1.12 (IR version 8, opset 17).
package onnx

import (
	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/core/graph"
)

// Versions of the format that are written: runtimes of 2022 and later read them.
const (
	irVersion = 8
	opset     = 17
)

// Model is a graph of operators with its weights.
type Model struct {
	*Graph
	Doc string
	// States are the carried states: inputs, with the output that goes back in.
	States []State
	// Layers says how each recurrent layer is written, in the order of the model.
	Layers []Layer
	// Weights are the parameters and literals. They are visible in all bodies.
	Weights []Weight
}

// State is a carried state.
type State struct {
	Name, Next string // input and output
	Start      float64
}

// Layer is a recurrent layer of the model.
type Layer struct {
	Place    string
	Operator *core.Operator // nil: a Scan
	Reason   string         // why it is a Scan
}

// Graph is a list of nodes in an order in which they can be run.
type Graph struct {
	Name    string
	Nodes   []*Node
	Inputs  []Info
	Outputs []Info
}

// Node is one application of an operator.
type Node struct {
	Op         string
	Name       string // for people
	In, Out    []string
	Attributes graph.Attributes
	Body       *Graph // of a Scan
}

// Info describes an input or an output.
type Info struct {
	Name  string
	Kind  graph.Kind
	Shape graph.Shape
}

// Weight is a constant tensor: Floats or Longs.
type Weight struct {
	Name   string
	Shape  []int
	Floats []float32
	Longs  []int64
}

// Weight returns the weight of that name, or nil.
func (m *Model) Weight(name string) *Weight {
	for i := range m.Weights {
		if m.Weights[i].Name == name {
			return &m.Weights[i]
		}
	}
	return nil
}
