package draw

import (
	"fmt"
	"math"
	"strings"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/internal/svg"
)

// Measures of figure 3, in pixels.
const (
	margin    = 24.0
	pageWidth = 940.0 // sheets are set in lines of this width
	wideMost  = 640.0 // the widest sheet
	wideUsual = 384.0 // the widest sheet of which two are to stand side by side
	highMost  = 210.0 // the highest
	thinLeast = 12.0  // the thinnest; anything thinner would not be seen
	stripMin  = 2.5   // the thinnest strip
	biasHigh  = 9.0
	pileStep  = 4.0
	titleSize = 12.0
	titleLine = 15.0
)

// table is figure 3 being laid out.
type table struct {
	*scene
	c     *component
	scale float64 // pixels an index
	most  int     // indices of the longest axis that is not broken
	used  map[string]bool
	broke bool
}

// drawWeights draws figure 3 and tells it in words.
func drawWeights(c *component) (*scene, string) {
	all, alone := sheets(c)
	t := &table{scene: &scene{}, c: c, used: map[string]bool{}}
	t.measure(all)
	t.begin("weights")
	y := margin + 16
	t.label(margin, y, left, text{s: "Weights, in × out", size: 15, bold: true})
	y = t.lines(all, y+20)
	if len(alone) > 0 {
		y = t.vectors(alone, y)
	}
	y = t.legend(y)
	t.end()
	t.w, t.h = max(t.w, margin+pageWidth/2)+margin, y+margin/2
	var names []string
	for _, s := range all {
		names = append(names, s.title())
	}
	return t.scene, fmt.Sprintf("Weights that %s touches, drawn to scale with its rows and columns in colour: %s.", c, strings.Join(names, ", "))
}

// measure sets the scale: the widest sheets stand two in a line if they can,
// and an axis whose size comes from outside is broken where it would dwarf the rest.
func (t *table) measure(all []*sheet) {
	own := 1
	for _, s := range all {
		for _, a := range []side{s.rows, s.cols} {
			if !a.pinned {
				own = max(own, a.n)
			}
		}
	}
	t.most = own * 5 / 3
	wide, high := 1, 1
	for _, s := range all {
		wide, high = max(wide, min(s.cols.n, t.most)), max(high, min(s.rows.n, t.most))
	}
	t.scale = min(wideMost/float64(wide), wideUsual/float64(own), highMost/float64(high), 16)
}

// length is how long an axis is drawn.
func (t *table) length(a side) float64 {
	return max(thinLeast, t.scale*float64(t.shown(a)))
}

func (t *table) shown(a side) int {
	if a.pinned {
		return min(a.n, t.most)
	}
	return a.n
}

// block is a sheet with its labels: its size, and where its matrix lies in it.
type block struct {
	*sheet
	names  []string // lines of its title
	labels bool     // its columns have labels
	x, y   float64
	w, h   float64
	mw, mh float64
	pile   float64 // how far the piled ones stand out
}

func (t *table) block(s *sheet) block {
	b := block{sheet: s, mw: t.length(s.cols), mh: t.length(s.rows)}
	b.names = breakPath(s.title(), titleSize, max(b.mw, 130))
	b.pile = pileStep * float64(min(2, max(0, len(s.piled)-1)))
	b.labels = columnLabels(b)
	for _, p := range s.rows.parts {
		b.x = max(b.x, 8+text{s: p.label, size: 11}.width())
	}
	b.y = b.pile + 6 + titleLine*float64(len(b.names))
	if b.labels {
		b.y += 15
	}
	b.w = b.x + max(b.mw+b.pile, text{s: t.size(s), size: 11}.width())
	for _, line := range b.names {
		b.w = max(b.w, b.x+text{s: line, size: titleSize, bold: true}.width())
	}
	b.h = b.y + b.mh + float64(len(s.bias))*(biasHigh+5) + 17
	return b
}

// breakPath breaks a name behind slashes into lines no wider than w, if it can.
func breakPath(name string, size, w float64) (lines []string) {
	for _, part := range strings.SplitAfter(name, "/") {
		if n := len(lines); n > 0 && (text{s: lines[n-1] + part, size: size, bold: true}).width() <= w {
			lines[n-1] += part
		} else {
			lines = append(lines, part)
		}
	}
	return lines
}

// size is a sheet's shape in words.
func (t *table) size(s *sheet) string {
	size := graph.Of(s.p.Shape...).String()
	size = strings.ReplaceAll(size, "×", " × ")
	if len(s.piled) > 0 {
		size += fmt.Sprintf(", %d alike", len(s.piled))
	}
	return size
}

// lines sets sheets in lines, matrices of a line at one height, and returns
// where the last one ends.
func (t *table) lines(all []*sheet, y float64) float64 {
	for len(all) > 0 {
		var line []block
		x, head, high := margin, 0.0, 0.0
		for _, s := range all {
			b := t.block(s)
			if len(line) > 0 && x+b.w > margin+pageWidth {
				break
			}
			line = append(line, b)
			x += b.w + 30
			head, high = max(head, b.y), max(high, b.h-b.y)
		}
		x = margin
		for _, b := range line {
			t.sheet(b, x, y+head-b.y)
			x += b.w + 30
		}
		t.w = max(t.w, x-30)
		y += head + high + 22
		all = all[len(line):]
	}
	return y - 22
}

// sheet draws a block at x, y.
func (t *table) sheet(b block, x, y float64) {
	t.begin("sheet")
	for i, line := range b.names {
		t.label(x+b.x, y+titleLine*float64(i+1)-2, left, text{s: line, size: titleSize, bold: true})
	}
	mx, my := x+b.x, y+b.y
	for d := b.pile; d > 0; d -= pileStep {
		t.rect(mx+d, my-d, b.mw, b.mh, fmt.Sprintf("fill=%q stroke=%q", paper, edge))
	}
	t.matrix(b, mx, my)
	if b.labels {
		for _, p := range b.cols.parts {
			at := mx + b.mw*float64(p.from+p.to)/2/float64(b.cols.n)
			t.label(at, my-6-b.pile, middle, text{s: p.label, size: 11, italic: true, fill: faint})
		}
	}
	t.rowLabels(b, mx-7, my)
	y = my + b.mh + 5
	for range b.bias {
		t.vector(b.cols, mx, y, b.mw)
		y += biasHigh + 5
	}
	size := t.size(b.sheet)
	if n := len(b.bias); n > 0 {
		size += ", bias below"
	}
	t.label(mx, y+8, left, text{s: size, size: 11, fill: faint})
	t.end()
}

// matrix draws a sheet's ground, what the component has of it, and what
// divides it.
func (t *table) matrix(b block, x, y float64) {
	t.bar(x, y, b.mw, b.mh, paper)
	for _, s := range b.rows.spans {
		t.used[b.rows.colour] = true
		from, to := strip(s, b.rows.n, b.mh, stripMin)
		t.bar(x, y+from, b.mw, to-from, b.rows.colour)
	}
	for _, s := range b.cols.spans {
		t.used[b.cols.colour] = true
		from, to := strip(s, b.cols.n, b.mw, stripMin)
		t.bar(x+from, y, to-from, b.mh, b.cols.colour)
	}
	t.cells(b, x, y)
	var d strings.Builder
	for _, p := range b.cols.parts[1:] {
		at := x + b.mw*float64(p.from)/float64(b.cols.n)
		fmt.Fprintf(&d, "M%s %sV%s", svg.Num(at), svg.Num(y), svg.Num(y+b.mh))
	}
	for _, p := range b.rows.parts[1:] {
		at := y + b.mh*float64(p.from)/float64(b.rows.n)
		fmt.Fprintf(&d, "M%s %sH%s", svg.Num(x), svg.Num(at), svg.Num(x+b.mw))
	}
	if d.Len() > 0 {
		t.path(d.String(), fmt.Sprintf("fill=\"none\" stroke=%q stroke-width=\"1.2\"", edge))
	}
	t.rect(x, y, b.mw, b.mh, fmt.Sprintf("fill=\"none\" stroke=%q stroke-width=\"1.5\"", edge))
	if t.shown(b.cols) < b.cols.n {
		t.tear(x+b.mw*0.78, y-3, 0, b.mh+6)
	}
	if t.shown(b.rows) < b.rows.n {
		t.tear(x-3, y+b.mh*0.78, b.mw+6, 0)
	}
}

// cells draws single weights where they are large enough to be seen.
func (t *table) cells(b block, x, y float64) {
	if t.scale < 5 || t.shown(b.cols) < b.cols.n || t.shown(b.rows) < b.rows.n {
		return
	}
	var d strings.Builder
	for i := 1; i < b.cols.n; i++ {
		fmt.Fprintf(&d, "M%s %sV%s", svg.Num(x+b.mw*float64(i)/float64(b.cols.n)), svg.Num(y), svg.Num(y+b.mh))
	}
	for i := 1; i < b.rows.n; i++ {
		fmt.Fprintf(&d, "M%s %sH%s", svg.Num(x), svg.Num(y+b.mh*float64(i)/float64(b.rows.n)), svg.Num(x+b.mw))
	}
	if d.Len() > 0 {
		t.path(d.String(), fmt.Sprintf("fill=\"none\" stroke=%q stroke-width=\"0.8\"", grid))
	}
}

// tear breaks an axis: a gap across it between two oblique lines.
func (t *table) tear(x, y, w, h float64) {
	t.broke = true
	oblique := func(d float64, attrs string) {
		if h > 0 {
			t.path(fmt.Sprintf("M%s %sL%s %s", svg.Num(x+d-2), svg.Num(y+h), svg.Num(x+d+2), svg.Num(y)), attrs)
		} else {
			t.path(fmt.Sprintf("M%s %sL%s %s", svg.Num(x), svg.Num(y+d+2), svg.Num(x+w), svg.Num(y+d-2)), attrs)
		}
	}
	oblique(0, fmt.Sprintf("stroke=%q stroke-width=\"5\"", ground))
	oblique(-2.5, fmt.Sprintf("stroke=%q", edge))
	oblique(2.5, fmt.Sprintf("stroke=%q", edge))
}

// columnLabels reports whether the labels of all parts of the columns have room.
func columnLabels(b block) bool {
	for _, p := range b.cols.parts {
		if p.label == "" || (text{s: p.label, size: 11}).width()+2 > b.mw*float64(p.to-p.from)/float64(b.cols.n) {
			return len(b.cols.parts) == 1 && p.label != "" && (text{s: p.label, size: 11}).width() <= b.mw
		}
	}
	return true
}

// rowLabels names the parts of the rows that have room for a name.
func (t *table) rowLabels(b block, x, y float64) {
	last := -math.MaxFloat64
	for _, p := range b.rows.parts {
		at := y + b.mh*float64(p.from+p.to)/2/float64(b.rows.n) + 4
		if at-last < 12 {
			continue
		}
		t.label(x, at, right, text{s: p.label, size: 11, italic: true, fill: faint})
		last = at
	}
}
