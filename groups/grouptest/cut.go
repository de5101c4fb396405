package grouptest

import (
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/seed391906a2/iss/groups"
)

// fits: whatever units are cut out, what is left is a model that runs, in the
// interpreter and in the engine, and the two agree.
func (s *Subject) fits() error {
	keep := s.keepSome(s.Derivation)
	c, err := groups.Compact(s.Case.Graph, Weights(s.Case.Graph, s.seed), nil, keep)
	if err != nil {
		return fmt.Errorf("when %v stay: %w", keep, err)
	}
	for _, class := range s.Derivation.Classes {
		for _, p := range c.Graph.Params {
			for axis, kept := range p.Kept {
				if kept != nil && len(kept) != p.Shape[axis] {
					return fmt.Errorf("%s has %d indices on axis %d and remembers %d", p.Name, p.Shape[axis], axis, len(kept))
				}
			}
		}
		if ids, cut := keep[class.Name]; cut && !slices.Equal(ids, c.Kept[class.Name]) {
			return fmt.Errorf("%v of %s were to stay, %v have", ids, class.Name, c.Kept[class.Name])
		}
	}
	m := groups.Model{Graph: c.Graph, Tensors: c.Tensors}
	if err := s.equal(m, m, true); err != nil {
		return fmt.Errorf("when %v stay: %w", keep, err)
	}
	s.count("cuts", len(keep))
	return nil
}

// composes: a cut in two steps, class by class in any order, or as a model is
// opened again from its kept units, is the cut in one step: the same numbers of
// units, tensors, slots and trace. The old model stays whole.
func (s *Subject) composes() error {
	d, g := s.Derivation, s.Case.Graph
	ts, slots := Weights(g, s.seed), map[string]Tensors{"momentum": Weights(g, s.seed+1)}
	first := s.keepSome(d)
	once, err := groups.Compact(g, ts, slots, first)
	if err != nil {
		return err
	}
	half, err := groups.Derive(once.Graph)
	if err != nil {
		return err
	}
	if !slices.Equal(d.Names(), half.Names()) {
		return fmt.Errorf("the classes %v were %v before the cut", half.Names(), d.Names())
	}
	second := s.keepSome(half)
	twice, err := groups.Compact(once.Graph, once.Tensors, once.Slots, second)
	if err != nil {
		return err
	}
	all := maps.Clone(first)
	maps.Copy(all, second)
	direct, err := groups.Compact(g, ts, slots, all)
	if err != nil {
		return err
	}
	if err := same("in two steps", direct, twice); err != nil {
		return err
	}
	turns := &groups.Compacted{Graph: g, Tensors: ts, Slots: slots}
	names := slices.Sorted(maps.Keys(all))
	s.rand.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	for _, name := range names {
		if turns, err = groups.Compact(turns.Graph, turns.Tensors, turns.Slots, map[string][]int{name: all[name]}); err != nil {
			return err
		}
	}
	if len(names) > 0 {
		if err := same(fmt.Sprintf("in the order %v", names), direct, turns); err != nil {
			return err
		}
	}
	opened, err := groups.Restore(g, direct.Kept)
	if err != nil {
		return err
	}
	if err := same("opened again", direct, &groups.Compacted{Graph: opened, Tensors: direct.Tensors, Slots: direct.Slots, Kept: direct.Kept}); err != nil {
		return err
	}
	if !reflect.DeepEqual(ts, Weights(g, s.seed)) {
		return fmt.Errorf("the whole model's tensors have changed")
	}
	s.count("cuts in two steps", len(all))
	return s.equal(groups.Model{Graph: direct.Graph, Tensors: direct.Tensors}, groups.Model{Graph: twice.Graph, Tensors: twice.Tensors}, true)
}

func same(how string, a, b *groups.Compacted) error {
	switch {
	case !reflect.DeepEqual(a.Kept, b.Kept):
		return fmt.Errorf("%s: %v stay, not %v", how, b.Kept, a.Kept)
	case !reflect.DeepEqual(a.Tensors, b.Tensors):
		return fmt.Errorf("%s: the tensors are others", how)
	case !reflect.DeepEqual(a.Slots, b.Slots):
		return fmt.Errorf("%s: the optimiser's slots are others", how)
	case len(a.Graph.Nodes) != len(b.Graph.Nodes):
		return fmt.Errorf("%s: the trace has %d nodes, not %d", how, len(b.Graph.Nodes), len(a.Graph.Nodes))
	}
	for i, p := range a.Graph.Params {
		if q := b.Graph.Params[i]; !slices.Equal(p.Shape, q.Shape) || !reflect.DeepEqual(p.Kept, q.Kept) {
			return fmt.Errorf("%s: %s is %v of %v, not %v of %v", how, p.Name, q.Shape, q.Kept, p.Shape, p.Kept)
		}
	}
	return nil
}
