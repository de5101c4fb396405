package engine

import (
	"fmt"
	"strings"
	"unsafe"

	"github.com/seed391906a2/iss/core/kernel"
)

// program is element-wise work over one shape: instructions of the vector
// machine, run block by block of at most 512 floats, row by row. Operands in
// memory are streams with strides of their own; the rest lies in scratch slots.
type program struct {
	shape   shape
	code    []kernel.Ins
	imms    []immediate
	slots   int
	streams []stream
	workers int

	dims           []int // leading axes, joined where all streams allow it
	blocks, length int   // of a row
	width, units   int
}

// stream is an operand in memory.
type stream struct {
	view  view
	splat bool // one number a row

	loc    loc
	stride []int // along dims
	next   int   // along a row: 1, or 0 for a splat
}

// immediate is a constant of an instruction that follows from the binding.
type immediate struct {
	ins int
	u   uniform
}

func (p *program) bind(n lengths) {
	for _, m := range p.imms {
		p.code[m.ins].Imm = m.u.at(n)
	}
	for i := range p.streams {
		s := &p.streams[i]
		s.loc.bind(s.view, n)
		s.next = 1
		if s.splat {
			s.next = 0
		}
	}
	p.layout(n)
	rows := 1
	for _, d := range p.dims {
		rows *= d
	}
	p.split(rows)
}

// layout joins axes: a row gets as long, and the rows as few, as the streams
// allow.
func (p *program) layout(n lengths) {
	rank := len(p.shape)
	p.width, p.dims = 1, p.dims[:0]
	if rank > 0 {
		p.width = p.shape[rank-1].at(n)
	}
	for i := range p.streams {
		p.streams[i].stride = p.streams[i].stride[:0]
	}
	for k := rank - 2; k >= 0; k-- {
		d := p.shape[k].at(n)
		if d == 1 {
			continue
		}
		inner := p.width
		if len(p.dims) > 0 {
			inner = p.dims[len(p.dims)-1]
		}
		joined := true
		for i := range p.streams {
			s := &p.streams[i]
			at := s.next
			if len(p.dims) > 0 {
				at = s.stride[len(p.dims)-1]
			}
			joined = joined && s.loc.stride[k] == at*inner
		}
		switch {
		case joined && len(p.dims) == 0:
			p.width *= d
		case joined:
			p.dims[len(p.dims)-1] *= d
		default:
			p.dims = append(p.dims, d)
			for i := range p.streams {
				s := &p.streams[i]
				s.stride = append(s.stride, s.loc.stride[k])
			}
		}
	}
}

// split cuts rows into blocks: as few as the cache allows, more where workers
// would have nothing to do.
func (p *program) split(rows int) {
	const least = 64
	p.blocks = (p.width + blockFloats - 1) / blockFloats
	if p.blocks == 0 || rows == 0 {
		p.units = 0
		return
	}
	for rows*p.blocks%p.workers != 0 && rows*p.blocks < 8*p.workers && p.width/(p.blocks+1) >= least {
		p.blocks++
	}
	p.length = min(p.width, ((p.width+p.blocks-1)/p.blocks+15)/16*16)
	p.blocks = (p.width + p.length - 1) / p.length
	p.units = rows * p.blocks
}

func (p *program) run(x *worker) {
	lo, hi := x.share(p.units)
	if lo >= hi {
		return
	}
	ptr := x.ptr[:p.slots+len(p.streams)]
	for i := range p.slots {
		ptr[i] = &x.slots[i*slotFloats]
	}
	row, col := lo/p.blocks, lo%p.blocks
	for i := range p.streams {
		l := &p.streams[i].loc
		x.base[i] = unsafe.Pointer(&l.floats[l.at(x)])
	}
	for u := lo; u < hi; row++ {
		for ; col < p.blocks && u < hi; col, u = col+1, u+1 {
			at := col * p.length
			for i := range p.streams {
				s := &p.streams[i]
				ptr[p.slots+i] = (*float32)(unsafe.Add(x.base[i], 4*(s.row(p.dims, row)+at*s.next)))
			}
			kernel.VM(min(p.length, p.width-at), p.code, ptr)
		}
		col = 0
	}
}

// row is where a row begins.
func (s *stream) row(dims []int, r int) int {
	if len(dims) == 1 {
		return r * s.stride[0]
	}
	o := 0
	for k, d := range dims {
		o += r % d * s.stride[k]
		r /= d
	}
	return o
}

func (p *program) about() (string, float64) {
	var b strings.Builder
	fmt.Fprintf(&b, "program %d×%d, %d streams, %d slots, %d fused:", p.units/max(1, p.blocks), p.width, len(p.streams), p.slots, len(p.code))
	for _, in := range p.code {
		b.WriteByte(' ')
		b.WriteString(in.Op.String())
	}
	return b.String(), p.flops()
}

func (p *program) flops() float64 { return float64(len(p.code) * p.units / max(1, p.blocks) * p.width) }
