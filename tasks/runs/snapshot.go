package runs

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/seed391906a2/iss/core/checkpoint"
	"github.com/seed391906a2/iss/core/tensor"
)

// ErrNoCheckpoint says that a run was stopped before its first checkpoint.
var ErrNoCheckpoint = errors.New("runs: no checkpoint has been saved yet")

// Save replaces the run's checkpoint. The metrics up to now are on the disk
// before it is.
func (r *Run) Save(s checkpoint.Snapshot) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.writable(); err != nil {
		return err
	}
	if r.metrics != nil {
		if err := r.metrics.Sync(); err != nil {
			return fmt.Errorf("runs: %w", err)
		}
	}
	if err := checkpoint.Save(filepath.Join(r.dir, checkpointName), s); err != nil {
		return fmt.Errorf("runs: the checkpoint of %s cannot be written; the one before it is untouched: %w", r.dir, err)
	}
	return nil
}

// Load reads the run's checkpoint. The error wraps ErrNoCheckpoint if none has
// been saved; a run that is resumed then begins anew.
func (r *Run) Load() (checkpoint.Snapshot, error) { return load(r.dir) }

// LoadTensors reads the weights of a run, by parameter. ReadInfo tells which
// units they keep.
func LoadTensors(dir string) (map[string]tensor.Dense[float32], error) {
	if _, err := ReadInfo(dir); err != nil {
		return nil, err
	}
	s, err := load(dir)
	if errors.Is(err, ErrNoCheckpoint) {
		return nil, fmt.Errorf("%w; go on with it: iss train --resume %s", err, dir)
	}
	if err != nil {
		return nil, err
	}
	return s.Tensors, nil
}

func load(dir string) (checkpoint.Snapshot, error) {
	s, err := checkpoint.Load(filepath.Join(dir, checkpointName))
	switch {
	case err == nil:
		return s, nil
	case errors.Is(err, fs.ErrNotExist):
		return s, fmt.Errorf("%w in %s", ErrNoCheckpoint, dir)
	}
	return s, fmt.Errorf("runs: the checkpoint of %s is damaged: %w; restore the file from a copy, or train again into another directory", dir, err)
}
