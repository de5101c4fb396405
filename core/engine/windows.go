package engine

import (
	"slices"

	"github.com/seed391906a2/iss/core/kernel"
)

// windows makes one long copy of a program that only copies pieces which follow
// each other, where they come from and where they go: the windows of a
// convolution, whose positions overlap in memory.
func (p *program) windows() {
	if len(p.shape) == 0 || len(p.code) < 2 || len(p.streams) != 2*len(p.code) {
		return
	}
	w := p.shape.last()
	var from, to []view
	for _, in := range p.code {
		if in.Op != kernel.OpCopy {
			return
		}
		src, dst := p.streams[int(in.A)-p.slots], p.streams[int(in.D)-p.slots]
		if src.splat || dst.splat {
			return
		}
		from, to = append(from, src.view), append(to, dst.view)
	}
	for _, list := range [][]view{from, to} {
		for i := 1; i < len(list); i++ {
			if !list[i-1].followedBy(list[i], w) {
				return
			}
		}
	}
	p.shape = slices.Clone(p.shape)
	last := len(p.shape) - 1
	p.shape[last] = fixed(len(p.code)).times(w)
	p.code = p.code[:1]
	p.streams = []stream{{view: from[0]}, {view: to[0]}}
	for i := range p.streams {
		v := p.streams[i].view.clone()
		v.shape[last] = p.shape[last]
		p.streams[i].view = v
	}
	p.code[0].A, p.code[0].D = uint32(p.slots), uint32(p.slots+1)
}

// followedBy reports whether w lies as v does, its rows n floats behind.
func (v view) followedBy(w view, n size) bool {
	if v.buf != w.buf || v.stride[len(v.stride)-1] != one || !slices.Equal(v.stride, w.stride) || !slices.Equal(v.adv, w.adv) || !slices.Equal(v.parity, w.parity) {
		return false
	}
	v = v.clone()
	v.shift(n)
	return sameSum(v.off, w.off)
}

// sameSum reports whether two sums of sizes are equal.
func sameSum(a, b []size) bool {
	d := map[string]int{}
	for _, s := range a {
		d[s.syms] += s.n
	}
	for _, s := range b {
		d[s.syms] -= s.n
	}
	for _, n := range d {
		if n != 0 {
			return false
		}
	}
	return true
}
