package tasks

import "github.com/seed391906a2/iss/core/graph"

// Largest is the largest length of each axis over all batches: what an executor
// is planned for.
func Largest(b Batches) graph.Binding {
	largest := graph.Binding{}
	for i := range b.Len() {
		for axis, n := range b.Binding(i) {
			largest[axis] = max(largest[axis], n)
		}
	}
	return largest
}

// Items is the number of predictions in the first n batches.
func Items(b Batches, n int) int {
	sum := 0
	for i := range n {
		sum += b.Items(i)
	}
	return sum
}

// Spaced are n batches evenly spaced over b: of its N, those with the numbers
// i·N/n, rounded down. They are all of b if it has no more than n.
func Spaced(b Batches, n int) Batches { return spaced{b, min(n, b.Len())} }

type spaced struct {
	Batches
	n int
}

func (s spaced) at(i int) int { return i * s.Batches.Len() / s.n }

func (s spaced) Len() int                    { return s.n }
func (s spaced) Binding(i int) graph.Binding { return s.Batches.Binding(s.at(i)) }
func (s spaced) Items(i int) int             { return s.Batches.Items(s.at(i)) }
func (s spaced) Load(i int, m Inputs)        { s.Batches.Load(s.at(i), m) }
