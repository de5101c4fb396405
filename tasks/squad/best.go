package squad

import "fmt"

// BestSpan returns the span i <= j that maximises start[i]·end[j], and this
// score; among equals the first j, then the first i. It takes one pass. There is
// no limit of lengths, as in the published code.
//
// start and end are probabilities of each token of one context: numbers that are
// negative or NaN are never chosen over others. BestSpan panics if they are empty
// or differ in length.
func BestSpan[T ~float32 | ~float64](start, end []T) (best Span, score float64) {
	if len(start) != len(end) || len(start) == 0 {
		panic(fmt.Sprintf("squad: %d probabilities of a start and %d of an end; both must be one for each token", len(start), len(end)))
	}
	score = -1
	first := 0 // the most probable start so far
	for j := range end {
		if start[j] > start[first] || start[first] != start[first] {
			first = j
		}
		if p := float64(start[first]) * float64(end[j]); p > score {
			best, score = Span{first, j}, p
		}
	}
	return best, score
}
