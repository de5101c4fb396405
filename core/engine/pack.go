package engine

import (
	"fmt"

	"github.com/seed391906a2/iss/core/kernel"
)

// pack is a right operand in panels: of a parameter once per change of the
// parameters, of what a loop captures once per entry of the loop.
type pack struct {
	key    string
	place  string // of who needs it first
	from   view
	trans  bool
	packed *kernel.Packed
	start  int // of the panels in the arena
	clock

	src loc
	ld  int
}

// pack returns the panels for the right operand of a product, or nil where it
// is packed as it is used: outside loops while training, since the weights
// change after every use, and where its size or its place changes. Outside loops a
// single column is not packed at all (kernel.RowDots).
func (b *block) pack(v view, q product, place string) *kernel.Packed {
	if b.loop == nil && !(b.p.opt.Inference && v.buf.param) {
		return nil
	}
	rows, cols := v.shape[0], v.shape[1]
	if rows.syms != "" || cols.syms != "" || len(v.parity) > 0 {
		return nil
	}
	k, n := rows.n, cols.n
	if q.trans {
		k, n = n, k
	}
	if b.loop != nil && !q.b.captured() || b.loop == nil && n == 1 {
		return nil
	}
	list := &b.p.packs
	if !v.buf.param && !v.buf.constant {
		list = &b.packs
	}
	key := fmt.Sprintf("%p %v %v %v %v", v.buf, v.off, v.stride, v.shape, q.trans)
	for _, k := range *list {
		if k.key == key {
			return k.packed
		}
	}
	p := &pack{key: key, place: place, from: v, trans: q.trans, packed: kernel.PlanPacked(k, n)}
	*list = append(*list, p)
	return p.packed
}

// captured reports whether v is, or shows, something from outside the loop
// that does not move with it.
func (v *value) captured() bool {
	switch v.def.kind {
	case alias:
		return v.def.in[0].captured()
	case leaf:
		return v.def.source.state == nil && !v.def.source.seq
	}
	return false
}

func (p *pack) bind(n lengths) {
	p.src.bind(p.from, n)
	p.ld = distance(p.from, n)
}

func (p *pack) run(x *worker) {
	p.packed.Pack(x.w, x.n, p.src.from(x), p.ld, p.trans)
}

// pack packs a list and waits for the others.
func (x *worker) pack(list []*pack) {
	for _, p := range list {
		if x.timing {
			p.time(x, p, false)
		} else {
			p.run(x)
		}
	}
	x.barrier()
}

// String says what is packed: of a larger matrix, where it begins.
func (p *pack) String() string {
	s := fmt.Sprintf("pack %d×%d", p.packed.K, p.packed.N)
	if p.trans {
		s += " transposed"
	}
	if at := p.src.off; at > 0 {
		s += fmt.Sprintf(" from row %d, column %d", at/p.ld, at%p.ld)
	}
	return s + " of " + p.from.buf.name
}

// bytes are those read and written.
func (p *pack) bytes() float64 { return 8 * float64(p.packed.K) * float64(p.packed.N) }
