package registry

import "unicode"

// longest is the length in characters beyond which no name is compared: what
// is longer was not meant as a name.
const longest = 256

// Nearest returns the entry of known that name was probably meant to be, or ""
// if none is close. Close means: equal but for case, or within a third of the
// longer one's characters by the distance below, or the only entry that name
// begins. Of equally close entries the first in byte order is returned.
//
// The distance counts inserted, deleted and replaced characters and swapped
// neighbours, each character moved at most once (restricted Damerau-Levenshtein
// distance, also called optimal string alignment). Case is ignored at half the
// price, so that "LSTM" is nearer to "lstm" than to "LSTN".
func Nearest(name string, known []string) string {
	given := []rune(name)
	if len(given) == 0 || len(given) > longest {
		return ""
	}
	best, bestCost := "", -1
	prefixed, prefixes := "", 0
	for _, k := range known {
		candidate := []rune(k)
		if len(candidate) == 0 || len(candidate) > longest {
			continue
		}
		if len(given) >= 2 && len(given) < len(candidate) && string(candidate[:len(given)]) == name {
			prefixed, prefixes = k, prefixes+1
		}
		limit := 2 * max(1, max(len(given), len(candidate))/3)
		if 2*abs(len(given)-len(candidate)) > limit {
			continue
		}
		cost := distance(given, candidate)
		if onlyCase(given, candidate) {
			cost = min(cost, 1)
		}
		if cost > limit {
			continue
		}
		if bestCost < 0 || cost < bestCost || cost == bestCost && k < best {
			best, bestCost = k, cost
		}
	}
	if best == "" && prefixes == 1 {
		return prefixed
	}
	return best
}

// distance returns twice the restricted Damerau-Levenshtein distance of a and
// b, a change of case alone counting half. It uses memory in proportion to b.
func distance(a, b []rune) int {
	before := make([]int, len(b)+1) // row i-2
	above := make([]int, len(b)+1)  // row i-1
	row := make([]int, len(b)+1)
	for j := range above {
		above[j] = 2 * j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = 2 * i
		for j := 1; j <= len(b); j++ {
			row[j] = min(above[j]+2, row[j-1]+2, above[j-1]+replace(a[i-1], b[j-1]))
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+2)
			}
		}
		before, above, row = above, row, before
	}
	return above[len(b)]
}

// replace returns the price of writing b for a.
func replace(a, b rune) int {
	switch {
	case a == b:
		return 0
	case unicode.ToLower(a) == unicode.ToLower(b):
		return 1
	}
	return 2
}

// onlyCase reports whether a and b differ in case at most.
func onlyCase(a, b []rune) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if replace(a[i], b[i]) > 1 {
			return false
		}
	}
	return true
}

func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}
