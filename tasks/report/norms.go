package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/seed391906a2/iss/groups"
)

// norms draws how long the components are, after training and, where that is
// known, before: figure 6 of the paper. Lengths are on a logarithmic scale;
// components of length zero stand at its left end.
func (r *Run) norms(param func(name string) []float32) ([]*chart, error) {
	whole := r.Model.Origin()
	chosen, err := r.wholeGroups()
	if err != nil {
		return nil, err
	}
	after := groups.Norms(whole.Graph, chosen, r.counting(), param)
	var before [][]float64
	if r.Before != nil {
		before = groups.Norms(whole.Graph, chosen, r.counting(), values(r.Before.Weights))
	}
	var out []*chart
	for i, g := range chosen {
		if len(after[i]) == 0 {
			continue
		}
		kinds := []lengths{{"this run", after[i]}}
		if before != nil {
			kinds = []lengths{{r.Before.What, before[i]}, {"this run", after[i]}}
		}
		out = append(out, histogram(g.Name, kinds))
	}
	return out, nil
}

// lengths are the norms of a group's components in some weights.
type lengths struct {
	of   string
	list []float64
}

// count counts zeros and what is no number.
func (l lengths) count() (zeros, odd int) {
	for _, v := range l.list {
		switch {
		case v == 0:
			zeros++
		case !positive(v):
			odd++
		}
	}
	return zeros, odd
}

// median is that of the lengths that are not zero; 0 if all are.
func (l lengths) median() float64 {
	list := slices.DeleteFunc(slices.Clone(l.list), func(v float64) bool { return !positive(v) })
	if len(list) == 0 {
		return 0
	}
	slices.Sort(list)
	return list[len(list)/2]
}

// told says what is seen of them.
func (l lengths) told() string {
	zeros, odd := l.count()
	text := fmt.Sprintf("in %s %d of %d are zero", l.of, zeros, len(l.list))
	if m := l.median(); m > 0 {
		text += fmt.Sprintf(", the median of the others is %s", number(m))
	}
	if odd > 0 {
		text += fmt.Sprintf(", and %d are no numbers and left out", odd)
	}
	return text
}

func positive(v float64) bool { return v > 0 && !math.IsInf(v, 0) }

// Places of a histogram: about how many there are, and how many of them stay
// empty between the components of length zero and the others.
const (
	places = 24
	empty  = 1
)

// histogram counts lengths.
func histogram(name string, kinds []lengths) *chart {
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, l := range kinds {
		for _, v := range l.list {
			if positive(v) {
				lo, hi = min(lo, math.Log10(v)), max(hi, math.Log10(v))
			}
		}
	}
	if lo > hi {
		lo, hi = -1, 0
	}
	perDecade := math.Ceil(places / max(hi-lo, 0.02))
	first := int(math.Floor(lo*perDecade)) - 1 - empty
	last := int(math.Floor(hi * perDecade))
	b := &bars{}
	for at := first; at <= last+1; at++ {
		b.edges = append(b.edges, math.Pow(10, float64(at)/perDecade))
	}
	most := 0.0
	var told []string
	for _, l := range kinds {
		counts := make([]float64, len(b.edges)-1)
		for _, v := range l.list {
			switch {
			case v == 0:
				counts[0]++
			case positive(v):
				counts[int(math.Floor(math.Log10(v)*perDecade))-first]++
			}
		}
		most = max(most, slices.Max(counts))
		zeros, _ := l.count()
		b.counts = append(b.counts, counts)
		b.labels = append(b.labels, fmt.Sprintf("%s: %d of %d are zero", l.of, zeros, len(l.list)))
		told = append(told, l.told())
	}
	c := &chart{
		title: "Lengths of components, " + name,
		told:  fmt.Sprintf("How many components of %s have which norm: %s.", name, strings.Join(told, "; ")),
		x:     axis{label: "norm (logarithmic; 0 at the left end)", log: true, lo: b.edges[0], hi: b.edges[len(b.edges)-1]},
		y:     newAxis("components", false, true, []float64{most}),
		bars:  b,
	}
	c.x.end, c.x.least = "0", b.edges[1+empty]
	return c
}
