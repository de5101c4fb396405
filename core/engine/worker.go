package engine

import (
	"unsafe"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/kernel"
)

// worker is one of the team's workers at run time, with its scratch memory.
type worker struct {
	w, n     int // number of the worker, of all
	team     *kernel.Team
	mode     graph.Mode
	time     []int // present step of the loops, by level
	count    []int // and how many came before it
	slots    []float32
	ptr      []*float32
	base     []unsafe.Pointer
	ins      [1]kernel.Ins
	timing   bool // it takes the time of what it does: worker 0 of a run that is measured
	measured bool // the run is
	_        [64]byte
}

// block is how many floats a program works on at a time: the operands of an
// instruction stay in the first-level cache.
const blockFloats = 512

// slotFloats is the distance of scratch slots.
const slotFloats = blockFloats + 16

// share is the worker's part of n things.
func (x *worker) share(n int) (lo, hi int) { return n * x.w / x.n, n * (x.w + 1) / x.n }

// barrier waits for the others.
func (x *worker) barrier() {
	if x.n > 1 {
		x.team.Barrier()
	}
}

// step is something that the workers do together. Between a step and one that
// reads its results lies a barrier.
type step interface {
	bind(n lengths)
	run(x *worker)
	// about says what the step does, and how many floating point operations
	// that takes under the present binding.
	about() (what string, flops float64)
}

// code is what runs for a block: stages with a barrier behind each.
type code struct {
	stages [][]*timed
}

// timed is a step and the time spent in it.
type timed struct {
	step
	clock
	place string   // in the model
	parts []string // places of the operations that it runs together, if they are several
	moved bool     // out of a loop
}

func (c *code) run(x *worker) {
	if x.timing {
		c.measure(x)
		return
	}
	for _, stage := range c.stages {
		for _, s := range stage {
			s.run(x)
		}
		x.barrier()
	}
}

func (c *code) bind(n lengths) {
	for _, stage := range c.stages {
		for _, s := range stage {
			s.bind(n)
		}
	}
}
