package draw

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed391906a2/iss/groups"
)

// legend says what the colours mean and how much they are.
func (t *table) legend(y float64) float64 {
	x := margin
	y += 24
	for _, l := range []struct{ colour, s string }{
		{makes, "columns that make it"},
		{feeds, "rows that feed it back"},
		{receives, "rows of others that read it"},
		{follows, "biases, which follow it"},
	} {
		if !t.used[l.colour] {
			continue
		}
		label := text{s: l.s, size: 12}
		if x > margin && x+17+label.width() > margin+pageWidth {
			x, y = margin, y+18
		}
		t.bar(x, y-9, 11, 11, l.colour)
		t.label(x+17, y, left, label)
		x += 17 + label.width() + 22
		t.w = max(t.w, x-22)
	}
	y += 19
	n := groups.Count(t.c.d.Graph, t.c.class.Group())
	told := fmt.Sprintf("In colour: %s; a unit has %d weights, %d different ones, and %d biases.", t.c, n.Multiset, n.Distinct, n.Biases)
	if n := t.thin(); n {
		told += " Strips are drawn wider than they are."
	}
	if t.broke {
		told += " Torn axes are longer."
	}
	for _, line := range wrap(told, 12, pageWidth) {
		t.label(margin, y, left, text{s: line, size: 12, fill: faint})
		t.w = max(t.w, margin+text{s: line, size: 12}.width())
		y += 16
	}
	return y
}

// thin reports whether one index is thinner than the thinnest strip.
func (t *table) thin() bool { return t.scale < stripMin }

// wrap breaks a text into lines no wider than w.
func wrap(s string, size, w float64) (lines []string) {
	for _, word := range strings.Fields(s) {
		if n := len(lines); n > 0 && (text{s: lines[n-1] + " " + word, size: size}).width() <= w {
			lines[n-1] += " " + word
		} else {
			lines = append(lines, word)
		}
	}
	return slices.Clip(lines)
}
