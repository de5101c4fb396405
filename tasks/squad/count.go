package squad

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// Counts are how often words in lower case and characters as written are in a
// set of passages. A word of a context counts once for each question of its
// passage.
//
// Source: the published BiDAF code.
type Counts struct {
	Words map[string]int
	Chars map[rune]int
}

// Count counts passages.
func Count(passages []Passage) Counts {
	c := Counts{map[string]int{}, map[rune]int{}}
	for _, p := range passages {
		c.add(p.Context, len(p.Items))
		for _, item := range p.Items {
			c.add(item.Question, 1)
		}
	}
	return c
}

func (c Counts) add(text Text, times int) {
	if times == 0 {
		return
	}
	for _, t := range text.Tokens {
		c.Words[strings.ToLower(t.Text)] += times
		for _, r := range t.Text {
			c.Chars[r] += times
		}
	}
}

// above returns the keys that are counted more often than least, the most
// frequent first, equals in their order.
func above[K cmp.Ordered](counts map[K]int, least int) []K {
	keys := slices.DeleteFunc(slices.Collect(maps.Keys(counts)), func(k K) bool { return counts[k] <= least })
	slices.SortFunc(keys, func(a, b K) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b))
	})
	return keys
}
