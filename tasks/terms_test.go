package tasks_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/seed391906a2/iss/tasks"
)

// Layers are called by the first name that lists them, or what they lie below.
func TestLayerName(t *testing.T) {
	terms := tasks.Terms{Layers: []tasks.LayerName{{Name: "words", Of: []string{"emb", "highway"}}, {Name: "Out", Of: []string{"g2/fw"}}}}
	for _, row := range []struct {
		layer, want string
		order       int
	}{
		{"emb", "words", 0}, {"emb/char", "words", 0}, {"highway", "words", 0}, {"g2/fw", "Out", 1},
		{"g2", "g2", 2}, {"embedding", "embedding", 2}, {"", "", 2},
	} {
		name, order := terms.LayerName(row.layer)
		assert.Equal(t, row.want, name, row.layer)
		assert.Equal(t, row.order, order, row.layer)
	}
}
