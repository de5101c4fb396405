package registry

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"
)

func TestNearest(t *testing.T) {
	fields := []string{"batch", "clip", "epochs", "hidden", "optimizer", "schedule", "steps"}
	tests := []struct {
		name, given string
		known       []string
		want        string
	}{
		{"one letter missing", "hiden", fields, "hidden"},
		{"one letter wrong", "Model/softmax_v", []string{"Model/softmax_b", "Model/softmax_w"}, "Model/softmax_b"},
		{"neighbours swapped", "stpes", fields, "steps"},
		{"case", "LSTM", []string{"lstm", "LSTX"}, "lstm"},
		{"case of one letter", "model/softmax_w", []string{"Model/softmax_b", "Model/softmax_w"}, "Model/softmax_w"},
		{"beginning", "opt", fields, "optimizer"},
		{"beginning of two", "s", []string{"schedule", "steps"}, ""},
		{"nothing near", "temperature", fields, ""},
		{"empty", "", fields, ""},
		{"none known", "x", nil, ""},
		{"empty known", "x", []string{""}, ""},
		{"equal", "clip", fields, "clip"},
		{"tie goes to byte order", "b", []string{"c", "a"}, "a"},
		{"far too long", strings.Repeat("a", 1<<20), []string{strings.Repeat("a", 1<<20)}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			assert.Equal(t, tt.want, Nearest(tt.given, tt.known))
		})
	}
}

func TestDistance(t *testing.T) {
	// The pairs are worked by hand; CA and ABC tell the restricted distance
	// (3) from the unrestricted one (2).
	tests := []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"a", "", 1}, {"", "abc", 3}, {"kitten", "sitting", 3}, {"ab", "ba", 1}, {"CA", "ABC", 3},
	}
	for _, tt := range tests {
		assert.Equal(t, 2*tt.want, distance([]rune(tt.a), []rune(tt.b)), "%s %s", tt.a, tt.b)
	}
	assert.Equal(t, 2, distance([]rune("RnN"), []rune("rnn")), "a change of case costs a half")
}

// A distance is symmetric, zero for equals alone, and no larger than rewriting
// everything.
func TestDistanceProperties(t *testing.T) {
	word := rapid.StringMatching(`[abAB]{0,8}`)
	rapid.Check(t, func(t *rapid.T) {
		a, b := []rune(word.Draw(t, "a")), []rune(word.Draw(t, "b"))
		d := distance(a, b)
		assert.Equal(t, d, distance(b, a))
		assert.Equal(t, string(a) == string(b), d == 0)
		assert.LessOrEqual(t, d, 2*max(len(a), len(b)))
		assert.GreaterOrEqual(t, d, 2*abs(len(a)-len(b)))
	})
}
