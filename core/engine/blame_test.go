package engine_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"

	"github.com/seed391906a2/iss/core/engine"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/graph/graphtest"
	"github.com/seed391906a2/iss/core/interp"
)

func dumpGraph(g *graph.Graph, indent string) {
	for _, n := range g.Nodes {
		fmt.Printf("%s%d %s [", indent, n.ID, n.Op.Name())
		for _, v := range n.In {
			fmt.Printf(" %d.%d", v.Node.ID, v.Out)
		}
		fmt.Printf(" ] %v\n", n.Shapes)
		if s, ok := n.Op.(*graph.ScanOp); ok {
			fmt.Printf("%s reverse %v seqs %d states %d\n", indent, s.Reverse, s.Seqs, s.States)
			dumpGraph(s.Body, indent+"    ")
			for _, v := range s.Body.Outputs {
				fmt.Printf("%s    out %d.%d\n", indent, v.Node.ID, v.Out)
			}
		}
	}
}

func TestBlame(t *testing.T) {
	seed, err := strconv.Atoi(os.Getenv("SEED"))
	if err != nil {
		t.Skip()
	}
	r := rand.New(rand.NewPCG(uint64(seed), 1))
	c := withGradient(graphtest.Random(r))
	n := 0
	for _, node := range c.Graph.Nodes {
		for i := range node.Shapes {
			if node.At(i).Kind() == graph.Int || node.Shapes[i] == nil && false {
				continue
			}
			h, vals := graph.Clone(c.Graph)
			h.Outputs, h.Names = nil, nil
			h.AddOutput("v", vals[node.At(i)])
			d := *c
			d.Graph = h
			e, err := engine.New(h, engine.Options{Max: c.Binding, Threads: 1})
			if err != nil {
				t.Fatal(err)
			}
			graphtest.Load(&d, e, uint64(seed))
			m := interp.New[float64](h)
			graphtest.Load(&d, m, uint64(seed))
			mode := graph.Mode{Training: true, Seed: 7}
			e.Run(mode)
			m.Run(mode)
			got, want := e.Output("v"), m.Output("v")
			e.Close()
			bad := 0.0
			for k := range want {
				bad = max(bad, math.Abs(float64(got[k])-want[k]))
			}
			if bad > 1e-4 || bad != bad {
				t.Errorf("node %d.%d %v %v: off by %g", node.ID, i, node.Op.Name(), node.Shapes[i], bad)
				if n++; n >= 1 {
					dumpGraph(graph.Subset(h, "v"), "")
					e.Explain(os.Stdout)
					fmt.Println(got, want)
					return
				}
			}
		}
	}
}
