package draw

import "github.com/seed391906a2/iss/internal/svg"

// width is about as wide as a label is in any of the fonts that browsers take
// for sans-serif, the widest (DejaVu Sans) included.
func (t text) width() float64 {
	w := svg.Advance(t.s) * t.size
	if t.sub != "" {
		w += svg.Advance(t.sub) * t.size * 0.72
	}
	if t.bold {
		w *= 1.09
	}
	return w
}
