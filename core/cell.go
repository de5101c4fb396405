// Package core holds the contracts between the parts of iss: what a recurrent
// cell is, how a plug-in describes one, and what a model costs.
//
// A cell writes its step once, in operations of core/graph:
//
//	func (c rnn) States() []core.State { return []core.State{{Name: "h", Size: c.hidden}} }
//
//	func (c rnn) Step(s *graph.Scope, x graph.Value, prev []graph.Value) (graph.Value, []graph.Value) {
//		W := s.Param("weights", nil, c.in+c.hidden, c.hidden)
//		h := graph.Tanh(graph.MatMul(graph.Concat(-1, x, prev[0]), W))
//		return h, []graph.Value{h}
//	}
//
// Running, differentiating, deriving groups, cutting units out: all of it
// follows from that text.
package core

import (
	"encoding/json"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/registry"
)

// State is a vector that a cell carries from step to step.
type State struct {
	Name string  // letter of the paper: "h", "c"
	Size int     // units
	Init float64 // value before the first step
}

// Cell is a recurrent step for fixed sizes.
type Cell interface {
	// States lists what is carried, in the order of prev and next.
	States() []State
	// Step maps the input x [batch, in] and the states [batch, size] to the
	// output and the next states.
	Step(s *graph.Scope, x graph.Value, prev []graph.Value) (out graph.Value, next []graph.Value)
}

// CellConfig is what a cell is made for.
type CellConfig struct {
	Input, Hidden int                // units of the input and of the layer
	Options       json.RawMessage    // as the plug-in's schema allows; nil is {}
	Keep          map[string]float64 // chances to keep at the places that the plug-in names
}

// CellPlugin describes a kind of cell to registries, schemas and manuals.
type CellPlugin struct {
	Name    string   // as in configurations: "lstm"
	Doc     string   // one sentence
	Source  string   // paper and equation, or file
	Options []byte   // JSON Schema (draft-07) of the options; nil: there are none
	Keep    []string // places inside the step that may have dropout
	// Document is the text that the cell is made of, if its equations are not
	// written in Go (cells/equation).
	Document []byte
	New      func(CellConfig) (Cell, error)
	// Operator says which built-in operator of other runtimes the cell of a
	// configuration is; nil, or a nil result: none.
	Operator func(CellConfig) *Operator
}

// OutputSize is the number of units of a cell's output, for an input of so
// many: what its trace says. A cell that cannot be traced at that size is an
// error.
func OutputSize(c Cell, input int) (size int, err error) {
	_, err = graph.Trace("step", func(s *graph.Scope) {
		batch := graph.Symbol("batch")
		x := s.Fill(0, graph.Symbol("time"), batch, graph.Fixed(input))
		var carries []graph.Carry
		for _, st := range c.States() {
			carries = append(carries, graph.Carry{Name: st.Name, Init: s.Fill(st.Init, batch, graph.Fixed(st.Size))})
		}
		outs, _ := graph.Scan(s, graph.ScanConfig{}, []graph.Value{x}, carries,
			func(s *graph.Scope, x, prev []graph.Value) (out, next []graph.Value) {
				y, next := c.Step(s, x[0], prev)
				return []graph.Value{y}, next
			})
		s.Output("out", outs[0])
		size = outs[0].Shape().Last().Size
	})
	return size, err
}

// Identity makes a cell a plug-in of a command line.
func (p CellPlugin) Identity() registry.Identity {
	return registry.Identity{Kind: "cell", Name: p.Name, Source: p.Source}
}
