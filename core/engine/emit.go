package engine

import (
	"fmt"

	"github.com/seed391906a2/iss/core/graph"
)

// emit writes the steps of the block.
func (b *block) emit(workers int) {
	programs := map[string][]*node{}
	for _, n := range b.nodes {
		if n.kind == elem {
			k := programKey(n)
			programs[k] = append(programs[k], n)
		}
	}
	add := func(stage int, s step, n *node, with ...*node) {
		for len(b.code.stages) <= stage {
			b.code.stages = append(b.code.stages, nil)
		}
		t := &timed{step: s, place: n.place, moved: n.moved}
		for _, m := range with {
			t.parts = append(t.parts, m.place)
		}
		b.code.stages[stage] = append(b.code.stages[stage], t)
	}
	for _, n := range b.nodes {
		switch n.kind {
		case elem:
			k := programKey(n)
			if list := programs[k]; list != nil {
				add(n.stage, b.program(list, workers), n, list...)
				delete(programs, k)
			}
		case prod:
			add(n.stage, b.product(n), n)
		case other:
			add(n.stage, b.step(n), n)
		case scan:
			n.body.emit(workers)
			add(n.stage, b.scanStep(n), n)
		}
	}
	b.code.beside(workers)
}

func programKey(n *node) string { return fmt.Sprint(n.stage, n.out[0].shape) }

// step makes the step of a node that is neither element-wise nor a product.
func (b *block) step(n *node) step {
	var in, out []view
	for _, v := range n.in {
		in = append(in, v.view())
	}
	for _, v := range n.out {
		out = append(out, v.view())
	}
	if n.move != nil {
		return &moveStep{arrangement: *n.move, in: in[0], out: out[0]}
	}
	switch op := n.op.(type) {
	case *graph.AttendOp:
		s := &attendStep{kind: op.Kind, a: in[0], b: in[1], out: out[0]}
		if len(in) > 2 {
			s.w = &in[2]
		}
		return s
	case *graph.LookupOp:
		return &lookupStep{table: in[0], ids: in[1], out: out[0]}
	case *graph.LookupGradOp:
		s := &lookupGradStep{ids: in[0], g: in[1], out: out[0], whole: b.loop != nil, add: n.base != nil}
		b.p.tables = append(b.p.tables, s)
		return s
	case *graph.SoftmaxOp:
		return &softmaxStep{in: in[0], out: out[0]}
	case *graph.CrossEntropyOp:
		s := &entropyStep{logits: in[0], targets: in[1], loss: &out[0]}
		if n.xent {
			s.grad, s.factor, s.there = &out[1], in[2], n.in[0] == n.out[1].claim.value
		}
		return s
	case *graph.CrossEntropyGradOp:
		return &entropyStep{logits: in[0], targets: in[1], grad: &out[0], factor: in[2]}
	case *graph.RStdOp:
		return &deviationStep{op: op, in: in[0], out: out[0]}
	case *graph.ReduceOp:
		return b.reduce(op, in[0], out[0])
	case *graph.MaskOp:
		s := &maskStep{op: op, out: out[0]}
		if len(in) > 0 {
			s.ids = &in[0]
		}
		b.p.masks = append(b.p.masks, s)
		return s
	case *graph.ReverseOp:
		s := &reverseStep{in: in[0], out: out[0]}
		if len(in) > 1 {
			s.lengths = &in[1]
		}
		return s
	case *graph.ValidOp:
		return &validStep{lengths: in[0], out: out[0]}
	}
	return &referenceStep{node: n, in: in, out: out}
}

func (b *block) reduce(op *graph.ReduceOp, in, out view) step {
	if len(in.shape) == 0 || len(op.Axes) == 0 {
		return &moveStep{in: in, out: out}
	}
	s := &reduceStep{op: op, in: in, out: out, axes: make([]bool, len(in.shape)), divisor: fixed(op.Width)}
	for _, a := range op.Axes {
		k := in.axis(a)
		s.axes[k] = true
		if in.shape[k].syms != "" {
			s.divisor = s.divisor.times(in.shape[k])
		}
	}
	return s
}

// idCheck says which ids an input may hold.
type idCheck struct {
	buf   *buffer
	limit size
	what  string
	below int // limit, bound
}

// checkIDs notes what the ids that n reads must stay below.
func (b *block) checkIDs(n *node) {
	var ids *value
	var limit size
	switch op := n.op.(type) {
	case *graph.LookupOp:
		ids, limit = n.in[1], n.in[0].shape[0]
	case *graph.LookupGradOp:
		ids, limit = n.in[0], fixed(op.Rows)
	case *graph.CrossEntropyOp, *graph.CrossEntropyGradOp:
		ids, limit = n.in[1], n.in[0].shape.last()
	default:
		return
	}
	for ids.def.kind == leaf && ids.def.source.outer != nil {
		ids = ids.def.source.outer
	}
	if buf := ids.def.source.buf; buf != nil && buf.ints {
		b.p.checks = append(b.p.checks, idCheck{buf: buf, limit: limit, what: n.String()})
	}
}
