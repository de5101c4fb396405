// Package svg holds the small arts that all pictures of this module need: how
// lengths and texts are written into SVG, and about how wide a text will be.
package svg

import (
	"encoding/xml"
	"math"
	"strconv"
	"strings"
)

// Num writes a length with one digit behind the point.
func Num(x float64) string {
	x = math.Round(x*10) / 10
	if x == 0 {
		x = 0 // not -0
	}
	return strconv.FormatFloat(x, 'f', -1, 64)
}

// Escape writes a text so that XML and HTML read it as text, in attributes too.
func Escape(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a strings.Builder does not fail
	return b.String()
}

// Advance is about as wide as a string is, in em, in any of the fonts that
// browsers take for sans-serif, the widest (DejaVu Sans) included.
func Advance(s string) (em float64) {
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

// FitEnd shortens a string at its beginning until it is no wider than w at a size.
func FitEnd(s string, size, w float64) string {
	if Advance(s)*size <= w {
		return s
	}
	r := []rune(s)
	for i := 1; i < len(r); i++ {
		if short := "…" + string(r[i:]); Advance(short)*size <= w {
			return short
		}
	}
	return "…"
}

// Fit shortens a string in its middle until it is no wider than w at a size.
func Fit(s string, size, w float64) string {
	if Advance(s)*size <= w {
		return s
	}
	r := []rune(s)
	for n := len(r) - 1; n > 1; n-- {
		short := string(r[:n/2]) + "…" + string(r[len(r)-n/2:])
		if Advance(short)*size <= w {
			return short
		}
	}
	return "…"
}
