package rewrite_test

import (
	"fmt"
	"github.com/seed391906a2/iss/core/engine/rewrite"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/graph/graphtest"
	"strings"
	"testing"
)

func dump(g *graph.Graph, ind string) {
	name := func(v graph.Value) string {
		s := fmt.Sprintf("%d", v.Node.ID)
		if len(v.Node.Shapes) > 1 {
			s += fmt.Sprintf(".%d", v.Out)
		}
		return s
	}
	for _, n := range g.Nodes {
		var in []string
		for _, v := range n.In {
			in = append(in, name(v))
		}
		if o, ok := n.Op.(*graph.InputOp); ok && o.Role == graph.Capture {
			in = append(in, "outer "+name(o.Outer))
		}
		fmt.Printf("%s%d = %s(%s) %v\n", ind, n.ID, n.Op.Name(), strings.Join(in, ", "), n.Shapes)
		if s, ok := n.Op.(*graph.ScanOp); ok {
			fmt.Printf("%s  seqs %d states %d rev %v in", ind, s.Seqs, s.States, s.Reverse)
			for _, v := range s.Body.Inputs {
				fmt.Print(" ", name(v))
			}
			fmt.Println()
			dump(s.Body, ind+"    ")
			var o []string
			for _, v := range s.Body.Outputs {
				o = append(o, name(v))
			}
			fmt.Println(ind+"    ->", o)
		}
	}
}
func TestZZ(t *testing.T) {
	for _, c := range []*graphtest.Case{graphtest.RHN(graphtest.Small), graphtest.Odd(graphtest.Small), graphtest.Bidirectional(graphtest.Small)} {
		h, _ := graphtest.WithGradient(c.Graph)
		o := rewrite.Optimize(h)
		fmt.Println("=======", c.Name, len(h.Nodes), len(o.Nodes))
		dump(o, "")
		for i, v := range o.Outputs {
			fmt.Println(o.Names[i], v.Node.ID, v.Out)
		}
	}
}
