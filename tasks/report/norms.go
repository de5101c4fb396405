package report

import (
	"fmt"
	"math"

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
	before := make([][]float64, len(chosen))
	kinds := []string{"this run"}
	if r.Before != nil {
		before = groups.Norms(whole.Graph, chosen, r.counting(), values(r.Before.Weights))
		kinds = []string{r.Before.What, "this run"}
	}
	var out []*chart
	for i, g := range chosen {
		lists := [][]float64{after[i]}
		if r.Before != nil {
			lists = [][]float64{before[i], after[i]}
		}
		out = append(out, histogram(g.Name, kinds, lists))
	}
	return out, nil
}

// places is about how many places a histogram has.
const places = 24

// histogram counts lists of lengths.
func histogram(name string, kinds []string, lists [][]float64) *chart {
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, list := range lists {
		for _, v := range list {
			if v > 0 {
				lo, hi = min(lo, math.Log10(v)), max(hi, math.Log10(v))
			}
		}
	}
	if lo > hi {
		lo, hi = -1, 0
	}
	perDecade := min(40, math.Ceil(places/max(hi-lo, 0.1)))
	lo, hi = math.Floor(lo*perDecade), math.Floor(hi*perDecade)
	const none = 2.0 // places between those of zero and the others
	lo -= none
	edges := []float64{}
	for at := lo; at <= hi+1; at++ {
		edges = append(edges, math.Pow(10, at/perDecade))
	}
	b := &bars{edges: edges}
	most := 0.0
	for i, list := range lists {
		counts := make([]float64, len(edges)-1)
		zeros := 0
		for _, v := range list {
			k := 0
			if v > 0 {
				k = int(math.Floor(math.Log10(v)*perDecade) - lo)
			} else {
				zeros++
			}
			counts[k]++
			most = max(most, counts[k])
		}
		b.counts = append(b.counts, counts)
		b.labels = append(b.labels, fmt.Sprintf("%s: %d of %d are zero", kinds[i], zeros, len(list)))
	}
	c := &chart{
		title: "Lengths of components, " + name,
		desc:  fmt.Sprintf("How many of the %d components of %s have which norm; those that are zero stand at the left end.", len(lists[0]), name),
		x:     axis{label: "norm (logarithmic; 0 at the left end)", log: true, lo: edges[0], hi: edges[len(edges)-1]},
		y:     newAxis("components", false, true, []float64{most}),
		bars:  b,
	}
	c.x.end, c.x.least = "0", edges[int(none)]
	return c
}
