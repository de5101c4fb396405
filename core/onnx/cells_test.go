package onnx_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/cells"
	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/interp"
	"github.com/seed391906a2/iss/core/nn"
	"github.com/seed391906a2/iss/core/onnx"
	"github.com/seed391906a2/iss/core/rng"
	"github.com/seed391906a2/iss/core/tensor"
	"github.com/seed391906a2/iss/internal/peer"
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
	return list
}

// ways of running a cell over time.
var ways = []struct {
	name             string
	reverse, lengths bool
}{{"forward", false, false}, {"reverse", true, false}, {"lengths", false, true}, {"both", true, true}}

const in, hidden, steps, batch = 3, 5, 4, 3

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
func loaded(t *testing.T, g *graph.Graph) (*interp.Machine[float32], map[string]tensor.Dense[float32]) {
	t.Helper()
	m := interp.New[float32](g)
	require.NoError(t, m.Bind(graph.Binding{"time": steps, "batch": batch}))
	draw := func(what string, to []float32) {
		r := rng.New(5, what)
		for i := range to {
			to[i] = float32(r.Uniform(-1, 1))
		}
	}
	weights := map[string]tensor.Dense[float32]{}
	for _, p := range g.Params {
		draw(p.Name, m.Param(p.Name))
		weights[p.Name] = tensor.Of(m.Param(p.Name), p.Shape...)
	}
	for _, v := range g.Inputs {
		if label := v.Node.Op.(*graph.InputOp).Label; v.Kind() == graph.Int {
			copy(m.Ints(label), []int32{2, steps, 0})
		} else {
			draw(label, m.Floats(label))
		}
	}
	return m, weights
}

// write writes a model and what it should put out, for peer.Compare.
func write(t *testing.T, file string, g *graph.Graph, m *interp.Machine[float32], model *onnx.Model) {
	t.Helper()
	require.NoError(t, m.Run(graph.Mode{}))
	f, err := os.Create(file + ".onnx")
	require.NoError(t, err)
	require.NoError(t, model.Write(f))
	require.NoError(t, f.Close())
	arrays := map[string]tensor.Array{}
	bound := graph.Binding{"time": steps, "batch": batch}
	for _, v := range g.Inputs {
		label, shape := v.Node.Op.(*graph.InputOp).Label, v.Shape().Bind(bound)
		if v.Kind() == graph.Int {
			arrays["in/"+label] = tensor.Ints{Shape: shape, Data: m.Ints(label)}
		} else {
			arrays["in/"+label] = tensor.Of(m.Floats(label), shape...)
		}
	}
	for i, name := range g.Names {
		arrays["out/"+model.Outputs[(i+len(g.Names)-len(model.States)+1)%len(g.Names)].Name] = tensor.Of(m.Output(name), g.Outputs[i].Shape().Bind(bound)...)
	}
	require.NoError(t, tensor.WriteFile(file+".safetensors", arrays, nil))
}

// Every cell is the operator that it claims to be, or a Scan, in every way of
// running it; ONNX Runtime computes what the interpreter does.
func TestCells(t *testing.T) {
	_, missing := peer.ORT()
	dir := t.TempDir()
	written := 0
	for _, k := range kinds(t) {
		for _, w := range ways {
			name := fmt.Sprint(k.plugin.Name, " ", k.options, " ", w.name)
			g := build(t, k, w.reverse, w.lengths)
			m, weights := loaded(t, g)
			o := onnx.Options{Outputs: []string{"y"}}
			if k.plugin.Operator != nil {
				o.Claims = append(o.Claims, k.plugin.Operator(core.CellConfig{Input: in, Hidden: hidden, Options: []byte(k.options)}))
				if o.Claims[0] == nil {
					o.Claims = nil
				}
			}
			model, err := onnx.Export(g, weights, o)
			require.NoError(t, err, name)
			require.Len(t, model.Layers, 1, name)
			assert.Equal(t, "layer", model.Layers[0].Place, name)
			if k.operator == "" {
				assert.Nil(t, model.Layers[0].Operator, name)
				assert.NotEmpty(t, model.Layers[0].Reason, name)
			} else if assert.NotNil(t, model.Layers[0].Operator, "%s: %s", name, model.Layers[0].Reason) {
				assert.Equal(t, k.operator, model.Layers[0].Operator.Kind, name)
			}
			write(t, filepath.Join(dir, fmt.Sprintf("%s-%d-%s", k.plugin.Name, len(k.options), w.name)), g, m, model)
			written++
		}
	}
	if missing != nil {
		t.Skip(missing)
	}
	results, err := peer.Compare(dir)
	require.NoError(t, err)
	require.Len(t, results, written)
	for _, r := range results {
		assert.Empty(t, r.Error, r.Name)
		assert.LessOrEqual(t, r.Largest, 2e-6, r.Name)
	}
}
