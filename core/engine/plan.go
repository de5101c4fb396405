package engine

import (
	"fmt"

	"github.com/seed391906a2/iss/core/graph"
)

// planner turns a graph into steps, in passes:
//
//	build    graph → nodes; sums of products become one node (build.go, chain.go)
//	divide   element-wise work in the widths that are used (divide.go)
//	claims   who writes where: parts of joins, states, bases of products (claim.go)
//	fit      copies for operands that lie too oddly to be read (fit.go)
//	schedule what runs together (schedule.go)
//	takeOver results over operands that die (memory.go)
//	emit     steps (emit.go)
type planner struct {
	opt     Options
	syms    symbols
	root    *block
	buffers []*buffer
	params  map[string]*buffer
	inputs  map[string]*buffer
	checks  []idCheck
	packs   []*pack // of parameters and constants
	masks   []*maskStep
	tables  []*lookupGradStep
	depth   int  // of nested loops
	placed  bool // views are final
}

// fault is a fault of the planner itself.
type fault struct{ error }

func internal(format string, args ...any) fault {
	return fault{fmt.Errorf("engine: internal: "+format, args...)}
}

func (p *planner) buffer(b *buffer) *buffer {
	p.buffers = append(p.buffers, b)
	return b
}

// param is the memory of a parameter.
func (p *planner) param(q *graph.Param) *buffer {
	b, ok := p.params[q.Name]
	if !ok {
		b = p.buffer(&buffer{name: "parameter " + q.Name, shape: p.syms.shape(graph.Of(q.Shape...)), dense: true, param: true, borrowed: p.opt.Borrow})
		p.params[q.Name] = b
	}
	return b
}

// input is the memory of an input.
func (p *planner) input(op *graph.InputOp, s shape) *buffer {
	b, ok := p.inputs[op.Label]
	if !ok {
		b = p.buffer(&buffer{name: "input " + op.Label, shape: s, fed: s.count(), dense: true, input: true, ints: op.Kind == graph.Int})
		p.inputs[op.Label] = b
	}
	return b
}

func (p *planner) eachPack(f func(k *pack)) {
	for _, k := range p.packs {
		f(k)
	}
	p.root.each(func(b *block) {
		for _, k := range b.packs {
			f(k)
		}
	})
}

// plan runs the passes behind build.
func (p *planner) plan(workers int) {
	p.root.each((*block).settle)
	p.root.each((*block).divide)
	p.root.each((*block).claims)
	p.root.each((*block).keepAll)
	p.root.each((*block).fit)
	p.root.each((*block).schedule)
	p.root.each((*block).settleMemory)
	p.root.each((*block).pin)
	p.root.each((*block).takeOver)
	p.placed = true
	p.root.emit(workers)
}
