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
