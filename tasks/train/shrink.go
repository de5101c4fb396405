package train

import (
	"errors"
	"fmt"
	"maps"
	"runtime"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/tensor"
	"github.com/seed391906a2/iss/groups"
)

// checkShrink notes how many units there are, and refuses what cannot shrink.
func (t *trainer) checkShrink() error {
	whole := t.Problem.Graph()
	d, err := groups.Derive(whole)
	if err != nil {
		return err
	}
	t.of = map[string]int{}
	for _, group := range t.Groups {
		t.of[group.Name] = group.Units
		if c, err := d.Class(group.Class); err == nil && group.Name == group.Class {
			t.of[group.Name] = max(group.Units, c.Units)
		} else if t.Config.ISS.Shrink != nil {
			return fmt.Errorf("train: group %q is not a class of the model, so what is left of it is not known when the model shrinks", group.Name)
		}
	}
	if t.Config.ISS.Shrink != nil && t.Config.Train.KeepBest {
		return errors.New("train: the best epoch's weights may be those of a larger model; keep_best does not go with shrink")
	}
	return nil
}

// left counts what is left of each group: left, of.
func (t *trainer) left() map[string][2]int {
	units := t.update.units()
	if t.Config.ISS.Shrink == nil {
		return units
	}
	for name, u := range units {
		units[name] = [2]int{u[0], t.of[name]}
	}
	return units
}

// shrink seals, every so many steps, the units that nothing reads any more, and
// removes them: weights, gradients, masks, carried states. What the model
// computes stays the same, and training goes on as it would with them sealed.
func (t *trainer) shrink() error {
	s := t.Config.ISS.Shrink
	if s == nil || t.at.Step%uint64(s.After) != 0 {
		return nil
	}
	defer runtime.GC() // the certificate is tens of megabytes of garbage; see save
	d, err := groups.Derive(t.g)
	if err != nil {
		return err
	}
	classes := make([]*groups.Class, len(t.Groups))
	for i, group := range t.Groups {
		if classes[i], err = d.Class(group.Class); err != nil {
			return err
		}
	}
	cert, err := groups.CertifyRunning(d, classes, t.m.Param, t.m.Floats)
	if err != nil || cert.Removable() == 0 {
		return err
	}
	gone := cert.Seal(t.g, t.m.Param)
	for _, s := range t.update.slots {
		cert.Seal(t.g, s.of(t.update))
	}
	t.m.Changed()
	cut, err := groups.Compact(t.g, t.tensors(t.m.Param), t.slots(), cert.Keep())
	if err != nil {
		return err
	}
	for _, in := range t.states.in {
		width := in.Shape.Last().Size
		x := t.m.Floats(in.Label)
		for _, i := range cut.StateGone(in.Label, width) {
			for at := i; at < len(x); at += width {
				x[at] = 0
			}
		}
	}
	event := "seal"
	if s.SealOnly {
		t.hold(cert)
	} else {
		event = "shrink"
		for _, c := range cert.Classes {
			if kept, ok := cert.Keep()[c.Class.Name]; ok {
				gone[c.Class.Name] = c.Class.Units - len(kept)
			}
		}
	}
	if len(gone) == 0 {
		return nil // sealed before
	}
	if !s.SealOnly {
		if err := t.replace(cut.Graph, cut.Tensors, cut.Slots, cut.State); err != nil {
			return err
		}
		t.at.Kept, t.frozen = cut.Kept, cut.Slots[slotFrozen]
		t.freeze()
	}
	if err := t.append(EventMetric{Kind: "event", Event: event, Step: t.at.Step, Epoch: t.at.Epoch, Gone: gone}); err != nil {
		return err
	}
	if s.SealOnly || t.Journal == nil {
		return nil
	}
	if err := t.save(); err != nil {
		return err
	}
	if j, ok := t.Journal.(Shrinker); ok {
		return j.Shrunk(maps.Clone(t.at.Kept))
	}
	return nil
}

// restore makes the model the one with the kept units, without weights.
func (t *trainer) restore(kept map[string][]int) error {
	g, err := groups.Restore(t.g, kept)
	if err != nil {
		return fmt.Errorf("train: the checkpoint's units: %w", err)
	}
	return t.replace(g, nil, nil, nil)
}

// replace goes on with a model that was cut out of the one so far: it is
// planned anew where that one lay, and gets the weights, the slots, and what
// state says of its carried states.
func (t *trainer) replace(g *graph.Graph, weights map[string]tensor.Dense[float32], slots map[string]map[string]tensor.Dense[float32], state func(name string, values []float32, units int) []float32) error {
	d, err := groups.Derive(g)
	if err != nil {
		return err
	}
	chosen := make([]groups.Group, len(t.Groups))
	for i, old := range t.Groups {
		c, err := d.Class(old.Class)
		if err != nil {
			return err
		}
		chosen[i] = c.Group()
		chosen[i].Multi = old.Multi
	}
	bound, carried := t.states.bound, map[string][]float32{}
	if state != nil {
		for _, in := range t.states.in {
			carried[in.Label] = state(in.Label, t.m.Floats(in.Label), in.Shape.Last().Size)
		}
	}
	t.g, t.Groups = g, chosen
	if err := t.plan(t.Problem.Train(t.at.Epoch), chosen); err != nil {
		return err
	}
	if err := t.Bind(bound); err != nil {
		return err
	}
	for name, w := range weights {
		copy(t.m.Param(name), w.Data)
	}
	t.m.Changed()
	if slots != nil {
		if err := t.update.load(slots); err != nil {
			return err
		}
	}
	for name, values := range carried {
		copy(t.m.Floats(name), values)
	}
	return nil
}
