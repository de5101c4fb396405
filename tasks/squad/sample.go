package squad

import (
	"fmt"

	"github.com/seed391906a2/iss/tasks"
	"github.com/seed391906a2/iss/tasks/squad/bidaf"
)

// sample is the first question of each of n paragraphs of dev, evenly spaced in
// the order of the file: of P paragraphs with questions, those with the numbers
// i·P/n for i = 0, 1, …, n-1, rounded down.
func sample(p tasks.Problem, n int) tasks.Batches {
	q := p.(*problem)
	first := &Batches{set: q.data.encodedDev}
	last := -1
	for i, e := range first.set.Examples {
		if e.Passage != last {
			first.order = append(first.order, []int{i})
			last = e.Passage
		}
	}
	return tasks.Spaced(&feeder{Batches: first, data: q.data}, n)
}

// publishedTimes are those of tables 3 and 4 of Wen et al. (ICLR 2018): inference
// at batch 1. The counts are of the modelling and output layers, forward and
// backward.
func publishedTimes() []tasks.PublishedTime {
	list := []tasks.PublishedTime{{Name: "tables 3 and 4, baseline", Weights: "2.69M", MS: 6.20}}
	for _, row := range []struct {
		name    string
		units   [6]int
		weights string
		ms      float64
	}{
		{"table 3, row 1", [6]int{100, 95, 78, 82, 71, 52}, "2.08M", 5.79},
		{"table 3, row 2", [6]int{84, 90, 38, 46, 34, 21}, "1.48M", 4.52},
		{"table 3, row 3", [6]int{54, 47, 22, 30, 18, 12}, "1.03M", 3.54},
		{"table 3, row 4", [6]int{52, 50, 19, 26, 15, 12}, "1.01M", 3.51},
		{"table 4, row 1", [6]int{87, 81, 87, 92, 74, 96}, "2.29M", 5.83},
		{"table 4, row 2", [6]int{51, 33, 42, 58, 37, 26}, "1.17M", 4.46},
		{"table 4, row 3", [6]int{20, 33, 40, 38, 31, 16}, "0.95M", 3.59},
		{"table 4, row 4", [6]int{23, 22, 35, 35, 25, 14}, "0.88M", 2.74},
	} {
		units := ""
		for i, n := range row.units {
			if i > 0 {
				units += ","
			}
			units += fmt.Sprintf("%s/%s=%d", bidaf.Names[1+i/2], [2]string{"fw", "bw"}[i%2], n)
		}
		list = append(list, tasks.PublishedTime{Name: row.name, Units: units, Weights: row.weights, MS: row.ms})
	}
	return list
}
