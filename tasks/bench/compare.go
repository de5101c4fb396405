package bench

import (
	"math"
	"slices"
	"strings"
)

// Ratio holds a line against earlier ones of the same case and threads.
type Ratio struct {
	Line   Line
	Before float64 // median of the earlier ms
	Ratio  float64 // before / now: above 1 is faster now
}

// Compare holds each line against the earlier lines of this engine, of the same
// case, threads and level of the kernels, and returns the ratios with their
// geometric mean, which is 1 where there is none. Lines without a level are of
// any.
func Compare(now, earlier []Line) (ratios []Ratio, mean float64) {
	sum := 0.0
	for _, l := range now {
		var before []float64
		for _, e := range earlier {
			if strings.HasPrefix(e.Peer, peerName) && e.Case == l.Case && e.Threads == l.Threads && (e.CPU == l.CPU || e.CPU == "" || l.CPU == "") {
				before = append(before, e.MS)
			}
		}
		if before == nil {
			continue
		}
		m := spread(before).Median
		ratios = append(ratios, Ratio{l, m, m / l.MS})
		sum += math.Log(m / l.MS)
	}
	return ratios, math.Exp(sum / float64(max(1, len(ratios))))
}

// Select are the cases whose names contain one of the parts; no parts: all.
func Select(cases []Case, parts []string) []Case {
	if len(parts) == 0 {
		return cases
	}
	return slices.DeleteFunc(slices.Clone(cases), func(c Case) bool {
		return !slices.ContainsFunc(parts, func(p string) bool { return strings.Contains(c.Name, p) })
	})
}

// Names lists the names of cases.
func Names(cases []Case) string {
	var names []string
	for _, c := range cases {
		names = append(names, c.Name)
	}
	return strings.Join(names, ", ")
}
