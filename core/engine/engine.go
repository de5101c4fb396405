package engine

import (
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"unsafe"

	"github.com/seed391906a2/iss/core/engine/rewrite"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/kernel"
	"github.com/seed391906a2/iss/registry"
)

// Options of an engine.
type Options struct {
	// Max holds the largest length of every symbol: memory is laid out for it.
	Max graph.Binding
	// Threads is the number of workers; 0 means GOMAXPROCS.
	Threads int
	// Inference says that parameters seldom change: all are packed for the
	// kernels when they do.
	Inference bool
}

// Engine runs one graph.
type Engine struct {
	g       *graph.Graph
	p       *planner
	team    *kernel.Team
	workers []*worker
	bound   lengths
	binding graph.Binding
	most    lengths
	outputs []output
	changed bool
	timing  bool
	runs    int
	work    func(w int)
}

var _ graph.Machine[float32] = (*Engine)(nil)

// output is a named result: memory of the plan where it is without gaps, else
// a copy.
type output struct {
	name string
	from view
	loc  loc
	buf  []float32
	data []float32
}

// New plans the graph for the lengths in opt.Max and starts the workers. All
// parameters are zero. An axis without a maximum is an error.
func New(g *graph.Graph, opt Options) (e *Engine, err error) {
	p := &planner{opt: opt, params: map[string]*buffer{}, inputs: map[string]*buffer{}}
	if opt.Threads <= 0 {
		opt.Threads = runtime.GOMAXPROCS(0)
	}
	e = &Engine{g: g, p: p, changed: true}
	fast := rewrite.Optimize(g)
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
	p.plan(opt.Threads)
	for i, v := range p.root.outs {
		e.outputs = append(e.outputs, output{name: fast.Names[i], from: v.view()})
	}
	e.allocate(opt.Threads)
	return e, nil
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
	p.root.emit(workers)
}

func (e *Engine) allocate(threads int) {
	p := e.p
	for _, b := range p.buffers {
		b.allocate(e.most)
	}
	e.team = kernel.NewTeam(threads)
	slots, ptrs := 1, 2
	p.root.each(func(b *block) {
		for _, stage := range b.code.stages {
			for _, t := range stage {
				switch s := t.step.(type) {
				case *productStep:
					s.reserve(e.team, e.most)
				case *program:
					slots, ptrs = max(slots, s.slots), max(ptrs, s.slots+len(s.streams))
				}
			}
		}
	})
	for w := range threads {
		e.workers = append(e.workers, &worker{
			w: w, n: threads, team: e.team, time: make([]int, p.depth), count: make([]int, p.depth),
			slots: kernel.Floats(slots * slotFloats), ptr: make([]*float32, ptrs), base: make([]unsafe.Pointer, ptrs),
		})
	}
	for i := range e.outputs {
		o := &e.outputs[i]
		if !o.from.dense() {
			o.buf = kernel.Floats(o.from.shape.count().at(e.most))
		}
	}
	e.work = e.runWorker
}

// Close ends the workers.
func (e *Engine) Close() { e.team.Close() }

// Team is the engine's workers, for others to share between runs.
func (e *Engine) Team() *kernel.Team { return e.team }

// Memory is the planned memory in bytes: values, parameters, inputs and panels.
func (e *Engine) Memory() int64 {
	n := 0
	for _, b := range e.p.buffers {
		n += len(b.floats) + len(b.words)
	}
	e.p.eachPack(func(k *pack) { n += k.packed.K * k.packed.N })
	for _, o := range e.outputs {
		n += len(o.buf)
	}
	return 4 * int64(n)
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

// Bind implements graph.Machine. Inputs whose length changes are set to zero.
// A length beyond the maximum is an error.
func (e *Engine) Bind(b graph.Binding) error {
	n, err := e.p.syms.bind(b)
	if err != nil {
		return err
	}
	for i, name := range e.p.syms.names {
		if n[i] > e.most[i] {
			return fmt.Errorf("engine: axis %q is bound to %d, but the plan is for at most %d; raise Options.Max", name, n[i], e.most[i])
		}
	}
	if e.bound != nil && slices.Equal(n, e.bound) {
		return nil
	}
	for _, in := range e.p.inputs {
		if l := in.length(n); e.bound == nil || l != in.bound {
			in.bound = l
			clear(in.floats)
			clear(in.words)
		}
	}
	for i := range e.p.checks {
		e.p.checks[i].below = e.p.checks[i].limit.at(n)
	}
	e.bound, e.binding = n, b
	for _, t := range e.p.buffers {
		if t.uniform != nil {
			t.floats[0] = t.uniform.at(n)
		}
	}
	for _, k := range e.p.packs {
		k.bind(n)
	}
	e.p.root.code.bind(n)
	for i := range e.outputs {
		e.outputs[i].bind(n)
	}
	return nil
}

func (o *output) bind(n lengths) {
	o.loc.bind(o.from, n)
	if o.buf != nil {
		o.data = o.buf[:o.loc.count()]
	} else {
		o.data = o.loc.floats[o.loc.off:][:o.loc.count()]
	}
}

// Param implements graph.Machine. It panics if there is no such parameter.
func (e *Engine) Param(name string) []float32 {
	b, ok := e.p.params[name]
	if !ok {
		panic(e.unknown("parameter", name, slices.Sorted(maps.Keys(e.p.params))))
	}
	return b.floats
}

// Changed implements graph.Machine.
func (e *Engine) Changed() { e.changed = true }

// Floats implements graph.Machine. It panics if there is no such input, if it
// holds ints, or if nothing is bound.
func (e *Engine) Floats(input string) []float32 {
	b := e.input(input, false)
	return b.floats[:b.bound]
}

// Ints implements graph.Machine. It panics if there is no such input, if it
// holds floats, or if nothing is bound.
func (e *Engine) Ints(input string) []int32 {
	b := e.input(input, true)
	return b.words[:b.bound]
}

func (e *Engine) input(name string, ints bool) *buffer {
	b, ok := e.p.inputs[name]
	if !ok {
		panic(e.unknown("input", name, slices.Sorted(maps.Keys(e.p.inputs))))
	}
	if e.bound == nil {
		panic(fmt.Errorf("engine: input %q has no size before Bind", name))
	}
	if b.ints != ints {
		kind := map[bool]string{true: "ints", false: "floats"}
		panic(fmt.Errorf("engine: input %q holds %s, not %s", name, kind[b.ints], kind[ints]))
	}
	return b
}

// Output implements graph.Machine. It panics if there is no such output or if
// nothing is bound.
func (e *Engine) Output(name string) []float32 {
	for i := range e.outputs {
		if e.outputs[i].name == name && e.bound != nil {
			return e.outputs[i].data
		}
	}
	panic(e.unknown("output", name, e.g.Names))
}

func (e *Engine) unknown(what, name string, known []string) error {
	return fmt.Errorf("engine: %s: %w", e.g.Name, registry.Unknown(what, name, known))
}

// Run implements graph.Machine. An id that names no row or class is an error.
func (e *Engine) Run(m graph.Mode) error {
	if e.bound == nil {
		return fmt.Errorf("engine: %s: nothing is bound; call Bind first", e.g.Name)
	}
	if err := e.checkIDs(); err != nil {
		return err
	}
	for _, s := range e.p.masks {
		s.prepare(m)
	}
	for _, x := range e.workers {
		x.mode = m
		x.timing = e.timing && x.w == 0
	}
	e.team.Run(e.work)
	if e.timing {
		e.runs++
	}
	e.changed = false
	for _, s := range e.p.tables {
		s.remember()
	}
	for _, s := range e.p.masks {
		s.remember(m)
	}
	for i := range e.outputs {
		e.outputs[i].copy(e.workers[0])
	}
	return nil
}

func (e *Engine) runWorker(w int) {
	x := e.workers[w]
	if e.changed {
		for _, k := range e.p.packs {
			k.run(x)
		}
		x.barrier()
	}
	e.p.root.code.run(x)
}

func (o *output) copy(x *worker) {
	if o.buf == nil {
		return
	}
	src := o.loc.from(x)
	n := o.loc.width()
	for r := range o.loc.rows() {
		copyRow(o.data[r*n:], 1, src[o.loc.row(r):], o.loc.gap(), n)
	}
}

// checkIDs refuses ids that name no row of a table and no class of a loss.
func (e *Engine) checkIDs() error {
	for _, c := range e.p.checks {
		for i, id := range c.buf.words[:c.buf.bound] {
			if id < 0 || int(id) >= c.below {
				return fmt.Errorf("engine: %s: id %d at position %d is outside 0..%d", c.what, id, i, c.below-1)
			}
		}
	}
	return nil
}
