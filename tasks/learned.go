package tasks

import (
	"fmt"
	"slices"

	"github.com/seed391906a2/iss/core/nn"
)

// Learned gives a model of the task the sizes that it has learned: kept are the
// units that are left, by class. A class that has no size in a configuration is
// an error.
func (t Task) Learned(m Model, kept map[string][]int) (Model, error) {
	m.Hidden, m.Backward = slices.Clone(m.Hidden), slices.Clone(m.Backward)
	sizes := (*Model).stackSizes
	if t.Sized != nil {
		sizes = t.Sized
	}
	of := sizes(&m)
	for class, ids := range kept {
		if len(of[class]) == 0 {
			return m, fmt.Errorf("class %q has no size of its own in a configuration", class)
		}
		for _, size := range of[class] {
			*size = len(ids)
		}
	}
	if slices.Equal(m.Backward, m.Hidden) {
		m.Backward = nil
	}
	return m, nil
}

// SameSizes reports whether two models have the same sizes.
func (m Model) SameSizes(other Model) bool {
	return m.Embedding == other.Embedding && slices.Equal(m.Hidden, other.Hidden) && slices.Equal(m.Backward, other.Backward)
}

// stackSizes are the sizes of a language model, by class.
func (m *Model) stackSizes() map[string][]*int {
	sizes := map[string][]*int{"embedding": {&m.Embedding}}
	for i := range m.Hidden {
		of := []*int{&m.Hidden[i]}
		if m.Tied && i == len(m.Hidden)-1 { // the embedding's units are its
			of = append(of, &m.Embedding)
		}
		sizes[nn.LayerClass(m.Names, i)] = of
	}
	if !m.Residual {
		return sizes
	}
	all := []*int{&m.Embedding}
	for i := range m.Hidden {
		all = append(all, &m.Hidden[i])
	}
	for i := range m.Hidden { // all layers and the embedding are one class
		sizes[nn.LayerClass(m.Names, i)] = all
	}
	return sizes
}
