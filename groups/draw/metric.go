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

// fit shortens a string in its middle until it is no wider than w at a size.
func fit(s string, size, w float64) string {
	if (text{s: s, size: size}).width() <= w {
		return s
	}
	r := []rune(s)
	for n := len(r) - 1; n > 1; n-- {
		short := string(r[:n/2]) + "…" + string(r[len(r)-n/2:])
		if (text{s: short, size: size}).width() <= w {
			return short
		}
	}
	return "…"
}
