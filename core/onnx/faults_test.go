package onnx_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/onnx"
	"github.com/seed391906a2/iss/core/onnx/python"
	"github.com/seed391906a2/iss/core/tensor"
)

// hush is an operation without an emission; liar has one that writes nothing.
type (
	hush struct{ graph.Op }
	liar struct{ graph.Op }
)

func (hush) Name() string                          { return "hush" }
func (liar) Name() string                          { return "liar" }
func (liar) ONNX(graph.Emitter, *graph.Node) error { return nil }

// odd has an emission of an operator that Python programs do not know.
type odd struct{ graph.Op }

func (odd) ONNX(e graph.Emitter, _ *graph.Node) error {
	e.Out(0, e.Add("Celu", nil, e.In(0)))
	return nil
}

func behind(op func(graph.Op) graph.Op, v graph.Value) graph.Value {
	return graph.Emit(v.Graph(), op(&graph.UnaryOp{Kind: graph.TanhOf}), v).At(0)
}

func TestFaults(t *testing.T) {
	rows := graph.Symbol("batch")
	silent := func(o graph.Op) graph.Op { return hush{o} }
	for _, c := range []struct {
		name  string
		build func(s *graph.Scope) graph.Value
		want  string
	}{
		{"no emission", func(s *graph.Scope) graph.Value {
			return behind(silent, s.Sub("top").Input("x", rows, graph.Fixed(2)))
		}, `onnx: operation "hush" in top has no emission, so it cannot be written`},
		{"no emission in a step", func(s *graph.Scope) graph.Value {
			x := s.Input("x", graph.Symbol("time"), rows, graph.Fixed(2))
			outs, _ := graph.Scan(s.Sub("layer"), graph.ScanConfig{}, []graph.Value{x}, nil, func(_ *graph.Scope, x, _ []graph.Value) (out, next []graph.Value) {
				return []graph.Value{behind(silent, x[0])}, nil
			})
			return outs[0]
		}, `onnx: operation "hush" in layer has no emission, so it cannot be written`},
		{"an emission of nothing", func(s *graph.Scope) graph.Value {
			return behind(func(o graph.Op) graph.Op { return liar{o} }, s.Sub("top").Input("x", rows))
		}, `operation "liar" in top: its emission does not write result 0`},
		{"the gradient of a mean", func(s *graph.Scope) graph.Value {
			return graph.Emit(s.Graph(), &graph.ExpandOp{Shape: graph.Of(3, 2), Mean: true}, s.Input("x", graph.Fixed(2))).At(0)
		}, `operation "expand" in the model: the gradient of a mean has no emission`},
		{"an axis of no input", func(s *graph.Scope) graph.Value {
			return graph.Expand(s.Input("x", graph.Fixed(2)), rows, graph.Fixed(2))
		}, `the model needs the length of "batch", and no input of it has that axis`},
		{"a parameter without weights", func(s *graph.Scope) graph.Value {
			return s.Param("w", nil, 3, 2)
		}, `parameter "w" [3 2] has no weights of its shape`},
		{"an output called as an input", func(s *graph.Scope) graph.Value {
			return graph.Tanh(s.Input("y", rows))
		}, `output "y" is called as an input or a parameter is`},
	} {
		g, err := graph.Trace("faulty", func(s *graph.Scope) { s.Output("y", c.build(s)) })
		require.NoError(t, err, c.name)
		_, err = onnx.Export(g, map[string]tensor.Dense[float32]{"w": tensor.New[float32](2, 3)}, onnx.Options{Outputs: []string{"y"}})
		assert.ErrorContains(t, err, c.want, c.name)
	}
}

func TestFaultsInPython(t *testing.T) {
	g, err := graph.Trace("odd", func(s *graph.Scope) {
		s.Output("y", behind(func(o graph.Op) graph.Op { return odd{o} }, s.Sub("top").Input("x", graph.Fixed(2))))
	})
	require.NoError(t, err)
	m, err := onnx.Export(g, nil, onnx.Options{Outputs: []string{"y"}})
	require.NoError(t, err)
	for _, d := range []*python.Dialect{python.Torch, python.NumPy} {
		_, err = d.Program(m)
		assert.ErrorContains(t, err, `python: operator "Celu" of top/Celu_1 has no expression in Python`)
	}
}
