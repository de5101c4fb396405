package draw

import (
	"fmt"
	"strings"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/internal/svg"
)

// vector draws a parameter of one axis as a bar.
func (t *table) vector(a side, x, y, w float64) {
	t.bar(x, y, w, biasHigh, paper)
	for _, s := range a.spans {
		t.used[follows] = true
		from, to := strip(s, a.n, w, stripMin)
		t.bar(x+from, y, to-from, biasHigh, follows)
	}
	for _, p := range a.parts[1:] {
		at := x + w*float64(p.from)/float64(a.n)
		t.path(fmt.Sprintf("M%s %sV%s", svg.Num(at), svg.Num(y), svg.Num(y+biasHigh)), fmt.Sprintf("stroke=%q", edge))
	}
	t.rect(x, y, w, biasHigh, fmt.Sprintf("fill=\"none\" stroke=%q", edge))
}

// vectors draws parameters of one axis that go with no matrix.
func (t *table) vectors(all []*graph.Param, y float64) float64 {
	g := newGates(t.c.d.Atoms)
	cut := commonPath(t.c.d.Graph.Params)
	x, y := margin, y+22
	for _, p := range all {
		a := t.c.side(g, p, 0)
		name := text{s: strings.TrimPrefix(p.Name, cut), size: 12, bold: true}
		w := t.length(a)
		if x > margin && x+max(w, name.width()) > margin+pageWidth {
			x, y = margin, y+48
		}
		t.begin("vector")
		t.label(x, y+11, left, name)
		t.vector(a, x, y+18, w)
		t.label(x, y+40, left, text{s: fmt.Sprint(p.Shape[0]), size: 11, fill: faint})
		t.end()
		x += max(w, name.width()) + 30
		t.w = max(t.w, x-30)
	}
	return y + 42
}
