package train

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"runtime"
	"time"

	"github.com/seed391906a2/iss/core/checkpoint"
	"github.com/seed391906a2/iss/core/tensor"
)

// tensors are the weights, as param gives them, where they are: no copies.
func (t *trainer) tensors(param func(name string) []float32) map[string]tensor.Dense[float32] {
	m := map[string]tensor.Dense[float32]{}
	for _, p := range t.g.Params {
		m[p.Name] = tensor.Of(param(p.Name), p.Shape...)
	}
	return m
}

// save writes a checkpoint from which load goes on without a difference.
func (t *trainer) save() error {
	t.saved = time.Now()
	if t.Journal == nil {
		return nil
	}
	t.at.Metrics = t.Journal.Position()
	carried := map[string]tensor.Dense[float32]{}
	for _, name := range Carried(t.g) {
		carried[name] = tensor.Of(t.m.Floats(name), len(t.m.Floats(name)))
	}
	slots := map[string]map[string]tensor.Dense[float32]{"carried": carried}
	if t.best != nil {
		slots[slotBest] = t.best
	}
	if !t.at.Finished {
		maps.Copy(slots, t.slots())
	}
	if err := t.Journal.Save(checkpoint.Snapshot{Tensors: t.tensors(t.m.Param), Slots: slots, State: t.at.json()}); err != nil {
		return err
	}
	runtime.GC() // beside gigabytes of values a collector waits for gigabytes of garbage
	return nil
}

func (t *trainer) load() error {
	if t.Journal == nil {
		return errors.New("train: there is no run to resume")
	}
	s, err := t.Journal.Load()
	if errors.Is(err, fs.ErrNotExist) { // killed before the first checkpoint
		return errors.Join(t.initialise(), t.Journal.Rewind(0))
	}
	if err != nil {
		return err
	}
	if err := json.Unmarshal(s.State, &t.at); err != nil {
		return fmt.Errorf("train: the checkpoint's state: %w", err)
	}
	if len(t.at.Kept) > 0 {
		if err := t.restore(t.at.Kept); err != nil {
			return err
		}
	}
	t.Init = s.Tensors
	if err := t.loadFrozen(s.Slots); err != nil {
		return err
	}
	if err := t.initialise(); err != nil {
		return err
	}
	for _, name := range Carried(t.g) {
		d, ok := s.Slots["carried"][name]
		if !ok || len(d.Data) != len(t.m.Floats(name)) {
			return fmt.Errorf("train: the checkpoint lacks the carried state %q", name)
		}
		copy(t.m.Floats(name), d.Data)
	}
	if err := t.loadBest(s.Slots); err != nil {
		return err
	}
	if !t.at.Finished {
		if err := t.update.load(s.Slots); err != nil {
			return err
		}
	}
	t.units = t.left()
	return t.Journal.Rewind(t.at.Metrics)
}
