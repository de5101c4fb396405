package train

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestMatches(t *testing.T) {
	for _, c := range []struct {
		pattern, name string
		want          bool
	}{
		{"Model/softmax_w", "Model/softmax_w", true},
		{"Model/softmax_w", "Model/softmax_b", false},
		{"Model/softmax", "Model/softmax_w", false},
		{"*", "", true},
		{"*weights", "Model/RNN/cell_0/weights", true},
		{"*weights", "Model/RNN/cell_0/weights/more", false},
		{"Model/*/cell_1/*", "Model/RNN/multi/cell_1/biases", true},
		{"Model/*/cell_1/*", "Model/RNN/multi/cell_0/biases", false},
		{"a*a", "a", false}, // the star's both sides are two letters
		{"a*b*b", "ab", false},
		{"a*b*b", "abxb", true},
		{"**", "x", true},
	} {
		assert.Equal(t, c.want, matches(c.pattern, c.name), "%s ~ %s", c.pattern, c.name)
	}
	assert.Equal(t, `"Model/softmx_*" matches no variable; nearest is "Model/softmax_w"; list them with: iss show`,
		noMatch("Model/softmx_*", []string{"Model/embedding", "Model/softmax_w"}))
	assert.Equal(t, `"*embeding" matches no variable; nearest is "Model/embedding"; list them with: iss show`,
		noMatch("*embeding", []string{"Model/softmax_w", "Model/embedding"}))
}
