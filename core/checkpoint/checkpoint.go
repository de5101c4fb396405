// Package checkpoint keeps the state of a training run in a folder: parameters
// and optimiser slots as safetensors files, everything else as JSON, and a
// manifest with the size and SHA-256 of each.
//
//	err := checkpoint.Save("runs/demo-1/checkpoint", checkpoint.Snapshot{
//		Tensors: params, Slots: slots, State: state,
//	})
//	snapshot, err := checkpoint.Load("runs/demo-1/checkpoint")
//
// A checkpoint is saved as a whole or not at all. The files of a new one get
// names of their own; then one renaming puts the new manifest in the place of
// the old; then the old files go. A process that is killed at any moment, or a
// machine that loses its power, leaves one whole checkpoint, the new or the one
// before. Load believes no byte that the manifest does not vouch for.
package checkpoint

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/seed391906a2/iss/core/tensor"
	"github.com/seed391906a2/iss/internal/atomicfile"
	"github.com/seed391906a2/iss/schemas"
)

// A Snapshot is what a checkpoint holds.
type Snapshot struct {
	// Tensors are the parameters by name.
	Tensors map[string]tensor.Dense[float32]
	// Slots are further tensors by kind and name: an optimiser's momenta by
	// parameter, carried states by state. A kind has no slash in it.
	Slots map[string]map[string]tensor.Dense[float32]
	// State is one JSON value: step, epoch, schedule, where the metrics end.
	// Nil is saved as null.
	State json.RawMessage
}

// Save makes the folder, which need not exist, hold s instead of what it held.
// If Save fails, the folder still holds what it held. Two processes must not
// save to one folder at once.
func Save(dir string, s Snapshot) error {
	return (&saver{dir: dir, step: func(string) error { return nil }}).save(s)
}

// A saver saves one snapshot. It calls step before each thing it does to the
// folder and stops, leaving everything as it is, if that returns an error.
type saver struct {
	dir  string
	step func(what string) error
}

func (v *saver) save(s Snapshot) error {
	if err := os.MkdirAll(v.dir, 0o777); err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	generation, err := nextGeneration(v.dir)
	if err != nil {
		return err
	}
	slots, err := flatten(s.Slots)
	if err != nil {
		return err
	}
	if s.State == nil {
		s.State = json.RawMessage("null")
	}
	if _, err := schemas.Parse("state", s.State); err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	m := manifest{Version: version}
	for _, f := range []struct {
		holds string
		fill  func(io.Writer) error
	}{
		{holdsParams, func(w io.Writer) error { return tensor.Write(w, tensor.Arrays(s.Tensors), nil) }},
		{holdsSlots, func(w io.Writer) error { return tensor.Write(w, tensor.Arrays(slots), nil) }},
		{holdsState, func(w io.Writer) error { return write(w, s.State) }},
	} {
		if err := v.step("write " + f.holds); err != nil {
			return err
		}
		file, err := writeFile(v.dir, f.holds, generation, f.fill)
		if err != nil {
			return v.undo(m, err)
		}
		m.Files = append(m.Files, file)
	}
	if err := v.step("write manifest"); err != nil {
		return err
	}
	if err := m.write(v.dir); err != nil {
		if now, errNow := readManifest(v.dir); errNow == nil && slices.Equal(now.Files, m.Files) {
			return fmt.Errorf("checkpoint: %w", err) // it is in place, though perhaps not on the disk
		}
		return v.undo(m, err)
	}
	return v.clean(m)
}

// undo removes the files written so far; they are no part of any checkpoint.
func (v *saver) undo(m manifest, cause error) error {
	for _, f := range m.Files {
		os.Remove(filepath.Join(v.dir, f.Name))
	}
	return fmt.Errorf("checkpoint: %w", cause)
}

// clean removes what earlier generations and killed processes left. The new
// checkpoint is whole already, so a file that cannot be removed is no fault; it
// goes the next time.
func (v *saver) clean(m manifest) error {
	entries, err := os.ReadDir(v.dir)
	if err != nil {
		return nil
	}
	for _, e := range entries {
		if m.lists(e.Name()) || !isOurs(e.Name()) && !atomicfile.IsLeftover(e.Name()) {
			continue
		}
		if err := v.step("remove " + e.Name()); err != nil {
			return err
		}
		os.Remove(filepath.Join(v.dir, e.Name()))
	}
	return nil
}

// flatten names each slot's tensors kind/name.
func flatten(slots map[string]map[string]tensor.Dense[float32]) (map[string]tensor.Dense[float32], error) {
	flat := make(map[string]tensor.Dense[float32])
	for kind, tensors := range slots {
		if kind == "" || strings.Contains(kind, "/") {
			return nil, fmt.Errorf("checkpoint: slots cannot be called %q; use a name without a slash", kind)
		}
		for name, t := range tensors {
			flat[kind+"/"+name] = t
		}
	}
	return flat, nil
}

func write(w io.Writer, text []byte) error {
	_, err := w.Write(text)
	return err
}
