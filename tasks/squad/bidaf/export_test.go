package bidaf_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/cells"
	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/interp"
	"github.com/seed391906a2/iss/core/onnx"
	"github.com/seed391906a2/iss/core/onnx/onnxtest"
	"github.com/seed391906a2/iss/core/tensor"
	"github.com/seed391906a2/iss/groups"
)

// The model, dense and with units of every class zeroed and cut, computes in
// other runtimes what it computes here, whatever the lengths of batch, context
// and question and of their rows.
func TestExport(t *testing.T) {
	g, claims := odd(t), []*core.Operator{cells.LSTM.Operator(core.CellConfig{Input: 1, Hidden: 1})}
	ts := weights(g, 21)
	d, err := groups.Derive(g)
	require.NoError(t, err)
	r := rand.New(rand.NewPCG(22, 23))
	var all []*groups.Class
	for _, name := range classes {
		c, err := d.Class(name)
		require.NoError(t, err)
		all = append(all, c)
		for _, unit := range r.Perm(c.Units)[:1+r.IntN(c.Units-1)] {
			silence(g, ts, c, unit, false)
		}
	}
	cert, err := groups.Certify(d, all, func(n string) []float32 { return ts[n].Data })
	require.NoError(t, err)
	cut, err := groups.Compact(g, ts, nil, cert.Keep())
	require.NoError(t, err)

	var cases []*onnxtest.Case
	for _, m := range []struct {
		name    string
		graph   *graph.Graph
		tensors map[string]tensor.Dense[float32]
	}{{"dense", g, ts}, {"compact", cut.Graph, cut.Tensors}} {
		evaluated := graph.Subset(m.graph, "start_at", "end_at")
		for seed, b := range []graph.Binding{
			{"batch": 3, "context": 7, "question": 4}, {"batch": 1, "context": 2, "question": 6}, {"batch": 4, "context": 1, "question": 1},
		} {
			machine := interp.New[float32](m.graph)
			give(m.graph, machine, m.tensors)
			feed(t, machine, b, uint64(seed))
			small := interp.New[float32](evaluated)
			give(evaluated, small, m.tensors)
			require.NoError(t, small.Bind(b))
			for _, v := range evaluated.Inputs {
				label := v.Node.Op.(*graph.InputOp).Label
				if v.Kind() == graph.Int {
					copy(small.Ints(label), machine.Ints(label))
				} else {
					copy(small.Floats(label), machine.Floats(label))
				}
			}
			cases = append(cases, onnxtest.New(t, fmt.Sprint(m.name, " ", b), evaluated, small, b, evaluated.Names, claims))
		}
	}

	// One model for all lengths, its layers operators of sizes of their own.
	sizes := map[string]map[int64]bool{"dense": {}, "compact": {}}
	for i, name := range []string{"dense", "compact"} {
		c := cases[3*i]
		m, err := onnx.Export(c.Graph, c.Weights, c.Options)
		require.NoError(t, err)
		require.Len(t, m.Layers, 8, "u1 reads the question and the context, and is one layer")
		for _, l := range m.Layers {
			assert.NotNil(t, l.Operator, "%s: %s", l.Place, l.Reason)
		}
		for _, n := range m.Nodes {
			if n.Op == "LSTM" {
				sizes[name][n.Attributes["hidden_size"].(int64)] = true
			}
		}
		var names []string
		for _, in := range m.Inputs {
			names = append(names, in.Name)
		}
		var want []string
		for _, text := range []string{"question", "context"} {
			for _, part := range []string{"words", "chars", "vectors", "frozen", "lengths"} {
				want = append(want, text+"_"+part)
			}
		}
		assert.Equal(t, want, names)
	}
	assert.NotEqual(t, sizes["dense"], sizes["compact"])
	assert.Greater(t, len(sizes["compact"]), 2, "directions differ")
	onnxtest.Check(t, cases, 5e-6)
}
