package train

import (
	"fmt"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/tensor"
	"github.com/seed391906a2/iss/groups"
)

// slotFrozen is where a checkpoint keeps which weights stay zero.
const slotFrozen = "frozen"

// zeros says of each weight whether it stays what it is, zero (0) or is trained
// (1): under "elements" all that are zero stay, biases too; under "groups" those
// of components that are all zero.
//
// The published code freezes what is below 1e-4 in the language model and what
// is zero in BiDAF, and left groups out. A model that was trained with τ has
// nothing below it but zeros.
func zeros(mode string, g *graph.Graph, chosen []groups.Group, param func(name string) []float32) map[string]tensor.Dense[float32] {
	masks := map[string]tensor.Dense[float32]{}
	for _, p := range g.Params {
		m := tensor.New[float32](p.Shape...)
		for i, v := range param(p.Name) {
			if v != 0 || mode == "groups" {
				m.Data[i] = 1
			}
		}
		masks[p.Name] = m
	}
	if mode == "groups" {
		groups.MaskZeros(g, chosen, param, func(name string) []float32 { return masks[name].Data })
	}
	return masks
}

// freeze keeps weights whose mask is 0 as they are.
func (u *update) freeze(masks map[string]tensor.Dense[float32]) {
	u.frozen = make([][]float32, len(u.names))
	for i, name := range u.names {
		u.frozen[i] = masks[name].Data
	}
}

// freeze looks for the zeros of the initial weights, if they are to stay.
func (t *trainer) freeze() {
	if mode := t.Config.Train.Freeze; t.frozen == nil && mode != "" {
		t.frozen = zeros(mode, t.g, t.Groups, t.m.Param)
	}
	if t.frozen != nil {
		t.update.freeze(t.frozen)
	}
}

// hold keeps sealed units as they are, zero. Where weights alone read a unit it
// would stay zero by itself; through the statistics of a layer norm, or a sum,
// the weights that make it get gradients although it is silent.
func (t *trainer) hold(sealed *groups.Certificate) {
	if t.frozen == nil {
		t.frozen = map[string]tensor.Dense[float32]{}
		for _, p := range t.g.Params {
			m := tensor.New[float32](p.Shape...)
			for i := range m.Data {
				m.Data[i] = 1
			}
			t.frozen[p.Name] = m
		}
	}
	sealed.Seal(t.g, func(name string) []float32 { return t.frozen[name].Data })
	t.freeze()
}

// loadFrozen takes what is frozen, or held, out of a checkpoint's slots. A
// finished run has nothing more to freeze.
func (t *trainer) loadFrozen(slots map[string]map[string]tensor.Dense[float32]) error {
	masks, held := slots[slotFrozen]
	if t.at.Finished || !held && t.Config.Train.Freeze == "" {
		return nil
	}
	t.frozen = masks
	for _, p := range t.g.Params {
		if d, ok := t.frozen[p.Name]; !ok || len(d.Data) != p.Size() {
			return fmt.Errorf("train: the checkpoint does not say which zeros of %q stay", p.Name)
		}
	}
	return nil
}

// slots are what a checkpoint keeps of each weight beside its value.
func (t *trainer) slots() map[string]map[string]tensor.Dense[float32] {
	slots := t.update.tensors()
	if t.frozen != nil {
		slots[slotFrozen] = t.frozen
	}
	return slots
}
