package modeltest

import (
	"fmt"
	"slices"

	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/graph/graphtest"
	"github.com/seed391906a2/iss/core/nn"
	"github.com/seed391906a2/iss/registry"
)

// Build traces the model. Its outputs are "logits", "loss" (the means of what
// each output misses), the carried states, and "tags" and "summary" if there
// are labels for them. A cell that is not known or cannot be made is an error.
func (r Recipe) Build(plugins []core.CellPlugin) (*graphtest.Case, error) {
	b := &builder{Recipe: r, plugins: plugins}
	c := &graphtest.Case{
		Name: r.String(), Binding: graph.Binding{"time": r.Time, "batch": r.Batch},
		Limits: map[string]int{"x": r.Vocab, "y": r.Vocab, "tag": max(1, r.Labels)},
	}
	g, err := graph.Trace("random model", b.model)
	if b.err != nil {
		return nil, b.err
	}
	c.Graph = g
	return c, err
}

type builder struct {
	Recipe
	plugins []core.CellPlugin
	lengths graph.Value
	err     error // the first
}

func (b *builder) model(s *graph.Scope) {
	time, batch := graph.Symbol("time"), graph.Symbol("batch")
	ids, targets := s.Ints("x", time, batch), s.Ints("y", time, batch)
	if b.Lengths {
		b.lengths = s.Ints("lengths", batch)
	}
	x := nn.Embedding(s, "embedding", ids, b.Vocab, b.Embedding)
	if b.Words {
		x = s.DropoutWords("words", x, ids, 0.75)
	}
	if b.Features > 0 {
		x = graph.Concat(-1, x, s.Input("features", time, batch, graph.Fixed(b.Features)))
	}
	var first graph.Value
	for i, l := range b.Layers {
		name := fmt.Sprint("layer_", i)
		if x = b.layer(s.Layer(name, name), l, x); b.err != nil {
			return
		}
		if i == 0 {
			first = x
		}
	}
	loss := b.output(s, "logits", b.logits(s, x), targets)
	if b.Labels > 0 {
		loss = graph.Add(loss, b.output(s, "tags", nn.Linear(s, "tags", x, b.Labels), s.Ints("tag", time, batch)))
	}
	if b.Summary > 0 {
		y := nn.Linear(s, "summary", graph.Mean(first, -3), b.Summary)
		s.Output("summary", y)
		loss = graph.Add(loss, graph.Mean(graph.Mul(y, y), -1, -2))
	}
	s.Output("loss", loss)
}

// output puts values out and returns their mean cross-entropy.
func (b *builder) output(s *graph.Scope, name string, v, targets graph.Value) graph.Value {
	s.Output(name, v)
	return graph.Mean(graph.CrossEntropy(v, targets), -1, -2)
}

func (b *builder) logits(s *graph.Scope, x graph.Value) graph.Value {
	if !b.Tied {
		return nn.Linear(s, "softmax", x, b.Vocab)
	}
	if width(x) != b.Embedding {
		x = nn.Linear(s, "bottleneck", x, b.Embedding)
	}
	return nn.TiedSoftmax(s, "softmax", x, s.Layer("", "embedding").Param("embedding", nil, b.Vocab, b.Embedding))
}

func (b *builder) layer(s *graph.Scope, l Layer, x graph.Value) graph.Value {
	y := b.recurrent(s, l, x)
	if b.err != nil {
		return x
	}
	switch l.Dropout {
	case "step":
		y = s.Dropout("output", y, 0.75, graph.PerStep)
	case "window":
		y = s.Dropout("output", y, 0.75, graph.PerWindow)
	}
	if l.Residual {
		if width(x) != width(y) {
			x = nn.Linear(s, "shortcut", x, width(y))
		}
		y = graph.Add(x, y)
	}
	switch n := width(y); l.Norm {
	case "layer":
		y = graph.LayerNorm(y, s.Param("gain", nil, n), s.Param("shift", nil, n), 1e-2)
	case "rms":
		y = graph.RMSNorm(y, s.Param("gain", nil, n), 1e-2)
	}
	if l.Mix {
		e := graph.Exp(graph.Tanh(graph.MatMul(y, s.Param("scores", nil, width(y), 1))))
		m := graph.Sum(graph.Mul(graph.Div(e, graph.Expand(graph.Sum(e, -3), e.Shape()...)), y), -3)
		m = graph.Expand(m, y.Shape()...)
		y = graph.Concat(-1, y, m, graph.Mul(y, m))
	}
	return y
}

// recurrent runs the layer's cells over x. One that runs forward carries its
// states from window to window, as language models do.
func (b *builder) recurrent(s *graph.Scope, l Layer, x graph.Value) graph.Value {
	cell, x := b.cell(s, l.Cell, x)
	if b.err != nil {
		return x
	}
	if l.Back != nil {
		back, y := b.cell(s.Sub("back"), *l.Back, x)
		if b.err != nil || y != x {
			return nn.Recurrent(s, cell, x, graph.ScanConfig{Lengths: b.lengths}, true) // a width of its own
		}
		return nn.Bidirectional(s, cell, back, x, b.lengths, 1)
	}
	return nn.Recurrent(s, cell, x, graph.ScanConfig{Reverse: l.Reverse, Lengths: b.lengths}, !l.Reverse)
}

// cell makes a cell for x, or for x brought to the width of the layer if it
// can have no other.
func (b *builder) cell(s *graph.Scope, c Cell, x graph.Value) (core.Cell, graph.Value) {
	i := slices.IndexFunc(b.plugins, func(p core.CellPlugin) bool { return p.Name == c.Name })
	if i < 0 {
		var names []string
		for _, p := range b.plugins {
			names = append(names, p.Name)
		}
		b.err = fmt.Errorf("modeltest: %w", registry.Unknown("cell", c.Name, names))
		return nil, x
	}
	cfg := core.CellConfig{Input: width(x), Hidden: c.Hidden, Options: c.Options, Keep: c.Keep}
	cell, err := b.plugins[i].New(cfg)
	if err != nil && cfg.Input != cfg.Hidden {
		x = nn.Linear(s, "bring", x, c.Hidden)
		cfg.Input = c.Hidden
		cell, err = b.plugins[i].New(cfg)
	}
	b.err = err
	return cell, x
}

func width(v graph.Value) int { return v.Shape().Last().Size }
