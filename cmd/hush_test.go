package cmd_test

import (
	"os"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/seed391906a2/iss/cells"
	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/internal/peer"
)

// hush is an operation of a stranger's that other runtimes do not know: it has
// every facet but an emission.
type hush struct{ graph.Op }

func (hush) Name() string { return "hush" }

// hushedCell puts an operation behind another cell's output.
type hushedCell struct{ core.Cell }

func (c hushedCell) Step(s *graph.Scope, x graph.Value, prev []graph.Value) (graph.Value, []graph.Value) {
	out, next := c.Cell.Step(s, x, prev)
	return graph.Emit(s.Graph(), hush{&graph.UnaryOp{Kind: graph.TanhOf}}, out).At(0), next
}

// hushed is a cell with that operation.
func hushed() core.CellPlugin {
	return core.CellPlugin{
		Name: "hushed", Doc: "An RNN with an operation that has no emission.", Source: "cmd_test",
		New: func(c core.CellConfig) (core.Cell, error) {
			cell, err := cells.RNN.New(c)
			return hushedCell{cell}, err
		},
	}
}

// peers lets stories run what they export: where ONNX Runtime is, and a Python
// with what there is of PyTorch and NumPy.
func peers(e *testscript.Env) {
	e.Setenv("NODE_PATH", os.Getenv("NODE_PATH"))
	e.Setenv("CHECK_SECONDS", "0.01")
	e.Setenv("PYTHON", "python3")
	for _, find := range []func() (string, error){peer.NumPy, peer.Torch} {
		if path, err := find(); err == nil {
			e.Setenv("PYTHON", path)
		}
	}
}
