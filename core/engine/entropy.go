package engine

import (
	"github.com/seed391906a2/iss/core/graph"
)

// fusion is a cross-entropy and its gradient of the same logits, computed at
// once: there is one pass of exp, and the gradient takes the place of logits
// that nobody else reads.
type fusion struct{ node *node }

// entropy builds n as half of a fusion, if there is one.
func (b *block) entropy(n *graph.Node, m node) bool {
	f := b.fused[n]
	if f == nil {
		if f = b.fuse(n); f == nil {
			return false
		}
		m.kind, m.xent = other, true
		b.values[n.At(0)] = b.node(m, b.p.syms.shape(n.Shapes[0]))
		f.node = b.values[n.At(0)].def
		b.checkIDs(f.node)
		return true
	}
	logits := f.node.in[0]
	f.node.in = append(f.node.in, m.in[2])
	d := &value{def: f.node, out: 1, shape: logits.shape}
	if b.uses[n.In[0]] == 2 && logits.produced() && !logits.compact {
		d.claim = claim{how: same, value: logits} // nobody else reads them
	}
	f.node.out = append(f.node.out, d)
	b.values[n.At(0)] = d
	return true
}

// fuse finds the gradient that belongs to a cross-entropy. Its factor may not
// depend on the loss.
func (b *block) fuse(n *graph.Node) *fusion {
	if _, ok := n.Op.(*graph.CrossEntropyOp); !ok {
		return nil
	}
	for _, g := range b.graph.Nodes[n.ID:] {
		if _, ok := g.Op.(*graph.CrossEntropyGradOp); !ok || !b.needed[g] || g.In[0] != n.In[0] || g.In[1] != n.In[1] {
			continue
		}
		if dependsOn(g.In[2].Node, n, map[*graph.Node]bool{}) {
			return nil
		}
		f := &fusion{}
		if b.fused == nil {
			b.fused = map[*graph.Node]*fusion{}
		}
		b.fused[n], b.fused[g] = f, f
		return f
	}
	return nil
}

func dependsOn(n, on *graph.Node, seen map[*graph.Node]bool) bool {
	if n == on {
		return true
	}
	if seen[n] || n.ID < on.ID {
		return false
	}
	seen[n] = true
	for _, v := range n.In {
		if dependsOn(v.Node, on, seen) {
			return true
		}
	}
	return false
}
