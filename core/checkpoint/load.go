package checkpoint

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/seed391906a2/iss/core/tensor"
	"github.com/seed391906a2/iss/schemas"
)

// retries is how often Load follows a process that saves while it opens.
const retries = 100

// Load reads the checkpoint in a folder. A file that is missing, cut short or
// altered is an error that names it and both sizes or checksums. If there is
// no checkpoint the error wraps fs.ErrNotExist. Another process may save to the
// folder meanwhile.
func Load(dir string) (Snapshot, error) {
	var m manifest
	for try := 0; ; try++ {
		before := m.Files
		var err error
		if m, err = readManifest(dir); err != nil {
			return Snapshot{}, err
		}
		opened, err := m.open(dir)
		if err == nil {
			return m.load(dir, opened)
		}
		// A file may be missing because a newer checkpoint took its place.
		if try == retries || slices.Equal(m.Files, before) {
			return Snapshot{}, err
		}
	}
}

// open opens all files of a checkpoint. From then on it does not matter if
// another one takes its place.
func (m manifest) open(dir string) ([]*os.File, error) {
	var opened []*os.File
	for _, f := range m.Files {
		path := filepath.Join(dir, f.Name)
		r, err := os.Open(path)
		if err != nil {
			closeAll(opened)
			if errors.Is(err, fs.ErrNotExist) {
				return nil, fmt.Errorf("checkpoint: %s is missing; the manifest lists it with %d bytes", path, f.Size)
			}
			return nil, fmt.Errorf("checkpoint: %w", err)
		}
		opened = append(opened, r)
	}
	return opened, nil
}

func closeAll(files []*os.File) {
	for _, f := range files {
		f.Close()
	}
}

// load verifies and reads the opened files, and closes them.
func (m manifest) load(dir string, opened []*os.File) (s Snapshot, err error) {
	defer closeAll(opened)
	for i, f := range m.Files {
		r, path := opened[i], filepath.Join(dir, f.Name)
		if err := f.verify(path, r); err != nil {
			return Snapshot{}, fmt.Errorf("checkpoint: %w", err)
		}
		switch f.Holds {
		case holdsParams:
			s.Tensors, err = readTensors(path, r, f.Size)
		case holdsSlots:
			s.Slots, err = readSlots(path, r, f.Size)
		case holdsState:
			s.State, err = readState(path, r)
		}
		if err != nil {
			return Snapshot{}, fmt.Errorf("checkpoint: %w", err)
		}
	}
	return s, nil
}

func readTensors(path string, r io.ReaderAt, size int64) (map[string]tensor.Dense[float32], error) {
	f, err := tensor.NewFile(path, r, size)
	if err != nil {
		return nil, err
	}
	tensors := make(map[string]tensor.Dense[float32])
	for _, name := range f.Names() {
		if tensors[name], err = tensor.Floats[float32](f, name); err != nil {
			return nil, err
		}
	}
	return tensors, nil
}

// readSlots is the inverse of flatten.
func readSlots(path string, r io.ReaderAt, size int64) (map[string]map[string]tensor.Dense[float32], error) {
	flat, err := readTensors(path, r, size)
	if err != nil {
		return nil, err
	}
	slots := make(map[string]map[string]tensor.Dense[float32])
	for name, t := range flat {
		kind, name, ok := strings.Cut(name, "/")
		if !ok {
			return nil, fmt.Errorf("%s: %q does not begin with the kind of slot", path, kind)
		}
		if slots[kind] == nil {
			slots[kind] = make(map[string]tensor.Dense[float32])
		}
		slots[kind][name] = t
	}
	return slots, nil
}

func readState(path string, r *os.File) (json.RawMessage, error) {
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	if _, err := schemas.Parse(path, text); err != nil {
		return nil, err
	}
	return text, nil
}
