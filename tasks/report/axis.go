package report

import (
	"math"
	"slices"
	"strconv"
)

// axis maps values to a length, linearly or by their logarithm.
type axis struct {
	label    string
	log      bool
	lo, hi   float64
	from, to float64 // pixels
	// end names the lower end, if it is no value of the scale; least is where
	// the scale begins.
	end   string
	least float64 // 0: at lo
}

// newAxis is an axis that holds all values, rounded to its ticks. Without
// values, or with one alone, it has some width nevertheless.
func newAxis(label string, log, zero bool, values []float64) axis {
	a := axis{label: label, log: log, lo: math.Inf(1), hi: math.Inf(-1)}
	for _, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) || log && v <= 0 {
			continue
		}
		a.lo, a.hi = min(a.lo, v), max(a.hi, v)
	}
	if zero {
		a.lo, a.hi = min(a.lo, 0), max(a.hi, 0)
	}
	switch {
	case a.lo > a.hi:
		a.lo, a.hi = 0, 1
		if log {
			a.lo = 0.1
		}
	case log:
		const margin = 1.06
		a.lo, a.hi = a.lo/margin, a.hi*margin
	case a.lo == a.hi:
		w := max(1, math.Abs(a.lo)) * 0.05
		a.lo, a.hi = a.lo-w, a.hi+w
		if zero && a.lo < 0 {
			a.lo, a.hi = 0, 1
		}
	}
	if !log {
		s := spacing(a.hi - a.lo)
		a.lo, a.hi = s*math.Floor(a.lo/s+1e-9), s*math.Ceil(a.hi/s-1e-9)
	}
	return a
}

// spacing is the distance between ticks: 1, 2 or 5 times a power of ten.
func spacing(span float64) float64 {
	s := math.Pow(10, math.Floor(math.Log10(span/4)))
	for _, m := range []float64{1, 2, 5, 10} {
		if span/(s*m) <= 5 {
			return s * m
		}
	}
	return s * 10
}

// at is where a value lies.
func (a axis) at(v float64) float64 {
	lo, hi := a.lo, a.hi
	if a.log {
		v, lo, hi = math.Log(v), math.Log(lo), math.Log(hi)
	}
	return a.from + (v-lo)/(hi-lo)*(a.to-a.from)
}

// holds reports whether a value can be drawn.
func (a axis) holds(v float64) bool {
	return !math.IsNaN(v) && !math.IsInf(v, 0) && (!a.log || v > 0)
}

// ticks are values to be named. A logarithmic axis has powers of ten, with 2
// and 5 between them where there are few; if even those are few, even spacing.
func (a axis) ticks() (out []float64) {
	lo := a.lo
	if a.log {
		lo = max(lo, a.least)
		for _, per := range [][]float64{{1}, {1, 2, 5}} {
			out = nil
			for e := math.Floor(math.Log10(a.lo)); e <= math.Log10(a.hi); e++ {
				for _, m := range per {
					if v := m * math.Pow(10, e); v >= lo && v <= a.hi {
						out = append(out, v)
					}
				}
			}
			if len(out) >= 3 {
				return thin(out)
			}
		}
		out = nil
	}
	s := spacing(a.hi - lo)
	for i := math.Ceil(lo/s - 1e-9); i*s <= a.hi+s*1e-9; i++ {
		out = append(out, i*s)
	}
	return out
}

// thin leaves out ticks until there are seven at most.
func thin(ticks []float64) []float64 {
	step := (len(ticks) + 6) / 7
	var out []float64
	for i := 0; i < len(ticks); i += step {
		out = append(out, ticks[i])
	}
	return out
}

// labels are what ticks are called, each by as few digits as tell it from the
// others.
func (a axis) labels(ticks []float64) (out []string) {
	for digits := 4; digits <= 12; digits++ {
		out = out[:0]
		for _, v := range ticks {
			out = append(out, rounded(v, digits))
		}
		if len(slices.Compact(slices.Clone(out))) == len(out) {
			break
		}
	}
	return out
}

// number writes a value to four digits.
func number(v float64) string { return rounded(v, 4) }

func rounded(v float64, digits int) string {
	switch abs := math.Abs(v); {
	case abs < 1e-12:
		return "0"
	case abs >= 1e6:
		return strconv.FormatFloat(v/1e6, 'g', digits, 64) + "M"
	case abs >= 1e4:
		return strconv.FormatFloat(v/1e3, 'g', digits, 64) + "k"
	}
	return strconv.FormatFloat(v, 'g', digits, 64)
}
