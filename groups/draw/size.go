package draw

import (
	"unicode/utf8"

	"github.com/seed391906a2/iss/core/graph"
)

// Measures of figure 2, in pixels.
const (
	inner      = 5.0  // radius inside an elbow
	biasGap    = 9.0  // a bias with the gap below it
	noteHigh   = 13.0 // line of a note
	noteSize   = 10.5
	joinWide   = 5.0
	roundness  = 12.0  // radius of an operator
	roomyWidth = 880.0 // a narrower step is set wider
)

// sizes gives every box its size and its ports their places on it.
func (f *flow) sizes() {
	for _, b := range f.boxes {
		switch b.kind {
		case operator:
			b.sizeOperator()
		case matrix:
			b.sizeMatrix()
		case joint:
			f.sizeJoint(b)
		case source, sink:
			b.sizeEnd()
		}
	}
}

func (b *box) ports() []*port {
	var out []*port
	for i := range b.in {
		out = append(out, &b.in[i])
	}
	for i := range b.out {
		out = append(out, &b.out[i])
	}
	return out
}

func (b *box) widest() (w float64) {
	for _, p := range b.ports() {
		w = max(w, p.net.width)
	}
	return w
}

func (b *box) sizeOperator() {
	r := max(roundness, b.widest()/2+3)
	b.w, b.h = 2*r, 2*r
	if utf8.RuneCountInString(b.label.s) > 2 {
		b.w = max(b.w, b.label.width()+14)
	}
	b.spread()
	for i := range b.out {
		b.out[i].off = b.h / 2
	}
}

// spread sets operands side by side around the middle.
func (b *box) spread() {
	step := min(12, b.h/float64(len(b.in)+1))
	for i := range b.in {
		b.in[i].off = b.h/2 + (float64(i)-float64(len(b.in)-1)/2)*step
	}
}

func (b *box) sizeMatrix() {
	b.mw, b.mh = max(6, b.out[0].net.width), max(6, b.in[0].net.width)
	b.w = b.mw + inner
	top := b.mw + inner
	if b.bias {
		top += biasGap
	}
	for i, name := range b.names {
		b.notes = append(b.notes, []string{"", "+ "}[min(i, 1)]+name)
	}
	if b.op == "transposed" {
		b.notes[0] += "ᵀ"
	}
	if b.size != "" {
		b.notes = append(b.notes, b.size)
	}
	for _, s := range b.notes {
		b.w = max(b.w, text{s: s, size: noteSize}.width())
	}
	b.h = top + b.mh + 3 + noteHigh*float64(len(b.notes))
	b.in[0].off = top + b.mh/2
	b.out[0].off = b.mw / 2
}

// sizeJoint sets ribbons under each other in storage order. Parts of a value
// lie where they are cut out of it.
func (f *flow) sizeJoint(b *box) {
	stack := func(ports []port) (h float64) {
		for i := range ports {
			w := ports[i].net.width
			ports[i].off = h + w/2
			h += w
		}
		return h
	}
	in, out := stack(b.in), stack(b.out)
	b.w, b.h = joinWide, max(in, out)
	for i := range b.in {
		b.in[i].off += (b.h - in) / 2
	}
	for i := range b.out {
		b.out[i].off += (b.h - out) / 2
	}
	whole := b.in[0].net
	for i := range b.out {
		s, ok := b.out[i].net.v.Node.Op.(*graph.SliceOp)
		switch {
		case !ok:
		case s.Step > 1:
			b.notes = []string{"interleaved"}
		case in >= out:
			b.out[i].off = (b.h-in)/2 + whole.width*(float64(s.Start)+float64(s.N)/2)/float64(whole.n)
		}
	}
	if len(b.notes) > 0 {
		b.w = text{s: b.notes[0], size: noteSize}.width()
		b.h += noteHigh + 2
	}
}

func (b *box) sizeEnd() {
	b.label.size = 14
	line := max(18, b.widest())
	b.w = b.label.width() + 6
	for _, s := range b.notes {
		b.w = max(b.w, text{s: s, size: noteSize}.width()+6)
	}
	b.h = line + noteHigh*float64(len(b.notes))
	for _, p := range b.ports() {
		p.off = line / 2
	}
}
