package draw

import "strings"

// width is about as wide as a label is in any of the fonts that browsers take
// for sans-serif, the widest (DejaVu Sans) included.
func (t text) width() float64 {
	w := advance(t.s) * t.size
	if t.sub != "" {
		w += advance(t.sub) * t.size * 0.72
	}
	if t.bold {
		w *= 1.09
	}
	return w
}

// advance is the width of a string in em.
func advance(s string) (em float64) {
	for _, r := range s {
		switch {
		case strings.ContainsRune("iljI|.,:;'!", r):
			em += 0.32
		case strings.ContainsRune("ftr()[]/- ", r):
			em += 0.40
		case strings.ContainsRune("mwMW…", r):
			em += 0.97
		case r >= 'A' && r <= 'Z', strings.ContainsRune("_×+−=<>∘·", r):
			em += 0.74
		default:
			em += 0.63
		}
	}
	return em
}
