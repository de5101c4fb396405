package graph_test

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/onnx"
	"github.com/seed391906a2/iss/core/tensor"
	"github.com/seed391906a2/iss/internal/peer"
)

// silentOps are the operations without an emission: those that only gradients
// are made of, and leaves, which an export names itself.
var silentOps = map[string]bool{
	"ScatterOp": true, "SpreadOp": true, "LookupGradOp": true, "CrossEntropyGradOp": true,
	"InputOp": true, "ParamOp": true,
}

func TestOperationsWithoutAnEmission(t *testing.T) {
	for _, c := range opCases {
		for _, n := range c.model(false).g.Nodes {
			_, emits := n.Op.(graph.Exporter)
			name := reflect.TypeOf(n.Op).Elem().Name()
			assert.Equal(t, !silentOps[name], emits, "%s has an emission", name)
		}
	}
}

// silent reports whether a graph has an operation that is not exported.
func silent(g *graph.Graph) bool {
	for _, n := range g.Nodes {
		if e, ok := n.Op.(*graph.ExpandOp); ok && e.Mean {
			return true
		}
		if _, ok := n.Op.(graph.Exporter); ok {
			continue
		}
		switch n.Op.(type) {
		case *graph.InputOp, *graph.ParamOp:
		default:
			return true
		}
	}
	return false
}

// Every operation computes in ONNX Runtime what it computes here.
func TestEmissions(t *testing.T) {
	if _, err := peer.ORT(); err != nil {
		t.Skip(err)
	}
	dir := t.TempDir()
	names := map[string]string{}
	for i, c := range opCases {
		b := c.model(false)
		if !silent(b.g) {
			file := fmt.Sprintf("case%03d", i)
			names[file] = c.name
			export(t, b, filepath.Join(dir, file))
		}
	}
	require.Greater(t, len(names), 60)
	results, err := peer.Compare(dir)
	require.NoError(t, err)
	require.Len(t, results, len(names))
	for _, r := range results {
		assert.Empty(t, r.Error, names[r.Name])
		assert.LessOrEqual(t, r.Largest, 2e-6, names[r.Name])
	}
}

// export writes a case as FILE.onnx, and its inputs and its result y as
// FILE.safetensors.
func export(t *testing.T, b built, file string) {
	t.Helper()
	h, _ := graph.Clone(b.g)
	h.AddOutput("y", h.Nodes[b.y.Node.ID].At(b.y.Out))
	m := start[float32](t, b, h, 7)
	require.NoError(t, m.Run(graph.Mode{}))
	weights := map[string]tensor.Dense[float32]{}
	for _, p := range h.Params {
		weights[p.Name] = tensor.Of(m.Param(p.Name), p.Shape...)
	}
	model, err := onnx.Export(h, weights, onnx.Options{Outputs: []string{"y"}})
	require.NoError(t, err, b.name)
	f, err := os.Create(file + ".onnx")
	require.NoError(t, err)
	require.NoError(t, model.Write(f))
	require.NoError(t, f.Close())
	arrays := map[string]tensor.Array{"out/y": tensor.Of(m.Output("y"), h.Output("y").Shape().Bind(nil)...)}
	for _, v := range h.Inputs {
		label, shape := v.Node.Op.(*graph.InputOp).Label, v.Shape().Bind(nil)
		if v.Kind() == graph.Int {
			arrays["in/"+label] = tensor.Ints{Shape: shape, Data: m.Ints(label)}
		} else {
			arrays["in/"+label] = tensor.Of(m.Floats(label), shape...)
		}
	}
	require.NoError(t, tensor.WriteFile(file+".safetensors", arrays, nil))
}
