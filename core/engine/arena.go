package engine

import (
	"runtime/debug"

	"github.com/seed391906a2/iss/core/kernel"
)

// Arena is the memory and the workers of engines that take turns, such as the
// one that trains a model and those that measure it in between. Values of one
// lie where those of the others lay: all of them take the memory of the largest.
//
// Parameters, inputs and outputs are an engine's own and stay what they are while
// others run; outputs until its own next run. An arena belongs to one goroutine
// at a time, and so do all its engines together.
type Arena struct {
	team   *kernel.Team
	need   int       // floats of the largest plan
	floats []float32 // nil until an engine binds
	holder *Engine   // whose values lie in it
}

// NewArena makes an arena without memory and starts so many workers; 0 means
// GOMAXPROCS.
func NewArena(threads int) *Arena {
	return &Arena{team: kernel.NewTeam(Options{Threads: threads}.workers())}
}

// Team are the workers.
func (a *Arena) Team() *kernel.Team { return a.team }

// Reset gives the memory back. Engines that were planned so far must not run
// any more, and who wants the memory collected forgets them too.
func (a *Arena) Reset() {
	a.need, a.floats, a.holder = 0, nil, nil
	a.team.Unreserve()
}

// Close ends the workers and gives the memory back.
func (a *Arena) Close() {
	a.team.Close()
	a.Reset()
}

// Memory is what engines have in turn, in bytes, taken or not yet.
func (a *Arena) Memory() int64 {
	return 4*int64(max(a.need, len(a.floats))) + 4*int64(a.team.Reserved())
}

// heavyBytes is from where on what is garbage, such as an arena's last memory, is
// given back before memory is taken: a collector that waits until there is as
// much garbage as there is in use would let the two stand side by side.
const heavyBytes = 64 << 20

// hold makes e the engine whose values lie in the arena. What it needs to find
// there from its last run is gone: panels are packed anew, tables cleared.
func (a *Arena) hold(e *Engine) {
	if a.holder == e {
		return
	}
	if len(a.floats) < a.need {
		a.floats, a.holder = nil, nil
		if 4*a.need >= heavyBytes {
			debug.FreeOSMemory()
		}
		a.floats = kernel.Floats(a.need)
	}
	a.holder = e
	e.changed = true
	for _, b := range e.p.buffers {
		if b.placed {
			b.floats = a.at(b.start, b.most)
		}
	}
	e.p.eachPack(func(k *pack) { k.packed.Use(a.at(k.start, k.packed.Size())) })
	for _, s := range e.p.tables {
		s.forget()
	}
	if e.bound != nil {
		e.bind(e.bound)
	}
}

// at are n floats from start on, with what may be read behind them.
func (a *Arena) at(start, n int) []float32 { return a.floats[start : start+n : start+n+kernel.Slack] }

// layout gives everything that may lie in an arena its place there.
type layout struct {
	end    int
	floats int64 // that are used
}

// place returns the start of n floats: on a page where they are many, as large
// objects of Go's heap are, else on a cache line.
func (l *layout) place(n int) int {
	const line, page, large = 16, 2048, 4 * 2048
	unit := line
	if n >= large {
		unit = page
	}
	start := (l.end + unit - 1) / unit * unit
	l.end = start + n + kernel.Slack
	l.floats += int64(n)
	return start
}

// layOut places the values and the panels of the plan at the largest lengths.
// What lies in memory of its own is marked so already.
func (p *planner) layOut(most lengths) (l layout) {
	for _, b := range p.buffers {
		if b.apart() || b.needless() {
			continue
		}
		b.placed, b.most = true, b.length(most)
		b.start = l.place(b.most)
	}
	p.eachPack(func(k *pack) { k.start = l.place(k.packed.Size()) })
	return l
}
