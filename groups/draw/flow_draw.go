package draw

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/internal/svg"
)

// drawFlow draws figure 2 and tells it in words.
func drawFlow(c *component, body *graph.Graph, scan *graph.Node) (*scene, string) {
	f := newFlow(c, body, scan)
	f.fold()
	f.sizes()
	f.layer()
	f.place()

	s := &scene{}
	s.begin("flow")
	s.label(margin, margin+16, left, text{s: "One step of " + f.name(), size: 15, bold: true})
	t := &scene{}
	f.draw(t)
	top := margin + 34
	if loop := f.loop(); loop != nil {
		top += 24
	}
	s.within(t, margin, top)
	y := f.legend(s, top+t.h+26)
	s.end()
	s.w += margin
	s.h = y
	return s, fmt.Sprintf("One step of %s, from left to right, with %s in colour in every value that holds it.", f.name(), c)
}

// step is the loop whose step is drawn: of the loops in which a value has the
// class's units, one whose state has, if any.
func (c *component) step() (*graph.Graph, *graph.Node, error) {
	var found, state *graph.Node
	for _, n := range c.d.Graph.Nodes {
		op, ok := n.Op.(*graph.ScanOp)
		if !ok {
			continue
		}
		for i, v := range op.Body.Inputs {
			axis, _ := features(v)
			if axis < 0 || literal(v) || len(c.spans(v, axis, c.kin)) == 0 {
				continue
			}
			if found == nil {
				found = n
			}
			if state == nil && i >= op.Seqs && i < op.Seqs+op.States {
				state = n
			}
		}
	}
	if state != nil {
		found = state
	}
	if found == nil {
		return nil, nil, fmt.Errorf("draw: no recurrent step has units of class %q; draw its weights", c.class.Name)
	}
	return found.Op.(*graph.ScanOp).Body, found, nil
}

// name of the step: the layer whose states it carries.
func (f *flow) name() string {
	for _, v := range f.body.Inputs {
		if op := v.Node.Op.(*graph.InputOp); op.Role == graph.Previous && op.Owner != "" {
			return op.Owner
		}
	}
	return "the recurrent layer"
}

// loop is a box of the part that was folded, or nil.
func (f *flow) loop() *box {
	for _, b := range f.boxes {
		if b.loop > 0 {
			return b
		}
	}
	return nil
}

// draw draws loop, ribbons and boxes in that order, the last on top.
func (f *flow) draw(s *scene) {
	for _, col := range f.columns {
		for _, b := range col {
			s.h = max(s.h, b.y+b.h)
		}
	}
	n := len(f.columns) - 1
	s.w = f.colX[n] + f.colW[n]
	f.drawLoop(s)
	pieces := map[*net][]string{}
	bands := map[*net][]string{}
	for r := range f.columns {
		for _, g := range f.segs(r) {
			pieces[g.net] = append(pieces[g.net], f.piece(g, r, 0))
			for _, p := range g.net.spans {
				bands[g.net] = append(bands[g.net], f.band(g, r, p))
			}
		}
	}
	s.begin("ribbons")
	for _, on := range []bool{false, true} {
		for _, b := range f.boxes {
			for _, p := range b.out {
				if t := p.net; t.kin == on {
					all := strings.Join(pieces[t], "")
					s.path(all, fmt.Sprintf("fill=\"none\" stroke=%q stroke-width=%q", ground, svg.Num(t.width+2.4)))
					s.path(all, fmt.Sprintf("fill=\"none\" stroke=%q stroke-width=%q", t.colour(), svg.Num(t.width)))
					for _, d := range bands[t] {
						s.b.WriteString(d)
					}
				}
			}
		}
	}
	s.end()
	for _, b := range f.boxes {
		f.box(s, b)
	}
}

func (t *net) colour() string {
	if t.kin {
		return kin
	}
	return ribbon
}

// piece is the path of a ribbon between two columns, moved down by dy.
func (f *flow) piece(g seg, r int, dy float64) string {
	x0, x1 := f.colX[r]+f.colW[r], f.colX[r+1]
	y0, y1 := g.a.y+g.aOff.off+dy, g.b.y+g.bOff.off+dy
	from, to := g.a.x+g.a.w, g.b.x
	switch g.a.kind {
	case matrix:
		from = g.a.x + g.a.mw + inner - 0.5
	case joint:
		from = g.a.x + g.a.w/2
	case operator:
		from = g.a.x + g.a.w/2
	}
	switch g.b.kind {
	case joint, operator:
		to = g.b.x + g.b.w/2
	case bend:
		to += 0.5
	}
	m := (x0 + x1) / 2
	return fmt.Sprintf("M%s %sH%sC%s %s %s %s %s %sH%s",
		svg.Num(from), svg.Num(y0), svg.Num(x0), svg.Num(m), svg.Num(y0), svg.Num(m), svg.Num(y1), svg.Num(x1), svg.Num(y1), svg.Num(to))
}

// band is the element that draws a span of the component on a piece.
func (f *flow) band(g seg, r int, p span) string {
	from, to := strip(p, g.net.n, g.net.width, 1.6)
	d := f.piece(g, r, (from+to)/2-g.net.width/2)
	return fmt.Sprintf("<path d=%q fill=\"none\" stroke=%q stroke-width=%q/>\n", d, makes, svg.Num(to-from))
}

// box draws a box with its labels.
func (f *flow) box(s *scene, b *box) {
	switch b.kind {
	case operator:
		stroke := edge
		if b.out[0].net.kin {
			stroke = makes
		}
		attrs := fmt.Sprintf("fill=%q stroke=%q stroke-width=\"1.4\"", ground, stroke)
		if utf8.RuneCountInString(b.label.s) > 2 {
			s.rect(b.x, b.y+b.h/2-roundness, b.w, 2*roundness, attrs+fmt.Sprintf(" rx=%q", svg.Num(roundness)))
		} else {
			s.circle(b.x+b.w/2, b.y+b.h/2, roundness, attrs)
		}
		y := b.y + b.h/2 + 4.5
		if b.label.s == "∘" { // smaller than other signs
			b.label.size, y = 20, y+2
		}
		s.label(b.x+b.w/2, y, middle, b.label)
	case matrix:
		f.matrix(s, b)
	case joint:
		h := b.h
		if len(b.notes) > 0 {
			h -= noteHigh + 2
			s.label(b.x+b.w/2, b.y+b.h-2, middle, text{s: b.notes[0], size: noteSize, fill: faint})
		}
		s.bar(b.x+b.w/2-joinWide/2, b.y-1, joinWide, h+2, edge)
	case source, sink:
		x, anchor := b.x+b.w-5, right
		if b.kind == sink {
			x, anchor = b.x+5, left
		}
		line := b.h - noteHigh*float64(len(b.notes))
		s.label(x, b.y+line/2+5, anchor, b.label)
		for i, n := range b.notes {
			s.label(x, b.y+line+noteHigh*float64(i+1)-3, anchor, text{s: n, size: noteSize, fill: faint})
		}
	}
}

// matrix draws weights: what they read comes from the left, along their rows,
// and what they make leaves at the top, along their columns, and turns right.
func (f *flow) matrix(s *scene, b *box) {
	in, out := b.in[0].net, b.out[0].net
	top := b.y + b.mw + inner // where the elbow ends
	y := top
	if b.bias {
		y += biasGap
	}
	f.elbow(s, b, top, out.width, out.width/2, out.colour())
	for _, p := range out.spans {
		from, to := strip(p, out.n, b.mw, 1.6)
		f.elbow(s, b, top, to-from, (from+to)/2, makes)
	}
	s.bar(b.x, y, b.mw, b.mh, paper)
	if b.bias {
		s.bar(b.x, top, b.mw, biasGap, out.colour())
		s.bar(b.x, top+1, b.mw, biasGap-4, paper)
	}
	for _, p := range in.spans {
		from, to := strip(p, in.n, b.mh, 1.6)
		s.bar(b.x, y+from, b.mw, to-from, makes)
	}
	for _, p := range out.spans {
		from, to := strip(p, out.n, b.mw, 1.6)
		s.bar(b.x+from, top, to-from, y+b.mh-top, makes)
	}
	f.divide(s, b, y)
	s.rect(b.x, y, b.mw, b.mh, fmt.Sprintf("fill=\"none\" stroke=%q stroke-width=\"1.4\"", edge))
	if b.bias {
		s.rect(b.x, top+1, b.mw, biasGap-4, fmt.Sprintf("fill=\"none\" stroke=%q", edge))
	}
	for i, n := range b.notes {
		t := text{s: n, size: noteSize, fill: faint}
		if i == 0 {
			t.fill = ""
		}
		s.label(b.x, y+b.mh+2+noteHigh*float64(i+1)-2, left, t)
	}
}

// elbow turns a strip, whose middle is at `at` on the matrix, from upwards to
// the right.
func (f *flow) elbow(s *scene, b *box, y, w, at float64, colour string) {
	r := b.mw + inner - at
	s.path(fmt.Sprintf("M%s %sA%s %s 0 0 1 %s %s", svg.Num(b.x+at), svg.Num(y), svg.Num(r), svg.Num(r), svg.Num(b.x+b.mw+inner), svg.Num(y-r)),
		fmt.Sprintf("fill=\"none\" stroke=%q stroke-width=%q", colour, svg.Num(w)))
}

// divide draws lines between what the rows read and between the gates that the
// columns make, where the step joins and parts them.
func (f *flow) divide(s *scene, b *box, y float64) {
	var d strings.Builder
	if from := b.in[0].net.from; from.kind == joint && from.op != "split" {
		for _, p := range from.in[1:] {
			fmt.Fprintf(&d, "M%s %sH%s", svg.Num(b.x), svg.Num(y+p.off-p.net.width/2), svg.Num(b.x+b.mw))
		}
	}
	for _, u := range b.out[0].net.uses {
		if u.to.op != "split" || len(u.to.notes) > 0 {
			continue
		}
		for _, p := range u.to.out[1:] {
			fmt.Fprintf(&d, "M%s %sV%s", svg.Num(b.x+p.off-p.net.width/2), svg.Num(y), svg.Num(y+b.mh))
		}
	}
	if d.Len() > 0 {
		s.path(d.String(), fmt.Sprintf("fill=\"none\" stroke=%q stroke-width=\"0.8\"", edge))
	}
}

// drawLoop frames the part that stands for several rounds.
func (f *flow) drawLoop(s *scene) {
	loop := f.loop()
	if loop == nil {
		return
	}
	from, to := len(f.columns), 0
	for _, b := range f.boxes {
		if b.loop > 0 {
			from, to = min(from, b.rank), max(to, b.rank)
		}
	}
	x, x1 := f.colX[from]-9, f.colX[to]+f.colW[to]+9
	top, end := s.h, 0.0
	for _, col := range f.columns[from : to+1] {
		for _, b := range col {
			top, end = min(top, b.y), max(end, b.y+b.h)
		}
	}
	s.rect(x, top-10, x1-x, end-top+18, fmt.Sprintf("fill=\"#f3f6f9\" stroke=%q stroke-dasharray=\"4 3\" rx=\"8\"", faint))
	s.label(x+2, top-16, left, text{s: fmt.Sprintf("%d times, each reading the one before", loop.loop), size: 12, italic: true, fill: faint})
	s.h = max(s.h, end+8)
}

// legend says what the colours mean.
func (f *flow) legend(s *scene, y float64) float64 {
	x := margin
	for _, l := range []struct{ colour, s string }{
		{makes, f.c.String()},
		{kin, "values with units of " + f.c.class.Name},
		{ribbon, "other values"},
	} {
		label := text{s: l.s, size: 12}
		if x > margin && x+17+label.width() > margin+pageWidth {
			x, y = margin, y+18
		}
		s.bar(x, y-9, 11, 11, l.colour)
		s.label(x+17, y, left, label)
		x += 17 + label.width() + 22
		s.w = max(s.w, x-22)
	}
	y += 19
	told := "Ribbons are as wide as they have units; weights are drawn in × out: they read along their rows and make along their columns."
	for _, line := range wrap(told, 12, pageWidth) {
		s.label(margin, y, left, text{s: line, size: 12, fill: faint})
		s.w = max(s.w, margin+text{s: line, size: 12}.width())
		y += 16
	}
	return y
}
