package engine

import "github.com/seed391906a2/iss/core/graph"

// keepAll makes memory last for all steps where the outputs of a loop are read
// from the places that the step leaves them in.
func (b *block) keepAll() {
	if b.loop == nil {
		return
	}
	for i := len(b.scan.states); i < len(b.outs); i++ {
		if b.outs[i] != nil && b.scan.out[i].claim.how == nowhere {
			b.outs[i].keep(b.loop)
		}
	}
}

// fit puts a copy in the place of each operand that does not lie as its reader
// needs it: products read matrices, programs and most other steps read rows
// without gaps.
func (b *block) fit() {
	copies := map[*value]*value{}
	for _, n := range append([]*node(nil), b.nodes...) {
		for _, v := range append([]*value(nil), n.in...) {
			if v.ints || n.reads(v, v.view) {
				continue
			}
			if copies[v] == nil {
				copies[v] = b.moved(v, n.place)
			}
			n.replace(v, copies[v])
		}
	}
	b.settle()
}

// reads reports whether n can read operand v as it lies.
func (n *node) reads(v *value, lies func() view) bool {
	switch n.kind {
	case elem:
		return v.uniform() != nil || lies().streams()
	case prod:
		if v == n.bias {
			return lies().unit()
		}
		if v == n.base {
			return true
		}
		return lies().matrix()
	case other:
		return n.move != nil || !n.readsRows(v) || lies().unit()
	}
	return true
}

// readsRows reports whether a step reads the last axis of v as a whole.
func (n *node) readsRows(v *value) bool {
	switch op := n.op.(type) {
	case *graph.AttendOp:
		return v == n.in[1] || op.Kind == graph.ScoreOf && v == n.in[0]
	case *graph.LookupOp, *graph.ReduceOp, *graph.RStdOp, *graph.SoftmaxOp, *graph.CrossEntropyOp, *graph.CrossEntropyGradOp:
		return v == n.in[0]
	case *graph.LookupGradOp:
		return v == n.in[1]
	}
	return false
}
