package train

import (
	"fmt"

	"github.com/seed391906a2/iss/core/tensor"
	"github.com/seed391906a2/iss/tasks"
)

// Slots are where a checkpoint keeps what belongs to weights beside their
// values.
const (
	slotMean    = "adam mean"   // of the gradient
	slotSquare  = "adam square" // of the gradient's square
	slotAverage = "average"     // of the weights
)

// slot is a number for each weight that has a gradient.
type slot struct {
	name   string
	values [][]float32 // in the order of update.weights
}

// newSlots makes those that a configuration needs.
func (u *update) newSlots(cfg tasks.Config) {
	make := func(name string) [][]float32 {
		s := slot{name: name}
		for _, w := range u.weights {
			s.values = append(s.values, make([]float32, len(w)))
		}
		u.slots = append(u.slots, s)
		return s.values
	}
	if cfg.Train.Optimizer.Kind == "adam" {
		u.mean, u.square = make(slotMean), make(slotSquare)
	}
	if u.decayOf = cfg.Train.Average; u.decayOf > 0 {
		u.average = make(slotAverage)
	}
}

// startAverages makes the averages those of the weights as they are, before the
// first step.
func (u *update) startAverages() {
	for i, avg := range u.average {
		copy(avg, u.weights[i])
	}
}

// tensors are the slots by parameter, where they are: no copies.
func (u *update) tensors() map[string]map[string]tensor.Dense[float32] {
	out := map[string]map[string]tensor.Dense[float32]{}
	for _, s := range u.slots {
		list := map[string]tensor.Dense[float32]{}
		for i, name := range u.names {
			list[name] = tensor.Of(s.values[i], u.g.Param(name).Shape...)
		}
		out[s.name] = list
	}
	return out
}

// load sets the slots to what a checkpoint has.
func (u *update) load(from map[string]map[string]tensor.Dense[float32]) error {
	for _, s := range u.slots {
		for i, name := range u.names {
			d, ok := from[s.name][name]
			if !ok || len(d.Data) != len(s.values[i]) {
				return fmt.Errorf("train: the checkpoint lacks the %s of %q", s.name, name)
			}
			copy(s.values[i], d.Data)
		}
	}
	return nil
}

// of is a slot's values of a parameter, by name; for what has no gradient, and
// so no slot, it is something that nobody reads.
func (s slot) of(u *update) func(name string) []float32 {
	return func(name string) []float32 {
		for i, n := range u.names {
			if n == name {
				return s.values[i]
			}
		}
		return make([]float32, u.g.Param(name).Size())
	}
}

// tested are the weights that are tested: their averages, where there are some.
func (u *update) tested(name string) []float32 {
	for i, n := range u.names {
		if u.average != nil && n == name {
			return u.average[i]
		}
	}
	return u.m.Param(name)
}

// takeAverages makes the averages the weights.
func (u *update) takeAverages() {
	for i, avg := range u.average {
		copy(u.weights[i], avg)
	}
	u.m.Changed()
}
