package rewrite_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/seed391906a2/iss/core/engine/rewrite"
	"github.com/seed391906a2/iss/core/graph"
)

// TestLoopsHoldWhatRecurs: in no loop of any model is a product that no state
// reaches or that no later step needs, a node that nobody reads, or an output
// twice; and optimising again changes nothing.
func TestLoopsHoldWhatRecurs(t *testing.T) {
	for _, c := range cases() {
		t.Run(strings.ReplaceAll(c.Name, " ", "-"), func(t *testing.T) {
			g := both(c)
			checkLoops(t, g)
			assert.Equal(t, nodes(g), nodes(rewrite.Optimize(g)), "nodes after optimising again")
		})
	}
}

func nodes(g *graph.Graph) int {
	k := len(g.Nodes)
	for _, n := range loops(g) {
		k += nodes(body(n))
	}
	return k
}

func checkLoops(t *testing.T, g *graph.Graph) {
	for _, n := range loops(g) {
		op := n.Op.(*graph.ScanOp)
		b := op.Body
		read := map[graph.Value]bool{}
		changes, dep := map[graph.Value]bool{}, map[graph.Value]bool{}
		for i, v := range b.Inputs {
			changes[v] = i < op.Seqs+op.States
			dep[v] = i >= op.Seqs && i < op.Seqs+op.States
		}
		for _, m := range b.Nodes {
			for _, v := range m.In {
				read[v] = true
				for i := range m.Shapes {
					changes[m.At(i)] = changes[m.At(i)] || changes[v]
					dep[m.At(i)] = dep[m.At(i)] || dep[v]
				}
			}
		}
		needed := map[*graph.Node]bool{}
		var need func(v graph.Value)
		need = func(v graph.Value) {
			if !needed[v.Node] {
				needed[v.Node] = true
				for _, u := range v.Node.In {
					need(u)
				}
			}
		}
		for _, v := range b.Outputs[:op.States] {
			need(v)
		}
		unliftable := map[graph.Value]bool{}
		for _, m := range b.Nodes {
			switch m.Op.(type) {
			case *graph.ScanOp, *graph.OuterOp, *graph.LookupGradOp:
				unliftable[m.At(0)] = true
			case *graph.LookupOp:
				unliftable[m.At(0)] = changes[m.In[0]]
			case *graph.MatMulOp:
				unliftable[m.At(0)] = changes[m.In[1]]
			}
			for _, v := range m.In {
				for i := range m.Shapes {
					unliftable[m.At(i)] = unliftable[m.At(i)] || unliftable[v]
				}
			}
			if _, ok := m.Op.(*graph.MatMulOp); ok && !unliftable[m.At(0)] {
				assert.True(t, dep[m.At(0)], "a state reaches %s", form(m.At(0)))
				assert.True(t, needed[m] || feedsUnliftable(b, m), "a later step needs %s", form(m.At(0)))
			}
			if in, ok := m.Op.(*graph.InputOp); ok && in.Role == graph.Previous {
				continue // the last value of a state may be all that is read of it
			}
			used := slices.ContainsFunc(b.Outputs, func(v graph.Value) bool { return v.Node == m })
			for i := range m.Shapes {
				used = used || read[m.At(i)]
			}
			last := op.Seqs == 1 && m == b.Inputs[0].Node && isFill(n.In[0]) // which tells the number of steps
			assert.True(t, used || last, "%v is read", m)
		}
		outs := b.Outputs[op.States:]
		for i, v := range outs {
			assert.NotContains(t, outs[:i], v, "an output twice")
		}
		checkLoops(t, b)
	}
}

func isFill(v graph.Value) bool {
	_, ok := v.Node.Op.(*graph.FillOp)
	return ok
}

// feedsUnliftable reports whether something that cannot leave a loop reads a node.
func feedsUnliftable(b *graph.Graph, n *graph.Node) bool {
	for _, m := range b.Nodes {
		for i, v := range m.In {
			if v.Node != n {
				continue
			}
			switch m.Op.(type) {
			case *graph.ScanOp, *graph.OuterOp, *graph.LookupGradOp:
				return true
			case *graph.MatMulOp:
				if i == 1 {
					return true
				}
			case *graph.LookupOp:
				if i == 0 {
					return true
				}
			}
			if feedsUnliftable(b, m) {
				return true
			}
		}
	}
	return false
}
