package engine

import (
	"fmt"
	"unsafe"

	"github.com/seed391906a2/iss/core/kernel"
	"github.com/seed391906a2/iss/core/kernel/fused"
)

// HandFuse puts the hand-fused kernels of an LSTM in the place of the programs
// that do the same in e, and returns how many. Everything else stays: what is
// left between the two engines is the price of block programs.
func HandFuse(e *Engine) (replaced int) {
	e.p.root.each(func(b *block) {
		b.code.each(func(t *timed) {
			if p, ok := t.step.(*program); ok && b.loop != nil {
				if h := handFuse(p); h != nil {
					t.step = h
					replaced++
				}
			}
		})
	})
	return replaced
}

// handFused runs a program's blocks through a kernel that takes its streams in
// another order.
type handFused struct {
	*program
	order []int // stream of each of the kernel's vectors
	call  func(n int, p *[fused.BackVectors]*float32)
}

func (h *handFused) run(x *worker) {
	lo, hi := x.share(h.units)
	row, col := 0, 0
	if lo < hi {
		row, col = lo/h.blocks, lo%h.blocks
	}
	for i := range h.streams {
		l := &h.streams[i].loc
		x.base[i] = unsafe.Pointer(&l.floats[l.at(x)])
	}
	for u := lo; u < hi; row++ {
		for ; col < h.blocks && u < hi; col, u = col+1, u+1 {
			at := col * h.length
			var p [fused.BackVectors]*float32
			for k, i := range h.order {
				s := &h.streams[i]
				p[k] = (*float32)(unsafe.Add(x.base[i], 4*(s.row(h.dims, row)+at*s.next)))
			}
			h.call(min(h.length, h.width-at), &p)
		}
		col = 0
	}
}

func forward(n int, p *[fused.BackVectors]*float32) {
	fused.Forward(n, (*[fused.Vectors]*float32)(p[:fused.Vectors]))
}

func forwardKeep(n int, p *[fused.BackVectors]*float32) {
	fused.ForwardKeep(n, (*[fused.Vectors]*float32)(p[:fused.Vectors]))
}

// handFuse recognises the programs by their instructions; which operand is which
// follows from where each is read.
func handFuse(p *program) *handFused {
	text := ""
	for _, in := range p.code {
		text += fmt.Sprint(in.Op, " ")
	}
	stream := func(r uint32) int { return int(r) - p.slots }
	in := func(i int) kernel.Ins { return p.code[i] }
	either := func(i int, not uint32) int { // the operand of instruction i in memory that is not this
		if s := stream(in(i).A); s >= 0 && in(i).A != not {
			return s
		}
		return stream(in(i).B)
	}
	switch text {
	case "sigmoid mul sigmoid tanh fma sigmoid tanh mul ":
		order := make([]int, fused.Vectors)
		order[fused.F], order[fused.SigF] = stream(in(0).A), stream(in(0).D)
		order[fused.C] = either(1, in(0).D)
		order[fused.I], order[fused.SigI] = stream(in(2).A), stream(in(2).D)
		order[fused.J], order[fused.TanhJ] = stream(in(3).A), stream(in(3).D)
		order[fused.CNext] = stream(in(4).D)
		order[fused.O], order[fused.SigO] = stream(in(5).A), stream(in(5).D)
		order[fused.TanhC], order[fused.H] = stream(in(6).D), stream(in(7).D)
		if order[fused.SigF] < 0 {
			return &handFused{p, order[:fused.SigI], forward}
		}
		return &handFused{p, order, forwardKeep}
	case "add mul mul dtanh dsigmoid add mul mul dtanh dsigmoid mul mul dsigmoid ":
		order := make([]int, fused.BackVectors)
		order[fused.DH0], order[fused.DH1] = stream(in(0).A), stream(in(0).B)
		order[fused.BackTanhC] = stream(in(3).B)
		order[fused.BackSigO], order[fused.DO] = stream(in(4).B), stream(in(4).D)
		order[fused.DCNext] = either(5, in(3).D)
		order[fused.BackTanhJ], order[fused.DJ] = stream(in(8).B), stream(in(8).D)
		order[fused.BackSigI], order[fused.DI] = stream(in(9).B), stream(in(9).D)
		order[fused.BackSigF], order[fused.DF] = stream(in(12).B), stream(in(12).D)
		dc := in(5).D
		for i := 10; i <= 11; i++ {
			if in(i).A == in(12).B || in(i).B == in(12).B {
				order[fused.DC] = stream(in(i).D)
			} else {
				order[fused.BackC] = either(i, dc)
			}
		}
		return &handFused{p, order, fused.Backward}
	}
	return nil
}
