package onnx_test

import (
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/cells"
	"github.com/seed391906a2/iss/cells/equation"
	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/interp"
	"github.com/seed391906a2/iss/core/nn"
	"github.com/seed391906a2/iss/core/onnx"
	"github.com/seed391906a2/iss/core/onnx/onnxtest"
	"github.com/seed391906a2/iss/core/rng"
)

// kind is a cell in one of its forms, and the operator that it is.
type kind struct {
	plugin   core.CellPlugin
	options  string
	operator string // "": a Scan
}

func kinds(t *testing.T) []kind {
	t.Helper()
	all, err := cells.Catalogue(cells.All()...)
	require.NoError(t, err)
	list := []kind{
		{cells.LSTM, `{}`, "LSTM"}, {cells.LSTM, `{"forget_bias": 0}`, "LSTM"}, {cells.LSTM, `{"peepholes": true}`, "LSTM"}, {cells.LSTM, `{"projection": 3}`, ""},
		{cells.GRU, `{}`, "GRU"}, {cells.GRU, `{"reset": "after"}`, "GRU"},
		{cells.RNN, `{}`, "RNN"}, {cells.RNN, `{"activation": "relu"}`, "RNN"},
		{cells.RHN, `{"depth": 3}`, ""},
	}
	for _, name := range all.Names() {
		p, err := all.Get(name)
		require.NoError(t, err)
		if p.Document != nil {
			list = append(list, kind{p, `{}`, ""})
		}
	}
	require.Greater(t, len(list), 9, "cells as equations are there")
	text, err := os.ReadFile("testdata/ember.json")
	require.NoError(t, err)
	ember, err := equation.Parse("ember.json", text)
	require.NoError(t, err)
	list = append(list, kind{ember, `{}`, ""})
	return list
}

// ways of running a cell over time.
var ways = []struct {
	name             string
	reverse, lengths bool
}{{"forward", false, false}, {"reverse", true, false}, {"lengths", false, true}, {"both", true, true}}

const in, hidden, steps, batch = 3, 5, 4, 3

var bound = graph.Binding{"time": steps, "batch": batch}

// claims are what the cell is said to be.
func (k kind) claims() []*core.Operator {
	if k.plugin.Operator != nil {
		if o := k.plugin.Operator(core.CellConfig{Input: in, Hidden: hidden, Options: []byte(k.options)}); o != nil {
			return []*core.Operator{o}
		}
	}
	return nil
}

// build traces a layer with carried states, of a cell in a form.
func build(t *testing.T, k kind, reverse, lengths bool) *graph.Graph {
	t.Helper()
	cell, err := k.plugin.New(core.CellConfig{Input: in, Hidden: hidden, Options: []byte(k.options)})
	require.NoError(t, err)
	g, err := graph.Trace("layer", func(s *graph.Scope) {
		time, rows := graph.Symbol("time"), graph.Symbol("batch")
		x := s.Input("x", time, rows, graph.Fixed(in))
		cfg := graph.ScanConfig{Reverse: reverse}
		if lengths {
			cfg.Lengths = s.Ints("lengths", rows)
		}
		s.Output("y", nn.Recurrent(s.Layer("layer", "layer"), cell, x, cfg, true))
	})
	require.NoError(t, err, k.plugin.Name)
	return g
}

// loaded is an interpreter of g with random weights, inputs and states; the
// last row has no step at all.
func loaded(t *testing.T, g *graph.Graph) *interp.Machine[float32] {
	t.Helper()
	m := interp.New[float32](g)
	require.NoError(t, m.Bind(bound))
	draw := func(what string, to []float32) {
		r := rng.New(5, what)
		for i := range to {
			to[i] = float32(r.Uniform(-1, 1))
		}
	}
	for _, p := range g.Params {
		draw(p.Name, m.Param(p.Name))
	}
	for _, v := range g.Inputs {
		if label := v.Node.Op.(*graph.InputOp).Label; v.Kind() == graph.Int {
			copy(m.Ints(label), []int32{2, steps, 0})
		} else {
			draw(label, m.Floats(label))
		}
	}
	return m
}

// Every cell is the operator that it claims to be, or a Scan, in every way of
// running it; other runtimes compute what the interpreter does.
func TestCells(t *testing.T) {
	var cases []*onnxtest.Case
	for _, k := range kinds(t) {
		for _, w := range ways {
			name := fmt.Sprint(k.plugin.Name, " ", k.options, " ", w.name)
			g := build(t, k, w.reverse, w.lengths)
			c := onnxtest.New(t, name, g, loaded(t, g), bound, []string{"y"}, k.claims())
			cases = append(cases, c)
			model, err := onnx.Export(g, c.Weights, c.Options)
			require.NoError(t, err, name)
			require.Len(t, model.Layers, 1, name)
			l := model.Layers[0]
			assert.Equal(t, "layer", l.Place, name)
			if k.operator == "" {
				assert.Nil(t, l.Operator, name)
				assert.NotEmpty(t, l.Reason, name)
			} else if assert.NotNil(t, l.Operator, "%s: %s", name, l.Reason) {
				assert.Equal(t, k.operator, l.Operator.Kind, name)
			}
		}
	}
	onnxtest.Check(t, cases, 2e-6)
}
