package engine

import (
	"fmt"

	"github.com/seed391906a2/iss/core/kernel"
)

// Footprint is the memory of a plan in bytes, all that its runs ever take. It is
// known before any is taken.
type Footprint struct {
	Params  int64 // values of the parameters
	Packed  int64 // parameters and what loops capture, rearranged for the kernels
	Values  int64 // inputs, activations, gradients, outputs
	Scratch int64 // operands packed as they are used, registers of programs

	shared int64 // of these, what lies in the arena
}

// Total is the sum.
func (f Footprint) Total() int64 { return f.Params + f.Packed + f.Values + f.Scratch }

func (f Footprint) String() string {
	return fmt.Sprintf("%.1f MB of memory: %s", float64(f.Total())/1e6, f.Parts())
}

// Parts lists them.
func (f Footprint) Parts() string {
	mb := func(n int64) float64 { return float64(n) / 1e6 }
	return fmt.Sprintf("%.1f parameters, %.1f packed, %.1f values, %.1f scratch", mb(f.Params), mb(f.Packed), mb(f.Values), mb(f.Scratch))
}

// MemoryError is a plan for which there is no room.
type MemoryError struct {
	Name              string // of the graph
	Needed, Available int64  // bytes
}

func (e *MemoryError) Error() string {
	return fmt.Sprintf("engine: %s needs %.1f GB of memory, and %.1f GB are available; make the batch, the steps or the model smaller",
		e.Name, float64(e.Needed)/1e9, float64(e.Available)/1e9)
}

// fits refuses a plan that has no room beside what its arena has taken already.
// Available 0 is what the system has.
func (f Footprint) fits(name string, opt Options) error {
	available, needed := opt.Available, f.Total()
	if opt.Arena != nil {
		needed -= min(f.shared, 4*int64(len(opt.Arena.floats)))
	}
	if available == 0 {
		known := false
		if available, known = kernel.AvailableMemory(); !known {
			return nil
		}
	}
	if needed > available {
		return &MemoryError{name, needed, available}
	}
	return nil
}

// footprint weighs the plan at the largest lengths.
func (p *planner) footprint(outputs []output, workers int, most lengths) (f Footprint) {
	for _, b := range p.buffers {
		switch n := int64(b.length(most)); {
		case b.needless() || b.borrowed:
		case b.param:
			f.Params += 4 * n
		default:
			f.Values += 4 * n
		}
	}
	for i := range outputs {
		f.Values += 4 * int64(outputs[i].copied(most))
	}
	p.eachPack(func(k *pack) { f.Packed += 4 * int64(k.packed.Size()) })
	slots, _ := p.registers()
	f.Scratch = 4 * int64(kernel.ScratchSize(workers, p.products(most)...)+workers*slots*slotFloats)
	return f
}

// products are those of the plan at the largest lengths, in size.
func (p *planner) products(most lengths) (list []kernel.Gemm) {
	p.eachStep(func(s step) {
		if q, ok := s.(*productStep); ok {
			list = append(list, q.largest(most)...)
		}
	})
	return list
}

// registers is what the largest programs need: blocks of scratch, pointers.
func (p *planner) registers() (slots, ptrs int) {
	slots, ptrs = 1, 2
	p.eachStep(func(s step) {
		if q, ok := s.(*program); ok {
			slots, ptrs = max(slots, q.slots), max(ptrs, q.slots+len(q.streams))
		}
	})
	return slots, ptrs
}

func (p *planner) eachStep(f func(s step)) {
	p.root.each(func(b *block) {
		for _, stage := range b.code.stages {
			for _, t := range stage {
				f(t.step)
			}
		}
	})
}

// Footprint is the memory that was planned.
func (e *Engine) Footprint() Footprint { return e.footprint }

// Own is what the engine takes beside its arena, in bytes.
func (e *Engine) Own() int64 {
	return e.Memory() - e.footprint.shared - 4*int64(kernel.ScratchSize(e.arena.team.N(), e.p.products(e.most.room())...))
}

// Memory is the planned memory in bytes: Footprint's total.
func (e *Engine) Memory() int64 { return e.footprint.Total() }
