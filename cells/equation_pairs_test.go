package cells_test

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/cells"
	"github.com/seed391906a2/iss/cells/equation"
	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/core/graph"
)

// shipped is a cell that comes with iss as a document.
func shipped(t testing.TB, name string) core.CellPlugin {
	t.Helper()
	for _, p := range equation.Shipped() {
		if p.Name == name {
			return p
		}
	}
	require.FailNow(t, "no shipped document", name)
	return core.CellPlugin{}
}

// pairs are cells in Go and the same written as equations.
var pairs = []struct {
	name, equations string
	plugin          core.CellPlugin
	cfg             core.CellConfig
}{
	{"lstm", "lstm-equations", cells.LSTM, core.CellConfig{}},
	{"lstm without forget bias", "lstm-equations", cells.LSTM, core.CellConfig{Options: []byte(`{"forget_bias": 0}`)}},
	{"gru", "gru-equations", cells.GRU, core.CellConfig{}},
	{"gru reset after", "gru-equations", cells.GRU, core.CellConfig{Options: []byte(`{"reset": "after"}`)}},
	{"rhn", "rhn-equations", cells.RHN, core.CellConfig{}},
	{"rhn depth 1", "rhn-equations", cells.RHN, core.CellConfig{Options: []byte(`{"depth": 1}`)}},
	{"rhn with masks", "rhn-equations", cells.RHN, core.CellConfig{Options: []byte(`{"depth": 3, "t_bias": -1}`), Keep: map[string]float64{"i": 0.6, "h": 0.7}}},
}

// A step as equations is that in Go, node for node: the same operations with
// the same operands, though those that do not need each other may be written in
// another order. Parameters have the same names, layouts and starts.
func TestEquationTraces(t *testing.T) {
	for _, c := range pairs {
		t.Run(c.name, func(t *testing.T) {
			c.cfg.Input, c.cfg.Hidden = 3, 4
			want, got := forward(t, c.plugin, c.cfg), forward(t, shipped(t, c.equations), c.cfg)
			require.Equal(t, len(want.Params), len(got.Params))
			for i := range want.Params {
				assert.Equal(t, *want.Params[i], *got.Params[i])
			}
			assert.Equal(t, prints(want, nil), prints(got, nil))
		})
	}
}

// Outputs and all gradients of both are the same bits, in training as well.
func TestEquationBits(t *testing.T) {
	for _, c := range pairs {
		t.Run(c.name, func(t *testing.T) {
			c.cfg.Input, c.cfg.Hidden = 3, 4
			run := func(p core.CellPlugin, mode graph.Mode) map[string][]float64 {
				g, names := layerOf(t, p, c.cfg)
				m, _ := machine(t, g, 3, 2)
				require.NoError(t, m.Run(mode))
				out := map[string][]float64{"y": m.Output("y"), "loss": m.Output("loss")}
				for _, n := range names {
					out["d/"+n] = m.Output("d/" + n)
				}
				return out
			}
			for _, mode := range []graph.Mode{{}, {Training: true, Seed: 5, Step: 2}} {
				assert.Equal(t, run(c.plugin, mode), run(shipped(t, c.equations), mode))
			}
		})
	}
}

// forward is a layer of a cell over time, without gradients.
func forward(t *testing.T, p core.CellPlugin, cfg core.CellConfig) *graph.Graph {
	t.Helper()
	cell, err := p.New(cfg)
	require.NoError(t, err)
	g, err := graph.Trace("layer", func(s *graph.Scope) {
		batch := graph.Symbol("batch")
		x := s.Input("x", graph.Symbol("time"), batch, graph.Fixed(cfg.Input))
		var carries []graph.Carry
		for _, st := range cell.States() {
			carries = append(carries, graph.Carry{Name: st.Name, Init: s.Input(st.Name, batch, graph.Fixed(st.Size))})
		}
		ys, final := graph.Scan(s, graph.ScanConfig{}, []graph.Value{x}, carries,
			func(s *graph.Scope, x, prev []graph.Value) (out, next []graph.Value) {
				y, next := cell.Step(s, x[0], prev)
				return []graph.Value{y}, next
			})
		s.Output("y", ys[0])
		for k, f := range final {
			s.Output("final "+carries[k].Name, f)
		}
	})
	require.NoError(t, err)
	return g
}

// prints are the nodes of a graph and of the steps in it, each with its
// operation and attributes, its shape and all that it is made of, sorted; then
// the outputs. What a step reads from around it is told by what that is made of.
func prints(g *graph.Graph, around map[*graph.Node]string) (out []string) {
	made := map[*graph.Node]string{}
	maps.Copy(made, around)
	for _, n := range g.Nodes {
		if made[n] != "" {
			continue
		}
		text := fmt.Sprintf("%T %s %v", n.Op, n.Op.Name(), n.Shapes)
		op := reflect.Indirect(reflect.ValueOf(n.Op))
		for i := range op.NumField() {
			f := op.Field(i)
			if f.CanInt() || f.CanUint() || f.CanFloat() || f.Kind() == reflect.String || f.Kind() == reflect.Bool {
				text += fmt.Sprintf(" %s=%v", op.Type().Field(i).Name, f)
			}
		}
		var in []string
		for _, v := range n.In {
			in = append(in, fmt.Sprintf("%s.%d", made[v.Node], v.Out))
		}
		if scan, ok := n.Op.(*graph.ScanOp); ok {
			read := map[*graph.Node]string{}
			for k, v := range scan.Body.Inputs {
				read[v.Node] = fmt.Sprintf("read %s", in[k])
			}
			body := prints(scan.Body, read)
			out = append(out, body...)
			slices.Sort(in) // in the order of first use
			in = append(in, body...)
		}
		made[n] = fmt.Sprintf("%x", sha256.Sum256([]byte(text+strings.Join(in, " "))))
		out = append(out, text+" "+made[n][:16])
	}
	slices.Sort(out)
	for _, name := range g.Names {
		v := g.Output(name)
		out = append(out, fmt.Sprintf("%s = %s.%d", name, made[v.Node], v.Out))
	}
	return out
}
