package tasks_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/tasks"
)

// numbered are batches whose number is their length, and what was loaded.
type numbered struct {
	n      int
	loaded []int
}

func (b *numbered) Len() int                    { return b.n }
func (b *numbered) Binding(i int) graph.Binding { return graph.Binding{"time": i} }
func (b *numbered) Items(i int) int             { return 10 * i }
func (b *numbered) Load(i int, _ tasks.Inputs)  { b.loaded = append(b.loaded, i) }

func TestSpaced(t *testing.T) {
	for _, row := range []struct {
		name    string
		of, n   int
		numbers []int
	}{
		{"some", 10, 4, []int{0, 2, 5, 7}},
		{"all", 3, 3, []int{0, 1, 2}},
		{"more than there are", 2, 100, []int{0, 1}},
		{"one", 7, 1, []int{0}},
		{"of none", 0, 5, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			all := &numbered{n: row.of}
			b := tasks.Spaced(all, row.n)
			assert.Equal(t, len(row.numbers), b.Len())
			for i, number := range row.numbers {
				assert.Equal(t, graph.Binding{"time": number}, b.Binding(i))
				assert.Equal(t, 10*number, b.Items(i))
				b.Load(i, nil)
			}
			assert.Equal(t, row.numbers, all.loaded)
		})
	}
}
