package engine

import (
	"fmt"

	"github.com/seed391906a2/iss/core/graph"
)

// kind says how a node is lowered.
type kind uint8

const (
	leaf  kind = iota // nothing to run: a parameter, an input, a constant, what a loop hands in
	alias             // nothing to run: another view of its operand
	join              // nothing to run: its operands are written into parts of it
	elem              // element by element: part of a program for the vector machine
	prod              // a sum of matrix products
	other             // a step of its own
	scan              // a loop
)

// node is one thing to lower: an operation of the graph, several of them
// taken together, or a copy that the lowering needs.
type node struct {
	kind  kind
	op    graph.Op    // of elem (nil: a copy), other, scan
	place string      // in the model
	moved bool        // out of a loop
	graph *graph.Node // of an operation
	in    []*value
	out   []*value
	block *block
	level int // how many steps must run before it, at least
	stage int // when it runs; see schedule.go

	source source          // of a leaf
	see    func(view) view // of an alias
	part   *part           // of an alias that is a range of its operand's last axis
	axis   int             // of a join, from the end
	prods  []product       // of a prod
	base   *value          // of a prod or a gradient of a table: what it is added to, in place
	bias   *value          // of a prod: a row added to all rows
	scale  *uniform        // of an elem that repeats: a factor
	move   *arrangement    // of an other that only moves elements
	xent   bool            // of an other: cross-entropy and its gradient at once
	loop   *loop           // of a scan
	body   *block          // of a scan
	states []*state        // of a scan
}

// product is x·W, x·Wᵀ or, for a weight's gradient, aᵀ·b.
type product struct {
	a, b  *value
	trans bool // b is transposed
	outer bool // a is transposed: summed over its rows
}

// part is a range of a last axis.
type part struct{ start, n int }

// source says where a leaf's values are.
type source struct {
	buf   *buffer
	outer *value // a value of the block around: a sequence or a captured value
	seq   bool
	state *state // the state before the step
}

// value is one result of a node.
type value struct {
	def     *node
	out     int
	shape   shape
	ints    bool
	buf     *buffer // its own memory, if it has any
	claim   claim   // where it must lie, if not there
	times   []*loop // loops all of whose steps its memory keeps, outermost first
	compact bool    // no gaps between the last axes
	users   []*node // that read it
	isOut   bool    // it leaves its block
	inMem   bool    // it is written to memory; settled by memory.go
}

// produced reports whether a step writes v anew at each run, so that v can be
// told where to lie and its memory can serve others when v dies.
func (v *value) produced() bool {
	switch v.def.op.(type) { // what these leave unwritten must still be there at the next run
	case *graph.MaskOp:
		return false
	case *graph.LookupGradOp:
		return v.def.base != nil
	}
	return v.def.kind == elem || v.def.kind == prod || v.def.kind == other && v.claim.how == nowhere
}

// uniform is the number that all elements share, or nil.
func (v *value) uniform() *uniform {
	if v.def.kind == leaf && v.def.source.buf != nil {
		return v.def.source.buf.uniform
	}
	return nil
}

// loop is a Scan's place in the nest of loops.
type loop struct {
	level   int // 0 is the outermost
	parent  *loop
	time    size
	reverse bool
}

// within reports whether l is m or lies inside it.
func (l *loop) within(m *loop) bool {
	for ; l != nil; l = l.parent {
		if l == m {
			return true
		}
	}
	return false
}

func (n *node) String() string {
	name := "copy"
	switch {
	case n.kind == prod:
		name = "product"
	case n.move != nil:
		name = "move"
	case n.xent:
		name = "cross-entropy with gradient"
	case n.op != nil:
		name = n.op.Name()
	}
	if n.place == "" {
		return name
	}
	return fmt.Sprintf("%s in %s", name, n.place)
}
