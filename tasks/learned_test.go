package tasks_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/tasks"
	"github.com/seed391906a2/iss/tasks/ptb"
	"github.com/seed391906a2/iss/tasks/squad"
)

func TestLearned(t *testing.T) {
	words, questions := ptb.New(), squad.New()
	stack := tasks.Model{Embedding: 9, Hidden: []int{9, 9}}
	bidaf := tasks.Model{Embedding: 9, Hidden: []int{9, 9, 9, 9}}
	with := func(m tasks.Model, f func(m *tasks.Model)) tasks.Model { f(&m); return m }
	for _, tt := range []struct {
		name  string
		task  tasks.Task
		model tasks.Model
		kept  map[string][]int
		want  tasks.Model // sizes alone
		fault string
	}{
		{"a layer", words, stack, map[string][]int{"cell_1": {0, 5, 8}}, tasks.Model{Embedding: 9, Hidden: []int{9, 3}}, ""},
		{"all", words, stack, map[string][]int{"embedding": {1, 2}, "cell_0": {4}, "cell_1": {0, 5, 8}}, tasks.Model{Embedding: 2, Hidden: []int{1, 3}}, ""},
		{"names of a highway network", words, with(stack, func(m *tasks.Model) { m.Names = "rhn" }), map[string][]int{"RHN0": {4}}, tasks.Model{Embedding: 9, Hidden: []int{1, 9}}, ""},
		{"tied", words, with(stack, func(m *tasks.Model) { m.Tied = true }), map[string][]int{"cell_1": {4, 5}}, tasks.Model{Embedding: 2, Hidden: []int{9, 2}}, ""},
		{"tied, the lower layer", words, with(stack, func(m *tasks.Model) { m.Tied = true }), map[string][]int{"cell_0": {4, 5}}, tasks.Model{Embedding: 9, Hidden: []int{2, 9}}, ""},
		{"residual", words, with(stack, func(m *tasks.Model) { m.Residual = true }), map[string][]int{"cell_0": {4, 5}}, tasks.Model{Embedding: 2, Hidden: []int{2, 2}}, ""},
		{"one direction", questions, bidaf, map[string][]int{"g0/bw": {1}}, tasks.Model{Embedding: 9, Hidden: []int{9, 9, 9, 9}, Backward: []int{9, 1, 9, 9}}, ""},
		{"both alike", questions, bidaf, map[string][]int{"u1/fw": {1, 2}, "u1/bw": {3, 4}}, tasks.Model{Embedding: 9, Hidden: []int{2, 9, 9, 9}}, ""},
		{"of what was cut before", questions, with(bidaf, func(m *tasks.Model) { m.Backward = []int{5, 6, 7, 8} }), map[string][]int{"g2/fw": {1}, "g1/bw": {1, 2}},
			tasks.Model{Embedding: 9, Hidden: []int{9, 9, 9, 1}, Backward: []int{5, 6, 2, 8}}, ""},
		{"another class", words, stack, map[string][]int{"cell_2": {1}}, stack, `class "cell_2" has no size of its own in a configuration`},
		{"a class of another task", questions, bidaf, map[string][]int{"cell_0": {1}}, bidaf, `class "cell_0" has no size of its own in a configuration`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			hidden, backward := append([]int(nil), tt.model.Hidden...), append([]int(nil), tt.model.Backward...)
			got, err := tt.task.Learned(tt.model, tt.kept)
			assert.Equal(t, hidden, tt.model.Hidden, "what was given stays")
			assert.Equal(t, backward, append([]int(nil), tt.model.Backward...))
			if tt.fault != "" {
				require.EqualError(t, err, tt.fault)
				return
			}
			require.NoError(t, err)
			assert.True(t, got.SameSizes(tt.want), "%+v", got)
			assert.False(t, got.SameSizes(tt.model))
		})
	}
}
