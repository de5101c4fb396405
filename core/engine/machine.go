package engine

import (
	"fmt"
	"maps"
	"slices"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/registry"
)

// Bind implements graph.Machine. Inputs whose length changes are set to zero.
// A length beyond the maximum is an error.
func (e *Engine) Bind(b graph.Binding) error {
	n, err := e.p.syms.bindIn(e.spare, b)
	if err != nil {
		return err
	}
	for i, name := range e.p.syms.names {
		if n[i] > e.most[i] {
			return fmt.Errorf("engine: axis %q is bound to %d, but the plan is for at most %d; raise Options.Max", name, n[i], e.most[i])
		}
	}
	e.arena.hold(e)
	if e.bound != nil && slices.Equal(n, e.bound) {
		return nil
	}
	if e.timing {
		e.settle()
	}
	for _, in := range e.p.inputs {
		if l := in.fed.at(n); e.bound == nil || l != in.bound {
			in.bound = l
			clear(in.floats)
			clear(in.words)
		}
	}
	for i := range e.p.checks {
		e.p.checks[i].below = e.p.checks[i].limit.at(n)
	}
	e.bound, e.spare = n, e.bound
	e.bind(n)
	return nil
}

// bind puts all steps in their places at the given lengths.
func (e *Engine) bind(n lengths) {
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
}

// Borrow makes the parameters lie where param says, such as in another engine:
// what is changed there is seen from the next call of Changed on. It panics if
// one has another size, or if Options.Borrow was not set.
func (e *Engine) Borrow(param func(name string) []float32) {
	for _, q := range e.g.Params {
		x, b := param(q.Name), e.p.params[q.Name]
		if len(x) != q.Size() || !b.borrowed {
			panic(fmt.Errorf("engine: %s: parameter %q of %d numbers cannot lie in memory for %d, or was not planned to be borrowed", e.g.Name, q.Name, q.Size(), len(x)))
		}
		b.floats = x
	}
	e.changed = true
	if e.bound != nil {
		e.bind(e.bound)
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

// Run implements graph.Machine. An id that names no row or class is an error,
// and so is training in a plan for inference, which draws no masks.
func (e *Engine) Run(m graph.Mode) error {
	if e.bound == nil {
		return fmt.Errorf("engine: %s: nothing is bound; call Bind first", e.g.Name)
	}
	if m.Training && e.p.opt.Inference {
		return fmt.Errorf("engine: %s: planned for inference; plan it without Options.Inference to train", e.g.Name)
	}
	if err := e.checkIDs(); err != nil {
		return err
	}
	e.arena.hold(e)
	for _, s := range e.p.masks {
		s.prepare(m)
	}
	for _, x := range e.workers {
		x.mode = m
		x.timing, x.measured = e.timing && x.w == 0, e.timing
	}
	e.arena.team.Run(e.work)
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
		x.pack(e.p.packs)
	}
	e.p.root.code.run(x)
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
