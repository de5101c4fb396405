package engine

import (
	"fmt"
	"runtime"
	"strings"
	"unsafe"

	"github.com/seed391906a2/iss/core/engine/rewrite"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/kernel"
)

// Options of an engine.
type Options struct {
	// Max holds the largest length of every symbol: memory is laid out for it.
	Max graph.Binding
	// Available is how many bytes the plan may take; 0 means what the system
	// says is left, and no limit where it does not say.
	Available int64
	// Threads is the number of workers; 0 means GOMAXPROCS.
	Threads int
	// Inference says that the graph is only evaluated and parameters seldom
	// change: masks are 1 and cost nothing, and all parameters are packed for
	// the kernels when they change.
	Inference bool
	// Arena is the memory and the workers that the engine has in turn with
	// others; nil: its own, of Threads workers.
	Arena *Arena
	// Borrow says that parameters have no memory of their own: Borrow tells
	// where they lie before the first run.
	Borrow bool
}

// workers is how many there will be.
func (o Options) workers() int {
	switch {
	case o.Arena != nil:
		return o.Arena.team.N()
	case o.Threads > 0:
		return o.Threads
	}
	return runtime.GOMAXPROCS(0)
}

// Engine runs one graph.
type Engine struct {
	g       *graph.Graph
	p       *planner
	arena   *Arena
	own     bool // the arena is the engine's alone
	workers []*worker
	bound   lengths
	spare   lengths // for the next Bind
	most    lengths
	outputs []output
	changed bool
	timing  bool
	runs    int
	work    func(w int)

	footprint Footprint
}

var _ graph.Machine[float32] = (*Engine)(nil)

// New plans the graph for the lengths in opt.Max and starts the workers. All
// parameters are zero. An axis without a maximum is an error, and so is a plan
// that needs more memory than there is: a *MemoryError, before any is taken.
func New(g *graph.Graph, opt Options) (e *Engine, err error) {
	p := &planner{opt: opt, params: map[string]*buffer{}, inputs: map[string]*buffer{}}
	e = &Engine{g: g, p: p, changed: true}
	defer func() {
		switch f := recover().(type) {
		case nil:
		case fault:
			e, err = nil, f
		default:
			panic(f)
		}
	}()
	fast := g
	if opt.Inference {
		fast = rewrite.Still(g)
	}
	fast = rewrite.Optimize(fast)
	wanted := make([]bool, len(fast.Outputs))
	for i := range wanted {
		wanted[i] = true
	}
	p.root = p.newBlock(fast, wanted, nil, nil)
	for _, q := range g.Params {
		p.param(q)
	}
	for _, v := range g.Inputs {
		p.input(v.Node.Op.(*graph.InputOp), p.syms.shape(v.Shape()))
	}
	if e.most, err = p.syms.bind(opt.Max); err != nil {
		return nil, fmt.Errorf("%w; Options.Max must hold all axes: %s", err, strings.Join(p.syms.names, ", "))
	}
	p.plan(opt.workers())
	for i, v := range p.root.outs {
		e.outputs = append(e.outputs, output{name: fast.Names[i], from: v.view()})
		e.outputs[i].from.buf.output = true
	}
	most := e.most.room()
	l := p.layOut(most)
	e.footprint = p.footprint(e.outputs, opt.workers(), most)
	e.footprint.shared = 4 * l.floats
	if err = e.footprint.fits(g.Name, opt); err != nil {
		return nil, err
	}
	if e.arena = opt.Arena; e.arena == nil {
		e.arena, e.own = NewArena(opt.workers()), true
	}
	e.arena.need = max(e.arena.need, l.end)
	e.allocate(most)
	return e, nil
}

// allocate takes the memory of the plan that is the engine's own, and the
// arena's too if that is.
func (e *Engine) allocate(most lengths) {
	p, team := e.p, e.arena.team
	for _, b := range p.buffers {
		b.allocate(most)
	}
	team.Reserve(p.products(most)...)
	slots, ptrs := p.registers()
	for w := range team.N() {
		e.workers = append(e.workers, &worker{
			w: w, n: team.N(), team: team, time: make([]int, p.depth), count: make([]int, p.depth),
			slots: kernel.Floats(slots * slotFloats), ptr: make([]*float32, ptrs), base: make([]unsafe.Pointer, ptrs),
		})
	}
	for i := range e.outputs {
		e.outputs[i].allocate(most)
	}
	e.work = e.runWorker
	if e.own {
		e.arena.hold(e)
	}
}

// Close ends the workers, unless the arena is shared: it is closed by who made it.
func (e *Engine) Close() {
	if e.own {
		e.arena.team.Close()
	}
}

// Team is the engine's workers, for others to share between runs.
func (e *Engine) Team() *kernel.Team { return e.arena.team }
