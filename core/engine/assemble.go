package engine

import "github.com/seed391906a2/iss/core/kernel"

// assembler turns the element-wise nodes of one program into instructions.
// Operands are registers at first: a stream in memory or a temporary; temporaries
// get scratch slots at the end, when it is known how long they live.
type assembler struct {
	p       *program
	in      map[*node]bool
	reg     map[*value]int // of what was computed or read
	streams []int          // register -> stream, or -1
	fills   map[uniform]int
	goes    map[*value]*node // value -> copy that it is computed into
	done    map[*node]bool
}

// program makes the program of the given nodes, which have one shape.
func (b *block) program(nodes []*node, workers int) *program {
	a := &assembler{
		p: &program{shape: nodes[0].out[0].shape, workers: workers}, in: map[*node]bool{}, reg: map[*value]int{},
		fills: map[uniform]int{}, goes: map[*value]*node{}, done: map[*node]bool{},
	}
	for _, n := range nodes {
		a.in[n] = true
	}
	for _, n := range nodes { // a value that needs no memory is computed where its copy lies
		if n.copies() && a.in[n.in[0].def] && !n.in[0].inMem && a.goes[n.in[0]] == nil {
			a.goes[n.in[0]] = n
			a.done[n] = true
		}
	}
	picks := map[*node]pick{}
	for i := len(nodes) - 1; i >= 0; i-- {
		if n := nodes[i]; !a.done[n] {
			picks[n] = a.pick(n)
		}
	}
	for _, n := range nodes {
		if !a.done[n] {
			a.emit(n, picks[n])
		}
	}
	a.slots()
	a.p.windows()
	return a.p
}

// copies reports whether n only copies its operand.
func (n *node) copies() bool { return n.op == nil && n.scale == nil }

func (a *assembler) emit(n *node, q pick) {
	var args [3]int
	for i, v := range q.args {
		args[i] = a.operand(v)
	}
	last := len(q.code) - 1
	from := args
	for i, c := range q.code {
		dst := 0
		if i == last {
			dst = a.result(n.out[0])
		} else {
			dst = a.temporary()
		}
		in := kernel.Ins{Op: c.op, D: uint32(dst)}
		for k, r := range []*uint32{&in.A, &in.B, &in.C} {
			if k < c.op.Args() {
				*r = uint32(from[k])
			}
		}
		if c.imm != nil {
			a.p.imms = append(a.p.imms, immediate{len(a.p.code), *c.imm})
		}
		a.p.code = append(a.p.code, in)
		from = [3]int{dst}
	}
}

// result is the register that v is computed into.
func (a *assembler) result(v *value) int {
	at := v
	if c := a.goes[v]; c != nil {
		at = c.out[0]
	}
	r := 0
	if at.inMem {
		r = a.stream(at.view().expand(a.p.shape), false)
	} else {
		r = a.temporary()
	}
	a.reg[v], a.reg[at] = r, r
	return r
}

func (a *assembler) temporary() int {
	a.streams = append(a.streams, -1)
	return len(a.streams) - 1
}

func (a *assembler) stream(v view, splat bool) int {
	a.streams = append(a.streams, len(a.p.streams))
	a.p.streams = append(a.p.streams, stream{view: v, splat: splat})
	return len(a.streams) - 1
}

// operand is the register of v, which is read from memory where it is not of
// this program.
func (a *assembler) operand(v *value) int {
	if u := v.uniform(); u != nil {
		return a.fill(*u)
	}
	if r, ok := a.reg[v]; ok {
		return r
	}
	w := v.view().expand(a.p.shape)
	splat := a.p.shape.last() != one && w.stride[len(w.stride)-1].n == 0
	r := a.stream(w, splat)
	if splat {
		s := r
		r = a.temporary()
		a.p.code = append(a.p.code, kernel.Ins{Op: kernel.OpSplat, D: uint32(r), A: uint32(s)})
	}
	a.reg[v] = r
	return r
}

func (a *assembler) fill(u uniform) int {
	r, ok := a.fills[u]
	if !ok {
		r = a.temporary()
		a.fills[u] = r
		a.p.imms = append(a.p.imms, immediate{len(a.p.code), u})
		a.p.code = append(a.p.code, kernel.Ins{Op: kernel.OpFill, D: uint32(r)})
	}
	return r
}

// slots gives temporaries scratch slots, each until its last use, and numbers
// the pointers: slots, then streams.
func (a *assembler) slots() {
	last := make([]int, len(a.streams))
	for i, in := range a.p.code {
		for _, r := range operands(&in) {
			last[*r] = i
		}
	}
	slot := make([]int, len(a.streams))
	for i := range slot {
		slot[i] = -1
	}
	var free []int
	for i := range a.p.code {
		in := &a.p.code[i]
		for _, r := range operands(in) { // what dies here may be written over
			if a.streams[*r] < 0 && last[*r] == i && slot[*r] >= 0 {
				free = append(free, slot[*r])
				last[*r] = -1
			}
		}
		if d := in.D; a.streams[d] < 0 && slot[d] < 0 {
			if len(free) == 0 {
				free = append(free, a.p.slots)
				a.p.slots++
			}
			slot[d] = free[len(free)-1]
			free = free[:len(free)-1]
		}
	}
	number := func(r *uint32) {
		if s := a.streams[*r]; s >= 0 {
			*r = uint32(a.p.slots + s)
		} else {
			*r = uint32(slot[*r])
		}
	}
	for i := range a.p.code {
		in := &a.p.code[i]
		for _, r := range operands(in) {
			number(r)
		}
		number(&in.D)
	}
}

// operands are the operands that the instruction reads.
func operands(in *kernel.Ins) []*uint32 {
	return []*uint32{&in.A, &in.B, &in.C}[:in.Op.Args()]
}
